import type { Fault } from "../../faults.ts";
import { locationPath, usageName } from "../../resources/sizes.ts";
import { ok, type Incoming, type Reply } from "../../server/reply.ts";
import { isInRegistry, versionAt } from "../../serving/content.ts";
import { seeded } from "../../settings.ts";
import type { Store } from "../../store.ts";
import type { Json } from "../computes/document.ts";
import { acceptedReply, putReply, type EndpointBody, type EndpointCollection } from "./collection.ts";
import { typesFor } from "./computes.ts";
import { sharesOf, stateOf, type EndpointDocument } from "./document.ts";
import { guide, inProgress, invalid, notFound, refusedName, userError } from "./refused.ts";

const family = "onlineEndpoints";

const probe = { failureThreshold: 30, initialDelay: "PT10S", period: "PT10S", successThreshold: 1, timeout: "PT2S" };
const requestSettings = { maxConcurrentRequestsPerInstance: 1, maxQueueWait: "PT0.5S", requestTimeout: "PT5S" };

/** Creates a deployment below an endpoint, or replaces everything that is set on it. */
export function putOnlineDeployment(
  request: Incoming,
  { endpoint, name }: { readonly endpoint: string; readonly name: string },
  faults: readonly Fault[],
  collection: EndpointCollection,
): Reply {
  const above = collection.find(family, endpoint);
  if (above === undefined) return notFound(family, endpoint);
  const existing = collection.find(family, endpoint, name);
  const body = (request.body ?? {}) as EndpointBody;
  const refused =
    refusedName(name, "deployment") ??
    refusedAbove(above) ??
    (existing === undefined ? undefined : refusedChange(existing)) ??
    refusedBody(body, above, collection) ??
    refusedSize(body, existing, collection);
  if (refused !== undefined) return refused;
  const { location = "", tags, sku, properties } = body;
  const now = new Date().toISOString();
  const document: EndpointDocument = {
    family,
    endpoint: above.endpoint,
    deployment: existing?.deployment ?? name,
    location,
    tags: tags ?? {},
    kind: String(properties?.["endpointComputeType"]),
    sku: { name: "Default", capacity: 1, ...sku },
    properties: { ...filledIn(properties ?? {}), provisioningState: existing === undefined ? "Creating" : "Updating" },
    createdAt: existing?.createdAt ?? now,
    modifiedAt: now,
    apiVersion: request.query.get("api-version") ?? "",
    ...(existing?.everSucceeded === true ? { everSucceeded: true } : {}),
  };
  const begun = collection.begin(request, document, { verb: "put", bringsUp: true }, faults);
  return putReply(request, existing === undefined, begun, collection);
}

/** What the service fills in where a deployment says nothing. */
function filledIn(properties: Json): Json {
  const { livenessProbe, readinessProbe, requestSettings: settings, ...rest } = properties;
  return {
    description: null,
    appInsightsEnabled: false,
    scaleSettings: { scaleType: "Default" },
    livenessProbe: { ...probe, ...(livenessProbe as Json | null | undefined) },
    readinessProbe: { ...probe, ...(readinessProbe as Json | null | undefined) },
    egressPublicNetworkAccess: "Enabled",
    requestSettings: { ...requestSettings, ...(settings as Json | null | undefined) },
    environmentVariables: {},
    properties: {},
    ...rest,
  };
}

/** An endpoint that is not up takes no deployments. */
function refusedAbove(above: EndpointDocument): Reply | undefined {
  if (above.operation !== undefined && stateOf(above) !== "Creating" && stateOf(above) !== "Deleting")
    return inProgress(above.endpoint);
  return above.everSucceeded === true && stateOf(above) !== "Deleting"
    ? undefined
    : invalid(
        "",
        "This endpoint has not been created successfully or is in deleting provisioning state. Please recreate endpoint and then try again to create deployment.",
      );
}

function refusedChange(existing: EndpointDocument): Reply | undefined {
  if (existing.operation !== undefined) return inProgress(existing.endpoint);
  return stateOf(existing) === "Failed" && existing.everSucceeded !== true
    ? invalid(
        "",
        `Specified deployment [${String(existing.deployment)}] failed during initial provisioning and is in an unrecoverable state. Delete and re-create.`,
      )
    : undefined;
}

function refusedBody(
  { location, sku, properties }: EndpointBody,
  above: EndpointDocument,
  collection: EndpointCollection,
): Reply | undefined {
  if (location === undefined) return userError("The location of the deployment is missing.");
  const { endpointComputeType, model, environmentId, codeConfiguration, instanceType } = properties ?? {};
  const wanted = above.kind === "Managed" ? "Managed" : typesFor(family)[0];
  if (endpointComputeType !== wanted)
    return invalid(
      "EndpointComputeType",
      `Deployments of this endpoint have the EndpointComputeType ${String(wanted)}.`,
    );
  const capacity = sku?.["capacity"] ?? 1;
  if (!Number.isInteger(capacity) || Number(capacity) < 1)
    return invalid("Sku", "The capacity has to be a whole number of at least 1.");
  if (wanted === "Managed" && typeof instanceType !== "string")
    return invalid("InstanceType", "The InstanceType field is required.");
  return (
    refusedAsset("models", model, collection) ??
    refusedAsset("environments", environmentId, collection) ??
    refusedCode(codeConfiguration as Json | null | undefined, collection) ??
    refusedCombination(properties ?? {}, collection)
  );
}

function refusedAsset(
  kind: "models" | "environments",
  id: unknown,
  collection: Pick<EndpointCollection, "store" | "assets">,
): Reply | undefined {
  if (id === undefined || id === null) return undefined;
  const isCurated = kind === "environments" && isInRegistry(String(id));
  if (isCurated || versionAt(kind, String(id), collection) !== undefined) return undefined;
  return userError(`The ${kind === "models" ? "model" : "environment"} '${String(id)}' could not be found.`);
}

export function refusedCode(
  code: Json | null | undefined,
  collection: Pick<EndpointCollection, "store" | "assets">,
): Reply | undefined {
  if (code === undefined || code === null) return undefined;
  const { codeId, scoringScript } = code;
  if (typeof scoringScript !== "string" || scoringScript === "")
    return invalid("ScoringScript", "The ScoringScript field is required.");
  return typeof codeId === "string" && versionAt("codes", codeId, collection) === undefined
    ? userError(`The code '${codeId}' could not be found.`)
    : undefined;
}

/** An MLflow model needs neither code nor environment; everything else has both, or an image that serves by itself. */
function refusedCombination(
  { model, environmentId, codeConfiguration }: Json,
  collection: EndpointCollection,
): Reply | undefined {
  if (isMlflow(model, collection)) return undefined;
  if (typeof environmentId !== "string") return invalid("EnvironmentId", "The EnvironmentId field is required.");
  const serves = versionAt("environments", environmentId, collection)?.["inferenceConfig"];
  const hasCode = codeConfiguration !== undefined && codeConfiguration !== null;
  return hasCode || (serves !== undefined && serves !== null)
    ? undefined
    : invalid("CodeConfiguration", "The CodeConfiguration field is required for a model that is not an MLflow model.");
}

export function isMlflow(model: unknown, collection: Pick<EndpointCollection, "store" | "assets">): boolean {
  const found = typeof model === "string" ? versionAt("models", model, collection) : undefined;
  return String(found?.["modelType"]).toLowerCase() === "mlflow_model";
}

type Size = {
  readonly name: string;
  readonly family: string;
  readonly vCPUs: number;
  readonly supportedComputeTypes: readonly string[];
};

/** Managed deployments count against the family's quota, with a fifth more that is held for upgrades. */
function refusedSize(
  { sku, properties }: EndpointBody,
  existing: EndpointDocument | undefined,
  collection: EndpointCollection,
): Reply | undefined {
  if (properties?.["endpointComputeType"] !== "Managed") return undefined;
  const size = sizeOf(properties["instanceType"], collection.store);
  // The emulator's list is an excerpt of the service's.
  if (size === undefined) return undefined;
  const { name, family: sizeFamily, vCPUs, supportedComputeTypes } = size;
  if (!supportedComputeTypes.includes("MIR"))
    return invalid("VmSize", `The instance type ${name} is not supported for managed online deployments.`);
  const limit = quotaOf(sizeFamily, collection.store);
  if (limit === undefined || limit < 0) return undefined;
  const cores = (document: Pick<EndpointDocument, "sku">, of: Size) =>
    Math.ceil(Number(document.sku?.["capacity"] ?? 1) * 1.2) * of.vCPUs;
  const used = collection
    .endpoints(family)
    .flatMap(({ endpoint }) => collection.deployments(family, endpoint))
    .filter((one) => one.deployment !== existing?.deployment || one.endpoint !== existing?.endpoint)
    .reduce((sum, one) => {
      const other = sizeOf(one.properties["instanceType"], collection.store);
      return other?.family === sizeFamily ? sum + cores(one, other) : sum;
    }, 0);
  const needed = cores({ ...(sku === null || sku === undefined ? {} : { sku }) }, { ...size, vCPUs });
  return used + needed > limit
    ? invalid(
        "VmSize",
        `Not enough quota available for ${name} in SubscriptionId ${seeded.subscriptionId}. Current usage/limit: ${used}/${limit}. Additional needed: ${needed} ${guide("OutOfQuota")}`,
      )
    : undefined;
}

function sizeOf(name: unknown, store: Store): Size | undefined {
  const key = `${locationPath(seeded.location)}/vmSizes`.toLowerCase();
  return store
    .get<{ readonly value: readonly Size[] }>("resources", key)
    ?.value.find((size) => size.name.toLowerCase() === String(name).toLowerCase());
}

type Usage = { readonly limit: number; readonly name: { readonly value: string } };

function quotaOf(sizeFamily: string, store: Store): number | undefined {
  const key = `${locationPath(seeded.location)}/usages`.toLowerCase();
  const usages = store.get<{ readonly value: readonly Usage[] }>("resources", key)?.value ?? [];
  return usages.find(({ name }) => name.value === usageName(sizeFamily))?.limit;
}

/** Changes tags and the number of instances; nothing else of a deployment can be patched. */
export function patchOnlineDeployment(
  request: Incoming,
  existing: EndpointDocument,
  faults: readonly Fault[],
  collection: EndpointCollection,
): Reply {
  const { tags, sku, properties } = (request.body ?? {}) as EndpointBody;
  const refused =
    refusedChange(existing) ??
    (properties === undefined ? undefined : invalid("Properties", "Only tags and the sku can be patched."));
  if (refused !== undefined) return refused;
  const changed: EndpointDocument = {
    ...existing,
    tags: { ...existing.tags, ...tags },
    sku: { ...existing.sku, ...sku },
    modifiedAt: new Date().toISOString(),
    properties: { ...existing.properties, provisioningState: sku === undefined ? "Updating" : "Scaling" },
  };
  return acceptedReply(request, collection.begin(request, changed, { verb: "put" }, faults).operation);
}

/** Removes one that has no share of the traffic. */
export function deleteOnlineDeployment(
  request: Incoming,
  existing: EndpointDocument,
  faults: readonly Fault[],
  collection: EndpointCollection,
): Reply {
  const above = collection.find(family, existing.endpoint);
  if (existing.operation !== undefined || above?.operation !== undefined) return inProgress(existing.endpoint);
  const name = String(existing.deployment);
  for (const member of ["traffic", "mirrorTraffic"] as const) {
    const share = above === undefined ? 0 : (sharesOf(above, member)[name] ?? 0);
    if (share > 0)
      return invalid(
        "",
        `Specified deployment [${name}] has ${share}% of the ${member === "traffic" ? "traffic" : "mirrored traffic"} of its endpoint. Set it to 0 before the deployment is deleted.`,
      );
  }
  const leaving = { ...existing, properties: { ...existing.properties, provisioningState: "Deleting" } };
  return acceptedReply(request, collection.begin(request, leaving, { verb: "delete" }, faults).operation);
}

/** What a deployment's containers have written. */
export type DeploymentLogs = {
  readonly inferenceServer: (document: EndpointDocument, tail: number) => string;
  readonly storageInitializer: (document: EndpointDocument, tail: number) => string;
};

/** `getLogs`. @returns `undefined` for other actions. */
export function actOnOnlineDeployment(
  request: Incoming,
  deployment: EndpointDocument,
  action: string,
  logs: DeploymentLogs,
): Reply | undefined {
  if (action.toLowerCase() !== "getlogs") return undefined;
  const { containerType, tail } = (request.body ?? {}) as { readonly containerType?: string; readonly tail?: number };
  const lines = tail ?? 50;
  switch (containerType ?? "InferenceServer") {
    case "InferenceServer":
      return ok({ content: logs.inferenceServer(deployment, lines) });
    case "StorageInitializer":
      return ok({ content: logs.storageInitializer(deployment, lines) });
    default:
      return invalid("ContainerType", "ContainerType is one of InferenceServer, StorageInitializer.");
  }
}
