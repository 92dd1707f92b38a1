import { randomUUID } from "node:crypto";
import type { Fault } from "../../faults.ts";
import type { ResourceDocument } from "../../resources/resource.ts";
import { armError, type Incoming, type Reply } from "../../server/reply.ts";
import { seeded } from "../../settings.ts";
import { adoptOrphan, breakOthers } from "./attachments.ts";
import { keyOf, type Collection } from "./collection.ts";
import { ownPart, timestamp, type ComputeDocument, type Json } from "./document.ts";
import type { EmulatedKind, WantedCompute } from "./kind.ts";
import { kindOf } from "./kinds.ts";

const namePattern = /^[a-zA-Z](?![a-zA-Z0-9-]*-\d+$)[a-zA-Z0-9-]{2,23}$/;

type Body = {
  readonly location?: string;
  readonly tags?: Json;
  readonly identity?: Json | null;
  readonly properties?: Json;
};

/** Creates, attaches or updates a compute. */
export function putCompute(request: Incoming, name: string, faults: readonly Fault[], collection: Collection): Reply {
  const { store, operations, context } = collection;
  const body = (request.body ?? {}) as Body;
  const { location, properties = {} } = body;
  if (!namePattern.test(name))
    return armError(
      400,
      "BadRequest",
      "Compute name is invalid. It can include letters, digits and dashes. It must start with a letter, end with a letter or digit, and be between 3 and 24 characters in length.",
    );
  if (location === undefined)
    return armError(400, "LocationRequired", "The location property is required for this definition.");
  const kind = kindOf(properties);
  if (kind === undefined || !isAccepted(kind, request.query.get("api-version") ?? ""))
    return armError(400, "BadRequest", `Unknown compute type '${String(properties["computeType"] ?? "")}'.`);
  const existing = collection.find(name);
  if (existing?.operation !== undefined)
    return armError(409, "Conflict", `Another operation on compute '${name}' is in progress.`);
  if (existing?.properties["provisioningState"] === "Failed")
    return armError(400, "BadRequest", `Compute '${name}' is in a failed state. Delete it first.`);
  const wanted: WantedCompute = { name, location, own: ownPart({ properties }) };
  const refused =
    existing === undefined
      ? checkNew(kind, wanted, properties, collection)
      : checkUpdate(kind, existing, properties, collection);
  if (refused !== undefined) return refused;

  const resourceId = properties["resourceId"];
  const attaches = kind.origin !== "made" && typeof resourceId === "string";
  if (attaches) {
    breakOthers(store, collection.all(), { name, properties });
    adoptOrphan(store, resourceId);
  }
  const operation = operations.begin(
    request,
    {
      compute: keyOf(name),
      verb: "put",
      seconds: collection.seconds(kind),
      failure: attaches ? kind.missing?.(resourceId, context.store) : undefined,
    },
    faults,
  );
  const document: ComputeDocument = {
    id: `${request.path.replace(/\/computes\/[^/]+$/, "")}/computes/${existing?.name ?? name}`,
    name: existing?.name ?? name,
    location: attaches ? seeded.location : location,
    tags: body.tags ?? null,
    ...(body.identity === undefined || body.identity === null ? {} : { identity: identityOf(body.identity) }),
    operation: operation.id,
    properties: propertiesOf(kind, { location, properties, attaches, existing }, collection),
  };
  collection.save(document);
  return { status: 201, headers: operation.headers, body: collection.shown(document) };
}

function propertiesOf(
  kind: EmulatedKind,
  put: {
    readonly location: string;
    readonly properties: Json;
    readonly attaches: boolean;
    readonly existing: ComputeDocument | undefined;
  },
  { store, now }: Collection,
): Json {
  const { location, properties, attaches, existing } = put;
  const time = timestamp();
  return {
    createdOn: existing?.properties["createdOn"] ?? time,
    modifiedOn: time,
    disableLocalAuth: properties["disableLocalAuth"] ?? false,
    description: properties["description"] ?? null,
    resourceId: properties["resourceId"] ?? null,
    computeType: properties["computeType"],
    computeLocation: location,
    provisioningState: "Creating",
    provisioningErrors: null,
    provisioningWarnings: {},
    isAttachedCompute: attaches,
    properties: {
      ...kind.filledIn?.(!attaches),
      ...(existing === undefined ? {} : kind.kept?.(now(existing))),
      ...ownPart({ properties }),
      ...kind.foundOut?.(store.get<ResourceDocument>("resources", String(properties["resourceId"]).toLowerCase())),
    },
  };
}

function isAccepted({ apiVersions }: EmulatedKind, version: string): boolean {
  return apiVersions === "published" || apiVersions.only === version;
}

function checkNew(
  kind: EmulatedKind,
  wanted: WantedCompute,
  properties: Json,
  { context }: Collection,
): Reply | undefined {
  if (kind.origin === "attached" && typeof properties["resourceId"] !== "string")
    return armError(400, "BadRequest", "resourceId is required to attach a compute.");
  return kind.check?.(wanted, context);
}

function checkUpdate(
  kind: EmulatedKind,
  existing: ComputeDocument,
  properties: Json,
  collection: Collection,
): Reply | undefined {
  const { name, location } = existing;
  if (kindOf(existing.properties) !== kind)
    return armError(400, "BadRequest", `Compute '${name}' already exists with another compute type.`);
  const own = ownPart({ properties });
  if (kind.origin === "made") return kind.checkUpdate?.(existing, own);
  const attached = existing.properties["resourceId"];
  const named = properties["resourceId"] ?? (kind.origin === "either" ? attached : undefined);
  return String(attached).toLowerCase() === String(named).toLowerCase()
    ? checkNew(kind, { name, location, own }, properties, collection)
    : armError(400, "BadRequest", `Compute '${name}' is attached to another resource. Detach it first.`);
}

/** A system-assigned identity gets a principal of its own. */
function identityOf(identity: Json): Json {
  return /system/i.test(String(identity["type"]))
    ? { ...identity, principalId: randomUUID(), tenantId: seeded.tenantId }
    : identity;
}
