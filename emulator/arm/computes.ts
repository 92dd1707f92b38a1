import { createHash, randomBytes, randomUUID } from "node:crypto";
import type { Fault } from "../faults.ts";
import { armError, ok, page, type Incoming, type Reply } from "../reply.ts";
import { seeded } from "../settings.ts";
import type { Store } from "../store.ts";

type Json = Readonly<Record<string, unknown>>;

/** A compute with the operation that is in flight on it. */
export type ComputeDocument = {
  readonly id: string;
  readonly name: string;
  readonly location: string;
  readonly tags: Json | null;
  /** Absent where the compute has none, as the service leaves it out. */
  readonly identity?: Json;
  readonly properties: Json;
  readonly operation?: string;
};

type Operation = {
  readonly id: string;
  readonly compute: string;
  readonly kind: "put" | "delete";
  /** Milliseconds since the epoch; absent: never. */
  readonly dueAt?: number;
  readonly error?: { readonly code: string; readonly message: string };
  /** How it ends where there is an error; default `Failed`. */
  readonly endsAs?: "Failed" | "Canceled";
  readonly over?: "Succeeded" | "Failed" | "Canceled";
};

/** A write of a compute that was carried out, whatever its client was told. */
export type CarriedOut = {
  readonly method: string;
  readonly name: string;
  readonly computeType: string;
  readonly resourceId?: string;
  /** SHA-256 of the body. */
  readonly body: string;
  /** State of what stood under the name; absent where nothing did. */
  readonly found?: string;
};

export type ComputeSettings = { readonly durations: Readonly<Record<string, number>>; readonly pageSize: number };

/** Kinds that the service makes by itself; all others are attached. */
const managed = new Set(["amlcompute", "computeinstance"]);
/** Discriminators of the published api-versions. `Batch` is in none of them. */
const published = new Set(
  [
    "AKS",
    "Kubernetes",
    "AmlCompute",
    "ComputeInstance",
    "DataFactory",
    "VirtualMachine",
    "HDInsight",
    "Databricks",
    "DataLakeAnalytics",
    "SynapseSpark",
  ].map((type) => type.toLowerCase()),
);
/** Kinds of which a second attachment of the same resource breaks the first. */
const exclusive = new Set(["virtualmachine", "hdinsight", "databricks", "datalakeanalytics", "aks", "synapsespark"]);
const namePattern = /^[a-zA-Z](?![a-zA-Z0-9-]*-\d+$)[a-zA-Z0-9-]{2,23}$/;

/** The computes of the workspace: asynchronous, exclusive per resource, honest about what they keep. */
export function createComputes(store: Store, settings: ComputeSettings) {
  const all = () => store.list<ComputeDocument>("computes").map(({ value }) => value);
  const keyOf = (name: string) => name.toLowerCase();
  const seconds = (type: string) => settings.durations[type] ?? settings.durations["default"] ?? 1;

  /** Brings about what has become due; nothing runs in the background. */
  const settle = () => {
    for (const { key, value: operation } of store.list<Operation>("operations")) {
      if (operation.over !== undefined || operation.dueAt === undefined || operation.dueAt > Date.now()) continue;
      const over = operation.error === undefined ? "Succeeded" : (operation.endsAs ?? "Failed");
      store.put("operations", key, { ...operation, over });
      const compute = store.get<ComputeDocument>("computes", operation.compute);
      if (compute === undefined || compute.operation !== operation.id) continue;
      if (operation.kind === "delete" && over === "Succeeded") {
        store.remove("computes", operation.compute);
        continue;
      }
      const { operation: _, ...rest } = compute;
      store.put("computes", operation.compute, {
        ...rest,
        properties: {
          ...compute.properties,
          provisioningState: over,
          provisioningErrors: operation.error === undefined ? null : [{ error: operation.error }],
          modifiedOn: timestamp(),
        },
      });
    }
  };

  const begin = (
    request: Incoming,
    compute: string,
    kind: Operation["kind"],
    type: string,
    faults: readonly Fault[],
  ): { readonly id: string; readonly headers: Record<string, string> } => {
    const id = randomUUID();
    const failure =
      faults.find((fault) => fault.kind === "operation-fails") ??
      (faults.some(({ kind: fault }) => fault === "operation-canceled")
        ? { code: "OperationCanceled", message: "The operation was canceled by the service." }
        : undefined);
    const never = faults.some((fault) => fault.kind === "operation-never-ends");
    const lasting = faults.find((fault) => fault.kind === "operation-takes")?.seconds ?? seconds(type);
    const operation: Operation = {
      id,
      compute,
      kind,
      ...(never ? {} : { dueAt: Date.now() + lasting * 1000 }),
      ...(failure === undefined ? {} : { error: { code: failure.code, message: failure.message } }),
      ...(failure?.code === "OperationCanceled" ? { endsAs: "Canceled" } : {}),
    };
    store.put("operations", id, operation);
    const version = request.query.get("api-version") ?? "";
    const signature = ["t", "c", "s", "h"]
      .map((part) => `${part}=${randomBytes(part === "c" ? 1500 : 300).toString("base64url")}`)
      .join("&");
    const url = `${request.endpoints.arm}/subscriptions/${seeded.subscriptionId}/providers/Microsoft.MachineLearningServices/locations/${seeded.location}/computeOperationsStatus/${id}?api-version=${version}&service=new&${signature}`;
    return { id, headers: { "Azure-AsyncOperation": url, "Retry-After": "1" } };
  };

  const put = (request: Incoming, name: string, faults: readonly Fault[]): Reply => {
    const body = (request.body ?? {}) as {
      readonly location?: string;
      readonly tags?: Json;
      readonly identity?: Json | null;
      readonly properties?: Json;
    };
    const properties = body.properties ?? {};
    const type = String(properties["computeType"] ?? "");
    const key = keyOf(name);
    if (!namePattern.test(name))
      return armError(
        400,
        "InvalidComputeName",
        `Compute name '${name}' is invalid. It can include letters, digits and dashes. It must start with a letter and be between 3 and 24 characters long.`,
      );
    if (body.location === undefined)
      return armError(400, "LocationRequired", "The location property is required for this definition.");
    if (!published.has(type.toLowerCase())) return armError(400, "BadRequest", `Unknown compute type '${type}'.`);
    const existing = store.get<ComputeDocument>("computes", key);
    if (existing?.operation !== undefined)
      return armError(409, "Conflict", `Another operation on compute '${name}' is in progress.`);
    if (existing?.properties["provisioningState"] === "Failed")
      return armError(400, "BadRequest", `Compute '${name}' is in a failed state. Delete it first.`);
    const refused = existing === undefined ? checkNew(type, properties) : checkUpdate(existing, type, properties);
    if (refused !== undefined) return refused;
    const attached = !managed.has(type.toLowerCase());
    if (attached && exclusive.has(type.toLowerCase())) replaceOthers(key, name, String(properties["resourceId"]));
    const operation = begin(request, key, "put", type, [...faults, ...unreachable(type, properties)]);
    const now = timestamp();
    const document: ComputeDocument = {
      id: `${request.path.replace(/\/computes\/[^/]+$/, "")}/computes/${existing?.name ?? name}`,
      name: existing?.name ?? name,
      location: attached ? seeded.location : body.location,
      tags: body.tags ?? null,
      ...(body.identity === undefined || body.identity === null ? {} : { identity: identityOf(body.identity) }),
      operation: operation.id,
      properties: {
        createdOn: existing?.properties["createdOn"] ?? now,
        modifiedOn: now,
        disableLocalAuth: properties["disableLocalAuth"] ?? false,
        description: properties["description"] ?? null,
        resourceId: properties["resourceId"] ?? null,
        computeType: type,
        computeLocation: body.location,
        provisioningState: "Creating",
        provisioningErrors: null,
        provisioningWarnings: {},
        isAttachedCompute: attached,
        properties: { ...filledIn(type), ...((properties["properties"] ?? {}) as Json) },
      },
    };
    store.put("computes", key, document);
    return { status: 201, headers: operation.headers, body: shown(document) };
  };

  /** The service's hazard: of two attachments of one resource the older stops working. */
  const replaceOthers = (key: string, name: string, resourceId: string) => {
    for (const found of all()) {
      // What is in flight on the broken one does not mend it.
      const { operation: _, ...other } = found;
      const held = other.properties["resourceId"];
      if (keyOf(other.name) === key || typeof held !== "string" || held.toLowerCase() !== resourceId.toLowerCase())
        continue;
      const message = `attachment replaced: ${resourceId} is now attached as '${name}'`;
      store.put("computes", keyOf(other.name), {
        ...other,
        properties: {
          ...other.properties,
          provisioningState: "Failed",
          provisioningErrors: [{ error: { code: "AttachmentReplaced", message } }],
        },
      });
      store.put("hazards", `${Date.now()}-${other.name}`, { resourceId, broken: other.name, by: name });
    }
  };

  const checkNew = (type: string, properties: Json): Reply | undefined => {
    const own = (properties["properties"] ?? {}) as Json;
    if (managed.has(type.toLowerCase())) {
      return own["vmSize"] === undefined ? armError(400, "BadRequest", "vmSize is required.") : undefined;
    }
    if (typeof properties["resourceId"] !== "string")
      return armError(400, "BadRequest", "resourceId is required to attach a compute.");
    if (["virtualmachine", "hdinsight"].includes(type.toLowerCase())) {
      const account = (own["administratorAccount"] ?? {}) as Json;
      if (
        typeof account["username"] !== "string" ||
        (typeof account["password"] !== "string" && typeof account["privateKeyData"] !== "string")
      ) {
        return armError(400, "BadRequest", "administratorAccount needs a user name, and a password or a private key.");
      }
    }
    return undefined;
  };

  const checkUpdate = (existing: ComputeDocument, type: string, properties: Json): Reply | undefined => {
    if (String(existing.properties["computeType"]).toLowerCase() !== type.toLowerCase()) {
      return armError(400, "BadRequest", `Compute '${existing.name}' already exists with another compute type.`);
    }
    if (!managed.has(type.toLowerCase())) {
      if (String(existing.properties["resourceId"]).toLowerCase() !== String(properties["resourceId"]).toLowerCase()) {
        return armError(
          400,
          "BadRequest",
          `Compute '${existing.name}' is attached to another resource. Detach it first.`,
        );
      }
      return checkNew(type, properties);
    }
    const before = (existing.properties["properties"] ?? {}) as Json;
    const after = (properties["properties"] ?? {}) as Json;
    const fixed = ["vmSize", "vmPriority"].find(
      (field) =>
        after[field] !== undefined && String(after[field]).toLowerCase() !== String(before[field]).toLowerCase(),
    );
    return fixed === undefined
      ? undefined
      : armError(400, "BadRequest", `${fixed} cannot be changed after the compute was created.`);
  };

  /** A machine that is not there cannot be reached, which only shows while the attachment is being made. */
  const unreachable = (type: string, properties: Json): readonly Fault[] => {
    const id = String(properties["resourceId"] ?? "").toLowerCase();
    if (type.toLowerCase() !== "virtualmachine" || store.get("resources", id) !== undefined) return [];
    return [
      {
        path: "",
        kind: "operation-fails",
        code: "InternalServerError",
        message: "Connection failed to establish within 30000 milliseconds.",
      },
    ];
  };

  const patch = (request: Incoming, name: string, faults: readonly Fault[]): Reply => {
    const existing = store.get<ComputeDocument>("computes", keyOf(name));
    if (existing === undefined) return notFound(name);
    if (existing.operation !== undefined)
      return armError(409, "Conflict", `Another operation on compute '${name}' is in progress.`);
    const scale = (
      (request.body as { properties?: { properties?: { scaleSettings?: Json } } } | undefined)?.properties
        ?.properties ?? {}
    ).scaleSettings;
    if (scale === undefined || String(existing.properties["computeType"]).toLowerCase() !== "amlcompute") {
      return armError(400, "BadRequest", "Only the scale settings of an AmlCompute can be patched.");
    }
    const operation = begin(request, keyOf(name), "put", "AmlCompute", faults);
    const document = {
      ...existing,
      operation: operation.id,
      properties: {
        ...existing.properties,
        provisioningState: "Updating",
        modifiedOn: timestamp(),
        properties: { ...(existing.properties["properties"] as Json), scaleSettings: scale },
      },
    };
    store.put("computes", keyOf(name), document);
    return { status: 202, headers: operation.headers, body: shown(document) };
  };

  const remove = (request: Incoming, name: string, faults: readonly Fault[]): Reply => {
    const action = request.query.get("underlyingResourceAction")?.toLowerCase();
    if (action !== "detach" && action !== "delete")
      return armError(400, "BadRequest", "The query parameter underlyingResourceAction is required: Delete or Detach.");
    const existing = store.get<ComputeDocument>("computes", keyOf(name));
    if (existing === undefined) return { status: 204 };
    if (existing.operation !== undefined)
      return armError(409, "Conflict", `Another operation on compute '${name}' is in progress.`);
    const attached = existing.properties["isAttachedCompute"] === true;
    if (attached && action === "delete")
      return armError(400, "BadRequest", `Compute '${name}' is attached and cannot be deleted; detach it.`);
    if (!attached && action === "detach") store.put("hazards", `${Date.now()}-${name}`, { orphaned: name });
    const operation = begin(request, keyOf(name), "delete", String(existing.properties["computeType"]), faults);
    store.put("computes", keyOf(name), {
      ...existing,
      operation: operation.id,
      properties: { ...existing.properties, provisioningState: "Deleting" },
    });
    return { status: 202, headers: operation.headers };
  };

  const notFound = (name: string) =>
    armError(404, "ResourceNotFound", `Compute ${name} not found in workspace ${seeded.workspace}.`);

  /** What lagging reads show: the computes as they were before the last write. */
  let before: readonly ComputeDocument[] | undefined;

  /** One write, written down where it was carried out. */
  const write = (
    request: Incoming,
    name: string,
    faults: readonly Fault[],
    carryOut: (request: Incoming, name: string, faults: readonly Fault[]) => Reply,
  ): Reply => {
    const found = store.get<ComputeDocument>("computes", keyOf(name));
    const earlier = all();
    const reply = carryOut(request, name, faults);
    if (reply.status >= 300 || reply.status === 204) return reply;
    before = earlier;
    const made = store.get<ComputeDocument>("computes", keyOf(name));
    const { computeType, resourceId } = (made ?? found)?.properties ?? {};
    const done: CarriedOut = {
      method: request.method,
      name: made?.name ?? name,
      computeType: String(computeType),
      ...(typeof resourceId === "string" ? { resourceId } : {}),
      body: createHash("sha256").update(request.text).digest("hex"),
      ...(found === undefined ? {} : { found: String(found.properties["provisioningState"]) }),
    };
    store.put("writes", randomUUID(), done);
    const failure = faults.find((fault) => fault.kind === "failed-at-once");
    const operation = store.get<Operation>("operations", made?.operation ?? "");
    if (failure === undefined || operation === undefined) return reply;
    const error = { code: failure.code, message: failure.message };
    store.put("operations", operation.id, { ...operation, dueAt: 0, error });
    settle();
    const failed = store.get<ComputeDocument>("computes", keyOf(name));
    return ok(failed === undefined ? {} : shown(failed));
  };

  return {
    settle,
    all,
    /** Nothing was written before: lagging reads have nothing to show. */
    forget: () => {
      before = undefined;
    },
    /** Brings operations that would never end to their end. */
    endOperations: () => {
      for (const { key, value } of store.list<Operation>("operations"))
        if (value.over === undefined) store.put("operations", key, { ...value, dueAt: 0 });
      settle();
    },
    handle: (
      request: Incoming,
      name: string | undefined,
      action: string | undefined,
      faults: readonly Fault[],
    ): Reply => {
      settle();
      const visible = (faults.some(({ kind }) => kind === "lagging") ? before : undefined) ?? all();
      if (name === undefined) return page(visible.map(shown), request, settings.pageSize);
      if (request.method === "PUT") return write(request, name, faults, put);
      if (request.method === "PATCH") return write(request, name, faults, patch);
      if (request.method === "DELETE") return write(request, name, faults, remove);
      const existing = visible.find((compute) => keyOf(compute.name) === keyOf(name));
      if (existing === undefined) return notFound(name);
      if (action === "listNodes") return ok({ nodes: [], nextLink: null });
      if (action !== undefined) return armError(404, "NotFound", `There is no action ${action} here.`);
      return ok(shown(existing));
    },
    status: (id: string): Reply => {
      settle();
      const operation = store.get<Operation>("operations", id);
      if (operation === undefined) return armError(404, "OperationNotFound", `The operation ${id} was not found.`);
      if (operation.over === undefined)
        return ok(
          { status: operation.kind === "delete" ? "Deleting" : "InProgress", percentComplete: 0.0 },
          { "Retry-After": "1" },
        );
      return ok(
        operation.over === "Succeeded"
          ? { status: "Succeeded", percentComplete: 100.0 }
          : { status: operation.over, error: operation.error },
      );
    },
  };
}

/** A system-assigned identity gets a principal of its own. */
function identityOf(identity: Json): Json {
  return /system/i.test(String(identity["type"]))
    ? { ...identity, principalId: randomUUID(), tenantId: seeded.tenantId }
    : identity;
}

/** What the service fills in by itself. */
function filledIn(type: string): Json {
  if (type.toLowerCase() === "virtualmachine") return { address: "20.0.0.5" };
  if (type.toLowerCase() !== "amlcompute") return {};
  const none = {
    preparingNodeCount: 0,
    runningNodeCount: 0,
    idleNodeCount: 0,
    unusableNodeCount: 0,
    leavingNodeCount: 0,
    preemptedNodeCount: 0,
  };
  return {
    vmPriority: "Dedicated",
    subnet: null,
    currentNodeCount: 0,
    targetNodeCount: 0,
    nodeStateCounts: none,
    allocationState: "Steady",
    errors: null,
    virtualMachineImage: null,
    isolatedNetwork: null,
  };
}

/** As GET shows it: secrets never come back. */
function shown({ operation: _, ...document }: ComputeDocument): unknown {
  const own = (document.properties["properties"] ?? {}) as Json;
  const account = own["administratorAccount"] as Json | undefined;
  const credentials = own["userAccountCredentials"] as Json | undefined;
  return {
    ...document,
    type: "Microsoft.MachineLearningServices/workspaces/computes",
    properties: {
      ...document.properties,
      properties: {
        ...own,
        ...(account === undefined ? {} : { administratorAccount: { username: account["username"], password: null } }),
        ...(credentials === undefined ? {} : { userAccountCredentials: { ...credentials, adminUserPassword: null } }),
        ...(own["databricksAccessToken"] === undefined ? {} : { databricksAccessToken: null }),
      },
    },
  };
}

function timestamp(): string {
  return new Date().toISOString().replace("Z", "+00:00");
}
