import * as z from "zod";
import type { AssetUse } from "../../asset/asset.ts";
import { problemsAt } from "../../compute/problems-at.ts";
import { defined } from "../../azure/defined.ts";
import type { PartReader } from "../../job/parts/read-part.ts";
import type { Problem } from "../../yaml/problem.ts";
import { boolean, checkShape, shape, text } from "../../yaml/shape.ts";
import { valueAt, type NodePath, type SourceNode } from "../../yaml/source.ts";
import { isMapping } from "../../yaml/wording.ts";
import type { DeployEntry, DeploymentCompute, ReadDeployment } from "../kind.ts";
import { checkEndpointName } from "../parts/endpoint-name.ts";
import type { DeployedModel } from "../parts/model.ts";
import { checkName } from "../parts/name.ts";
import { assetsOfScoring, secretsOfVariables } from "../parts/scoring.ts";
import { documentKey, readSettings, settingKeys } from "../parts/settings.ts";
import type { DeploymentSecret } from "../resolved.ts";
import type { BatchDeployment } from "./definition.ts";
import { batchEndpointSchema, readBatchEndpoint } from "./endpoint.ts";
import {
  modelDeploymentSchema,
  olderDeploymentSchema,
  readModelDeployment,
  type ReadBatchDefinition,
} from "./model-deployment.ts";
import { pipelineDeploymentSchema, readPipelineDeployment } from "./pipeline-deployment.ts";

/** An az ml batch endpoint and deployment, of a model or of a pipeline component. */
export const label = "batch deployment";

const setDefaultKey = () =>
  boolean().optional().describe("It becomes the endpoint's default after its tests; default true.");

export const schema = shape(() =>
  z
    .strictObject({
      ...settingKeys(),
      type: z.literal("batch").optional(),
      endpoint: z
        .union([text(), batchEndpointSchema()])
        .optional()
        .describe("Path of an az ml endpoint file, or its keys."),
      deployment: z
        .union([text(), modelDeploymentSchema(), pipelineDeploymentSchema(), olderDeploymentSchema()])
        .optional()
        .describe("Path of an az ml deployment file, or its keys."),
      set_default: setDefaultKey(),
    })
    .describe("A batch deployment, and how it is released."),
);

/** The same without az ml's documents, which their own readers check, wherever they are. */
const settingsSchema = shape(() =>
  z.strictObject({
    ...settingKeys(),
    type: z.literal("batch").optional(),
    endpoint: documentKey(),
    deployment: documentKey(),
    set_default: setDefaultKey(),
  }),
);

/** A declared batch deployment, with every problem of its settings, its endpoint and its deployment. */
export function read({ settings, endpoint, deployment }: DeployEntry): ReadDeployment<BatchDeployment> {
  const shaped = settings === undefined ? { problems: [] } : checkShape(settingsSchema, settings);
  const { value } = shaped;
  const source = deployment ?? endpoint ?? settings;
  if (source === undefined) throw new Error("A deployment is declared by nothing.");
  const around = readerOf(settings ?? source);
  const ofEndpoint = endpoint === undefined ? undefined : readBatchEndpoint(endpoint);
  const ofDeployment =
    deployment === undefined
      ? undefined
      : readDefinition(deployment, value?.promote_from, settings === undefined ? undefined : around);
  const ofSettings = readSettings(value, around, "invocation");
  if (endpoint === undefined && deployment === undefined)
    around.add(
      "missing-key",
      [],
      "There is neither an endpoint nor a deployment.",
      "Add endpoint, deployment, or both.",
    );
  const named = checkEndpointName(ofEndpoint?.endpoint?.name, ofDeployment?.endpointName, {
    deployment: ofDeployment?.definition === undefined ? undefined : deployment,
    hasEndpoint: endpoint !== undefined,
  });
  const problems = [
    ...shaped.problems,
    ...around.found,
    ...(ofEndpoint?.problems ?? []),
    ...(ofDeployment?.problems ?? []),
    ...named.problems,
  ];
  const isWhole =
    (settings === undefined || value !== undefined) &&
    (endpoint === undefined || ofEndpoint?.endpoint !== undefined) &&
    (deployment === undefined || ofDeployment?.definition !== undefined);
  if (!isWhole || named.name === undefined) return { problems };
  return {
    deployment: {
      type: "batch",
      source,
      endpointName: named.name,
      ...ofSettings,
      setDefault: value?.set_default ?? true,
      ...defined({
        endpoint: ofEndpoint?.endpoint,
        deployment: ofDeployment?.definition,
        promoteFrom: ofDeployment?.promoteFrom,
      }),
    },
    problems,
  };
}

function readerOf(node: SourceNode): PartReader & { readonly found: readonly Problem[] } {
  return { node, ...problemsAt(node) };
}

type Promotion = Parameters<typeof readModelDeployment>[2]["promoteFrom"];

/** By `type`, as az ml: `pipeline`, `model`, and without it the older form of `model`. */
function readDefinition(
  node: SourceNode,
  promoteFrom: Promotion,
  settings: PartReader | undefined,
): ReadBatchDefinition & { readonly endpointName?: string } {
  const reader = readerOf(node);
  const written = valueAt(node);
  const type = isMapping(written) ? written["type"] : undefined;
  const isPipeline = typeof type === "string" && type.toLowerCase() === "pipeline";
  const served = { promoteFrom, ...defined({ settings }) };
  const read = (name: string, endpointName: string | undefined, definition: ReadBatchDefinition) => {
    checkName(name, ["name"], "a deployment", reader);
    return { ...definition, problems: [...definition.problems, ...reader.found], ...defined({ endpointName }) };
  };
  if (isPipeline) {
    const { value, problems } = checkShape(pipelineDeploymentSchema, node);
    if (promoteFrom !== undefined)
      settings?.add(
        "wrong-key",
        ["promote_from"],
        "A pipeline component serves no model that could be promoted.",
        "Remove promote_from.",
      );
    return value === undefined
      ? { problems }
      : read(value.name, value.endpoint_name, readPipelineDeployment(value, reader));
  }
  const { value, problems } =
    type === undefined ? checkShape(olderDeploymentSchema, node) : checkShape(modelDeploymentSchema, node);
  return value === undefined
    ? { problems }
    : read(value.name, value.endpoint_name, readModelDeployment(value, reader, served));
}

export function assetsOf({ deployment }: BatchDeployment): readonly AssetUse[] {
  if (deployment === undefined) return [];
  return deployment.of === "pipeline" ? [deployment.component] : assetsOfScoring(deployment);
}

export function modelOf({ deployment }: BatchDeployment): DeployedModel | undefined {
  return deployment?.of === "model" ? deployment.model : undefined;
}

/** The cluster that it runs on; of a pipeline the default one, and those that its steps name. */
export function computesOf({ deployment }: BatchDeployment): readonly DeploymentCompute[] {
  if (deployment === undefined) return [];
  const { compute, source: node } = deployment;
  const cluster = (path: NodePath) =>
    compute === undefined ? [] : [{ compute, types: ["AmlCompute", "Kubernetes"], where: { node, path } }];
  if (deployment.of === "model") return cluster(["compute"]);
  const where = { node, path: ["component"] };
  return [
    ...cluster(["settings", "default_compute"]),
    ...deployment.stepComputes.map((named) => ({ ...named, where })),
  ];
}

export function secretsOf({ deployment }: BatchDeployment): readonly DeploymentSecret[] {
  return deployment?.of === "model" ? secretsOfVariables(deployment.environmentVariables, deployment.variablesAt) : [];
}
