import { armError } from "../../../server/reply.ts";
import { ownPart, type Json } from "../document.ts";
import type { EmulatedKind } from "../kind.ts";
import { checkName, checkSize } from "../made.ts";

/** A cluster that the service makes. Its nodes come one by one. */
export const amlCompute: EmulatedKind = {
  computeType: "AmlCompute",
  apiVersions: "published",
  origin: "made",
  exclusive: "never",
  takesDeployments: ["batchEndpoints"],
  check: ({ name, location, own }, { store, capacity }) =>
    checkName(name, store) ??
    checkSize(own) ??
    capacity.refused({
      ...{ computeType: "AmlCompute", location, vmSize: own["vmSize"], machines: minimum(own) },
      isLowPriority: /^lowpriority$/i.test(String(own["vmPriority"])),
    }),
  checkUpdate: (existing, own) => {
    const before = ownPart(existing);
    const fixed = ["vmSize", "vmPriority"].find(
      (field) => own[field] !== undefined && String(own[field]).toLowerCase() !== String(before[field]).toLowerCase(),
    );
    return fixed === undefined
      ? undefined
      : armError(400, "BadRequest", `${fixed} cannot be changed after the compute was created.`);
  },
  filledIn: () => ({
    vmPriority: "Dedicated",
    subnet: null,
    currentNodeCount: 0,
    targetNodeCount: 0,
    nodeStateCounts: nodeStates(0, 0),
    allocationState: "Steady",
    errors: null,
    virtualMachineImage: null,
    isolatedNetwork: null,
  }),
  // Nodes come one by one from here on, unless a test says how it ends.
  completed: (compute, endsWith) => {
    const own = ownPart(compute);
    return {
      own: { ...own, ...(endsWith ?? { growingSince: Date.now(), grownFrom: own["currentNodeCount"] ?? 0 }) },
    };
  },
  asOfNow: grown,
  kept: ({ currentNodeCount }) => (currentNodeCount === undefined ? {} : { currentNodeCount }),
  hidden: (own) => {
    const credentials = own["userAccountCredentials"] as Json | undefined;
    return credentials === undefined ? {} : { userAccountCredentials: { ...credentials, adminUserPassword: null } };
  },
  machines: minimum,
  nodes: (now) =>
    Array.from({ length: Number(now["currentNodeCount"] ?? 0) }, (_, index) => ({
      nodeId: `tvmps_${index + 1}_d`,
      privateIpAddress: `10.0.1.${index + 4}`,
      publicIpAddress: null,
      port: 50_000 + index,
      nodeState: "idle",
      runId: null,
    })),
  patched: ({ scaleSettings }) => (scaleSettings === undefined ? undefined : { scaleSettings }),
};

function minimum(own: Json): number {
  const { minNodeCount = 0 } = (own["scaleSettings"] ?? {}) as { readonly minNodeCount?: number };
  return minNodeCount;
}

/** The nodes that there are by now: up to the minimum, one every so many seconds. */
function grown(own: Json, secondsPerNode: number): Json {
  const { growingSince, grownFrom, ...shown } = own;
  if (typeof growingSince !== "number") return shown;
  const target = minimum(own);
  const seconds = (Date.now() - growingSince) / 1000;
  const count = secondsPerNode === 0 ? target : Number(grownFrom) + Math.floor(seconds / secondsPerNode);
  const current = Math.min(target, count);
  return {
    ...shown,
    currentNodeCount: current,
    targetNodeCount: target,
    nodeStateCounts: nodeStates(current, target - current),
    allocationState: current < target ? "Resizing" : "Steady",
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
