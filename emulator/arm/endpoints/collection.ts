import { randomUUID } from "node:crypto";
import type { Fault } from "../../faults.ts";
import { page, type Incoming, type Reply } from "../../server/reply.ts";
import { seeded } from "../../settings.ts";
import type { Store } from "../../store.ts";
import type { Assets } from "../assets.ts";
import type { Json } from "../computes/document.ts";
import type { End, Failure } from "../course.ts";
import { collectionOf, collections, keyOf, nameOf, type EndpointDocument, type Family } from "./document.ts";
import {
  createEndpointOperations,
  operationHeaders,
  operationUri,
  type EndpointOperation,
  type EndpointOperations,
} from "./operations.ts";
import { pathOf } from "./refused.ts";

/** What runs behind online deployments. */
export type Servers = {
  /** Brings a deployment up in the place of what it served before. @returns why that failed; what served before goes on. */
  readonly bringUp: (deployment: EndpointDocument) => Promise<Failure | undefined>;
  readonly drop: (key: string) => void;
};

export type EndpointSettings = {
  /** Seconds that an operation takes, by the collection's name; `default` for the others. */
  readonly durations: Readonly<Record<string, number>>;
  readonly pageSize: number;
};

/** Endpoints and deployments as they are kept, with the operations on them. */
export type EndpointCollection = {
  readonly store: Store;
  readonly assets: Assets;
  readonly operations: EndpointOperations;
  readonly find: (family: Family, endpoint: string, deployment?: string) => EndpointDocument | undefined;
  readonly endpoints: (family: Family) => readonly EndpointDocument[];
  readonly deployments: (family: Family, endpoint: string) => readonly EndpointDocument[];
  readonly save: (document: EndpointDocument) => void;
  /** Begins an operation on what is to be kept, and keeps it. @returns the operation and the document with it. */
  readonly begin: (
    request: Incoming,
    document: EndpointDocument,
    operation: Pick<EndpointOperation, "verb" | "bringsUp">,
    faults: readonly Fault[],
  ) => { readonly operation: EndpointOperation; readonly document: EndpointDocument };
  /** As GET shows it. */
  readonly shown: (document: EndpointDocument, request: Incoming) => unknown;
  /** One page of a list. */
  readonly listed: (documents: readonly EndpointDocument[], request: Incoming) => Reply;
  readonly servers: Servers;
};

export function createEndpointCollection(
  store: Store,
  assets: Assets,
  servers: Servers,
  settings: EndpointSettings,
): EndpointCollection {
  const all = (collection: string) => store.list<EndpointDocument>(collection).map(({ value }) => value);
  const operations = createEndpointOperations(store, (operation, how) => endOn(operation, how, store, servers));
  const seconds = (collection: string) => settings.durations[collection] ?? settings.durations["default"] ?? 1;
  const save = (document: EndpointDocument) => store.put(collectionOf(document), keyOf(document), document);
  const shown = (document: EndpointDocument, request: Incoming) => shownAs(document, request);
  return {
    store,
    assets,
    operations,
    find: (family, endpoint, deployment) => {
      const wanted = { family, endpoint, ...(deployment === undefined ? {} : { deployment }) };
      return store.get<EndpointDocument>(collectionOf(wanted), keyOf(wanted));
    },
    endpoints: (family) => all(collections[family].endpoints),
    deployments: (family, endpoint) =>
      all(collections[family].deployments).filter((one) => one.endpoint.toLowerCase() === endpoint.toLowerCase()),
    save,
    begin: (request, document, { verb, bringsUp }, faults) => {
      const collection = collectionOf(document);
      const operation = operations.begin(
        request,
        { collection, key: keyOf(document), verb, ...(bringsUp === true ? { bringsUp } : {}) },
        { seconds: seconds(collection) },
        faults,
      );
      const kept = { ...document, operation: operation.id, lastOperation: operation.id };
      save(kept);
      return { operation, document: kept };
    },
    shown,
    listed: (documents, request) =>
      page(
        documents.map((document) => shown(document, request)),
        request,
        settings.pageSize,
      ),
    servers,
  };
}

/** What the end of an operation leaves of what it was about. */
function endOn(operation: EndpointOperation, how: End, store: Store, servers: Servers): void {
  const { collection, key, verb } = operation;
  const document = store.get<EndpointDocument>(collection, key);
  if (document === undefined || document.operation !== operation.id) return;
  const { operation: _, nextKeys, ...rest } = document;
  if (verb === "delete" && how === "Succeeded") {
    remove(document, store, servers);
    return;
  }
  if (verb === "keys") {
    store.put(collection, key, how === "Succeeded" && nextKeys !== undefined ? { ...rest, keys: nextKeys } : rest);
    return;
  }
  store.put(collection, key, {
    ...rest,
    ...(how === "Succeeded" ? { everSucceeded: true } : {}),
    modifiedAt: new Date().toISOString(),
    properties: { ...document.properties, provisioningState: how },
  });
}

/** An endpoint goes with its deployments. */
function remove(document: EndpointDocument, store: Store, servers: Servers): void {
  const { deployments } = collections[document.family];
  const below =
    document.deployment === undefined
      ? store
          .list<EndpointDocument>(deployments)
          .filter(({ value }) => value.endpoint.toLowerCase() === document.endpoint.toLowerCase())
          .map(({ key }) => key)
      : [];
  for (const key of below) {
    store.remove(deployments, key);
    servers.drop(key);
  }
  store.remove(collectionOf(document), keyOf(document));
  if (document.deployment !== undefined) servers.drop(keyOf(document));
}

function shownAs(document: EndpointDocument, request: Incoming): unknown {
  const { family, endpoint, deployment, location, tags, kind, identity, sku, properties, createdAt, modifiedAt } =
    document;
  const own = (properties["properties"] ?? {}) as Json;
  const operation = document.lastOperation;
  return {
    id: pathOf(family, endpoint, deployment),
    name: nameOf(document),
    type: `Microsoft.MachineLearningServices/workspaces/${family}${deployment === undefined ? "" : "/deployments"}`,
    location,
    tags,
    ...(sku === undefined ? {} : { sku }),
    ...(kind === undefined ? {} : { kind }),
    ...(identity === undefined ? {} : { identity }),
    properties: {
      ...properties,
      properties: {
        ...own,
        ...(deployment === undefined ? { "azureml.onlineendpointid": pathOf(family, endpoint).toLowerCase() } : {}),
        ...(operation === undefined
          ? {}
          : { AzureAsyncOperationUri: operationUri(request, operation, document.apiVersion) }),
      },
      ...(deployment === undefined ? addressesOf(document, request) : {}),
    },
    systemData: {
      createdAt,
      createdBy: seeded.clientId,
      createdByType: "Application",
      lastModifiedAt: modifiedAt,
    },
  };
}

/** Not there as long as the endpoint is being made. */
function addressesOf({ family, endpoint, properties }: EndpointDocument, { endpoints }: Incoming): Json {
  const isThere = properties["provisioningState"] !== "Creating";
  const root = endpoints.inference(endpoint);
  return family === "batchEndpoints"
    ? { scoringUri: isThere ? `${root}/jobs` : null, swaggerUri: null }
    : {
        scoringUri: isThere ? `${root}/score` : null,
        swaggerUri: isThere ? `${root}/swagger.json` : null,
      };
}

/** A system-assigned identity gets a principal of its own, and keeps it. */
export function identityOf(wanted: Json | null | undefined, known: Json | undefined): Json | undefined {
  if (wanted === undefined || wanted === null) return undefined;
  const users = Object.keys(wanted["userAssignedIdentities"] ?? {});
  return {
    ...wanted,
    ...(/system/i.test(String(wanted["type"]))
      ? { type: String(wanted["type"]).replace(/systemassigned/i, "SystemAssigned") }
      : {}),
    ...(/system/i.test(String(wanted["type"]))
      ? { principalId: known?.["principalId"] ?? randomUUID(), tenantId: seeded.tenantId }
      : {}),
    ...(users.length === 0
      ? {}
      : {
          userAssignedIdentities: Object.fromEntries(
            users.map((id) => [id, { principalId: randomUUID(), clientId: randomUUID() }]),
          ),
        }),
  };
}

/** What a PUT or a PATCH sends. */
export type EndpointBody = {
  readonly location?: string;
  readonly tags?: Json | null;
  readonly identity?: Json | null;
  readonly sku?: Json | null;
  readonly properties?: Json | null;
};

/** The answer to a PUT: the resource as it is being made, and where its operation is followed. */
export function putReply(
  request: Incoming,
  isNew: boolean,
  { operation, document }: ReturnType<EndpointCollection["begin"]>,
  { shown }: Pick<EndpointCollection, "shown">,
): Reply {
  const path = pathOf(document.family, document.endpoint, document.deployment);
  return {
    status: isNew ? 201 : 200,
    headers: operationHeaders(request, operation, path),
    body: shown(document, request),
  };
}

/** The answer to what has no body of its own: `null`. */
export function acceptedReply(request: Incoming, operation: EndpointOperation): Reply {
  return { status: 202, headers: operationHeaders(request, operation), body: null };
}
