import type { LiveOnlineDeployment } from "../azure/online-endpoints.ts";
import { defined } from "../azure/defined.ts";
import { cancelled, failed, succeeded, type AzureFailure, type Outcome } from "../azure/outcome.ts";
import type { OnlineDeployment } from "../deployment/online/definition.ts";
import { deadlineWithin, secondsAfter } from "../pause.ts";
import { failureOf as callFailure, failureOfThrown, type Purpose } from "../report/failure.ts";
import type { DeploymentReport, Failure } from "../report/result.ts";
import { SecretUnavailable } from "../secret/secret.ts";
import type { ContainerLogs } from "./failure-cause.ts";
import type { PlannedRelease, ReleaseDeps, ReleaseFlow, Released, TakenParts } from "./kind.ts";
import { decide, prepare } from "./online-decision.ts";
import { readLive } from "./live-endpoint.ts";
import { stateOf, type LiveOnline } from "./online-live.ts";
import { plannedOf } from "./online-plan.ts";
import { isInFlight } from "./online-resources.ts";
import { failureOf, reportOf, type Ended } from "./online-report.ts";
import { notRemoved, rollBack, stopInGrace, type RolledBack } from "./online-roll-back.ts";
import {
  carryOutSteps,
  submitDeployment,
  type OnlineRelease,
  type Progress,
  type StepDeps,
  type StepStop,
} from "./online-steps.ts";
import { pause } from "./settle.ts";
import { studioUrl } from "./studio-url.ts";
import type { Rollout, RolloutStep } from "./rollout.ts";
import { sumOf } from "./traffic.ts";

/** How online deployments, managed and on Kubernetes, are released. */
export const plan: ReleaseFlow<OnlineDeployment>["plan"] = async (deployment, parts, deps) => {
  const from = deps.clock.now();
  const live = await readLive(deployment.endpointName, deps.azure.onlineEndpoints);
  if (!live.ok) return live;
  const decided = decide(deployment, parts, live.value, deps);
  if (!decided.ok) return decided;
  const { rollout } = decided.value;
  const isQuiet = live.value.endpoint !== undefined && !isInFlight(live.value.endpoint.provisioningState);
  const planned: PlannedRelease = {
    planned: plannedOf(deployment, rollout, parts.steps),
    carryOut: () =>
      rollout.steps.length === 0 && isQuiet
        ? unchanged({ deployment, rollout, ...startingFrom(live.value), from, deps }, parts)
        : carryOut(deployment, parts, deps),
  };
  return succeeded(planned);
};

/** It is as declared: nothing is written, so nobody has to be kept away meanwhile. */
async function unchanged(seen: Seen, { modelId }: TakenParts): Promise<Released> {
  return released(await ended(seen, { action: "unchanged", notes: [], modelId }));
}

function startingFrom({ endpoint, deployments }: LiveOnline): Pick<Seen, "progress" | "before"> {
  return { progress: { live: endpoint, mayHaveMoved: false, tests: [], notes: [] }, before: deployments };
}

async function carryOut(deployment: OnlineDeployment, parts: TakenParts, deps: ReleaseDeps): Promise<Released> {
  const from = deps.clock.now();
  const key = `endpoint:${deployment.endpointName.toLowerCase()}`;
  const done = await deps.exclusively(key, async (isHeld) =>
    succeeded(await releaseHeld(deployment, parts, deps, { isHeld, from })),
  );
  return done.ok ? done.value : refusedBefore(deployment, done.failure, { deps, from });
}

type Held = { readonly isHeld: () => boolean; readonly from: number };

/** Nobody else of this action writes to the endpoint: what is live is read again, and decided anew. */
async function releaseHeld(
  deployment: OnlineDeployment,
  parts: TakenParts,
  deps: ReleaseDeps,
  held: Held,
): Promise<Released> {
  const { from } = held;
  const live = await readSettled(deployment, deps);
  if (!live.ok) return refusedBefore(deployment, live.failure, { deps, from });
  const decided = decide(deployment, parts, live.value, deps);
  if (!decided.ok) return refusedBefore(deployment, decided.failure, { deps, from });
  const { rollout, digest } = decided.value;
  const ready = await prepare(deployment, parts, rollout, digest, deps).catch((error: unknown) => {
    if (error instanceof SecretUnavailable) return failureOfThrown(error);
    throw error;
  });
  if ("reason" in ready) return notBegun(deployment, ready, { deps, from, rollout });
  if (!ready.ok)
    return refusedBefore(deployment, ready.failure, { deps, from, rollout, ...defined({ purpose: ready.purpose }) });
  const { isHeld } = held;
  const work: Work = { deployment, rollout, release: ready.value, ...startingFrom(live.value), isHeld, from, deps };
  const { steps } = rollout;
  if (!deps.wait) return submit(work);
  const stop = await carryOutSteps(steps, work.release, work.progress, work.before, stepDeps(work));
  return stop === undefined ? succeededWith(work, parts) : stoppedBy(stop, work, parts);
}

const stillInProgress = "StillInProgress";

/** So often what may be a read that lags behind is repeated. Our choice: with the pauses between them, some seconds. */
const mostLooks = 3;

/**
 * What is live once nothing is in flight on the endpoint itself: one that is being made takes no deployments yet. No traffic
 * beside deployments that are ready is either what a release has left that was interrupted, or a read that lags behind a
 * move; what is taken for the former is overwritten, so it has to be seen several times.
 */
async function readSettled(deployment: OnlineDeployment, deps: ReleaseDeps): Promise<Outcome<LiveOnline>> {
  const { endpointName: name, timeoutSeconds } = deployment;
  const { clock, signal, azure, onProgress } = deps;
  const deadline = deadlineWithin(timeoutSeconds, deps);
  for (let look = 0, doubts = 0; ; look += 1) {
    const live = await readLive(name, azure.onlineEndpoints);
    if (!live.ok || live.value.endpoint === undefined) return live;
    const { provisioningState: state } = live.value.endpoint;
    const isQuiet = !isInFlight(state);
    if (isQuiet && (!mayLag(live.value) || doubts >= mostLooks)) return live;
    if (isQuiet) doubts += 1;
    else if (look === 0)
      onProgress(`${name}: another operation on the endpoint is in progress (${state}); waiting for it`);
    const stop = await pause(`the endpoint '${name}'`, secondsAfter(look), { clock, signal, deadline });
    if (stop?.why === "cancelled") return cancelled();
    if (stop === undefined) continue;
    if (isQuiet) return live;
    const message = `Another operation on the endpoint '${name}' has not ended in time; it is ${state}`;
    return failed({ reason: "unreachable", error: { code: stillInProgress, message, details: [] } });
  }
}

function mayLag({ endpoint, deployments }: LiveOnline): boolean {
  const isWithout = endpoint !== undefined && sumOf(endpoint.traffic) === 0;
  return isWithout && deployments.some(({ provisioningState }) => stateOf(provisioningState) === "ready");
}

/** What is told of a release when it ends. */
type Seen = {
  readonly deployment: OnlineDeployment;
  readonly rollout: Rollout;
  readonly progress: Progress;
  readonly before: readonly LiveOnlineDeployment[];
  /** When it began. */
  readonly from: number;
  readonly deps: ReleaseDeps;
};

type Work = Seen & { readonly release: OnlineRelease; readonly isHeld: () => boolean };

function stepDeps({ deployment, isHeld, deps }: Pick<Work, "deployment" | "isHeld" | "deps">): StepDeps {
  const { azure, clock, signal, deadline, onProgress } = deps;
  return {
    endpoints: azure.onlineEndpoints,
    scoring: azure.scoring,
    clock,
    signal,
    deadline,
    isHeld,
    onProgress: (message) => onProgress(`${deployment.endpointName}: ${message}`),
  };
}

/**
 * `wait: false`: what has to be there before the deployment is brought about, the deployment's write is sent, and nothing
 * more is waited for. The next run goes on from there.
 */
async function submit(work: Work): Promise<Released> {
  const { rollout, release, progress, before } = work;
  const index = rollout.steps.findIndex(({ do: kind }) => kind === "deploy");
  const last = rollout.steps[index];
  const first: readonly RolloutStep[] = index < 0 ? rollout.steps : rollout.steps.slice(0, index);
  const deps = stepDeps(work);
  const stop =
    (await carryOutSteps(first, release, progress, before, deps)) ??
    (last?.do === "deploy" ? await submitDeployment(last, release, progress, deps) : undefined);
  if (stop !== undefined) return stoppedBy(stop, work);
  const isSubmitted = last?.do === "deploy";
  const notes = isSubmitted ? ["It was submitted (wait: false): no test was run, and no traffic was moved."] : [];
  const action = isSubmitted ? "submitted" : rollout.steps.length === 0 ? "unchanged" : "updated";
  return released(await ended(work, { action, notes }));
}

async function succeededWith(work: Work, parts: TakenParts): Promise<Released> {
  const { rollout, before } = work;
  const { steps, name } = rollout;
  const isFirst = Object.keys(rollout.before).length === 0;
  const makes = steps.some((step) => (step.do === "put-endpoint" && step.why === "create") || step.do === "deploy");
  const isNew = name === undefined ? before.length === 0 && makes : isFirst;
  const isChanged = steps.some((step) => step.do !== "remove");
  const action = !isChanged ? "unchanged" : isNew ? "created" : "updated";
  const notes = isChanged || steps.length === 0 ? [] : ["What an earlier release left behind was deleted."];
  return released(await ended(work, { action, notes, modelId: parts.modelId }));
}

/** Everything is put back, as far as it can be, and said why. */
async function stoppedBy(stop: StepStop, work: Work, parts?: TakenParts): Promise<Released> {
  const { deployment, rollout, release, progress, deps } = work;
  const restore = { keepFailed: deployment.keepFailed, ...defined({ state: rollout.restore }) };
  const isCancelled = stop.why === "cancelled" || deps.signal.aborted;
  if (progress.isThrough === true) return cancelledAfterwards(work);
  const logs = isCancelled ? {} : await readLogs(stop, work);
  const back: RolledBack = isCancelled
    ? await stopInGrace(release, progress, restore, stepDeps(work))
    : await rollBack(stop, release, progress, restore, stepDeps(work)).catch((error: unknown) => notPutBack(error));
  const cause: StepStop = isCancelled
    ? { why: "cancelled", message: "The workflow was cancelled.", mayBeDone: true }
    : stop;
  const isMade = rollout.restore === undefined && stop.why === "failed";
  const isTouched = isMade || progress.mayHaveMoved || progress.candidate !== undefined;
  const action: DeploymentReport["action"] = isTouched && back.isComplete ? "rolled-back" : "failed";
  const shown = { action, notes: back.notes, stop: cause, logs, modelId: parts?.modelId };
  return {
    report: reportOf(await ended(work, shown)),
    failures: [failureOf(cause, { deployment, name: rollout.name, logs })],
    leftGoing: back.leftGoing,
  };
}

/** Signing in has failed for good, for example: then nothing can be put back by this run. */
function notPutBack(error: unknown): RolledBack {
  const { message } = failureOfThrown(error);
  const what = `The changes of the release could not be undone: ${message} The next command: deploy begins with that.`;
  return { isComplete: false, notes: [what], leftGoing: [] };
}

/** The traffic has moved, and that stays so: what was replaced is left for the next run. */
async function cancelledAfterwards(work: Work): Promise<Released> {
  const { deployment, rollout, release } = work;
  const cause: StepStop = { why: "cancelled", message: "The workflow was cancelled.", mayBeDone: true };
  const olds = rollout.steps.flatMap((step) => (step.do === "remove" && step.why === "old" ? [step.name] : []));
  return {
    report: reportOf(await ended(work, { action: "updated", notes: [], stop: cause })),
    failures: [failureOf(cause, { deployment, name: rollout.name, logs: {} })],
    leftGoing: olds.map((name) => notRemoved(release.endpoint, name)),
  };
}

/** Lines of each container that are read. */
const logLines = 300;

/** What the containers of the new deployment wrote: read before it is removed, shown folded. */
async function readLogs(stop: StepStop, { release, progress, deps }: Work): Promise<ContainerLogs> {
  const { candidate } = progress;
  // Why an endpoint could not be written is said in no container.
  const isOfContainer = progress.stoppedAt === "deploy" || progress.stoppedAt === "test";
  const isTold = stop.why === "failed" || stop.why === "tests" || stop.why === "timeout";
  if (candidate === undefined || !isOfContainer || !isTold) return {};
  const read = async (container: "InferenceServer" | "StorageInitializer") => {
    const log = await deps.azure.onlineEndpoints.logs(release.endpoint, candidate.name, container, logLines);
    const text = log.ok ? log.value.trimEnd() : "";
    if (text !== "") deps.onGroup(`Log of ${candidate.name} (${container})`, text.split(/\r?\n/));
    return text === "" ? undefined : text;
  };
  const server = await read("InferenceServer");
  return defined({ server, initializer: await read("StorageInitializer") });
}

async function ended(
  seen: Seen,
  rest: Pick<Ended, "action" | "notes"> & Partial<Pick<Ended, "stop" | "logs" | "modelId">>,
): Promise<Ended> {
  const { deployment, rollout, progress, before, deps, from } = seen;
  return {
    deployment,
    rollout,
    progress,
    before,
    durationSeconds: secondsSince(from, deps),
    url: await studioUrl("realtime", deployment.endpointName, deps),
    ...rest,
  };
}

function secondsSince(from: number, { clock }: Pick<ReleaseDeps, "clock">): number {
  return Math.round((clock.now() - from) / 1000);
}

function released(ending: Ended): Released {
  return { report: reportOf(ending), failures: [], leftGoing: [] };
}

type NotBegun = {
  readonly deps: ReleaseDeps;
  readonly from: number;
  readonly rollout?: Rollout;
};

/** A call did not succeed before anything of the endpoint was written. @param purpose what the call was for. */
function refusedBefore(
  deployment: OnlineDeployment,
  failure: AzureFailure,
  { purpose = "deployment", ...rest }: NotBegun & { readonly purpose?: Purpose },
): Released {
  const told = callFailure(failure, `The release on '${deployment.endpointName}'`, purpose);
  const isTimeout = failure.error.code === stillInProgress;
  return notBegun(deployment, isTimeout ? { ...told, reason: "timeout" } : told, rest, failure);
}

/** Nothing of the endpoint was written. */
function notBegun(
  deployment: OnlineDeployment,
  told: Failure,
  { deps, from, rollout }: NotBegun,
  failure?: AzureFailure,
): Released {
  const nothing: Rollout = { steps: [], before: {}, after: {}, notes: [] };
  const named = { ...nothing, ...defined({ name: deployment.deployment?.name }) };
  const report = reportOf({
    deployment,
    rollout: rollout ?? named,
    progress: { live: undefined, mayHaveMoved: false, tests: [], notes: [] },
    action: "failed",
    notes: [],
    durationSeconds: secondsSince(from, deps),
    before: [],
    stop: { why: "refused", message: "", mayBeDone: false, ...defined({ error: failure?.error, failure }) },
  });
  return { report, failures: [{ ...defined({ where: report.where }), ...told }], leftGoing: [] };
}
