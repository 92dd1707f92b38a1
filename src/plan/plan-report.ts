import { defined } from "../azure/defined.ts";
import type { ChangeMeans } from "../compute/kind.ts";
import { kindOf, meansFor, resourceIdOf, secretsOf } from "../compute/target.ts";
import { formatSecretReference, type SecretReference } from "../secret/secret.ts";
import type { Position } from "../yaml/problem.ts";
import { placeOf, positionOf, valueAt, type NodePath, type SourceNode } from "../yaml/source.ts";
import type { AllowedBy, FieldChange, PlanAction, PlanReport, PlannedStep } from "../report/result.ts";
import { hourlyOf, totalOf, type Prices } from "./cost.ts";
import { hasChanges } from "./plan.ts";
import type { Plan, Step } from "./step.ts";
import type { Findings } from "./preflight.ts";

/** The word that reports and outputs use for a step. */
export function actionOf(step: Step): PlanAction {
  return step.do === "keep" ? "none" : step.do;
}

/** Where its target is declared: of a refused step the field that the refusal is about. */
export function placeOfStep(step: Step): Position | undefined {
  return placeOf(step.target.source, step.do === "refuse" ? step.field : undefined);
}

/**
 * The plan as reports show it: what, why, field by field, and what it costs.
 *
 * @param prices absent when none are declared: no costs are shown then.
 * @param allowed the inputs that would allow refused steps, by the names of their targets.
 */
export function planReport(
  plan: Plan,
  findings: Findings = new Map(),
  prices?: Prices,
  allowed: ReadonlyMap<string, AllowedBy> = new Map(),
): PlanReport {
  return {
    hasChanges: hasChanges(plan),
    ...(prices === undefined ? {} : { hourly: totalOf(plan, prices) }),
    steps: plan.steps.map((step) => ({
      ...plannedStep(step, findings.get(step.target.name) ?? [], prices),
      ...defined({ allowedBy: allowed.get(step.target.name) }),
    })),
  };
}

function plannedStep(step: Step, findings: PlannedStep["findings"], prices: Prices | undefined): PlannedStep {
  const resourceId = resourceIdOf(step.target);
  const hourly = prices === undefined ? undefined : hourlyOf(step, prices);
  const means = meansOf(step);
  const where = placeOfStep(step);
  return {
    target: step.target.name,
    type: step.target.type,
    action: actionOf(step),
    reason: step.reason,
    ...(means === undefined ? {} : { means }),
    changes: [
      ...step.differences.map(({ field, from, to, means: by }) => ({ field, from, to, means: by })),
      ...credentials(step),
    ],
    ...(where === undefined ? {} : { where }),
    findings,
    ...(resourceId === undefined ? {} : { resourceId }),
    ...(hourly === undefined ? {} : { hourly }),
  };
}

function meansOf(step: Step): ChangeMeans | undefined {
  switch (step.do) {
    case "update":
      return "in-place";
    case "reattach":
    case "replace":
      return "reattach";
    case "recreate":
      return "recreate";
    case "keep":
    case "adopt":
    case "create":
    case "attach":
    case "wait":
    case "refuse":
      return meansFor(step.differences);
  }
}

/** Credentials that are sent again. The live ones cannot be read; the new ones are shown as their reference. */
function credentials(step: Step): readonly FieldChange[] {
  const means = meansOf(step);
  const sent =
    "remove" in step ||
    (step.do === "update" && kindOf(step.target).toUpdate(step.target, step.differences) === undefined);
  if (!sent || means === undefined) return [];
  return secretsOf(step.target).map((reference) => ({
    field: fieldOf(reference, step.target.source),
    from: "unknown",
    to: formatSecretReference(reference),
    means,
  }));
}

/** The field of a reference in the declaration, found by its place in the text. */
function fieldOf({ where }: SecretReference, source: SourceNode): string {
  const path = pathsIn(valueAt(source)).find((below) => {
    const place = positionOf(source, below);
    return place.file === where.file && place.line === where.line && place.column === where.column;
  });
  return path?.join(".") ?? "credentials";
}

function pathsIn(value: unknown, above: NodePath = []): readonly NodePath[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    const path = [...above, Array.isArray(value) ? Number(key) : key];
    return [path, ...pathsIn(member, path)];
  });
}
