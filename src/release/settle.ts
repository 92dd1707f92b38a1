import type { FollowedBy, OperationProgress } from "../azure/operation.ts";
import { mayBeCarriedOut, type AzureFailure, type Outcome, type ServiceError } from "../azure/outcome.ts";
import { isLastingConflict } from "../azure/service-error.ts";
import { pause as waitFor, secondsAfter, type Patience } from "../pause.ts";
import { capital } from "../report/format.ts";

/** What following a write needs. */
export type SettleDeps = Patience & {
  /** False: somebody else may be writing, so nothing more is sent. */
  readonly isHeld: () => boolean;
  readonly onProgress: (message: string) => void;
};

/** One thing that is written, however it is reached. */
export type Writable<Live> = {
  /** For messages: `the endpoint 'clf'`. */
  readonly what: string;
  readonly send: () => Promise<Outcome<FollowedBy>>;
  readonly progress: (operationUrl: string) => Promise<Outcome<OperationProgress>>;
  readonly read: () => Promise<Outcome<Live | undefined>>;
  readonly stateOf: (live: Live) => string;
  readonly isInFlight: (live: Live) => boolean;
  /** Whether what is there is what was sent. */
  readonly isAsSent: (live: Live | undefined) => boolean;
  /** The same after a lost reply, where only what is there tells whether it was carried out; default: {@link isAsSent}. */
  readonly isCarriedOut?: (live: Live | undefined) => boolean;
  /** Whether what is there has failed by the write that was sent. */
  readonly hasFailed?: (live: Live) => boolean;
  /** The operation that has made it what it is: only that says why it has failed. */
  readonly lastOperationOf?: (live: Live) => string | undefined;
  /** Why it must not be sent once more over what is there now; `undefined` where it may. */
  readonly obstacle?: (live: Live | undefined) => string | undefined;
};

/** Why a write, or what it depends on, has come to no good end. */
export type Stop = {
  readonly why: "refused" | "failed" | "conflict" | "timeout" | "cancelled" | "unreachable";
  /** As a sentence. */
  readonly message: string;
  readonly error?: ServiceError;
  /** Of the answer that refused it. */
  readonly failure?: AzureFailure;
  /** Whether the write may have been, or may yet be carried out. */
  readonly mayBeDone: boolean;
};

export type Written<Live> =
  | { readonly ok: true; readonly live: Live | undefined }
  | { readonly ok: false; readonly stop: Stop; readonly live?: Live };

/** How often a write is sent whose reply was lost, each time after reads have shown that it was not carried out. */
const mostSends = 3;
/** How often one is sent that another operation is in the way of. Our choice: with the pauses between them, some ten minutes. */
const mostConflicts = 40;
/** Reads after a lost reply, or of what does not show a write yet: a read may lag behind. */
const mostLooks = 5;

/**
 * Writes, and follows the write to its end. It is never repeated blindly: after a lost reply, and after a conflict, what is
 * there is read until nothing is in flight on it; only what was not carried out is sent again.
 */
export async function write<Live>(one: Writable<Live>, deps: SettleDeps): Promise<Written<Live>> {
  let [lost, conflicts] = [0, 0];
  for (;;) {
    if (!deps.isHeld())
      return stopped("conflict", `Lost the lease before writing ${one.what}; stopped writing.`, false);
    const sent = await one.send();
    if (sent.ok) return followed(one, sent.value, deps);
    const { failure } = sent;
    if (failure.reason === "cancelled") return stopped("cancelled", "The workflow was cancelled.", true);
    const isConflict = failure.status === 409 && !isLastingConflict(failure.error);
    if (failure.reason !== "unknown" && !isConflict) return refused(one, failure);
    [lost, conflicts] = isConflict ? [lost, conflicts + 1] : [lost + 1, conflicts];
    if (isConflict) deps.onProgress(`another operation on ${one.what} is in progress; waiting for it`);
    const seen = await lookFor(one, isConflict ? conflicts : 0, deps);
    if (!seen.ok) return seen;
    if (isCarriedOut(one, seen.live)) return seen;
    if (seen.live !== undefined && one.hasFailed?.(seen.live) === true) return failedAsSent(one, seen.live);
    if (lost >= mostSends || conflicts >= mostConflicts)
      return isConflict ? refused(one, failure, "conflict") : refused(one, failure);
    const obstacle = one.obstacle?.(seen.live);
    if (obstacle !== undefined) return stopped("conflict", obstacle, false, seen.live);
  }
}

function isCarriedOut<Live>(
  { isAsSent, isCarriedOut: is = isAsSent }: Writable<Live>,
  live: Live | undefined,
): boolean {
  return is(live);
}

/** Follows what is being made already, by this run or by another one. */
export async function join<Live>(one: Writable<Live>, deps: SettleDeps): Promise<Written<Live>> {
  return readBack(one, await untilSettled(one, deps), deps);
}

async function followed<Live>(one: Writable<Live>, accepted: FollowedBy, deps: SettleDeps): Promise<Written<Live>> {
  const ended = await followOperation(one, accepted, deps);
  if (ended?.stop !== undefined) return { ok: false, stop: ended.stop };
  const settled = await untilSettled(one, deps);
  if (ended?.error === undefined) return readBack(one, settled, deps);
  const stop = failure(one, { ...ended.error, ...idsOf(accepted) });
  return { ok: false, stop, ...(settled.live === undefined ? {} : { live: settled.live }) };
}

/** By these IDs Azure support finds the write. */
function idsOf({ correlationId, requestId }: FollowedBy): Pick<ServiceError, "correlationId" | "requestId"> {
  return {
    ...(correlationId === undefined ? {} : { correlationId }),
    ...(requestId === undefined ? {} : { requestId }),
  };
}

type Ended = { readonly stop?: Stop; readonly error?: ServiceError };

/** @returns why it has failed, or why it was waited for no longer; nothing where the resource itself has to say it. */
async function followOperation<Live>(
  one: Writable<Live>,
  { operationUrl, retryAfterSeconds }: FollowedBy,
  deps: SettleDeps,
): Promise<Ended | undefined> {
  if (operationUrl === undefined) return undefined;
  let shown = "";
  for (let look = 0, wait = retryAfterSeconds; ; look += 1) {
    const stop = await pause(one.what, wait ?? secondsAfter(look), deps);
    if (stop !== undefined) return { stop };
    const progress = await one.progress(operationUrl);
    // An operation that cannot be read says nothing about what it makes: that is read instead.
    if (!progress.ok || progress.value.state === "succeeded") return undefined;
    if (progress.value.state !== "running") return { error: progress.value.error };
    if (progress.value.status !== shown) {
      shown = progress.value.status;
      deps.onProgress(`${one.what}: ${shown}`);
    }
    wait = progress.value.retryAfterSeconds;
  }
}

/** Reads until nothing is in flight. What is not there is settled. */
async function untilSettled<Live>(one: Writable<Live>, deps: SettleDeps): Promise<Written<Live>> {
  for (let look = 0; ; look += 1) {
    const read = await one.read();
    if (!read.ok) return unreadable(one, read.failure);
    if (read.value === undefined || !one.isInFlight(read.value)) return { ok: true, live: read.value };
    const stop = await pause(one.what, secondsAfter(look), deps);
    if (stop !== undefined) return { ok: false, stop, live: read.value };
  }
}

/** What is there in the end, compared with what was sent. */
async function readBack<Live>(one: Writable<Live>, first: Written<Live>, deps: SettleDeps): Promise<Written<Live>> {
  let seen = first;
  for (let look = 0; ; look += 1) {
    if (!seen.ok || one.isAsSent(seen.live)) return seen;
    if (seen.live !== undefined && one.hasFailed?.(seen.live) === true) return failedAsSent(one, seen.live);
    if (look >= mostLooks) {
      const message = `${capital(one.what)} differs from what was written: somebody else has changed it in the meantime.`;
      return stopped("conflict", message, true, seen.live);
    }
    const stop = await pause(one.what, secondsAfter(look), deps);
    if (stop !== undefined) return { ok: false, stop, ...(seen.live === undefined ? {} : { live: seen.live }) };
    seen = await untilSettled(one, deps);
  }
}

/** After a lost reply or a conflict: reads until it shows what was sent, or has not shown it several times. */
async function lookFor<Live>(one: Writable<Live>, from: number, deps: SettleDeps): Promise<Written<Live>> {
  for (let look = 0; ; look += 1) {
    const stop = await pause(one.what, secondsAfter(Math.max(look, from)), deps);
    if (stop !== undefined) return { ok: false, stop };
    const seen = await untilSettled(one, deps);
    const isEnd = from > 0 || look + 1 >= mostLooks;
    if (!seen.ok || isCarriedOut(one, seen.live) || isEnd) return seen;
    if (seen.live !== undefined && one.hasFailed?.(seen.live) === true) return seen;
  }
}

/** The resource says that it has failed; the operation behind it says why. */
async function failedAsSent<Live>(one: Writable<Live>, live: Live): Promise<Written<Live>> {
  const url = one.lastOperationOf?.(live);
  const progress = url === undefined ? undefined : await one.progress(url);
  const error =
    progress?.ok === true && (progress.value.state === "failed" || progress.value.state === "canceled")
      ? progress.value.error
      : undefined;
  const unknown = {
    code: "ProvisioningFailed",
    message: `${one.stateOf(live)}; the service gave no reason`,
    details: [],
  };
  return { ok: false, stop: failure(one, error ?? unknown), live };
}

function failure<Live>(one: Writable<Live>, error: ServiceError): Stop {
  return { why: "failed", message: `${capital(one.what)} could not be provisioned.`, error, mayBeDone: true };
}

/** The one send of a write that nothing is waited for. @param what for messages: `the endpoint 'clf'`. */
export function notSent(what: string, failure: AzureFailure): Stop {
  const mayBeDone = mayBeCarriedOut(failure);
  return {
    why: failure.reason === "cancelled" ? "cancelled" : mayBeDone ? "unreachable" : "refused",
    message: `${capital(what)} could not be written.`,
    error: failure.error,
    failure,
    mayBeDone,
  };
}

function refused<Live>(
  one: Writable<Live>,
  failure: AzureFailure,
  why: "refused" | "conflict" = "refused",
): Written<Live> {
  const isLost = failure.reason === "unknown" || failure.reason === "unreachable";
  return {
    ok: false,
    stop: {
      why: isLost ? "unreachable" : why,
      message: `${capital(one.what)} could not be written.`,
      error: failure.error,
      failure,
      mayBeDone: failure.reason === "unknown",
    },
  };
}

function unreadable<Live>(one: Writable<Live>, failure: AzureFailure): Written<Live> {
  const isCancelled = failure.reason === "cancelled";
  return {
    ok: false,
    stop: {
      why: isCancelled ? "cancelled" : "unreachable",
      message: isCancelled ? "The workflow was cancelled." : `${capital(one.what)} could not be read.`,
      error: failure.error,
      failure,
      mayBeDone: true,
    },
  };
}

function stopped<Live>(why: Stop["why"], message: string, mayBeDone: boolean, live?: Live): Written<Live> {
  return { ok: false, stop: { why, message, mayBeDone }, ...(live === undefined ? {} : { live }) };
}

/** @returns why the wait ended early, if it did. */
export async function pause(what: string, seconds: number, patience: Patience): Promise<Stop | undefined> {
  const why = await waitFor(seconds, patience);
  if (why === undefined) return undefined;
  const message = why === "cancelled" ? "The workflow was cancelled." : `The time for ${what} is over.`;
  return { why, message, mayBeDone: true };
}
