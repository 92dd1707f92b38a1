import { isMapping } from "../yaml/wording.ts";

/** Which part of what is deployed an az ml file declares. */
export type DeployDocument = {
  readonly part: "endpoint" | "deployment";
  /** Absent where neither schema nor keys tell it: the endpoint's other documents, or the mapping, do. */
  readonly type?: "managed" | "kubernetes" | "batch";
};

const schemas = new Map<string, DeployDocument>([
  ["managedOnlineEndpoint", { part: "endpoint", type: "managed" }],
  ["kubernetesOnlineEndpoint", { part: "endpoint", type: "kubernetes" }],
  ["onlineEndpoint", { part: "endpoint" }],
  ["batchEndpoint", { part: "endpoint", type: "batch" }],
  ["managedOnlineDeployment", { part: "deployment", type: "managed" }],
  ["kubernetesOnlineDeployment", { part: "deployment", type: "kubernetes" }],
  ["onlineDeployment", { part: "deployment" }],
  ["batchDeployment", { part: "deployment", type: "batch" }],
  ["modelBatchDeployment", { part: "deployment", type: "batch" }],
  ["pipelineComponentBatchDeployment", { part: "deployment", type: "batch" }],
]);

/** The names of az ml's schemas of what is deployed. */
export const deploySchemaNames: readonly string[] = [...schemas.keys()];

/** @param schema the name of an az ml schema. */
export function deployDocumentOfSchema(schema: string): DeployDocument | undefined {
  return schemas.get(schema);
}

const ofEndpoints = ["auth_mode", "traffic", "mirror_traffic", "public_network_access"];
const ofOnlineDeployments = [
  ...["instance_type", "instance_count", "request_settings", "scale_settings", "liveness_probe", "readiness_probe"],
  ...["app_insights_enabled", "egress_public_network_access", "data_collector", "model_mount_path"],
];
const ofBatchDeployments = ["mini_batch_size", "output_action", "max_concurrency_per_instance", "error_threshold"];

/** The same of a file that names no schema, by the keys that nothing else has. */
export function deployDocumentOfKeys(mapping: Readonly<Record<string, unknown>>): DeployDocument | undefined {
  const has = (key: string) => Object.hasOwn(mapping, key);
  if (has("type") && !["managed", "kubernetes", "model", "pipeline", "batch"].includes(String(mapping["type"])))
    return undefined;
  // A mapping of this action, whatever stands beside them.
  if (has("endpoint") || has("deployment")) return undefined;
  const isDeployment = has("endpoint_name") || (has("model") && ofOnlineDeployments.some(has));
  if (isDeployment) return { part: "deployment", ...typeOf(mapping, has) };
  if (has("name") && ofEndpoints.some(has)) {
    if (has("compute")) return { part: "endpoint", type: "kubernetes" };
    return { part: "endpoint", ...(has("traffic") || has("mirror_traffic") ? { type: "managed" } : {}) };
  }
  return has("name") &&
    has("defaults") &&
    isMapping(mapping["defaults"]) &&
    Object.hasOwn(mapping["defaults"], "deployment_name")
    ? { part: "endpoint", type: "batch" }
    : undefined;
}

function typeOf(
  mapping: Readonly<Record<string, unknown>>,
  has: (key: string) => boolean,
): Pick<DeployDocument, "type"> {
  const type = mapping["type"];
  if (type === "managed" || type === "kubernetes") return { type };
  const settings = mapping["settings"];
  const isBatch =
    ["model", "pipeline", "batch"].includes(String(type)) ||
    has("compute") ||
    ofBatchDeployments.some((key) => has(key) || (isMapping(settings) && Object.hasOwn(settings, key)));
  if (isBatch) return { type: "batch" };
  return ofOnlineDeployments.some(has) && !has("resources") ? { type: "managed" } : {};
}

/** The type of an online endpoint or deployment that says it by the key alone. */
export function onlineTypeOf({ type }: Readonly<Record<string, unknown>>): "managed" | "kubernetes" | undefined {
  return type === "managed" || type === "kubernetes" ? type : undefined;
}

const types = ["local", "aci", "aks", "managed", "kubernetes", "batch"] as const;
/** Keys by which a file is told as the inline mapping: nothing else has them beside such a type. */
const ofMappings = ["endpoint", "deployment", "strategy", "tests", "promote_from", "keep_failed", "code_configuration"];

/** True for a mapping of `deploy`, in a file of its own. Of a compute's file, the type alone may be the same. */
export function isDeployMapping(mapping: Readonly<Record<string, unknown>>): boolean {
  const { type } = mapping;
  const hasType = types.some((name) => name === type);
  if (type !== undefined && !hasType) return false;
  const known = ofMappings.filter((key) => Object.hasOwn(mapping, key));
  return hasType
    ? known.length > 0
    : ["endpoint", "deployment"].some((key) => known.includes(key)) && !Object.hasOwn(mapping, "$schema");
}
