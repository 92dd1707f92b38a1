import type { LiveOnlineDeployment } from "../azure/online-endpoints.ts";
import { defined } from "../azure/defined.ts";
import { adviceFor } from "../report/advice.ts";
import { reasonOf } from "../report/failure.ts";
import type { OnlineDeployment } from "../deployment/online/definition.ts";
import type { DeploymentReport, Failure, FailureReason } from "../report/result.ts";
import { placeOf } from "../yaml/source.ts";
import { causeOfAnswers, causeText, failureCause, tailOf, type ContainerLogs } from "./failure-cause.ts";
import { strategyOf } from "./online-plan.ts";
import { textOf, type Progress, type StepStop } from "./online-steps.ts";
import type { Rollout } from "./rollout.ts";
import { normalized, shareOf } from "./traffic.ts";

export type Ended = {
  readonly deployment: OnlineDeployment;
  readonly rollout: Rollout;
  readonly progress: Progress;
  readonly action: DeploymentReport["action"];
  readonly notes: readonly string[];
  readonly durationSeconds: number;
  /** Live deployments as they were before the release. */
  readonly before: readonly LiveOnlineDeployment[];
  readonly modelId?: string | undefined;
  readonly url?: string | undefined;
  readonly stop?: StepStop | undefined;
  readonly logs?: ContainerLogs | undefined;
};

export function reportOf(ended: Ended): DeploymentReport {
  const { deployment, rollout, progress, action, stop, logs, before } = ended;
  const { name } = rollout;
  const { live } = progress;
  const own = progress.candidate?.live ?? before.find((one) => one.name === name);
  const after = live === undefined ? rollout.before : normalized(live.traffic);
  return {
    endpoint: deployment.endpointName,
    type: deployment.type,
    state: (name === undefined ? live?.provisioningState : own?.provisioningState) ?? "Unknown",
    action,
    changed: progress.hasWritten === true,
    tests: progress.tests,
    notes: [...rollout.notes, ...progress.notes, ...ended.notes, ...noTests(ended)],
    durationSeconds: ended.durationSeconds,
    trafficBefore: rollout.before,
    trafficAfter: after,
    ...defined({
      deployment: name,
      where: placeOf(deployment.source),
      strategy: strategyOf(deployment, rollout.before),
      traffic: name === undefined ? undefined : shareOf(after, name),
      modelId: own?.model ?? ended.modelId,
      scoringUri: live?.scoringUri,
      swaggerUri: live?.swaggerUri,
      url: ended.url,
      error: stop?.error,
      logTail: logs === undefined ? undefined : tailOf(logs),
    }),
  };
}

function noTests({ deployment, rollout, action }: Ended): readonly string[] {
  const isReleased = rollout.name !== undefined && (action === "created" || action === "updated");
  return isReleased && deployment.tests.length === 0
    ? ["No tests are declared, so all that is known is that it was provisioned."]
    : [];
}

/** Why a release has failed, for the command: the reason, the leaf cause, and what to do. */
export function failureOf(
  stop: StepStop,
  {
    deployment,
    name,
    logs,
  }: { readonly deployment: OnlineDeployment; readonly name?: string | undefined; readonly logs: ContainerLogs },
): Failure {
  const subject =
    name === undefined
      ? `The endpoint '${deployment.endpointName}'`
      : `The release of '${name}' on '${deployment.endpointName}'`;
  const where = placeOf(deployment.source);
  if (stop.why === "thrown") return { ...stop.thrown, ...defined({ where: stop.thrown.where ?? where }) };
  const said = sentence(stop, logs);
  return { reason: reasonOfStop(stop), message: `${subject}: ${said}`, ...defined({ where }) };
}

type Known = Exclude<StepStop, { readonly why: "thrown" }>;

function sentence(stop: Known, logs: ContainerLogs): string {
  if (stop.why === "tests") {
    const inLog = causeOfAnswers(stop.missed, logs);
    return `a smoke test did not pass. ${stop.message}${/[.!?…]$/.test(stop.message) ? "" : "."}${inLog}`;
  }
  if (stop.why === "failed") return causeText(failureCause(stop.error, logs));
  const advice = stop.error === undefined ? undefined : adviceFor(stop.error);
  return `${textOf(stop)}.${advice === undefined ? "" : ` ${advice}`}`;
}

function reasonOfStop(stop: Known): FailureReason {
  switch (stop.why) {
    case "tests":
      return "smoke-test-failed";
    case "failed":
      return "deployment-failed";
    case "refused":
    case "unreachable":
      return stop.failure === undefined ? "service-unreachable" : reasonOf(stop.failure, "deployment");
    case "conflict":
    case "timeout":
    case "cancelled":
      return stop.why;
  }
}
