import { defined } from "../azure/defined.ts";
import type { PlanAction, PlanReport, Result, RunReport } from "./result.ts";

/** Every output of the interface that the result has something for. Paths of reports are added by whoever writes them. */
export function outputsOf(result: Result): Readonly<Record<string, string>> {
  const { targets, environments, plan, run } = result;
  const environmentsDiffer = environments.some(({ action }) => action !== "none");
  const actions: readonly PlanAction[] =
    plan === undefined ? targets.map(({ action }) => action) : plan.steps.map(({ action }) => action);
  const countOf = (...words: readonly PlanAction[]) =>
    String(actions.filter((action) => words.includes(action)).length);
  return {
    targets: JSON.stringify(
      targets.map(({ name, type, resourceId, action, provisioningState, provisioningErrors }) => ({
        name,
        type,
        resourceId,
        action,
        provisioningState,
        provisioningErrors,
      })),
    ),
    changed: String(
      targets.some(
        ({ action, outcome }) => outcome === "succeeded" && !["none", "adopt", "wait", "refuse"].includes(action),
      ) ||
        (environmentsDiffer && result.command !== "plan") ||
        (run !== undefined && !run.reused),
    ),
    "failure-reason": result.failureReason ?? "",
    ...(plan === undefined
      ? {}
      : {
          "has-changes": String(plan.hasChanges || environmentsDiffer),
          "to-create": countOf("create", "recreate"),
          "to-attach": countOf("attach", "replace"),
          "to-update": countOf("update"),
          "to-reattach": countOf("reattach"),
          plan: JSON.stringify(plan),
          matrix: JSON.stringify(matrixOf(plan)),
        }),
    ...(run === undefined
      ? {}
      : {
          "run-id": run.id ?? "",
          "run-name": run.name,
          "run-url": run.url ?? "",
          "run-status": run.status,
          "run-metrics": JSON.stringify(
            Object.fromEntries(
              run.metrics.map(({ name, last }) => [name, Number.isFinite(last) ? last : String(last)]),
            ),
          ),
          "run-reused": String(run.reused),
          gates: JSON.stringify(run.gates.map(gateOutput)),
          "artifacts-path": run.artifactsPath ?? "",
        }),
  };
}

function gateOutput({ metric, step, condition, value, baseline, passed }: RunReport["gates"][number]) {
  const compared = baseline === undefined ? {} : { baseline: { run: baseline.run, value: baseline.value } };
  return { metric, ...defined({ step, value }), condition, ...compared, passed };
}

/** Targets that something has to be done about, or waited for, as `strategy.matrix` takes them: one job for each. */
function matrixOf({ steps }: PlanReport) {
  return {
    include: steps
      .filter(({ action }) => !["none", "adopt", "refuse"].includes(action))
      .map(({ target, type, action }) => ({ target, type, action })),
  };
}
