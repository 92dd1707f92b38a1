import type { Fault } from "../../faults.ts";
import type { Incoming, Reply } from "../../server/reply.ts";
import type { Json } from "../computes/document.ts";
import { acceptedReply, identityOf, putReply, type EndpointBody, type EndpointCollection } from "./collection.ts";
import { nameOf, type EndpointDocument } from "./document.ts";
import { inProgress, invalid, notFound, refusedName, userError } from "./refused.ts";
import { authModeOf, isBusy, refusedNew } from "./online-endpoints.ts";

const family = "batchEndpoints";

/** The name of the deployment that is invoked where no other is named. */
export function defaultOf({ properties }: EndpointDocument): string | undefined {
  const name = ((properties["defaults"] ?? {}) as Json)["deploymentName"];
  return typeof name === "string" && name !== "" ? name : undefined;
}

/** Creates an endpoint, or replaces everything that is set on it. */
export function putBatchEndpoint(
  request: Incoming,
  name: string,
  faults: readonly Fault[],
  collection: EndpointCollection,
): Reply {
  const { location, tags, identity, properties } = (request.body ?? {}) as EndpointBody;
  const existing = collection.find(family, name);
  const wanted = properties ?? {};
  const refused =
    refusedName(name, "endpoint") ??
    (location === undefined ? userError("The location of the endpoint is missing.") : undefined) ??
    (authModeOf(wanted["authMode"]) === "AADToken"
      ? undefined
      : invalid("AuthMode", "Batch endpoints have the AuthMode AADToken.")) ??
    (existing === undefined ? refusedNew(name, collection) : undefined) ??
    (existing !== undefined && isBusy(existing, collection) ? inProgress(existing.endpoint) : undefined) ??
    refusedDefault(wanted["defaults"], name, collection);
  if (refused !== undefined) return refused;
  const now = new Date().toISOString();
  const known = identityOf(identity, existing?.identity);
  const document: EndpointDocument = {
    family,
    endpoint: existing?.endpoint ?? name,
    location: location ?? "",
    tags: tags ?? {},
    ...(known === undefined ? {} : { identity: known }),
    properties: {
      description: wanted["description"] ?? null,
      authMode: "AADToken",
      defaults: { deploymentName: null, ...(wanted["defaults"] as Json | null | undefined) },
      properties: wanted["properties"] ?? {},
      provisioningState: existing === undefined ? "Creating" : "Updating",
    },
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

function refusedDefault(defaults: unknown, endpoint: string, collection: EndpointCollection): Reply | undefined {
  const name = ((defaults ?? {}) as Json)["deploymentName"];
  if (typeof name !== "string" || name === "") return undefined;
  const isThere = collection
    .deployments(family, endpoint)
    .some((one) => nameOf(one).toLowerCase() === name.toLowerCase());
  return isThere
    ? undefined
    : invalid("Defaults", `The default deployment '${name}' does not exist below the endpoint '${endpoint}'.`);
}

/** Changes tags and identity; nothing else of an endpoint can be patched. */
export function patchBatchEndpoint(
  request: Incoming,
  name: string,
  faults: readonly Fault[],
  collection: EndpointCollection,
): Reply {
  const existing = collection.find(family, name);
  if (existing === undefined) return notFound(family, name);
  if (isBusy(existing, collection)) return inProgress(existing.endpoint);
  const { tags, properties } = (request.body ?? {}) as EndpointBody;
  if (properties !== undefined) return invalid("Properties", "Only tags and identity can be patched.");
  const changed: EndpointDocument = {
    ...existing,
    tags: { ...existing.tags, ...tags },
    modifiedAt: new Date().toISOString(),
    properties: { ...existing.properties, provisioningState: "Updating" },
  };
  return acceptedReply(request, collection.begin(request, changed, { verb: "put" }, faults).operation);
}
