import type { LiveCompute } from "../../azure/computes.ts";
import type { ServiceError } from "../../azure/outcome.ts";
import { serviceErrorOf } from "../../azure/service-error.ts";
import { member } from "../compare.ts";
import type { NodeRange, Readiness } from "../kind.ts";

/** How many nodes there are of those that are wanted. A cluster that rests without nodes has nothing to tell. */
export function progressOf({ properties }: LiveCompute): string | undefined {
  const number = (...path: readonly string[]) => {
    const value = member(properties, ...path);
    return typeof value === "number" ? value : 0;
  };
  const [current, target] = [number("currentNodeCount"), number("targetNodeCount")];
  const allocation = member(properties, "allocationState");
  const state = typeof allocation === "string" ? allocation : "Steady";
  if (current === 0 && target === 0 && state === "Steady") return undefined;
  const others = ["preparing", "unusable", "leaving", "preempted"].flatMap((word) => {
    const nodes = number("nodeStateCounts", `${word}NodeCount`);
    return nodes === 0 ? [] : [`${nodes} ${word}`];
  });
  return `${current} of ${target} nodes${others.length === 0 ? "" : ` (${others.join(", ")})`}, ${state}`;
}

/** Nodes that are coming, that are all taken, or that cannot be had, with the cluster's own words for why. */
export function whyRunsWait(live: LiveCompute): string | undefined {
  const { properties } = live;
  const number = (...path: readonly string[]) => {
    const value = member(properties, ...path);
    return typeof value === "number" ? value : undefined;
  };
  const error = nodeError(properties["errors"], "The service gave no reason.");
  if (error !== undefined) return `could not get nodes: ${error.message} [${error.code}]`;
  const current = number("currentNodeCount") ?? 0;
  const most = number("scaleSettings", "maxNodeCount");
  const running = number("nodeStateCounts", "runningNodeCount") ?? 0;
  if (current < (number("targetNodeCount") ?? 0) || member(properties, "allocationState") === "Resizing")
    return `is getting nodes: ${progressOf(live) ?? "none yet"}`;
  if (most === 0) return "may have no nodes: max_instances is 0";
  if (most !== undefined && current >= most && running >= current)
    return `has no free node: ${running} of ${most} run other jobs`;
  return most === undefined ? undefined : `has ${current} of at most ${most} node${most === 1 ? "" : "s"}`;
}

export function liveNodesOf({ properties }: LiveCompute): NodeRange | undefined {
  const size = properties["vmSize"];
  const minimum = member(properties, "scaleSettings", "minNodeCount") ?? 0;
  const maximum = member(properties, "scaleSettings", "maxNodeCount");
  return typeof size === "string" && typeof minimum === "number" && typeof maximum === "number"
    ? { size, minimum, maximum }
    : undefined;
}

/** As long as the first SDK waits for nodes. */
export const longestReadinessSeconds = 25 * 60;

/**
 * `Succeeded` says that the cluster is there, not that nodes are: with a minimum above 0 they come afterwards, or never,
 * and then `errors` says why. The first SDK waits in the same way.
 */
export function readiness({ properties }: LiveCompute): Readiness {
  const minimum = member(properties, "scaleSettings", "minNodeCount");
  const current = properties["currentNodeCount"];
  if (typeof minimum !== "number" || minimum <= 0) return { state: "ready" };
  const nodes = typeof current === "number" ? current : 0;
  if (nodes >= minimum) return { state: "ready" };
  const error = nodeError(properties["errors"], `${nodes} of ${minimum} nodes were created.`);
  if (error !== undefined) return { state: "failed", error };
  return { state: "waiting", progress: `${nodes} of ${minimum} node${minimum === 1 ? "" : "s"}` };
}

/** The cluster's own `errors`, as one: the first, with the others among its details. */
function nodeError(errors: unknown, fallback: string): ServiceError | undefined {
  if (!Array.isArray(errors) || errors.length === 0) return undefined;
  const [first, ...others] = errors.map((error: unknown) =>
    serviceErrorOf(error, { code: "NodesNotAllocated", message: fallback }),
  );
  return first && { ...first, details: [...first.details, ...others] };
}

/** Nodes that count already, and those that are still coming. */
export function machinesHeld({ properties }: LiveCompute): number {
  const { currentNodeCount: current, targetNodeCount: target } = properties;
  return Math.max(typeof current === "number" ? current : 0, typeof target === "number" ? target : 0);
}
