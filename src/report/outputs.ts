import { defined } from "../azure/defined.ts";
import type { ChildReport, PlanAction, PlanReport, Result, RunReport } from "./result.ts";

/** Every output of the interface that the result has something for. Paths of reports are added by whoever writes them. */
export function outputsOf(result: Result): Readonly<Record<string, string>> {
  const { targets, assets, plan, run, deployments } = result;
  const assetsDiffer = assets.some(({ action }) => action !== "none");
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
      targets.some((target) => target.changed === true) ||
        (assetsDiffer && result.command !== "plan") ||
        (run !== undefined && !run.reused) ||
        deployments.some(({ action, changed }) => changed ?? (action !== "unchanged" && action !== "failed")),
    ),
    "failure-reason": result.failureReason ?? "",
    ...(plan === undefined
      ? {}
      : {
          "has-changes": String(plan.hasChanges || assetsDiffer),
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
          "run-metrics": JSON.stringify(metricsOf(run)),
          ...(run.children === undefined ? {} : { children: JSON.stringify(run.children.map(childOf)) }),
          ...(run.best === undefined ? {} : { "best-trial": run.best.name }),
          "run-reused": String(run.reused),
          gates: JSON.stringify(run.gates.map(gateOutput)),
          "artifacts-path": run.artifactsPath ?? "",
        }),
    ...outputsOfDeployments(deployments),
  };
}

/** Single values are those of the last deployment; `deployments` has all of them. */
function outputsOfDeployments(deployments: Result["deployments"]): Readonly<Record<string, string>> {
  const last = deployments.at(-1);
  if (last === undefined) return {};
  return {
    "model-id": last.modelId ?? "",
    "endpoint-name": last.endpoint,
    "deployment-name": last.deployment ?? "",
    "deployment-state": last.state,
    "scoring-uri": last.scoringUri ?? "",
    "swagger-uri": last.swaggerUri ?? "",
    "traffic-before": JSON.stringify(last.trafficBefore ?? {}),
    "traffic-after": JSON.stringify(last.trafficAfter ?? {}),
    deployments: JSON.stringify(
      deployments.map(({ endpoint, deployment, type, state, action, traffic, modelId, tests }) => ({
        endpoint,
        ...defined({ deployment }),
        type,
        state,
        action,
        ...defined({ traffic, "model-id": modelId }),
        tests,
      })),
    ),
  };
}

function gateOutput({ metric, step, condition, value, baseline, passed }: RunReport["gates"][number]) {
  const compared = baseline === undefined ? {} : { baseline: { run: baseline.run, value: baseline.value } };
  return { metric, ...defined({ step, value }), condition, ...compared, passed };
}

/** JSON has no number for NaN and the infinities. */
const inJson = (value: number) => (Number.isFinite(value) ? value : String(value));

const allInJson = (metrics: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(metrics).map(([name, value]) => [name, inJson(value)]));

/** Numbers are the run's own; objects are those of its steps, by their names. */
function metricsOf({ metrics, children = [] }: RunReport) {
  return Object.fromEntries<unknown>([
    ...metrics.map(({ name, last }) => [name, inJson(last)] as const),
    ...children.flatMap(({ step, metrics: own }) => (step === undefined ? [] : [[step, allInJson(own)] as const])),
  ]);
}

function childOf({ name, step, trial, status, parameters, metrics, durationSeconds, url }: ChildReport) {
  return {
    name,
    ...defined({ step, trial }),
    status,
    parameters,
    metrics: allInJson(metrics),
    ...defined({ duration: durationSeconds, url }),
  };
}

/** Targets that something has to be done about, or waited for, as `strategy.matrix` takes them: one job for each. */
function matrixOf({ steps }: PlanReport) {
  return {
    include: steps
      .filter(({ action }) => !["none", "adopt", "refuse"].includes(action))
      .map(({ target, type, action }) => ({ target, type, action })),
  };
}
