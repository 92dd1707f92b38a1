import type { Fault } from "../../faults.ts";
import { armError, ok, type Incoming, type Reply } from "../../server/reply.ts";
import type { Store } from "../../store.ts";
import type { Tokens } from "../../tokens.ts";
import type { Assets } from "../assets.ts";
import { deleteBatchDeployment, patchBatchDeployment, putBatchDeployment } from "./batch-deployments.ts";
import { patchBatchEndpoint, putBatchEndpoint } from "./batch-endpoints.ts";
import { createEndpointCollection, type EndpointCollection, type EndpointSettings } from "./collection.ts";
import { collections, keyOf, sharesOf, type EndpointDocument, type Family, type Shares } from "./document.ts";
import {
  actOnOnlineDeployment,
  deleteOnlineDeployment,
  patchOnlineDeployment,
  putOnlineDeployment,
} from "./online-deployments.ts";
import { actOnOnlineEndpoint, deleteEndpoint, patchOnlineEndpoint, putOnlineEndpoint } from "./online-endpoints.ts";
import { notAllowed, notFound } from "./refused.ts";
import type { DeploymentServers } from "./servers.ts";

/** A map of traffic as an endpoint had it from a write on. */
export type TrafficChange = {
  readonly endpoint: string;
  readonly traffic: Shares;
  readonly mirrorTraffic: Shares;
  /** Milliseconds since the epoch, with fractions. */
  readonly at: number;
};

/** The endpoints of the workspace, with the deployments below them. */
export type Endpoints = {
  readonly handle: (request: Incoming, family: Family, rest: readonly string[], faults: readonly Fault[]) => Reply;
  /** The state of an operation; `undefined` for one that is not theirs. */
  readonly status: (operation: string) => Reply | undefined;
  readonly result: (request: Incoming, operation: string) => Reply | undefined;
  readonly collection: EndpointCollection;
  readonly endOperations: () => void;
  /** Endpoints and deployments of both families, as they are kept. */
  readonly all: () => readonly EndpointDocument[];
  /** Every map of traffic that an online endpoint was given, in order. */
  readonly traffic: () => readonly TrafficChange[];
  /** Removes everything, and ends what serves. */
  readonly empty: () => void;
};

type Target = { readonly endpoint: string; readonly name: string };
type EndpointWrite = (
  request: Incoming,
  name: string,
  faults: readonly Fault[],
  collection: EndpointCollection,
) => Reply;
type DeploymentWrite = (
  request: Incoming,
  target: Target,
  faults: readonly Fault[],
  collection: EndpointCollection,
) => Reply;

/** How each family is written. */
const writes: Readonly<
  Record<
    Family,
    {
      readonly endpoint: Readonly<Record<string, EndpointWrite>>;
      readonly deployment: Readonly<Record<string, DeploymentWrite>>;
    }
  >
> = {
  onlineEndpoints: {
    endpoint: {
      PUT: putOnlineEndpoint,
      PATCH: patchOnlineEndpoint,
      DELETE: (request, name, faults, collection) =>
        deleteEndpoint(request, "onlineEndpoints", name, faults, collection),
    },
    deployment: {
      PUT: putOnlineDeployment,
      PATCH: onExisting("onlineEndpoints", patchOnlineDeployment),
      DELETE: onExisting("onlineEndpoints", deleteOnlineDeployment),
    },
  },
  batchEndpoints: {
    endpoint: {
      PUT: putBatchEndpoint,
      PATCH: patchBatchEndpoint,
      DELETE: (request, name, faults, collection) =>
        deleteEndpoint(request, "batchEndpoints", name, faults, collection),
    },
    deployment: {
      PUT: putBatchDeployment,
      PATCH: onExisting("batchEndpoints", patchBatchDeployment),
      DELETE: onExisting("batchEndpoints", deleteBatchDeployment),
    },
  },
};

/** A write of a deployment that has to be there; deleting one that is not is done at once. */
function onExisting(
  family: Family,
  write: (
    request: Incoming,
    existing: EndpointDocument,
    faults: readonly Fault[],
    collection: EndpointCollection,
  ) => Reply,
): DeploymentWrite {
  return (request, { endpoint, name }, faults, collection) => {
    const existing = collection.find(family, endpoint, name);
    if (existing !== undefined) return write(request, existing, faults, collection);
    return request.method === "DELETE" ? { status: 204 } : notFound(family, endpoint, name);
  };
}

export function createEndpoints(
  parts: {
    readonly store: Store;
    readonly assets: Assets;
    readonly tokens: Tokens;
    readonly servers: DeploymentServers;
  },
  settings: EndpointSettings,
): Endpoints {
  const { store, assets, tokens, servers } = parts;
  const collection = createEndpointCollection(store, assets, servers, settings);
  const { operations } = collection;
  /** Operations whose deployments are on their way up. */
  const underWay = new Set<string>();
  const resume = () => {
    for (const { id, bringsUp, isUp, error, collection: kind, key } of operations.open()) {
      if (bringsUp !== true || isUp === true || error !== undefined || underWay.has(id)) continue;
      const document = store.get<EndpointDocument>(kind, key);
      if (document === undefined) continue;
      underWay.add(id);
      void servers.bringUp(document).then((failure) => {
        underWay.delete(id);
        operations.broughtUp(id, failure);
      });
    }
  };
  const write = (
    request: Incoming,
    family: Family,
    { endpoint, deployment }: { readonly endpoint: string; readonly deployment: string | undefined },
    faults: readonly Fault[],
  ): Reply | undefined => {
    const reply =
      deployment === undefined
        ? writes[family].endpoint[request.method]?.(request, endpoint, faults, collection)
        : writes[family].deployment[request.method]?.(request, { endpoint, name: deployment }, faults, collection);
    if (reply === undefined || reply.status >= 300 || reply.status === 204) return reply;
    const written = collection.find(family, endpoint, deployment);
    if (request.method === "PUT" && family === "onlineEndpoints" && deployment === undefined && written !== undefined)
      record(written, store);
    const failing = faults.find((fault) => fault.kind === "failed-at-once");
    if (failing === undefined || written?.operation === undefined) {
      resume();
      return reply;
    }
    operations.fail(written.operation, { code: failing.code, message: failing.message });
    const failed = collection.find(family, endpoint, deployment);
    return ok(failed === undefined ? {} : collection.shown(failed, request));
  };
  /** What lagging reads show: everything as it was before the last write. */
  let before: readonly EndpointDocument[] | undefined;
  const everything = () =>
    [collections.onlineEndpoints, collections.batchEndpoints]
      .flatMap(({ endpoints, deployments }) => [endpoints, deployments])
      .flatMap((name) => store.list<EndpointDocument>(name).map(({ value }) => value));
  return {
    collection,
    handle: (request, family, rest, faults) => {
      operations.endDue();
      resume();
      const [endpoint, below, deployment, action] = rest;
      const isBelow = below?.toLowerCase() === "deployments";
      if (request.method === "GET") {
        const visible = (faults.some(({ kind }) => kind === "lagging") ? before : undefined) ?? everything();
        return rest.length <= 1 || (isBelow && action === undefined)
          ? read(request, family, rest, { visible, collection })
          : notImplemented(request);
      }
      if (endpoint === undefined || (isBelow && deployment === undefined)) return notAllowed(request.method, "a list");
      if (request.method === "POST") {
        const found = collection.find(family, endpoint, isBelow ? deployment : undefined);
        if (found === undefined) return notFound(family, endpoint, isBelow ? deployment : undefined);
        return act(request, found, isBelow ? action : below, faults) ?? notImplemented(request);
      }
      const earlier = everything();
      const reply = write(request, family, { endpoint, deployment: isBelow ? deployment : undefined }, faults);
      if (reply !== undefined && reply.status < 300) before = earlier;
      return reply ?? notAllowed(request.method, family);
    },
    status: (operation) => {
      resume();
      return operations.status(operation);
    },
    result: operations.result,
    endOperations: operations.endAll,
    all: () => {
      operations.endDue();
      return everything();
    },
    traffic: () => store.list<TrafficChange>("traffic").map(({ value }) => value),
    empty: () => {
      servers.clear();
      for (const name of emptied) for (const { key } of store.list(name)) store.remove(name, key);
      before = undefined;
    },
  };

  function act(
    request: Incoming,
    found: EndpointDocument,
    action: string | undefined,
    faults: readonly Fault[],
  ): Reply | undefined {
    if (action === undefined || found.family === "batchEndpoints") return undefined;
    return found.deployment === undefined
      ? actOnOnlineEndpoint(request, found, action, faults, { ...collection, tokens })
      : actOnOnlineDeployment(request, found, action, servers);
  }
}

/** A list, or one of it. @param path of an endpoint, and of a deployment below it. */
function read(
  request: Incoming,
  family: Family,
  path: readonly string[],
  { visible, collection }: { readonly visible: readonly EndpointDocument[]; readonly collection: EndpointCollection },
): Reply {
  const [endpoint, , deployment] = path;
  const own = visible.filter((one) => one.family === family);
  const isEndpoint = (one: EndpointDocument) => one.deployment === undefined;
  if (endpoint === undefined) return collection.listed(own.filter(isEndpoint), request);
  const above = own.find((one) => isEndpoint(one) && keyOf(one) === endpoint.toLowerCase());
  if (above === undefined) return notFound(family, endpoint);
  const isBelow = (one: EndpointDocument) => !isEndpoint(one) && one.endpoint === above.endpoint;
  if (path.length === 2) return collection.listed(own.filter(isBelow), request);
  const key = keyOf({ endpoint, ...(deployment === undefined ? {} : { deployment }) });
  const found = own.find((one) => keyOf(one) === key);
  return found === undefined ? notFound(family, endpoint, deployment) : ok(collection.shown(found, request));
}

/** What an emptied workspace has no more. */
const emptied = [
  ...Object.values(collections.onlineEndpoints),
  ...Object.values(collections.batchEndpoints),
  "endpoint-operations",
  "batch-invocations",
  "batch-work",
  "traffic",
  "takenEndpointNames",
  "unavailable-images",
  "registry-assets",
];

function record(endpoint: EndpointDocument, store: Store): void {
  const change: TrafficChange = {
    endpoint: endpoint.endpoint,
    traffic: sharesOf(endpoint, "traffic"),
    mirrorTraffic: sharesOf(endpoint, "mirrorTraffic"),
    at: performance.timeOrigin + performance.now(),
  };
  store.put("traffic", crypto.randomUUID(), change);
}

function notImplemented({ method, path }: Incoming): Reply {
  return armError(404, "NotFound", `The emulator does not implement ${method} ${path}.`);
}
