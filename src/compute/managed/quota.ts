import type { LiveCompute } from "../../azure/computes.ts";
import type { AzureFailure } from "../../azure/outcome.ts";
import { nearest } from "../../yaml/suggestion.ts";
import type { ResourceReads } from "../../azure/resource-reads.ts";
import type { WorkspaceRef } from "../../azure/workspace.ts";
import type { Capacity, Finding, Permission } from "../kind.ts";
import { recommended } from "../permission.ts";
import { region } from "../region.ts";
import { usageOf, vmSizeOf, type Usage, type VmSize } from "./quota-lists.ts";

/** A live compute, and how many of its machines count against the quota now. */
export type Held = { readonly live: LiveCompute; readonly machines: number };

/** Machines that a target asks for. */
export type Demand = Capacity & {
  readonly name: string;
  /** Computes whose machines it has already, or that go before it is made. */
  readonly holds: readonly Held[];
  /** Created, so that what it holds is given back first; else it exists already, and at most grows. */
  readonly isMade: boolean;
};

/** What looking at sizes and quotas takes. */
export function quotaPermissions({ subscriptionId }: Pick<WorkspaceRef, "subscriptionId">): readonly Permission[] {
  return recommended(
    `/subscriptions/${subscriptionId}`,
    "check quota and sizes before computes are created",
    "Microsoft.MachineLearningServices/locations/usages/read",
    "Microsoft.MachineLearningServices/locations/vmsizes/read",
  );
}

/** The version of the client that the members below were read from. */
const apiVersion = "2025-12-01";

/**
 * Whether the regions offer the sizes to these kinds, and whether the quotas that are left cover all of them together: the
 * minimums, else the service refuses what comes last; and the maximums, else they never grow as far as they may.
 *
 * Two lists for each region, however many targets there are; none without any.
 *
 * @returns by the name of the target. What several targets lack together is one finding, the same with each of them.
 */
export async function capacityFindings(
  demands: readonly Demand[],
  reads: ResourceReads,
): Promise<ReadonlyMap<string, readonly Finding[]>> {
  const regionOfLive = ({ computeLocation, location }: LiveCompute) =>
    region(computeLocation ?? location ?? reads.workspace.location ?? "");
  // What exists grows where it is; its declaration may not say where.
  const regionOf = ({ location, isMade, holds: [held] }: Demand) =>
    isMade || held === undefined ? region(location ?? reads.workspace.location ?? "") : regionOfLive(held.live);
  const regions = [...new Set(demands.map(regionOf))];
  const found = await Promise.all(
    regions.map((location) =>
      findingsIn(
        location,
        demands
          .filter((demand) => regionOf(demand) === location)
          // A region's quota gets back what is given back in that region.
          .map((demand) => ({ ...demand, holds: demand.holds.filter(({ live }) => regionOfLive(live) === location) })),
        reads,
      ),
    ),
  );
  const all = found.flat();
  return new Map(
    demands
      .map(({ name }) => [name, mostTelling(all.filter((one) => one.name === name))] as const)
      .filter(([, findings]) => findings.length > 0),
  );
}

type Found = { readonly name: string; readonly finding: Finding };

/** The family's quota says more than the region's; one finding of each severity is enough. */
function mostTelling(found: readonly Found[]): readonly Finding[] {
  const findings = found.map(({ finding }) => finding);
  return findings.filter(({ severity }, index) => findings.findIndex((one) => one.severity === severity) === index);
}

async function findingsIn(
  location: string,
  demands: readonly Demand[],
  reads: ResourceReads,
): Promise<readonly Found[]> {
  const at = `/subscriptions/${reads.workspace.subscriptionId}/providers/Microsoft.MachineLearningServices/locations/${location}`;
  const [sizes, usages] = await Promise.all([
    reads.list(`${at}/vmSizes`, apiVersion),
    reads.list(`${at}/usages`, apiVersion),
  ]);
  const offered = (sizes.ok ? sizes.value : []).map(vmSizeOf);
  // A region that offers nothing at all would have no workspace: an empty list tells nothing.
  if (offered.length === 0) {
    const error = sizes.ok ? nothingTold : sizes.failure;
    return demands.map(({ name, size }) => ({
      name,
      finding: notChecked(`Whether ${location} offers ${size}, and its quota,`, error),
    }));
  }
  const refused = demands.flatMap((demand) => {
    // What exists has its machines already, whatever is offered to others.
    const finding = demand.isMade ? sizeFinding(demand, sizeOf(demand.size, offered), offered, location) : undefined;
    return finding === undefined ? [] : [{ name: demand.name, finding }];
  });
  const left = demands.filter(
    ({ name, size }) => sizeOf(size, offered) !== undefined && !refused.some((one) => one.name === name),
  );
  if (!usages.ok) {
    const { failure } = usages;
    return [
      ...refused,
      ...left.map(({ name, size }) => ({
        name,
        finding: notChecked(`The quota of ${sizeOf(size, offered)?.family ?? size} in ${location}`, failure),
      })),
    ];
  }
  return [...refused, ...shortages(left, offered, usages.value.map(usageOf), location)];
}

function sizeOf(name: unknown, offered: readonly VmSize[]): VmSize | undefined {
  return offered.find((size) => size.name?.toLowerCase() === String(name).toLowerCase());
}

function sizeFinding(
  { size, computeType, lowPriority }: Demand,
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
      field: "size",
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
      field: "tier",
      message: `The region ${location} does not offer the size ${size} at low priority.`,
      advice: "Use tier: dedicated, or another size.",
    };
  }
  return undefined;
}

function supports({ supportedComputeTypes: types }: VmSize, computeType: string): boolean {
  // A service that does not say what a size is for does not refuse it.
  if (types === undefined || types === null || types.length === 0) return true;
  return types.some((type) => type.toLowerCase() === computeType.toLowerCase());
}

/** A quota that has a limit, and what draws on it or gives back to it. */
type Pool = {
  readonly usage: Usage;
  /** The service refuses what the family's quota does not cover; the region's is not enforced at once. */
  readonly enforced: boolean;
  readonly draws: readonly Draw[];
};

type Draw = {
  readonly demand: Demand;
  /** Of one machine; 0 for a target that only gives back. */
  readonly vCpus: number;
  /** vCPUs of this quota that the target holds already. */
  readonly held: number;
};

function shortages(
  demands: readonly Demand[],
  offered: readonly VmSize[],
  usages: readonly Usage[],
  location: string,
): readonly Found[] {
  const limited = usages.filter(({ limit }) => (limit ?? -1) >= 0);
  const families = [...new Set(demands.flatMap(({ size }) => sizeOf(size, offered)?.family ?? []))];
  const own = families.flatMap((family) => {
    const usage = limited.find((one) => isFamily(one, family));
    const counts = (size: VmSize, lowPriority: boolean) => !lowPriority && size.family === family;
    return usage === undefined ? [] : [poolOf(usage, true, demands, counts, offered)];
  });
  const regional = [false, true].flatMap((low) => {
    const counts = (_: VmSize, lowPriority: boolean) => lowPriority === low;
    return limited
      .filter((usage) => isRegional(usage, low))
      .map((usage) => poolOf(usage, false, demands, counts, offered));
  });
  const found: Found[] = [];
  for (const pool of [...own, ...regional]) {
    // What is refused draws on nothing any more.
    const refused = new Set(found.filter(({ finding }) => finding.severity === "error").map(({ name }) => name));
    found.push(
      ...shortagesIn(
        pool,
        pool.draws.filter(({ demand }) => !refused.has(demand.name)),
        location,
      ),
    );
  }
  return found;
}

function poolOf(
  usage: Usage,
  enforced: boolean,
  demands: readonly Demand[],
  counts: (size: VmSize, lowPriority: boolean) => boolean,
  offered: readonly VmSize[],
): Pool {
  const draws = demands.map((demand): Draw => {
    const size = sizeOf(demand.size, offered);
    const held = demand.holds.map(({ live, machines }) => {
      const its = sizeOf(live.properties["vmSize"], offered);
      return its !== undefined && counts(its, isLowPriority(live)) ? machines * (its.vCPUs ?? 0) : 0;
    });
    return {
      demand,
      vCpus: size !== undefined && counts(size, demand.lowPriority === true) ? (size.vCPUs ?? 0) : 0,
      held: held.reduce((sum, vCpus) => sum + vCpus, 0),
    };
  });
  return { usage, enforced, draws: draws.filter(({ vCpus, held }) => vCpus > 0 || held > 0) };
}

type Bound = "minimum" | "maximum";

/** vCPUs that have to be found; below zero where more is given back than is asked for. */
function needOf({ demand, vCpus, held }: Draw, bound: Bound): number {
  const need = demand[bound] * vCpus - held;
  return demand.isMade ? need : Math.max(0, need);
}

function shortagesIn({ usage, enforced }: Pool, draws: readonly Draw[], location: string): readonly Found[] {
  const atOnce = shortage(usage, draws, "minimum", location);
  const severity = enforced ? "error" : "warning";
  const found = atOnce.names.map((name) => ({ name, finding: { severity, ...atOnce.words } as const }));
  const later = shortage(
    usage,
    draws.filter(({ demand }) => !atOnce.names.includes(demand.name)),
    "maximum",
    location,
  );
  return [
    ...found,
    ...later.names.map((name) => ({ name, finding: { severity: "warning", ...later.words } as const })),
  ];
}

type Shortage = { readonly names: readonly string[]; readonly words: Omit<Finding, "severity"> };

/**
 * Which targets a quota is too small for. One that does not fit by itself is in nobody's way, because it is not made; the
 * others have to fit together, and nobody can say which of them would come first.
 */
function shortage(usage: Usage, draws: readonly Draw[], bound: Bound, location: string): Shortage {
  const needs = draws.map((draw) => ({ draw, need: needOf(draw, bound) }));
  const back = needs.reduce((sum, { need }) => sum + Math.max(0, -need), 0);
  const free = Math.max(0, (usage.limit ?? 0) - (usage.currentValue ?? 0) + back);
  const asking = needs.filter(({ need }) => need > 0);
  const sum = (some: typeof asking) => some.reduce((total, { need }) => total + need, 0);
  const fitting = asking.filter(({ need }) => need <= free);
  const short = sum(fitting) > free ? asking : asking.filter(({ need }) => need > free);
  const quota = usage.name?.localizedValue ?? usage.name?.value ?? "The quota";
  const used = Math.max(0, (usage.currentValue ?? 0) - back);
  const state = `${quota} in ${location}: ${usage.limit ?? 0} vCPUs, ${used} in use.`;
  const left = `${free} ${free === 1 ? "is" : "are"} left`;
  const all = asking.map(({ draw }) => draw);
  const words =
    all.length === 1 ? wordsOfOne(all[0] as Draw, bound, free, left) : wordsOfAll(all, bound, sum(asking) - free, left);
  return {
    names: short.map(({ draw }) => draw.demand.name),
    words: {
      ...words,
      code: bound === "minimum" ? "quota-too-small" : "quota-below-maximum",
      message: `${state} ${words.message}`,
    },
  };
}

const ask = (howMuch: string) => `Ask for ${howMuch} of this quota in the Azure portal (Quotas, Machine learning)`;

type Words = Pick<Finding, "message" | "advice" | "field">;

function wordsOfOne({ demand, vCpus, held }: Draw, bound: Bound, free: number, left: string): Words {
  const { size, isMade } = demand;
  const count = demand[bound];
  const has = held === 0 ? "" : `, of which it ${isMade ? "gives back" : "holds"} ${held}`;
  const fits = vCpus === 0 ? 0 : Math.floor((free + held) / vCpus);
  const fewer = demand.isFixed === true ? "" : `, lower the ${bound}${fits > 0 ? ` to ${fits}` : ""},`;
  const message = `The ${bound} of ${count} × ${size} (${vCpus} vCPUs each) needs ${count * vCpus}${has}, and ${left}.`;
  const other = `${ask("more")}${fewer} or choose a smaller size or another region.`;
  // Of a kind that has one machine, nothing but its size can be declared.
  const field = demand.isFixed === true ? "size" : bound === "minimum" ? "min_instances" : "max_instances";
  // Public reports show both: a cluster made without a node, and "cannot accomodate for at least 1 requested node".
  const grows =
    fits > 0 || !isMade
      ? `It will not grow beyond ${fits}.`
      : "Not even one node fits: the service may refuse to create it.";
  return { message, field, advice: bound === "minimum" ? other : `${grows} ${other}` };
}

/** More than these are counted, not named. Our choice. */
const mostNamed = 10;

function wordsOfAll(draws: readonly Draw[], bound: Bound, missing: number, left: string): Words {
  const named = draws.slice(0, mostNamed).map(({ demand: { name, size, isMade, ...demand }, vCpus, held }) => {
    const has = held === 0 ? "" : `, of which it ${isMade ? "gives back" : "holds"} ${held}`;
    return `'${name}' (${demand[bound]} × ${size}: ${demand[bound] * vCpus}${has})`;
  });
  const rest = draws.length - named.length;
  const last = rest > 0 ? `${rest} more` : (named.pop() ?? "");
  const needed = draws.reduce((sum, draw) => sum + needOf(draw, bound), 0);
  const message = `At their ${bound} ${named.join(", ")} and ${last} need ${needed} together, and ${left}.`;
  const other = `${ask(`${missing} more vCPUs`)}, declare fewer nodes, or choose smaller sizes or another region.`;
  return { message, advice: bound === "minimum" ? other : `They will not all grow to their maximum at once. ${other}` };
}

function isLowPriority({ properties }: LiveCompute): boolean {
  return String(properties["vmPriority"]).toLowerCase() === "lowpriority";
}

/**
 * What a row of the list counts, by its type: `…/vmFamily/dedicatedCores/usages` one family, `…/totalDedicatedCores/usages` the
 * region. A row of a workspace's own share counts neither.
 */
function counted({ type = "" }: Usage): string {
  return type
    .replace(/^[^/]*\//, "")
    .replace(/\/usages$/i, "")
    .toLowerCase();
}

/** `standardDSv2Family` is counted as `Standard DSv2 Family Cluster Dedicated vCPUs`. */
function isFamily(usage: Usage, family: string): boolean {
  if (family === "" || !["vmfamily", "vmfamily/dedicatedcores", ""].includes(counted(usage))) return false;
  const words = plain(usage.name?.value ?? usage.name?.localizedValue ?? "");
  const wanted = plain(family);
  return words === wanted || (words.startsWith(wanted) && !words.includes("lowpriority"));
}

/** The region's quota over all families, of dedicated or of low-priority cores. */
function isRegional(usage: Usage, lowPriority: boolean): boolean {
  const kinds = lowPriority
    ? ["totallowprioritycores", "lowprioritycores"]
    : ["totaldedicatedcores", "totalcores", "dedicatedcores"];
  return kinds.includes(counted(usage));
}

function plain(words: string): string {
  return words.replaceAll(/[^a-z0-9]/gi, "").toLowerCase();
}

const nothingTold: Told = {
  error: { code: "EmptyList", message: "the service names no size at all for this region." },
};

type Told = { readonly error: Pick<AzureFailure["error"], "code" | "message">; readonly status?: number | undefined };

function notChecked(what: string, { error, status }: Told): Finding {
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
