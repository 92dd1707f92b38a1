import type { NodeRange } from "../compute/kind.ts";
import { kindOf, kindOfLive } from "../compute/target.ts";
import type { HourlyReport } from "../report/result.ts";
import type { Plan, Step } from "./step.ts";

/** What an hour of a machine costs, by size in lower case. The currency is the author's. */
export type Prices = ReadonlyMap<string, number>;

/**
 * What a step changes about the hourly cost: with all computes at minimum size, and at maximum. Only machines that
 * the service runs count; an attached resource is billed by itself, attached or not.
 *
 * @returns `undefined` for a step that changes nothing about such machines.
 */
export function hourlyOf(step: Step, prices: Prices): HourlyReport | undefined {
  const after = afterwards(step);
  const before = beforehand(step).flatMap((live) => kindOfLive(live)?.liveNodesOf?.(live) ?? []);
  if (after === undefined && before.length === 0) return undefined;
  const sum = (bound: "minimum" | "maximum") =>
    cost(after, bound, prices) - before.reduce((total, nodes) => total + cost(nodes, bound, prices), 0);
  return {
    minimum: rounded(sum("minimum")),
    maximum: rounded(sum("maximum")),
    unpriced: unpriced([...(after === undefined ? [] : [after]), ...before], prices),
  };
}

/** The sum over the steps; sizes without a price are named and count as 0. */
export function totalOf(plan: Plan, prices: Prices): HourlyReport {
  const steps = plan.steps.flatMap((step) => hourlyOf(step, prices) ?? []);
  return {
    minimum: rounded(steps.reduce((sum, { minimum }) => sum + minimum, 0)),
    maximum: rounded(steps.reduce((sum, { maximum }) => sum + maximum, 0)),
    unpriced: [...new Set(steps.flatMap((step) => step.unpriced))].sort(),
  };
}

/** What the service runs for the target once the step is done. */
function afterwards(step: Step): NodeRange | undefined {
  switch (step.do) {
    case "create":
    case "attach":
    case "update":
    case "reattach":
    case "recreate":
    case "replace":
      return kindOf(step.target).nodesOf?.(step.target);
    case "keep":
    case "adopt":
    case "wait":
    case "refuse":
      return undefined;
  }
}

/** The live computes that the step changes or removes. */
function beforehand(step: Step) {
  switch (step.do) {
    case "update":
      return [step.live];
    case "reattach":
    case "recreate":
    case "replace":
      return step.remove;
    case "create":
    case "attach":
    case "keep":
    case "adopt":
    case "wait":
    case "refuse":
      return [];
  }
}

function cost(nodes: NodeRange | undefined, bound: "minimum" | "maximum", prices: Prices): number {
  return nodes === undefined ? 0 : nodes[bound] * (prices.get(nodes.size.toLowerCase()) ?? 0);
}

function unpriced(nodes: readonly NodeRange[], prices: Prices): readonly string[] {
  return [...new Set(nodes.map(({ size }) => size).filter((size) => !prices.has(size.toLowerCase())))].sort();
}

/** Sums of prices without floating-point noise. */
function rounded(amount: number): number {
  return Number(amount.toFixed(6)) + 0;
}
