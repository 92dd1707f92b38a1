import { createHash, randomUUID } from "node:crypto";
import type { Fault } from "../../faults.ts";
import type { ResourceDocument } from "../../resources/resource.ts";
import { ok, page, type Incoming, type Reply } from "../../server/reply.ts";
import type { Store } from "../../store.ts";
import { actOn, notFound, patchCompute, removeCompute } from "./changes.ts";
import { createCollection, keyOf, type Collection, type ComputeSettings } from "./collection.ts";
import { ownPart, type CarriedOut, type ComputeDocument } from "./document.ts";
import { kindOf } from "./kinds.ts";
import { putCompute } from "./put.ts";

/** The computes of a workspace: asynchronous, exclusive per resource, honest about what they keep. */
export type Computes = {
  readonly handle: (
    request: Incoming,
    name: string | undefined,
    action: string | undefined,
    faults: readonly Fault[],
  ) => Reply;
  /** The state of an operation. */
  readonly status: (operation: string) => Reply;
  readonly all: () => readonly ComputeDocument[];
  /** A list of a region's usages, with what the computes hold. */
  readonly usages: (list: ResourceDocument) => ResourceDocument;
  /** Whether one has this name and keeps it to itself in the whole region. */
  readonly holdsRegionalName: (name: string) => boolean;
  /** Ends the operations that are due. */
  readonly endDue: () => void;
  /** Ends all operations, even those that would never end. */
  readonly endOperations: () => void;
  /** Nothing was written before: lagging reads have nothing to show. */
  readonly forget: () => void;
};

type Write = typeof putCompute;

const writes: Readonly<Record<string, Write>> = { PUT: putCompute, PATCH: patchCompute, DELETE: removeCompute };

export function createComputes(store: Store, settings: ComputeSettings): Computes {
  const collection = createCollection(store, settings);
  const { operations, all, shown } = collection;
  /** What lagging reads show: the computes as they were before the last write. */
  let before: readonly ComputeDocument[] | undefined;
  return {
    handle: (request, name, action, faults) => {
      operations.endDue();
      const visible = (faults.some(({ kind }) => kind === "lagging") ? before : undefined) ?? all();
      if (name === undefined) return page(visible.map(shown), request, settings.pageSize);
      const write = writes[request.method];
      if (write !== undefined) {
        const earlier = all();
        const reply = write(request, name, faults, collection);
        if (reply.status >= 300 || reply.status === 204) return reply;
        before = earlier;
        const found = earlier.find((compute) => keyOf(compute.name) === keyOf(name));
        record(request, name, found, collection);
        return failedAtOnce(name, faults, collection) ?? reply;
      }
      const existing = visible.find((compute) => keyOf(compute.name) === keyOf(name));
      if (existing === undefined) return notFound(name);
      if (action === "listNodes") {
        const nodes = kindOf(existing.properties)?.nodes?.(collection.now(existing)) ?? [];
        return ok({ nodes, nextLink: null });
      }
      if (action === undefined) return ok(shown(existing));
      const earlier = all();
      const acted = actOn(request, existing, action, faults, collection);
      if (acted.status < 300) before = earlier;
      return acted;
    },
    status: operations.status,
    all,
    usages: collection.context.capacity.usages,
    holdsRegionalName: (name) => {
      const found = collection.find(name);
      return found !== undefined && kindOf(found.properties)?.nameIsRegional === true;
    },
    endDue: operations.endDue,
    endOperations: operations.endAll,
    forget: () => {
      before = undefined;
    },
  };
}

/** Writes down a write that was carried out. @param found what had the name before. */
function record(
  request: Incoming,
  name: string,
  found: ComputeDocument | undefined,
  { store, find }: Collection,
): void {
  const made = find(name);
  const written = made ?? found;
  const { computeType, resourceId } = written?.properties ?? {};
  const namespace = written === undefined ? undefined : ownPart(written)["namespace"];
  const done: CarriedOut = {
    method: request.method,
    name: made?.name ?? name,
    computeType: String(computeType),
    ...(typeof resourceId === "string" ? { resourceId } : {}),
    ...(typeof namespace === "string" ? { namespace } : {}),
    body: createHash("sha256").update(request.text).digest("hex"),
    ...(found === undefined ? {} : { found: String(found.properties["provisioningState"]) }),
  };
  store.put("writes", randomUUID(), done);
}

/** The fault of a write that answers 200, with a body that says that the provisioning failed. */
function failedAtOnce(name: string, faults: readonly Fault[], collection: Collection): Reply | undefined {
  const failure = faults.find((fault) => fault.kind === "failed-at-once");
  const operation = collection.find(name)?.operation;
  if (failure === undefined || operation === undefined || !collection.operations.isKnown(operation)) return undefined;
  collection.operations.fail(operation, { code: failure.code, message: failure.message });
  const failed = collection.find(name);
  return ok(failed === undefined ? {} : collection.shown(failed));
}
