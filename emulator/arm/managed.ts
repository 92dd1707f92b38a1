import { locationPath, usageName } from "../resources/sizes.ts";
import type { ResourceDocument } from "../resources/resource.ts";
import { armError, type Reply } from "../reply.ts";
import { seeded } from "../settings.ts";
import type { Store } from "../store.ts";
import type { ComputeDocument } from "./computes.ts";

/** What the service makes by itself: machines with sizes and quota, nodes that come one by one, instances with a state. */

type Json = Readonly<Record<string, unknown>>;
type Size = {
  readonly name: string;
  readonly family: string;
  readonly vCPUs: number;
  readonly supportedComputeTypes: readonly string[];
};
type Usage = {
  readonly type: string;
  readonly currentValue: number;
  readonly limit: number;
  readonly name: { readonly value: string };
};

function ownOf({ properties }: ComputeDocument): Json {
  return (properties["properties"] ?? {}) as Json;
}

function typeOf({ properties }: ComputeDocument): string {
  return String(properties["computeType"]).toLowerCase();
}

function plain(location: unknown): string {
  return String(location).replaceAll(" ", "").toLowerCase();
}

function sizesIn(store: Store, region: string): readonly Size[] | undefined {
  return store.get<{ value: readonly Size[] }>("resources", `${locationPath(region)}/vmSizes`.toLowerCase())?.value;
}

function sizeOf(store: Store, region: string, name: unknown): Size | undefined {
  return sizesIn(store, region)?.find((size) => size.name.toLowerCase() === String(name).toLowerCase());
}

/** Machines that a compute holds quota for. A stopped instance holds its own too. */
function machines(document: ComputeDocument): number {
  if (typeOf(document) === "computeinstance") return 1;
  if (typeOf(document) !== "amlcompute") return 0;
  const scale = (ownOf(document)["scaleSettings"] ?? {}) as { readonly minNodeCount?: number };
  return scale.minNodeCount ?? 0;
}

/** The list of usages as it stands, with what the computes of the workspace hold. */
export function usagesWith(
  store: Store,
  document: ResourceDocument,
  computes: readonly ComputeDocument[],
): ResourceDocument {
  const [, region = ""] = /\/locations\/([^/]+)\/usages$/i.exec(document.id) ?? [];
  const held = computes
    .filter(({ properties }) => plain(properties["computeLocation"]) === region.toLowerCase())
    .flatMap((compute) => {
      const size = sizeOf(store, region, ownOf(compute)["vmSize"]);
      return size === undefined ? [] : [{ family: size.family, vCpus: machines(compute) * size.vCPUs }];
    });
  const value = (document["value"] as readonly Usage[]).map((usage) => {
    const counts = held.filter(({ family }) =>
      usage.type.includes("/vmFamily/")
        ? usage.name.value === usageName(family)
        : /\/(totalCores|dedicatedCores)\//.test(usage.type),
    );
    return { ...usage, currentValue: usage.currentValue + counts.reduce((sum, { vCpus }) => sum + vCpus, 0) };
  });
  return { ...document, value };
}

export function nameTaken(name: string): Reply {
  return armError(
    400,
    "BadRequest",
    `Compute name '${name}' is not available. Reason: AlreadyExists. Message: Compute with this name already exists. Compute name needs to be unique across all existing computes within an Azure region. Please choose a different name.`,
  );
}

/** Why the service would refuse to make a compute: name, size, quota. */
export function refusedNew(
  store: Store,
  {
    name,
    type,
    location,
    own,
  }: { readonly name: string; readonly type: string; readonly location: string; readonly own: Json },
  computes: readonly ComputeDocument[],
): Reply | undefined {
  if (store.get("takenNames", name.toLowerCase()) !== undefined) {
    return nameTaken(name);
  }
  if (own["vmSize"] === undefined) return armError(400, "BadRequest", "vmSize is required.");
  const region = plain(location);
  if (type.toLowerCase() === "computeinstance" && region !== seeded.location)
    return armError(400, "BadRequest", "A compute instance has to be in the region of its workspace.");
  // A region without a list of its own takes everything.
  if (sizesIn(store, region) === undefined) return undefined;
  const size = sizeOf(store, region, own["vmSize"]);
  if (size === undefined || !size.supportedComputeTypes.some((one) => one.toLowerCase() === type.toLowerCase())) {
    return armError(
      400,
      "BadRequest",
      `The specified VM size ${String(own["vmSize"])} is not supported for ${type} in region ${region}.`,
    );
  }
  const scale = (own["scaleSettings"] ?? {}) as { readonly minNodeCount?: number };
  const count = type.toLowerCase() === "computeinstance" ? 1 : (scale.minNodeCount ?? 0);
  const usages = store.get<ResourceDocument>("resources", `${locationPath(region)}/usages`.toLowerCase());
  const usage =
    usages === undefined
      ? undefined
      : (usagesWith(store, usages, computes)["value"] as readonly Usage[]).find(
          (one) => one.name.value === usageName(size.family),
        );
  if (usage === undefined || usage.limit < 0 || count * size.vCPUs <= usage.limit - usage.currentValue)
    return undefined;
  return armError(
    400,
    "ClusterMinNodesExceedCoreQuota",
    `The specified subscription has a ${size.family} vCPU quota of ${usage.limit} and cannot accomodate for at least ${count} requested managed compute nodes which maps to ${count * size.vCPUs} vCPUs.`,
  );
}

/** What the service shows of its own from the first answer on. */
export function shownFromTheStart(type: string): Json {
  if (type.toLowerCase() === "computeinstance") {
    return {
      subnet: null,
      sshSettings: null,
      connectivityEndpoints: null,
      applications: null,
      createdBy: null,
      errors: null,
      state: null,
      personalComputeInstanceSettings: null,
    };
  }
  return {
    vmPriority: "Dedicated",
    subnet: null,
    currentNodeCount: 0,
    targetNodeCount: 0,
    nodeStateCounts: nodeStates(0, 0),
    allocationState: "Steady",
    errors: null,
    virtualMachineImage: null,
    isolatedNetwork: null,
  };
}

function nodeStates(idle: number, preparing: number): Json {
  return {
    preparingNodeCount: preparing,
    runningNodeCount: 0,
    idleNodeCount: idle,
    unusableNodeCount: 0,
    leavingNodeCount: 0,
    preemptedNodeCount: 0,
  };
}

/** The kind's own part once its operation succeeded. */
export function onceItIsOver(type: string, own: Json, endsAs: Json | undefined): Json {
  switch (type.toLowerCase()) {
    case "computeinstance":
      return {
        ...own,
        state: own["powerTo"] ?? "Running",
        powerTo: undefined,
        connectivityEndpoints: { publicIpAddress: "20.0.0.4", privateIpAddress: "10.0.0.4" },
        lastOperation: {
          operationName: own["state"] === null ? "Create" : "Update",
          operationStatus: "Succeeded",
          operationTime: new Date().toISOString(),
        },
        ...(own["schedules"] === undefined || own["schedules"] === null
          ? {}
          : { schedules: withIds(own["schedules"] as Json) }),
        ...endsAs,
      };
    case "amlcompute":
      // Nodes come one by one from here on, unless it is told how it ends.
      return { ...own, ...(endsAs ?? { growingSince: Date.now(), grownFrom: own["currentNodeCount"] ?? 0 }) };
    default:
      return { ...own, ...endsAs };
  }
}

/** Every schedule gets an id of the service's. */
function withIds(schedules: Json): Json {
  const entries = (schedules["computeStartStop"] ?? []) as readonly Json[];
  return {
    computeStartStop: entries.map((entry, index) => ({
      id: `schedule-${index + 1}`,
      provisioningStatus: "Completed",
      ...entry,
    })),
  };
}

/** How many nodes of a cluster there are by now: up to the minimum, one every so many seconds. */
export function withNodes(type: string, own: Json, secondsPerNode: number): Json {
  const { growingSince, grownFrom, powerTo: _, ...shown } = own;
  if (type.toLowerCase() !== "amlcompute" || typeof growingSince !== "number") return shown;
  const { minNodeCount = 0 } = (own["scaleSettings"] ?? {}) as { readonly minNodeCount?: number };
  const seconds = (Date.now() - growingSince) / 1000;
  const grown = secondsPerNode === 0 ? minNodeCount : Number(grownFrom) + Math.floor(seconds / secondsPerNode);
  const current = Math.min(minNodeCount, grown);
  return {
    ...shown,
    currentNodeCount: current,
    targetNodeCount: minNodeCount,
    nodeStateCounts: nodeStates(current, minNodeCount - current),
    allocationState: current < minNodeCount ? "Resizing" : "Steady",
  };
}

/** Addresses of the nodes that there are. */
export function nodeList(own: Json): readonly unknown[] {
  return Array.from({ length: Number(own["currentNodeCount"] ?? 0) }, (_, index) => ({
    nodeId: `tvmps_${index + 1}_d`,
    privateIpAddress: `10.0.1.${index + 4}`,
    publicIpAddress: null,
    port: 50_000 + index,
    nodeState: "idle",
    runId: null,
  }));
}
