import type { BatchEndpoints, LiveBatchDeployment, LiveBatchEndpoint } from "../azure/batch-endpoints.ts";
import { defined } from "../azure/defined.ts";
import { refused, type Outcome, type ServiceError } from "../azure/outcome.ts";
import type { BatchDeployment } from "../deployment/batch/definition.ts";
import { deadlineWithin } from "../pause.ts";
import { adviceFor } from "../report/advice.ts";
import { reasonOf, sentenceOf } from "../report/failure.ts";
import { capital } from "../report/format.ts";
import type { DeploymentReport, Failure, FailureReason, LeftGoing, TestReport } from "../report/result.ts";
import { placeOf } from "../yaml/source.ts";
import {
  asItWas,
  changedEndpoint,
  hasPassed,
  hasSucceeded,
  isSettled,
  type BatchDecision,
  type BatchLive,
  type EndpointChange,
} from "./batch-decision.ts";
import { digestOfLive } from "./digest.ts";
import type { ReleaseDeps } from "./kind.ts";
import { isSameName } from "./live-endpoint.ts";
import { operationProperty } from "./online-bodies.ts";
import { join, notSent, write, type SettleDeps, type Stop, type Writable, type Written } from "./settle.ts";

/** One release, under its lease. */
export type BatchWork = {
  readonly declared: BatchDeployment;
  /** Of the definition of its deployment; empty for an endpoint alone. */
  readonly digest: string;
  /** Of the deployment. */
  readonly name: string;
  readonly batchEndpoints: BatchEndpoints;
  readonly deps: ReleaseDeps;
  readonly isHeld: () => boolean;
  /** Whether anything was written so far, or may have been. */
  readonly progress: { hasWritten: boolean };
};

/** How a release has ended, as far as the report and the failures say it. */
export type BatchEnd = {
  readonly state?: string;
  readonly action: DeploymentReport["action"];
  readonly failure?: Failure;
  readonly error?: ServiceError;
  readonly logTail?: string;
  readonly tests?: readonly TestReport[];
  readonly endpoint?: LiveBatchEndpoint | undefined;
  readonly modelId?: string | undefined;
  readonly notes?: readonly string[];
  readonly leftGoing?: readonly LeftGoing[];
};

export const endpointText = ({ endpointName }: BatchDeployment) => `the batch endpoint '${endpointName}'`;
export const deploymentText = ({ deployment }: BatchDeployment) => `the batch deployment '${deployment?.name ?? ""}'`;
/** What a release is about: the endpoint where it alone is declared. */
export const subjectText = (declared: BatchDeployment) =>
  declared.deployment === undefined ? endpointText(declared) : deploymentText(declared);

/** A provisioning has a limit of its own, and never outlasts the command. */
function settleDeps({ declared, deps, isHeld }: BatchWork): SettleDeps {
  const { clock, signal, onProgress } = deps;
  return {
    ...{ clock, signal, isHeld, onProgress },
    deadline: deadlineWithin(declared.timeoutSeconds, deps),
  };
}

type Provisioned = Pick<LiveBatchDeployment, "provisioningState" | "properties">;

/** What both kinds of resources have in common. */
function writable<Live extends Provisioned>(
  { batchEndpoints }: BatchWork,
  what: string,
  read: Writable<Live>["read"],
  rest: Pick<Writable<Live>, "send" | "isAsSent"> & Partial<Pick<Writable<Live>, "hasFailed">>,
): Writable<Live> {
  return {
    ...{ what, read },
    progress: batchEndpoints.progress,
    stateOf: ({ provisioningState }) => provisioningState,
    isInFlight: (live) => !isSettled(live),
    lastOperationOf: ({ properties }) => properties[operationProperty],
    ...rest,
  };
}

const nothingToSend = () => Promise.resolve(refused("NothingToSend", "Nothing is sent."));

/** Waits until nothing is in flight on the endpoint and the deployment, whoever has begun it. */
export async function untilQuiet(work: BatchWork): Promise<Written<unknown>> {
  const { declared, name, batchEndpoints } = work;
  const { endpointName } = declared;
  const anything = { send: nothingToSend, isAsSent: () => true };
  const endpoint = await join(
    writable<LiveBatchEndpoint>(work, endpointText(declared), () => batchEndpoints.get(endpointName), anything),
    settleDeps(work),
  );
  if (!endpoint.ok || endpoint.live === undefined || declared.deployment === undefined) return endpoint;
  const read = () => batchEndpoints.getDeployment(endpointName, name);
  return join(writable<LiveBatchDeployment>(work, deploymentText(declared), read, anything), settleDeps(work));
}

function noted<Live>({ progress }: BatchWork, written: Written<Live>): Written<Live> {
  progress.hasWritten ||= written.ok || written.stop.mayBeDone;
  return written;
}

export async function putEndpoint(
  work: BatchWork,
  body: object,
  isAsSent: (live: LiveBatchEndpoint) => boolean,
): Promise<Written<LiveBatchEndpoint>> {
  const { declared, batchEndpoints } = work;
  const { endpointName } = declared;
  const one = writable<LiveBatchEndpoint>(work, endpointText(declared), () => batchEndpoints.get(endpointName), {
    send: () => batchEndpoints.put(endpointName, body),
    isAsSent: (live) => live !== undefined && hasSucceeded(live) && isAsSent(live),
    hasFailed: (live) => isSettled(live) && !hasSucceeded(live),
  });
  return noted(work, await write(one, settleDeps(work)));
}

/** @param digest that the deployment has then; absent where it is put back as somebody else has made it. */
export async function putDeployment(
  work: BatchWork,
  body: object,
  digest: string | undefined,
): Promise<Written<LiveBatchDeployment>> {
  const { declared, name, batchEndpoints } = work;
  const { endpointName } = declared;
  const read = () => batchEndpoints.getDeployment(endpointName, name);
  const isOurs = (live: LiveBatchDeployment) => digestOfLive(live) === digest;
  const one = writable<LiveBatchDeployment>(work, deploymentText(declared), read, {
    send: () => batchEndpoints.putDeployment(endpointName, name, body),
    isAsSent: (live) => live !== undefined && hasSucceeded(live) && isOurs(live),
    hasFailed: (live) => isSettled(live) && !hasSucceeded(live) && isOurs(live),
  });
  return noted(work, await write(one, settleDeps(work)));
}

async function removeDeployment(work: BatchWork): Promise<Written<LiveBatchDeployment>> {
  const { declared, name, batchEndpoints } = work;
  const { endpointName } = declared;
  const read = () => batchEndpoints.getDeployment(endpointName, name);
  const one = writable<LiveBatchDeployment>(work, deploymentText(declared), read, {
    send: () => batchEndpoints.removeDeployment(endpointName, name),
    isAsSent: (live) => live === undefined,
  });
  return noted(work, await write(one, settleDeps(work)));
}

/** Changes a live endpoint: the whole of it, made of what is read now. */
export async function changeEndpoint(work: BatchWork, change: EndpointChange): Promise<Written<LiveBatchEndpoint>> {
  const { declared, batchEndpoints } = work;
  const quiet = await untilQuiet(work);
  if (!quiet.ok) return { ok: false, stop: quiet.stop };
  const read = await batchEndpoints.get(declared.endpointName);
  if (!read.ok || read.value === undefined) {
    const message = `${capital(endpointText(declared))} could not be read.`;
    const failure = read.ok ? {} : { error: read.failure.error, failure: read.failure };
    return { ok: false, stop: { why: read.ok ? "conflict" : "unreachable", message, mayBeDone: false, ...failure } };
  }
  const { defaultDeployment: wanted, passed } = change;
  return putEndpoint(work, changedEndpoint(read.value, change), (live) => {
    const isDefault =
      wanted === null ? live.defaultDeployment === undefined : isSameName(live.defaultDeployment, wanted);
    return (wanted === undefined || isDefault) && (passed === undefined || hasPassed(live, passed));
  });
}

/** What of a release did not come about, as its end. */
export function failing(work: BatchWork, stop: Stop, extra: Partial<BatchEnd> = {}): BatchEnd {
  const { declared } = work;
  const { reason, message } = tell(stop, work);
  const goesOn = stop.mayBeDone && ["timeout", "cancelled", "unreachable"].includes(stop.why);
  return {
    action: "failed",
    failure: { reason, message, ...defined({ where: placeOf(declared.source) }) },
    ...defined({ error: stop.error }),
    ...(goesOn
      ? { leftGoing: [{ what: `${capital(subjectText(declared))} may still be changing in Azure`, next: goOn }] }
      : {}),
    ...extra,
  };
}

/** Whether what was written is there and has failed: nothing is left of what was refused. */
export function hasLeftSomething({ why }: Stop): boolean {
  return why === "failed";
}

/**
 * After a failure: what was there before is put back, and what was not is removed, unless it is kept. The default is what it
 * was; a deployment that is the default cannot be deleted.
 */
export async function putBack(
  work: BatchWork,
  end: BatchEnd,
  decision: Pick<BatchDecision, "deployment">,
  before: BatchLive,
): Promise<BatchEnd> {
  const { declared, name, deps, isHeld } = work;
  if (deps.signal.aborted || !isHeld()) return end;
  const noted = (note: string, more: Partial<BatchEnd> = {}): BatchEnd => ({
    ...end,
    ...more,
    notes: [...(end.notes ?? []), note],
  });
  const what = capital(deploymentText(declared));
  const earlierDefault = before.endpoint?.defaultDeployment;
  const serves = isSameName(earlierDefault, name);
  if (!serves && !(await defaultPutBack(work, earlierDefault)))
    return noted(`'${name}' may still be the default of its endpoint: that could not be put back.`);
  if (declared.keepFailed && !serves) return noted(`${what} is kept, as keep_failed says.`);
  const earlier = before.deployments.find((one) => isSameName(one.name, name));
  if (earlier !== undefined && decision.deployment === "update" && (serves || !isLeftOver(earlier))) {
    const restored = await putDeployment(work, asItWas(earlier), digestOfLive(earlier));
    if (!restored.ok) return noted(`${what} could not be put back to what it was.`);
    const kept = declared.keepFailed ? " It is the default, so keep_failed does not apply." : "";
    const state = restored.live?.provisioningState;
    return noted(`${what} was put back to what it was.${kept}`, { action: "rolled-back", ...defined({ state }) });
  }
  if (serves) return noted(`${what} is the default of its endpoint, which cannot be deleted; it stays.`);
  const removed = await removeDeployment(work);
  return removed.ok ? noted(`${what} was deleted.`, { action: "rolled-back" }) : noted(`${what} could not be deleted.`);
}

/** What an earlier release has left behind that could not remove it: there is nothing to it that would be put back. */
function isLeftOver(earlier: LiveBatchDeployment): boolean {
  return digestOfLive(earlier) !== undefined && !hasSucceeded(earlier);
}

/** @returns false where the default may be another one than before. */
async function defaultPutBack(work: BatchWork, earlier: string | undefined): Promise<boolean> {
  const endpoint = await work.batchEndpoints.get(work.declared.endpointName);
  if (!endpoint.ok) return false;
  if (!isSameName(endpoint.value?.defaultDeployment, work.name)) return true;
  return (await changeEndpoint(work, { defaultDeployment: earlier ?? null })).ok;
}

export const goOn = "Run the same command again: it waits for the operation in progress, then continues.";

/** The first write was sent, and nothing is waited for. */
export function submitted(work: BatchWork, sent: Outcome<unknown>, what: string): BatchEnd {
  const stop = sent.ok ? undefined : notSent(what, sent.failure);
  work.progress.hasWritten ||= stop?.mayBeDone ?? true;
  if (stop === undefined) {
    const leftGoing = [{ what: `${capital(what)} is being written`, next: goOn }];
    const notes = ["It was submitted (wait: false): no test was run, and the default is what it was."];
    return { action: "submitted", state: "Updating", leftGoing, notes };
  }
  return failing(work, stop);
}

/** Why something has not become what it should be, as a sentence with what helps. */
function tell(stop: Stop, { declared, deps }: BatchWork): { readonly reason: FailureReason; readonly message: string } {
  const { error, failure } = stop;
  const cause = error === undefined ? "" : ` ${sentenceOf(error)}.`;
  const advice = error === undefined ? undefined : adviceFor(error);
  const message = `${stop.message}${cause}${advice === undefined ? "" : ` ${advice}`}`;
  switch (stop.why) {
    case "cancelled":
      return { reason: "cancelled", message };
    case "conflict":
      return { reason: "conflict", message };
    case "timeout":
      return deps.clock.now() >= deps.deadline
        ? { reason: "timeout", message: `${stop.message} The step has no more time.` }
        : { reason: "deployment-failed", message: `${stop.message} Its timeout is ${declared.timeoutSeconds} s.` };
    case "failed":
      return { reason: "deployment-failed", message };
    case "refused":
    case "unreachable":
      return { reason: failure === undefined ? "deployment-failed" : reasonOf(failure, "deployment"), message };
  }
}
