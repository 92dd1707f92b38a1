import { originOf, resourceIdOf } from "../compute/target.ts";
import type { PlanAction, PlanReport, PlannedStep } from "../report/result.ts";
import { hourlyOf, totalOf, type Prices } from "./cost.ts";
import { hasChanges, type Plan, type Step } from "./plan.ts";
import type { Findings } from "./preflight.ts";

/** The word that reports and outputs use for a step. */
export function actionOf(step: Step): PlanAction {
  return step.do === "keep" ? "none" : step.do;
}

/**
 * The plan as reports show it: what, why, field by field, and what it costs.
 *
 * @param prices absent when none are declared: no costs are shown then.
 */
export function planReport(plan: Plan, findings: Findings = new Map(), prices?: Prices): PlanReport {
  return {
    hasChanges: hasChanges(plan),
    ...(prices === undefined ? {} : { hourly: totalOf(plan, prices) }),
    steps: plan.steps.map((step) => plannedStep(step, findings.get(step.target.name) ?? [], prices)),
  };
}

function plannedStep(step: Step, findings: PlannedStep["findings"], prices: Prices | undefined): PlannedStep {
  const resourceId = resourceIdOf(step.target);
  const hourly = prices === undefined ? undefined : hourlyOf(step, prices);
  return {
    target: step.target.name,
    type: step.target.type,
    action: actionOf(step),
    reason: step.reason,
    changes: step.differences.map(({ field, from, to }) => ({ field, from, to })),
    findings,
    ...(resourceId === undefined ? {} : { resourceId }),
    ...(hourly === undefined ? {} : { hourly }),
  };
}

/** True for a target that exists only in the report: it is never sent anywhere. */
export function isLocal(step: Step): boolean {
  return originOf(step.target) === "none";
}
