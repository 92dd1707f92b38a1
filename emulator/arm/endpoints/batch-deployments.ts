import type { Fault } from "../../faults.ts";
import type { Incoming, Reply } from "../../server/reply.ts";
import { isInRegistry, versionAt } from "../../serving/content.ts";
import type { Json } from "../computes/document.ts";
import { defaultOf } from "./batch-endpoints.ts";
import { acceptedReply, putReply, type EndpointBody, type EndpointCollection } from "./collection.ts";
import { refusedCompute } from "./computes.ts";
import { stateOf, type EndpointDocument } from "./document.ts";
import { isMlflow, refusedCode } from "./online-deployments.ts";
import { inProgress, invalid, notFound, refusedName, userError } from "./refused.ts";

const family = "batchEndpoints";

/** Creates a deployment below an endpoint, or replaces everything that is set on it. */
export function putBatchDeployment(
  request: Incoming,
  { endpoint, name }: { readonly endpoint: string; readonly name: string },
  faults: readonly Fault[],
  collection: EndpointCollection,
): Reply {
  const above = collection.find(family, endpoint);
  if (above === undefined) return notFound(family, endpoint);
  const existing = collection.find(family, endpoint, name);
  const body = (request.body ?? {}) as EndpointBody;
  const properties = body.properties ?? {};
  const refused =
    refusedName(name, "deployment") ??
    (body.location === undefined ? userError("The location of the deployment is missing.") : undefined) ??
    (existing?.operation !== undefined || above.operation !== undefined ? inProgress(above.endpoint) : undefined) ??
    (above.everSucceeded === true && stateOf(above) !== "Deleting"
      ? undefined
      : invalid("", "This endpoint has not been created successfully. Please recreate the endpoint.")) ??
    (componentOf(properties) === undefined
      ? refusedModelDeployment(properties, collection)
      : refusedPipelineDeployment(properties, collection));
  if (refused !== undefined) return refused;
  const now = new Date().toISOString();
  const document: EndpointDocument = {
    family,
    endpoint: above.endpoint,
    deployment: existing?.deployment ?? name,
    location: body.location ?? "",
    tags: body.tags ?? {},
    properties: { ...filledIn(properties), provisioningState: existing === undefined ? "Creating" : "Updating" },
    createdAt: existing?.createdAt ?? now,
    modifiedAt: now,
    apiVersion: request.query.get("api-version") ?? "",
    ...(existing?.everSucceeded === true ? { everSucceeded: true } : {}),
  };
  return putReply(
    request,
    existing === undefined,
    collection.begin(request, document, { verb: "put" }, faults),
    collection,
  );
}

/** The component of a deployment of a pipeline; `undefined` of one of a model. */
export function componentOf(properties: Json): string | undefined {
  const { deploymentConfigurationType: type, componentId } = (properties["deploymentConfiguration"] ?? {}) as {
    readonly deploymentConfigurationType?: string;
    readonly componentId?: { readonly assetId?: string };
  };
  return type === "PipelineComponent" ? (componentId?.assetId ?? "") : undefined;
}

/** The id of a deployment's model, however it is referred to. */
export function modelOf(properties: Json): string | undefined {
  const { assetId } = (properties["model"] ?? {}) as { readonly assetId?: string };
  return assetId;
}

function filledIn(properties: Json): Json {
  const { retrySettings, resources, ...rest } = properties;
  return {
    description: null,
    properties: {},
    codeConfiguration: null,
    environmentId: null,
    environmentVariables: {},
    compute: null,
    deploymentConfiguration: null,
    errorThreshold: -1,
    retrySettings: { maxRetries: 3, timeout: "PT30S", ...(retrySettings as Json | null | undefined) },
    miniBatchSize: 10,
    loggingLevel: "Info",
    model: null,
    maxConcurrencyPerInstance: 1,
    outputAction: "AppendRow",
    outputFileName: "predictions.csv",
    resources: { instanceCount: 1, instanceType: null, properties: null, ...(resources as Json | null | undefined) },
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== null && value !== undefined)),
  };
}

function refusedModelDeployment(properties: Json, collection: EndpointCollection): Reply | undefined {
  const model = modelOf(properties);
  const { environmentId, codeConfiguration } = properties;
  if (model === undefined) return invalid("Model", "The Model field is required.");
  if (versionAt("models", model, collection) === undefined)
    return userError(`The model '${model}' could not be found.`);
  const isCurated = typeof environmentId === "string" && isInRegistry(environmentId);
  if (
    typeof environmentId === "string" &&
    !isCurated &&
    versionAt("environments", environmentId, collection) === undefined
  )
    return userError(`The environment '${environmentId}' could not be found.`);
  const needsCode = !isMlflow(model, collection);
  if (needsCode && (codeConfiguration === undefined || codeConfiguration === null))
    return invalid(
      "CodeConfiguration",
      "The CodeConfiguration field is required for a model that is not an MLflow model.",
    );
  if (needsCode && typeof environmentId !== "string")
    return invalid("EnvironmentId", "The EnvironmentId field is required.");
  return (
    refusedCode(codeConfiguration as Json | null | undefined, collection) ??
    (typeof properties["compute"] === "string"
      ? refusedCompute(properties["compute"], family, collection.store)
      : invalid("Compute", "The Compute field is required."))
  );
}

function refusedPipelineDeployment(properties: Json, collection: EndpointCollection): Reply | undefined {
  const component = componentOf(properties) ?? "";
  if (versionAt("components", component, collection) === undefined)
    return userError(`The component '${component}' could not be found.`);
  const { settings } = (properties["deploymentConfiguration"] ?? {}) as { readonly settings?: Json };
  const compute = settings?.["default_compute"];
  return typeof compute !== "string" || /(^|:)serverless$/i.test(compute)
    ? undefined
    : refusedCompute(compute, family, collection.store);
}

/** Changes tags and description; nothing else of a deployment can be patched. */
export function patchBatchDeployment(
  request: Incoming,
  existing: EndpointDocument,
  faults: readonly Fault[],
  collection: EndpointCollection,
): Reply {
  if (existing.operation !== undefined) return inProgress(existing.endpoint);
  const { tags, properties } = (request.body ?? {}) as EndpointBody;
  const changed: EndpointDocument = {
    ...existing,
    tags: { ...existing.tags, ...tags },
    modifiedAt: new Date().toISOString(),
    properties: {
      ...existing.properties,
      ...(properties?.["description"] === undefined ? {} : { description: properties["description"] }),
      provisioningState: "Updating",
    },
  };
  return acceptedReply(request, collection.begin(request, changed, { verb: "put" }, faults).operation);
}

/** Removes one that is not the default of its endpoint. */
export function deleteBatchDeployment(
  request: Incoming,
  existing: EndpointDocument,
  faults: readonly Fault[],
  collection: EndpointCollection,
): Reply {
  const above = collection.find(family, existing.endpoint);
  if (existing.operation !== undefined || above?.operation !== undefined) return inProgress(existing.endpoint);
  const name = String(existing.deployment);
  if (above !== undefined && defaultOf(above)?.toLowerCase() === name.toLowerCase())
    return userError(
      `The deployment '${name}' is the default deployment of the endpoint '${existing.endpoint}' and cannot be deleted. Set another default first.`,
    );
  const leaving = { ...existing, properties: { ...existing.properties, provisioningState: "Deleting" } };
  return acceptedReply(request, collection.begin(request, leaving, { verb: "delete" }, faults).operation);
}
