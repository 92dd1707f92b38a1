import { count, enumeration, signed } from "./format.ts";
import { countsInWords, planCounts } from "./plan-groups.ts";
import type { AssetReport, HourlyReport, PlanReport } from "./result.ts";

/** What a plan amounts to, as a sentence. What is refused, left as it is or still moving is never called as declared. */
export function planVerdict(plan: PlanReport, assets: readonly Pick<AssetReport, "action">[] = []): string {
  const counts = planCounts(plan, assets);
  const { steps, deployments = [] } = plan;
  const total = steps.length + assets.length + deployments.length;
  const isOfTargets = total === steps.length;
  if (total === 0) return "No targets are declared, so nothing would be done.";
  if (counts.every(({ group }) => group === "unchanged"))
    return isOfTargets
      ? "The targets are as declared. None has to change."
      : "Everything is as declared. Nothing has to change.";
  const writes = counts.some(({ group }) => !["refuse", "adopt", "wait", "left", "unchanged"].includes(group));
  const words = countsInWords(counts);
  if (!writes) return `Nothing would be changed: ${words}.`;
  const nouns = [
    [steps.length, "target"],
    [assets.length, "asset"],
    [deployments.length, "deployment"],
  ] as const;
  const what = nouns.flatMap(([number, noun]) => (number === 0 ? [] : [count(number, noun)]));
  return `${enumeration(what)}: ${words}.`;
}

/** The end of a sentence: `change by +0.2 with all computes at minimum size, by +0.9 at maximum`. */
export function costWords({ minimum, maximum }: HourlyReport): string {
  return `change by ${signed(minimum)} with all computes at minimum size, by ${signed(maximum)} at maximum`;
}

/** What the costs leave out; empty where that is nothing. */
export function unpricedWords({ unpriced }: HourlyReport): string {
  return unpriced.length === 0 ? "" : `no price is declared for ${unpriced.join(", ")}`;
}
