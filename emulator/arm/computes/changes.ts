import type { Fault } from "../../faults.ts";
import { armError, type Incoming, type Reply } from "../../server/reply.ts";
import { seeded } from "../../settings.ts";
import { recordOrphan } from "./attachments.ts";
import { keyOf, type Collection } from "./collection.ts";
import { ownPart, timestamp, type ComputeDocument, type Json } from "./document.ts";
import type { EmulatedKind } from "./kind.ts";
import { emulatedKinds, kindOf } from "./kinds.ts";

export function notFound(name: string): Reply {
  return armError(404, "ResourceNotFound", `Compute ${name} not found in workspace ${seeded.workspace}.`);
}

function inProgress(name: string): Reply {
  return armError(409, "Conflict", `Another operation on compute '${name}' is in progress.`);
}

/** Changes what the kind lets be patched. */
export function patchCompute(request: Incoming, name: string, faults: readonly Fault[], collection: Collection): Reply {
  const existing = collection.find(name);
  if (existing === undefined) return notFound(name);
  if (existing.operation !== undefined) return inProgress(name);
  const kind = kindOf(existing.properties);
  const { properties } = (request.body ?? {}) as { readonly properties?: { readonly properties?: Json } };
  const patched = kind?.patched?.(properties?.properties ?? {});
  if (kind === undefined || patched === undefined)
    return armError(400, "BadRequest", `This cannot be patched on compute '${name}'.`);
  const operation = collection.operations.begin(
    request,
    { compute: keyOf(name), verb: "put", seconds: collection.seconds(kind) },
    faults,
  );
  const document: ComputeDocument = {
    ...existing,
    operation: operation.id,
    properties: {
      ...existing.properties,
      provisioningState: "Updating",
      modifiedOn: timestamp(),
      properties: { ...ownPart(existing), ...kind.kept?.(collection.now(existing)), ...patched },
    },
  };
  collection.save(document);
  return { status: 202, headers: operation.headers, body: collection.shown(document) };
}

/** Deletes what the service made, and detaches what was attached. */
export function removeCompute(
  request: Incoming,
  name: string,
  faults: readonly Fault[],
  collection: Collection,
): Reply {
  const action = request.query.get("underlyingResourceAction")?.toLowerCase();
  if (action !== "detach" && action !== "delete")
    return armError(400, "BadRequest", "The query parameter underlyingResourceAction is required: Delete or Detach.");
  const existing = collection.find(name);
  if (existing === undefined) return { status: 204 };
  if (existing.operation !== undefined) return inProgress(name);
  const isAttached = existing.properties["isAttachedCompute"] === true;
  if (isAttached && action === "delete")
    return armError(400, "BadRequest", `Compute '${name}' is attached and cannot be deleted; detach it.`);
  if (!isAttached && action === "detach") recordOrphan(collection.store, existing);
  const operation = collection.operations.begin(
    request,
    {
      compute: keyOf(name),
      verb: "delete",
      seconds: collection.seconds(kindOf(existing.properties)),
      takesResource: action === "delete",
    },
    faults,
  );
  collection.save({
    ...existing,
    operation: operation.id,
    properties: { ...existing.properties, provisioningState: "Deleting" },
  });
  return { status: 202, headers: operation.headers };
}

/** An action that only some kinds have, such as the power of an instance. */
export function actOn(
  request: Incoming,
  existing: ComputeDocument,
  action: string,
  faults: readonly Fault[],
  collection: Collection,
): Reply {
  const kind = kindOf(existing.properties);
  const has = (one: EmulatedKind | undefined) => one?.actions?.[action.toLowerCase()];
  if (request.method !== "POST" || ![...emulatedKinds.values()].some(has))
    return armError(404, "NotFound", `A compute has no action ${action}.`);
  const act = has(kind);
  if (act === undefined) return armError(400, "BadRequest", `Compute '${existing.name}' has no action ${action}.`);
  if (existing.operation !== undefined) return inProgress(existing.name);
  const result = act((request.body ?? {}) as Json);
  if ("refused" in result) return result.refused;
  const change = (rest: Partial<ComputeDocument>, provisioningState: string) =>
    collection.save({
      ...existing,
      ...rest,
      properties: {
        ...existing.properties,
        provisioningState,
        properties: { ...ownPart(existing), ...result.changed },
      },
    });
  if (!("takesOperation" in result)) {
    change({}, "Succeeded");
    return { status: 200 };
  }
  const operation = collection.operations.begin(
    request,
    { compute: keyOf(existing.name), verb: "put", seconds: collection.seconds(kind) },
    faults,
  );
  change({ operation: operation.id }, "Updating");
  return { status: 202, headers: operation.headers };
}
