import * as z from "zod";
import { problemsAt } from "../../compute/problems-at.ts";
import { defined } from "../../azure/defined.ts";
import type { PartReader } from "../../job/parts/read-part.ts";
import type { Problem } from "../../yaml/problem.ts";
import { pythonText } from "../../yaml/python-text.ts";
import { boolean, checkShape, integer, oneOf, readOnly, shape, text } from "../../yaml/shape.ts";
import type { SourceNode } from "../../yaml/source.ts";
import { warnOfLeftOut } from "../parts/left-out.ts";
import {
  checkNamed,
  deployedModelSchema,
  readServedModel,
  type promotedSchema,
  type ServedModel,
} from "../parts/model.ts";
import { checkName } from "../parts/name.ts";
import { literalVariables, readScoring, scoringKeys } from "../parts/scoring.ts";
import { namedEnvironment } from "../parts/named-environment.ts";
import { anyValues, shownText, wordOf } from "../parts/words.ts";
import { dataCollectorSchema, readDataCollector } from "./data-collector.ts";
import type { OnlineDefinition } from "./definition.ts";
import {
  checkCounts,
  checkScaleSettings,
  probeSchema,
  requestSettingsSchema,
  resourcesSchema,
  scaleSettingsSchema,
  toProbe,
  toRequestSettings,
  toResources,
  toScaleSettings,
} from "./settings.ts";

const keys = () => ({
  $schema: text().optional(),
  name: text().describe("3 to 32 characters."),
  endpoint_name: text().optional().describe("May be left out beside an endpoint."),
  type: wordOf(["managed", "kubernetes"]).optional(),
  description: text().optional(),
  tags: anyValues().optional(),
  properties: anyValues().optional(),
  model: deployedModelSchema().optional(),
  ...scoringKeys(),
  model_mount_path: text().optional().describe("Where a container of its own finds the model."),
  instance_count: integer().optional(),
  app_insights_enabled: boolean().optional(),
  scale_settings: scaleSettingsSchema().optional(),
  request_settings: requestSettingsSchema().optional(),
  liveness_probe: probeSchema().optional(),
  readiness_probe: probeSchema().optional(),
  data_collector: dataCollectorSchema().optional(),
  id: shownText(),
  provisioning_state: shownText(),
});

export const managedDeploymentSchema = shape(() =>
  z
    .strictObject({
      ...keys(),
      instance_type: text().describe("VM size, for example Standard_DS3_v2."),
      egress_public_network_access: oneOf(["enabled", "disabled"]).optional(),
      private_network_connection: boolean().optional(),
      creation_context: readOnly(),
    })
    .describe("An az ml managed online deployment."),
);

export const kubernetesDeploymentSchema = shape(() =>
  z
    .strictObject({
      ...keys(),
      instance_type: text().optional().describe("Instance type of the cluster; default: its default instance type."),
      resources: resourcesSchema().optional(),
    })
    .describe("An az ml Kubernetes online deployment."),
);

type Declared = Partial<z.infer<ReturnType<typeof managedDeploymentSchema>>> &
  Partial<z.infer<ReturnType<typeof kubernetesDeploymentSchema>>> & { readonly name: string };

/** What stands in the mapping around a deployment and concerns its model. */
export type AroundModel = {
  readonly promoteFrom?: z.infer<ReturnType<typeof promotedSchema>> | undefined;
  readonly settings?: PartReader;
};

export type ReadOnlineDefinition = Pick<ServedModel, "promoteFrom"> & {
  readonly definition?: OnlineDefinition;
  /** As the file has it. */
  readonly endpointName?: string;
  readonly problems: readonly Problem[];
};

/** An az ml online deployment: the deployment, or every problem at its place. */
export function readOnlineDefinition(
  node: SourceNode,
  type: "managed" | "kubernetes",
  around: AroundModel,
): ReadOnlineDefinition {
  const schema = (type === "managed"
    ? managedDeploymentSchema
    : kubernetesDeploymentSchema) as unknown as () => z.ZodType<Declared>;
  const { value, problems: wrongShape } = checkShape(schema, node);
  if (value === undefined) return { problems: wrongShape };
  const { found, add } = problemsAt(node);
  const reader = { node, add };
  checkName(value.name, ["name"], "a deployment", reader);
  if (value.type !== undefined && value.type !== type)
    add(
      "wrong-value",
      ["type"],
      `The deployment is of type ${value.type}, and it is declared as ${type}.`,
      `Write type: ${type}, or remove it.`,
    );
  if (value.instance_count !== undefined && value.instance_count < 0)
    add("out-of-range", ["instance_count"], `instance_count is ${value.instance_count}.`, "Set it to 0 or more.");
  checkScaleSettings(value.scale_settings, type, reader);
  for (const key of ["request_settings", "liveness_probe", "readiness_probe", "scale_settings"] as const)
    checkCounts(value[key], key, reader);
  if (type === "kubernetes") checkNoRegistry(value, around, reader);
  const { environmentVariables, problems: ofScoring, ...scoring } = readScoring(value, reader);
  const {
    model,
    promoteFrom,
    problems: ofModel,
  } = readServedModel({ model: value.model, promoteFrom: around.promoteFrom }, reader, around.settings);
  checkNamed(model, reader);
  warnOfLeftOut(model, scoring, reader);
  const definition: OnlineDefinition = {
    source: node,
    name: value.name.toLowerCase(),
    tags: value.tags ?? {},
    properties: propertiesOf(value, node),
    environmentVariables,
    literalVariables: literalVariables(value.environment_variables),
    ...scoring,
    members: membersOf(value),
    ...defined({
      description: value.description,
      model,
      isPromoted: promoteFrom === undefined ? undefined : (true as const),
      namedEnvironment: namedEnvironment(scoring.environment, reader),
      instanceType: value.instance_type === "" ? undefined : value.instance_type,
      instanceCount: value.instance_count,
      dataCollector: value.data_collector && readDataCollector(value.data_collector, reader),
    }),
  };
  return {
    definition,
    problems: [...ofScoring, ...ofModel, ...found],
    ...defined({ promoteFrom, endpointName: value.endpoint_name }),
  };
}

/** As the official client has it: it makes text of all of them once it has added one of its own. */
function propertiesOf(
  { properties = {}, private_network_connection: isPrivate }: Declared,
  node: SourceNode,
): OnlineDefinition["properties"] {
  if (isPrivate !== true) return properties;
  const texts = Object.entries(properties).map(([name, value]): [string, unknown] => [
    name,
    typeof value === "number" || typeof value === "boolean"
      ? pythonText(value, node.document.textAt?.([...node.path, "properties", name]))
      : value,
  ]);
  return { ...Object.fromEntries(texts), "private-network-connection": true };
}

function membersOf(value: Declared): OnlineDefinition["members"] {
  return defined({
    modelMountPath: value.model_mount_path,
    appInsightsEnabled: value.app_insights_enabled ?? false,
    scaleSettings: value.scale_settings && toScaleSettings(value.scale_settings),
    requestSettings: value.request_settings && toRequestSettings(value.request_settings),
    livenessProbe: value.liveness_probe && toProbe(value.liveness_probe),
    readinessProbe: value.readiness_probe && toProbe(value.readiness_probe),
    containerResourceRequirements: value.resources && toResources(value.resources),
    egressPublicNetworkAccess: value.egress_public_network_access,
  });
}

/** A Kubernetes cluster takes models, environments and code of its own workspace alone. */
function checkNoRegistry(value: Declared, { promoteFrom, settings }: AroundModel, { add }: PartReader): void {
  const isOfRegistry = (reference: unknown) =>
    typeof reference === "string" && reference.startsWith("azureml://registries/");
  const fix = "Register it in the workspace, and refer to it by azureml:NAME:VERSION.";
  for (const [path, reference] of [
    [["model"], value.model],
    [["environment"], value.environment],
    [["code_configuration", "code"], value.code_configuration?.code],
  ] as const)
    if (isOfRegistry(reference))
      add("wrong-reference", path, "A Kubernetes online deployment cannot use what is in a registry.", fix);
  if (isOfRegistry(promoteFrom))
    settings?.add(
      "wrong-reference",
      ["promote_from"],
      "A Kubernetes online deployment cannot use what is in a registry.",
      fix,
    );
}
