import type { LiveCompute } from "../azure/computes.ts";
import { liveCompute } from "../azure/computes.ts";
import type { AzureFailure } from "../azure/outcome.ts";
import { nearest } from "../declaration/suggestion.ts";
import type { Finding, ResourceReads } from "./kind.ts";
import { region } from "./region.ts";

/** Machines that are about to be asked for. */
export type Capacity = {
  /** Of the compute: what stands there under its name already is given back before the new one is made. */
  readonly name: string;
  readonly size: string;
  /** Machines that the service must find at once; only these are enforced when the compute is created. */
  readonly minimum: number;
  readonly maximum: number;
  /** As `supportedComputeTypes` spells it: `AmlCompute`, `ComputeInstance`; absent where any size does. */
  readonly computeType?: string;
  /** Low-priority machines have one quota for all families. */
  readonly lowPriority?: boolean;
  /** The workspace's region when absent. */
  readonly location?: string;
};

/** The version of the client that the members below were read from. */
const apiVersion = "2025-12-01";
const computesApiVersion = "2026-05-01";

type VmSize = {
  readonly name?: string;
  readonly family?: string;
  readonly vCPUs?: number;
  readonly lowPriorityCapable?: boolean;
  readonly supportedComputeTypes?: readonly string[] | null;
};

type Usage = {
  readonly type?: string;
  readonly currentValue?: number;
  /** -1: no limit of its own, the subscription's is shared. */
  readonly limit?: number;
  readonly name?: { readonly value?: string; readonly localizedValue?: string };
};

/**
 * Whether the region offers the size to this kind, and whether the quota that is left covers it: the minimum, else the
 * service refuses the creation; and the maximum, else the compute never grows as far as it may.
 */
export async function capacityFindings(wanted: Capacity, reads: ResourceReads): Promise<readonly Finding[]> {
  const location = region(wanted.location ?? reads.workspace.location ?? "");
  const at = `/subscriptions/${reads.workspace.subscriptionId}/providers/Microsoft.MachineLearningServices/locations/${location}`;
  const [sizes, usages] = await Promise.all([
    reads.get(`${at}/vmSizes`, apiVersion),
    reads.get(`${at}/usages`, apiVersion),
  ]);
  if (!sizes.ok) return [notChecked(`Whether ${location} offers ${wanted.size}, and its quota,`, sizes.failure)];
  const offered = (sizes.value["value"] ?? []) as readonly VmSize[];
  const size = offered.find(({ name }) => name?.toLowerCase() === wanted.size.toLowerCase());
  const refused = sizeFinding(wanted, size, offered, location);
  if (refused !== undefined || size === undefined) return refused === undefined ? [] : [refused];
  if (!usages.ok) return [notChecked(`The quota of ${size.family ?? wanted.size} in ${location}`, usages.failure)];
  return quotaFindings(wanted, size, (usages.value["value"] ?? []) as readonly Usage[], location, reads);
}

function sizeFinding(
  { size, computeType, lowPriority }: Capacity,
  found: VmSize | undefined,
  offered: readonly VmSize[],
  location: string,
): Finding | undefined {
  const usable = (one: VmSize) => computeType === undefined || supports(one, computeType);
  if (found === undefined || !usable(found)) {
    const near = nearest(
      size,
      offered.filter(usable).flatMap(({ name }) => name ?? []),
    );
    return {
      severity: "error",
      code: "size-not-offered",
      message:
        found === undefined
          ? `The region ${location} does not offer the size ${size}.`
          : `The region ${location} does not offer the size ${size} for ${computeType ?? "this kind"}.`,
      advice: `Choose another size${near === undefined ? "" : `, for example ${near},`} or another region.`,
    };
  }
  if (lowPriority === true && found.lowPriorityCapable === false) {
    return {
      severity: "error",
      code: "size-not-offered",
      message: `The region ${location} does not offer the size ${size} at low priority.`,
      advice: "Use tier: dedicated, or another size.",
    };
  }
  return undefined;
}

function supports({ supportedComputeTypes: types }: VmSize, computeType: string): boolean {
  // A service that does not say what a size is for is not taken to refuse it.
  if (types === undefined || types === null || types.length === 0) return true;
  return types.some((type) => type.toLowerCase() === computeType.toLowerCase());
}

async function quotaFindings(
  wanted: Capacity,
  size: VmSize,
  usages: readonly Usage[],
  location: string,
  reads: ResourceReads,
): Promise<readonly Finding[]> {
  const vCpus = size.vCPUs ?? 0;
  const family = size.family ?? "";
  const own = usages.find((usage) => isFamily(usage, family));
  const regional = usages.filter((usage) => isRegional(usage, wanted.lowPriority === true));
  const quotas = [
    ...(wanted.lowPriority === true || own === undefined ? [] : [{ usage: own, enforced: true }]),
    ...regional.map((usage) => ({ usage, enforced: false })),
  ].filter(({ usage }) => (usage.limit ?? -1) >= 0);
  const short = quotas.filter(({ usage }) => left(usage, 0) < wanted.maximum * vCpus);
  if (short.length === 0) return [];
  // Only now it matters what a compute of that name, which goes first, gives back.
  const back = await givenBack(wanted, size, reads);
  const findings = short.flatMap(({ usage, enforced }) => {
    const finding = shortage(wanted, vCpus, usage, enforced, back, location);
    return finding === undefined ? [] : [finding];
  });
  // The family's quota says more than the region's; one finding of each severity is enough.
  return findings.filter(({ severity }, index) => findings.findIndex((one) => one.severity === severity) === index);
}

function shortage(
  { size, minimum, maximum }: Capacity,
  vCpus: number,
  usage: Usage,
  enforced: boolean,
  back: number,
  location: string,
): Finding | undefined {
  const free = Math.max(0, left(usage, back));
  const name = usage.name?.localizedValue ?? usage.name?.value ?? "The quota";
  const state = `${name} in ${location}: ${usage.limit ?? 0} vCPUs, ${Math.max(0, (usage.currentValue ?? 0) - back)} in use.`;
  const need = (count: number) => `${count} × ${size} (${vCpus} vCPUs each) needs ${count * vCpus}`;
  if (minimum * vCpus > free) {
    return {
      severity: enforced ? "error" : "warning",
      code: "quota-too-small",
      message: `${state} The minimum of ${need(minimum)}, and ${free} ${free === 1 ? "is" : "are"} left.`,
      advice: `Ask for more quota in the portal, or lower the minimum${vCpus > 0 && free >= vCpus ? ` to ${Math.floor(free / vCpus)}` : ""}, or choose another size or region.`,
    };
  }
  if (maximum * vCpus > free) {
    return {
      severity: "warning",
      code: "quota-below-maximum",
      message: `${state} The maximum of ${need(maximum)}, and ${free} ${free === 1 ? "is" : "are"} left.`,
      advice: `It will not grow beyond ${vCpus > 0 ? Math.floor(free / vCpus) : 0}. Ask for more quota in the portal, or lower the maximum.`,
    };
  }
  return undefined;
}

function left({ limit, currentValue }: Usage, back: number): number {
  return (limit ?? 0) - (currentValue ?? 0) + back;
}

/** vCPUs of the same family that a compute of the same name holds: it is removed before the new one is made. */
async function givenBack({ name }: Capacity, size: VmSize, reads: ResourceReads): Promise<number> {
  const answer = await reads.get(`${reads.workspace.id}/computes/${name}`, computesApiVersion);
  if (!answer.ok) return 0;
  const live = liveCompute(answer.value);
  const same = String(live.properties["vmSize"]).toLowerCase() === size.name?.toLowerCase();
  return same ? nodeCount(live) * (size.vCPUs ?? 0) : 0;
}

/** A stopped instance holds its quota too. */
function nodeCount({ computeType, properties }: LiveCompute): number {
  if (computeType.toLowerCase() === "computeinstance") return 1;
  const { currentNodeCount } = properties;
  return typeof currentNodeCount === "number" ? currentNodeCount : 0;
}

/** `standardDSv2Family` is counted as `Standard DSv2 Family Cluster Dedicated vCPUs`. */
function isFamily({ name }: Usage, family: string): boolean {
  if (family === "") return false;
  const words = plain(name?.value ?? name?.localizedValue ?? "");
  const wanted = plain(family);
  return words === wanted || (words.startsWith(wanted) && !words.includes("lowpriority"));
}

/** The region's quota over all families, of dedicated or of low-priority cores. */
function isRegional({ type }: Usage, lowPriority: boolean): boolean {
  const [, kind = ""] = /\/(\w+)\/usages$/i.exec(type ?? "") ?? [];
  const kinds = lowPriority ? ["lowprioritycores"] : ["totalcores", "dedicatedcores"];
  return kinds.includes(kind.toLowerCase());
}

function plain(words: string): string {
  return words.replaceAll(/[^a-z0-9]/gi, "").toLowerCase();
}

function notChecked(what: string, { error, status }: AzureFailure): Finding {
  return {
    severity: "not-checked",
    code: "quota-not-checked",
    message: `${what} was not checked: ${error.message === "" ? error.code : error.message}`,
    advice:
      status === 403
        ? "To have it checked, give the identity Reader on the subscription."
        : "The service itself checks it when the compute is created.",
  };
}
