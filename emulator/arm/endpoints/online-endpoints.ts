import { randomBytes } from "node:crypto";
import type { Fault } from "../../faults.ts";
import { ok, type Incoming, type Reply } from "../../server/reply.ts";
import type { Tokens } from "../../tokens.ts";
import type { Json } from "../computes/document.ts";
import { acceptedReply, identityOf, putReply, type EndpointBody, type EndpointCollection } from "./collection.ts";
import { refusedCompute } from "./computes.ts";
import { nameOf, stateOf, type EndpointDocument, type Family } from "./document.ts";
import { inProgress, invalid, notFound, refusedName, userError } from "./refused.ts";
import { normalized, refusedMirror, refusedTraffic } from "./traffic.ts";

const family = "onlineEndpoints";
const authModes = ["Key", "AMLToken", "AADToken"];
/** Seconds for which a token of the service is good, and after which a fresh one is to be asked for. */
const tokenSeconds = { expiry: 12 * 3600, refresh: 1800 };

/** Creates an endpoint, or replaces everything that is set on it. */
export function putOnlineEndpoint(
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
    (authModeOf(wanted["authMode"]) !== undefined
      ? undefined
      : invalid("AuthMode", `AuthMode is one of ${authModes.join(", ")}.`)) ??
    (existing === undefined ? refusedNew(name, collection) : refusedWrite(existing, collection)) ??
    refusedClusterOf(wanted["compute"], existing, collection);
  if (refused !== undefined) return refused;
  const deployments = collection.deployments(family, name).map(nameOf);
  const isManaged = typeof wanted["compute"] !== "string";
  const around = { deployments, isManaged };
  const refusedShares =
    refusedTraffic(wanted["traffic"], around) ?? refusedMirror(wanted["mirrorTraffic"], wanted["traffic"], around);
  if (refusedShares !== undefined) return refusedShares;
  const now = new Date().toISOString();
  const known = identityOf(identity, existing?.identity);
  const document: EndpointDocument = {
    family,
    endpoint: existing?.endpoint ?? name,
    location: location ?? "",
    tags: tags ?? {},
    kind: isManaged ? "Managed" : "K8S",
    ...(known === undefined ? {} : { identity: known }),
    properties: {
      description: wanted["description"] ?? null,
      compute: wanted["compute"] ?? null,
      mirrorTraffic: normalized(wanted["mirrorTraffic"], deployments),
      publicNetworkAccess: wanted["publicNetworkAccess"] ?? "Enabled",
      keys: null,
      authMode: authModeOf(wanted["authMode"]),
      properties: wanted["properties"] ?? {},
      traffic: normalized(wanted["traffic"], deployments),
      provisioningState: existing === undefined ? "Creating" : "Updating",
    },
    createdAt: existing?.createdAt ?? now,
    modifiedAt: now,
    apiVersion: request.query.get("api-version") ?? "",
    keys: existing?.keys ?? keysOf(wanted["keys"]),
    ...(existing?.everSucceeded === true ? { everSucceeded: true } : {}),
  };
  return putReply(
    request,
    existing === undefined,
    collection.begin(request, document, { verb: "put" }, faults),
    collection,
  );
}

/** Clients write it in cases of their own. */
export function authModeOf(wanted: unknown): string | undefined {
  return authModes.find((one) => one.toLowerCase() === String(wanted).toLowerCase());
}

function keysOf(given: unknown): { readonly primaryKey: string; readonly secondaryKey: string } {
  const { primaryKey, secondaryKey } = (given ?? {}) as {
    readonly primaryKey?: string;
    readonly secondaryKey?: string;
  };
  return { primaryKey: primaryKey ?? newKey(), secondaryKey: secondaryKey ?? newKey() };
}

function newKey(): string {
  return randomBytes(24).toString("base64url");
}

/** Names are taken for the whole region, by endpoints of either family. */
export function refusedNew(
  name: string,
  { store, find }: Pick<EndpointCollection, "store" | "find">,
): Reply | undefined {
  const isTaken =
    store.get("takenEndpointNames", name.toLowerCase()) !== undefined ||
    (["onlineEndpoints", "batchEndpoints"] as const).some((one: Family) => find(one, name) !== undefined);
  return isTaken
    ? userError(
        "An endpoint with this name already exists. If you are trying to create a new endpoint, use a different name.",
      )
    : undefined;
}

/** Why an endpoint cannot be changed now. */
function refusedWrite(existing: EndpointDocument, collection: EndpointCollection): Reply | undefined {
  if (isBusy(existing, collection)) return inProgress(existing.endpoint);
  return stateOf(existing) === "Failed" && existing.everSucceeded !== true
    ? invalid(
        "",
        `Specified endpoint [${existing.endpoint}] has not been created successfully. Please recreate the endpoint.`,
      )
    : undefined;
}

/** An operation on an endpoint, or on any of its deployments, keeps others on the endpoint away. */
export function isBusy(endpoint: EndpointDocument, collection: Pick<EndpointCollection, "deployments">): boolean {
  return (
    endpoint.operation !== undefined ||
    collection.deployments(endpoint.family, endpoint.endpoint).some(({ operation }) => operation !== undefined)
  );
}

function refusedClusterOf(
  compute: unknown,
  existing: EndpointDocument | undefined,
  { store }: EndpointCollection,
): Reply | undefined {
  const before = existing?.properties["compute"];
  if (existing !== undefined && String(before ?? "").toLowerCase() !== String(compute ?? "").toLowerCase())
    return invalid("Compute", "The compute of an endpoint cannot be changed.");
  return typeof compute === "string" ? refusedCompute(compute, family, store) : undefined;
}

/** Changes tags and identity; nothing else of an endpoint can be patched. */
export function patchOnlineEndpoint(
  request: Incoming,
  name: string,
  faults: readonly Fault[],
  collection: EndpointCollection,
): Reply {
  const existing = collection.find(family, name);
  if (existing === undefined) return notFound(family, name);
  const { tags, identity, properties } = (request.body ?? {}) as EndpointBody;
  const refused =
    refusedWrite(existing, collection) ??
    (properties === undefined ? undefined : invalid("Properties", "Only tags and identity can be patched."));
  if (refused !== undefined) return refused;
  const known = identityOf(identity, existing.identity);
  const changed: EndpointDocument = {
    ...existing,
    tags: { ...existing.tags, ...tags },
    ...(known === undefined ? {} : { identity: known }),
    modifiedAt: new Date().toISOString(),
    properties: { ...existing.properties, provisioningState: "Updating" },
  };
  return acceptedReply(request, collection.begin(request, changed, { verb: "put" }, faults).operation);
}

export function deleteEndpoint(
  request: Incoming,
  which: Family,
  name: string,
  faults: readonly Fault[],
  collection: EndpointCollection,
): Reply {
  const existing = collection.find(which, name);
  if (existing === undefined) return { status: 204 };
  if (isBusy(existing, collection)) return inProgress(existing.endpoint);
  const leaving = { ...existing, properties: { ...existing.properties, provisioningState: "Deleting" } };
  return acceptedReply(request, collection.begin(request, leaving, { verb: "delete" }, faults).operation);
}

/** `listKeys`, `regenerateKeys`, `token`. @returns `undefined` for other actions. */
export function actOnOnlineEndpoint(
  request: Incoming,
  endpoint: EndpointDocument,
  action: string,
  faults: readonly Fault[],
  parts: EndpointCollection & { readonly tokens: Tokens },
): Reply | undefined {
  const mode = endpoint.properties["authMode"];
  const wrongMode = (wanted: string) =>
    mode === wanted
      ? undefined
      : invalid(
          "",
          `The endpoint [${endpoint.endpoint}] has the auth mode ${String(mode)}, which this needs to be ${wanted}.`,
        );
  switch (action.toLowerCase()) {
    case "listkeys":
      return wrongMode("Key") ?? ok(endpoint.keys);
    case "token":
      return wrongMode("AMLToken") ?? ok(tokenFor(endpoint.endpoint, parts.tokens));
    case "regeneratekeys":
      return wrongMode("Key") ?? regenerateKeys(request, endpoint, faults, parts);
    default:
      return undefined;
  }
}

function regenerateKeys(
  request: Incoming,
  endpoint: EndpointDocument,
  faults: readonly Fault[],
  collection: EndpointCollection,
): Reply {
  if (endpoint.operation !== undefined) return inProgress(endpoint.endpoint);
  const { keyType, keyValue } = (request.body ?? {}) as { readonly keyType?: string; readonly keyValue?: string };
  const keys = endpoint.keys ?? keysOf(undefined);
  const which = keyType?.toLowerCase() === "secondary" ? "secondaryKey" : "primaryKey";
  // The official client sends the key that is to be replaced.
  const value = keyValue === undefined || keyValue === keys[which] ? newKey() : keyValue;
  const nextKeys = { ...keys, [which]: value };
  const { operation } = collection.begin(request, { ...endpoint, nextKeys }, { verb: "keys" }, faults);
  return acceptedReply(request, operation);
}

/** What a client of an endpoint shows for `AMLToken`; times are seconds since the epoch. */
function tokenFor(endpoint: string, tokens: Tokens): Json {
  const now = Math.floor(Date.now() / 1000);
  return {
    accessToken: tokens.issueAccess({ aud: "azureml", iss: "azureml", endpointName: endpoint }, tokenSeconds.expiry),
    tokenType: "Bearer",
    expiryTimeUtc: now + tokenSeconds.expiry,
    refreshAfterTimeUtc: now + tokenSeconds.refresh,
  };
}
