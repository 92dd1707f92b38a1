import { originOf, resourceIdOf } from "../compute/target.ts";
import type { PlanAction, PlanReport, PlannedStep } from "../report/result.ts";
import { hasChanges, type Plan, type Step } from "./plan.ts";
import type { Findings } from "./preflight.ts";

/** The word that reports and outputs use for a step. */
export function actionOf(step: Step): PlanAction {
  return step.do === "keep" ? "none" : step.do;
}

/** The plan as reports show it: what, why, and field by field. */
export function planReport(plan: Plan, findings: Findings = new Map()): PlanReport {
  return {
    hasChanges: hasChanges(plan),
    steps: plan.steps.map((step) => plannedStep(step, findings.get(step.target.name) ?? [])),
  };
}

function plannedStep(step: Step, findings: PlannedStep["findings"]): PlannedStep {
  const resourceId = resourceIdOf(step.target);
  return {
    target: step.target.name,
    type: step.target.type,
    action: actionOf(step),
    reason: step.reason,
    changes: step.differences.map(({ field, from, to }) => ({ field, from, to })),
    findings,
    ...(resourceId === undefined ? {} : { resourceId }),
  };
}

/** True for a target that exists only in the report: it is never sent anywhere. */
export function isLocal(step: Step): boolean {
  return originOf(step.target) === "none";
}
