import * as z from "zod";
import { problemsAt } from "../../compute/problems-at.ts";
import { defined } from "../../azure/defined.ts";
import type { PartReader } from "../../job/parts/read-part.ts";
import type { Problem } from "../../yaml/problem.ts";
import { checkShape, text } from "../../yaml/shape.ts";
import { valueAt, type SourceNode } from "../../yaml/source.ts";
import type { DeployEntry, ReadDeployment } from "../kind.ts";
import { checkEndpointName } from "../parts/endpoint-name.ts";
import { documentKey, readSettings, settingKeysWithStrategy } from "../parts/settings.ts";
import { readStrategy, type StrategyName } from "../parts/strategy.ts";
import type { OnlineDeployment } from "./definition.ts";
import { kubernetesDeploymentSchema, managedDeploymentSchema, readOnlineDefinition } from "./deployment.ts";
import { kubernetesEndpointSchema, managedEndpointSchema, readOnlineEndpoint } from "./endpoint.ts";

type OnlineType = OnlineDeployment["type"];

const labels = { managed: "managed online deployment", kubernetes: "Kubernetes online deployment" } as const;
export const labelOf = (type: OnlineType) => labels[type];

const strategies: Readonly<Record<OnlineType, readonly StrategyName[]>> = {
  managed: ["replace", "blue-green", "canary", "shadow"],
  // Only managed endpoints mirror.
  kubernetes: ["replace", "blue-green", "canary"],
};

/** The mapping of `deploy`: what az ml has no word for, and az ml's documents, each as a path or its keys. */
export const mappingSchema = (type: OnlineType) => {
  const [endpoint, deployment] =
    type === "managed"
      ? [managedEndpointSchema(), managedDeploymentSchema()]
      : [kubernetesEndpointSchema(), kubernetesDeploymentSchema()];
  return z
    .strictObject({
      ...settingKeysWithStrategy(),
      type: z.literal(type).optional(),
      endpoint: z.union([text(), endpoint]).optional().describe("Path of an az ml endpoint file, or its keys."),
      deployment: z.union([text(), deployment]).optional().describe("Path of an az ml deployment file, or its keys."),
    })
    .describe(`A ${labels[type]}, and how it is released.`);
};

/** The same without az ml's documents, which their own readers check, wherever they are. */
const settingsSchema = (type: OnlineType) => () =>
  z.strictObject({
    ...settingKeysWithStrategy(),
    type: z.literal(type).optional(),
    endpoint: documentKey(),
    deployment: documentKey(),
  });

/** A declared online deployment, with every problem of its settings, its endpoint and its deployment. */
export function readOnline(entry: DeployEntry, declaredType: OnlineType): ReadDeployment<OnlineDeployment> {
  const { settings, endpoint, deployment } = entry;
  const type = saysKubernetes(entry) ? "kubernetes" : declaredType;
  const shaped = settings === undefined ? { problems: [] } : checkShape(settingsSchema(type), settings);
  const { value } = shaped;
  const reader = settings === undefined ? undefined : readerOf(settings);
  const readEndpoint = endpoint === undefined ? undefined : readOnlineEndpoint(endpoint, type);
  const readDefinition =
    deployment === undefined
      ? undefined
      : readOnlineDefinition(deployment, type, {
          promoteFrom: value?.promote_from,
          ...(reader === undefined ? {} : { settings: reader }),
        });
  const source = deployment ?? endpoint ?? settings;
  if (source === undefined) throw new Error("A deployment is declared by nothing.");
  const around = reader ?? readerOf(source);
  const ofSettings = readSettings(value, around, "request");
  const strategy = readStrategy(value?.strategy, around, strategies[type], labels[type]);
  if (endpoint === undefined && deployment === undefined)
    around.add(
      "missing-key",
      [],
      "There is neither an endpoint nor a deployment.",
      "Add endpoint, deployment, or both.",
    );
  const named = checkEndpointName(readEndpoint?.endpoint?.name, readDefinition?.endpointName, {
    deployment: readDefinition?.definition === undefined ? undefined : deployment,
    hasEndpoint: endpoint !== undefined,
  });
  const problems = [
    ...shaped.problems,
    ...around.found,
    ...(readEndpoint?.problems ?? []),
    ...(readDefinition?.problems ?? []),
    ...named.problems,
  ];
  const isWhole =
    (settings === undefined || value !== undefined) &&
    (endpoint === undefined || readEndpoint?.endpoint !== undefined) &&
    (deployment === undefined || readDefinition?.definition !== undefined);
  if (!isWhole || named.name === undefined) return { problems };
  return {
    deployment: {
      type,
      source,
      endpointName: named.name,
      ...ofSettings,
      ...defined({
        endpoint: readEndpoint?.endpoint,
        deployment: readDefinition?.definition,
        promoteFrom: readDefinition?.promoteFrom,
        strategy,
      }),
    },
    problems,
  };
}

/** As az ml tells them, whatever their `$schema` says: an endpoint by its compute, a deployment by its type. */
function saysKubernetes({ endpoint, deployment }: DeployEntry): boolean {
  const of = (node: SourceNode | undefined, key: string) => (node === undefined ? undefined : valueAt(node, [key]));
  return (of(endpoint, "compute") ?? "") !== "" || of(deployment, "type") === "kubernetes";
}

function readerOf(node: SourceNode): PartReader & { readonly found: readonly Problem[] } {
  return { node, ...problemsAt(node) };
}
