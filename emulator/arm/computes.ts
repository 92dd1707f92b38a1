import { createHash, randomBytes, randomUUID } from "node:crypto";
import type { Fault } from "../faults.ts";
import { aksDocument, extensionsOf } from "../resources/clusters.ts";
import type { ResourceDocument } from "../resources/resource.ts";
import { armError, ok, page, type Incoming, type Reply } from "../reply.ts";
import { seeded } from "../settings.ts";
import type { Store } from "../store.ts";
import { nameTaken, nodeList, onceItIsOver, refusedNew, shownFromTheStart, withNodes } from "./managed.ts";

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
  /** What its kind's own part holds in the end. */
  readonly endsWith?: Json;
  /** The resource goes with the compute that the service made it for. */
  readonly takesResource?: boolean;
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
  /** Of a Kubernetes cluster. */
  readonly namespace?: string;
  /** SHA-256 of the body. */
  readonly body: string;
  /** State of what stood under the name; absent where nothing did. */
  readonly found?: string;
};

export type ComputeSettings = {
  readonly durations: Readonly<Record<string, number>>;
  readonly pageSize: number;
  /** Whether another workspace has a compute instance of this name; all of them are in one region. */
  readonly isTaken?: (instance: string) => boolean;
};

/** Kinds that the service makes by itself; all others are attached, an AKS cluster where one is named. */
const managed = new Set(["amlcompute", "computeinstance"]);
/** Kinds that only the first SDK knows, by the unpublished api-version that takes them. */
const unpublished: Readonly<Record<string, string>> = { batch: "2020-02-02" };
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
const exclusive = new Set([
  "virtualmachine",
  "hdinsight",
  "batch",
  "databricks",
  "datalakeanalytics",
  "aks",
  "synapsespark",
]);
const namePattern = /^[a-zA-Z](?![a-zA-Z0-9-]*-\d+$)[a-zA-Z0-9-]{2,23}$/;

/** The computes of the workspace: asynchronous, exclusive per resource, honest about what they keep. */
export function createComputes(store: Store, settings: ComputeSettings) {
  const all = () => store.list<ComputeDocument>("computes").map(({ value }) => value);
  const keyOf = (name: string) => name.toLowerCase();
  const seconds = (type: string) => settings.durations[type] ?? settings.durations["default"] ?? 1;
  /** The nodes that a cluster has stay through an update. */
  const nodesOf = (document: ComputeDocument | undefined): Json => {
    const own = (document?.properties["properties"] ?? {}) as Json;
    const { currentNodeCount } = withNodes(String(document?.properties["computeType"]), own, seconds("node"));
    return currentNodeCount === undefined ? {} : { currentNodeCount };
  };
  /** As GET shows it: the nodes that there are by now, and no secrets. */
  const shown = (document: ComputeDocument) => withoutSecrets(document, seconds("node"));

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
        const made = compute.properties["resourceId"];
        if (operation.takesResource === true && typeof made === "string") store.remove("resources", made.toLowerCase());
        continue;
      }
      const { operation: _, ...rest } = compute;
      const ended = { ...compute.properties, ...(over === "Succeeded" ? broughtAbout(compute) : {}) };
      store.put("computes", operation.compute, {
        ...rest,
        properties: {
          ...ended,
          provisioningState: over,
          provisioningErrors: operation.error === undefined ? null : [{ error: operation.error }],
          modifiedOn: timestamp(),
          ...(operation.error === undefined
            ? {
                properties: onceItIsOver(
                  String(ended["computeType"]),
                  (ended["properties"] ?? {}) as Json,
                  operation.endsWith,
                ),
              }
            : {}),
        },
      });
    }
  };

  /** What is there of an AKS compute once it was made or attached. A cluster that the service made is a resource like others. */
  const broughtAbout = ({ name, id, properties }: ComputeDocument): Json => {
    if (!isType(properties, "AKS")) return {};
    const own = (properties["properties"] ?? {}) as Json;
    const made = `${id.replace(/\/providers\/.*$/, "")}/providers/Microsoft.ContainerService/managedClusters/${name}`;
    const resourceId = typeof properties["resourceId"] === "string" ? properties["resourceId"] : made;
    if (properties["isAttachedCompute"] === false && store.get("resources", resourceId.toLowerCase()) === undefined) {
      const pool = { count: Number(own["agentCount"]), vmSize: String(own["agentVmSize"]) };
      store.put("resources", resourceId.toLowerCase(), aksDocument(resourceId, pool));
    }
    const frontEnd = { systemServiceType: "ScoringFrontEnd", publicIpAddress: "20.0.0.9", version: "1.0" };
    return {
      resourceId,
      properties: { ...own, clusterFqdn: `${name}.hcp.${seeded.location}.azmk8s.io`, systemServices: [frontEnd] },
    };
  };

  const begin = (
    request: Incoming,
    compute: string,
    kind: Operation["kind"],
    type: string,
    faults: readonly Fault[],
    takesResource = false,
  ): { readonly id: string; readonly headers: Record<string, string> } => {
    const id = randomUUID();
    const failure =
      faults.find((fault) => fault.kind === "operation-fails") ??
      (faults.some(({ kind: fault }) => fault === "operation-canceled")
        ? { code: "OperationCanceled", message: "The operation was canceled by the service." }
        : undefined);
    const never = faults.some((fault) => fault.kind === "operation-never-ends");
    const ending = faults.find((fault) => fault.kind === "ends-as");
    const lasting = faults.find((fault) => fault.kind === "operation-takes")?.seconds ?? seconds(type);
    const operation: Operation = {
      id,
      compute,
      kind,
      ...(takesResource ? { takesResource } : {}),
      ...(never ? {} : { dueAt: Date.now() + lasting * 1000 }),
      ...(failure === undefined ? {} : { error: { code: failure.code, message: failure.message } }),
      ...(ending === undefined ? {} : { endsWith: ending.properties }),
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
    const version = request.query.get("api-version") ?? "";
    if (!namePattern.test(name))
      return armError(
        400,
        "InvalidComputeName",
        `Compute name '${name}' is invalid. It can include letters, digits and dashes. It must start with a letter and be between 3 and 24 characters long.`,
      );
    if (body.location === undefined)
      return armError(400, "LocationRequired", "The location property is required for this definition.");
    const known = published.has(type.toLowerCase()) || unpublished[type.toLowerCase()] === version;
    if (!known) return armError(400, "BadRequest", `Unknown compute type '${type}'.`);
    const existing = store.get<ComputeDocument>("computes", key);
    if (existing?.operation !== undefined)
      return armError(409, "Conflict", `Another operation on compute '${name}' is in progress.`);
    if (existing?.properties["provisioningState"] === "Failed")
      return armError(400, "BadRequest", `Compute '${name}' is in a failed state. Delete it first.`);
    const refused =
      existing === undefined
        ? checkNew(name, type, body.location, properties)
        : checkUpdate(existing, type, properties);
    if (refused !== undefined) return refused;
    const attached = !managed.has(type.toLowerCase()) && typeof properties["resourceId"] === "string";
    if (attached) {
      replaceOthers(key, name, properties);
      store.remove("hazards", orphanKey(properties["resourceId"]));
    }
    const operation = begin(request, key, "put", type, [
      ...faults,
      ...unreachable(type, properties),
      ...(attached ? missing(type, properties) : []),
    ]);
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
        properties: {
          ...filledIn(type, !attached),
          ...nodesOf(existing),
          ...((properties["properties"] ?? {}) as Json),
          ...foundOut(type, store.get("resources", String(properties["resourceId"]).toLowerCase())),
        },
      },
    };
    store.put("computes", key, document);
    return { status: 201, headers: operation.headers, body: shown(document) };
  };

  /** The service's hazard: of two attachments of one resource the older stops working. */
  const replaceOthers = (key: string, name: string, properties: Json) => {
    const resourceId = String(properties["resourceId"]);
    for (const found of all()) {
      // What is in flight on the broken one does not mend it.
      const { operation: _, ...other } = found;
      if (keyOf(other.name) === key || !areRivals(properties, other.properties)) continue;
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

  const checkNew = (name: string, type: string, location: string, properties: Json): Reply | undefined => {
    const own = (properties["properties"] ?? {}) as Json;
    if (isType(properties, "ComputeInstance") && settings.isTaken?.(name) === true) return nameTaken(name);
    if (managed.has(type.toLowerCase())) return refusedNew(store, { name, type, location, own }, all());
    if (typeof properties["resourceId"] !== "string" && !isType(properties, "AKS"))
      return armError(400, "BadRequest", "resourceId is required to attach a compute.");
    if (isType(properties, "AKS")) return checkAks(own);
    if (["virtualmachine", "hdinsight"].includes(type.toLowerCase())) {
      const account = (own["administratorAccount"] ?? {}) as Json;
      if (
        typeof account["username"] !== "string" ||
        (typeof account["password"] !== "string" && typeof account["privateKeyData"] !== "string")
      ) {
        return armError(400, "BadRequest", "administratorAccount needs a user name, and a password or a private key.");
      }
    }
    if (type.toLowerCase() === "databricks" && typeof own["databricksAccessToken"] !== "string")
      return armError(400, "BadRequest", "databricksAccessToken is required.");
    return undefined;
  };

  const checkUpdate = (existing: ComputeDocument, type: string, properties: Json): Reply | undefined => {
    if (String(existing.properties["computeType"]).toLowerCase() !== type.toLowerCase()) {
      return armError(400, "BadRequest", `Compute '${existing.name}' already exists with another compute type.`);
    }
    if (!managed.has(type.toLowerCase())) {
      const named =
        properties["resourceId"] ?? (isType(properties, "AKS") ? existing.properties["resourceId"] : undefined);
      if (String(existing.properties["resourceId"]).toLowerCase() !== String(named).toLowerCase()) {
        return armError(
          400,
          "BadRequest",
          `Compute '${existing.name}' is attached to another resource. Detach it first.`,
        );
      }
      return checkNew(existing.name, type, existing.location, properties);
    }
    if (type.toLowerCase() === "computeinstance")
      return armError(400, "BadRequest", `Compute instance '${existing.name}' exists already and cannot be updated.`);
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

  const checkAks = (own: Json): Reply | undefined => {
    const ssl = (own["sslConfiguration"] ?? {}) as Json;
    const has = (member: string) => typeof ssl[member] === "string";
    const certificate = ["cert", "key", "cname"].filter(has);
    if (certificate.length > 0 && has("leafDomainLabel"))
      return armError(400, "BadRequest", "Either a certificate or a leaf domain label can be given, not both.");
    if (certificate.length % 3 !== 0 || (String(ssl["status"]) === "Enabled" && certificate.length === 0))
      return armError(400, "BadRequest", "cert, key and cname are required together.");
    const network = (own["aksNetworkingConfiguration"] ?? {}) as Json;
    const given = ["subnetId", "serviceCidr", "dnsServiceIP", "dockerBridgeCidr"].filter(
      (member) => typeof network[member] === "string",
    );
    return given.length % 4 === 0
      ? undefined
      : armError(400, "BadRequest", "All values of aksNetworkingConfiguration are required together.");
  };

  /** What is not there cannot be attached, which only shows while the attachment is being made. */
  const missing = (type: string, properties: Json): readonly Fault[] => {
    const id = String(properties["resourceId"]).toLowerCase();
    const fails = (code: string, message: string): Fault => ({ path: "", kind: "operation-fails", code, message });
    if (!["aks", "kubernetes", "synapsespark"].includes(type.toLowerCase())) return [];
    if (store.get("resources", id) === undefined)
      return [fails("ResourceNotFound", `The resource ${String(properties["resourceId"])} was not found.`)];
    if (type.toLowerCase() !== "kubernetes") return [];
    const listed = store.get<ResourceDocument>("resources", extensionsOf(id).toLowerCase())?.["value"];
    const types = (Array.isArray(listed) ? (listed as readonly { properties?: Json }[]) : []).map((one) =>
      String(one.properties?.["extensionType"]).toLowerCase(),
    );
    return types.includes("microsoft.azureml.kubernetes")
      ? []
      : [fails("BadRequest", "AzureML extension not installed on the cluster.")];
  };

  /** A machine that is not there cannot be reached, which only shows while the attachment is being made. */
  const unreachable = (type: string, properties: Json): readonly Fault[] => {
    const id = String(properties["resourceId"] ?? "").toLowerCase();
    const bySsh = ["virtualmachine", "hdinsight"].includes(type.toLowerCase());
    if (!bySsh || store.get("resources", id) !== undefined) return [];
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
        properties: { ...(existing.properties["properties"] as Json), ...nodesOf(existing), scaleSettings: scale },
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
    const made = existing.properties["resourceId"];
    // A cluster that is attached again by its own id is nobody's orphan any more.
    if (!attached && action === "detach") {
      const key = typeof made === "string" ? orphanKey(made) : `${Date.now()}-${name}`;
      store.put("hazards", key, { orphaned: name, ...(typeof made === "string" ? { resourceId: made } : {}) });
    }
    const type = String(existing.properties["computeType"]);
    const operation = begin(request, keyOf(name), "delete", type, faults, action === "delete");
    store.put("computes", keyOf(name), {
      ...existing,
      operation: operation.id,
      properties: { ...existing.properties, provisioningState: "Deleting" },
    });
    return { status: 202, headers: operation.headers };
  };

  /** What only a compute instance can be told. */
  const actOn = (request: Incoming, existing: ComputeDocument, action: string, faults: readonly Fault[]): Reply => {
    const own = (existing.properties["properties"] ?? {}) as Json;
    const isInstance = String(existing.properties["computeType"]).toLowerCase() === "computeinstance";
    const power = {
      start: { passing: "Starting", then: "Running" },
      stop: { passing: "Stopping", then: "Stopped" },
      restart: { passing: "Restarting", then: "Running" },
    }[action.toLowerCase()];
    const isIdle = action.toLowerCase() === "updateidleshutdownsetting";
    if (request.method !== "POST" || (power === undefined && !isIdle))
      return armError(404, "NotFound", `There is no action ${action} here.`);
    if (!isInstance) return armError(400, "BadRequest", `Compute '${existing.name}' is no compute instance.`);
    if (existing.operation !== undefined)
      return armError(409, "Conflict", `Another operation on compute '${existing.name}' is in progress.`);
    const put = (changed: Json, rest: Partial<ComputeDocument> = {}, state = "Succeeded") =>
      store.put("computes", keyOf(existing.name), {
        ...existing,
        ...rest,
        properties: { ...existing.properties, provisioningState: state, properties: { ...own, ...changed } },
      });
    if (power === undefined) {
      const { idleTimeBeforeShutdown: idle } = (request.body ?? {}) as Json;
      if (typeof idle !== "string" || !/^P/.test(idle))
        return armError(400, "BadRequest", "idleTimeBeforeShutdown has to be an ISO 8601 duration.");
      put({ idleTimeBeforeShutdown: idle });
      return { status: 200 };
    }
    const operation = begin(request, keyOf(existing.name), "put", "ComputeInstance", faults);
    put({ state: power.passing, powerTo: power.then }, { operation: operation.id }, "Updating");
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
    const { computeType, resourceId, properties: own } = (made ?? found)?.properties ?? {};
    const { namespace } = (own ?? {}) as Json;
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
    hasInstance: (name: string): boolean => {
      const found = store.get<ComputeDocument>("computes", keyOf(name));
      return found !== undefined && isType(found.properties, "ComputeInstance");
    },
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
      if (action === "listNodes") {
        const own = (existing.properties["properties"] ?? {}) as Json;
        return ok({
          nodes: nodeList(withNodes(String(existing.properties["computeType"]), own, seconds("node"))),
          nextLink: null,
        });
      }
      if (action !== undefined) return actOn(request, existing, action, faults);
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

function isType(properties: Json, type: string): boolean {
  return String(properties["computeType"]).toLowerCase() === type.toLowerCase();
}

function orphanKey(resourceId: unknown): string {
  return `orphan ${String(resourceId).toLowerCase()}`;
}

/** Two attachments that cannot stand beside each other: of one resource, and of Kubernetes in one namespace of it. */
function areRivals(a: Json, b: Json): boolean {
  const [heldByA, heldByB] = [a["resourceId"], b["resourceId"]];
  if (typeof heldByA !== "string" || typeof heldByB !== "string") return false;
  if (heldByA.toLowerCase() !== heldByB.toLowerCase()) return false;
  const namespace = ({ properties }: Json) => String((properties as Json | undefined)?.["namespace"] ?? "default");
  if (isType(a, "Kubernetes") && isType(b, "Kubernetes")) return namespace(a) === namespace(b);
  return [a, b].some((one) => exclusive.has(String(one["computeType"]).toLowerCase()));
}

/** A system-assigned identity gets a principal of its own. */
function identityOf(identity: Json): Json {
  return /system/i.test(String(identity["type"]))
    ? { ...identity, principalId: randomUUID(), tenantId: seeded.tenantId }
    : identity;
}

/** What the service fills in by itself. */
function filledIn(type: string, made: boolean): Json {
  if (type.toLowerCase() === "aks") {
    return {
      agentCount: made ? 3 : null,
      agentVmSize: made ? "Standard_D3_v2" : null,
      clusterPurpose: null,
      sslConfiguration: null,
      aksNetworkingConfiguration: null,
      clusterFqdn: null,
      systemServices: null,
      loadBalancerType: null,
      loadBalancerSubnet: null,
    };
  }
  return managed.has(type.toLowerCase()) ? shownFromTheStart(type) : {};
}

/** What the service finds out about the resource behind an attachment. */
function foundOut(type: string, resource: ResourceDocument | undefined): Json {
  switch (type.toLowerCase()) {
    case "virtualmachine":
    case "hdinsight":
      return { address: "20.0.0.5" };
    case "synapsespark":
      return ofPool(resource);
    case "databricks": {
      const workspaceUrl = (resource?.["properties"] as Json | undefined)?.["workspaceUrl"];
      return workspaceUrl === undefined ? {} : { workspaceUrl };
    }
    default:
      return {};
  }
}

function ofPool(pool: ResourceDocument | undefined): Json {
  if (pool === undefined) return {};
  const [, , subscriptionId, , resourceGroup, , , , workspaceName, , poolName] = pool.id.split("/");
  const { sparkVersion, nodeCount, nodeSize, nodeSizeFamily } = pool["properties"] as Json;
  return {
    ...{ subscriptionId, resourceGroup, workspaceName, poolName },
    ...{ sparkVersion, nodeCount, nodeSize, nodeSizeFamily },
  };
}

/** As GET shows it: secrets never come back. */
function withoutSecrets({ operation: _, ...document }: ComputeDocument, secondsPerNode: number): unknown {
  const own = withNodes(
    String(document.properties["computeType"]),
    (document.properties["properties"] ?? {}) as Json,
    secondsPerNode,
  );
  const account = own["administratorAccount"] as Json | undefined;
  const credentials = own["userAccountCredentials"] as Json | undefined;
  const ssl = own["sslConfiguration"] as Json | null | undefined;
  return {
    ...document,
    type: "Microsoft.MachineLearningServices/workspaces/computes",
    properties: {
      ...document.properties,
      properties: {
        ...own,
        ...(account === undefined ? {} : { administratorAccount: { ...account, password: null, ...hidden(account) } }),
        ...(credentials === undefined ? {} : { userAccountCredentials: { ...credentials, adminUserPassword: null } }),
        ...(ssl === undefined || ssl === null ? {} : { sslConfiguration: { ...ssl, cert: null, key: null } }),
        ...(own["databricksAccessToken"] === undefined ? {} : { databricksAccessToken: null }),
      },
    },
  };
}

/** The members of an account that stay secret, as `null`. */
function hidden(account: Json): Json {
  const secret = ["privateKeyData", "passphrase"].filter((member) => account[member] !== undefined);
  return Object.fromEntries(secret.map((member) => [member, null]));
}

function timestamp(): string {
  return new Date().toISOString().replace("Z", "+00:00");
}
