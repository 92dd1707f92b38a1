import type { Accepted, Computes, LiveCompute } from "../azure/computes.ts";
import type { AzureFailure, ServiceError } from "../azure/outcome.ts";
import type { KindFacts } from "../compute/kind.ts";
import { kindOfLive } from "../compute/target.ts";
import { isInFlight, isLeaving } from "../compute/state.ts";
import { pause, secondsAfter } from "../pause.ts";
import type { AttachDeps } from "./dependencies.ts";

/** What reading and waiting need from outside. */
export type PollDeps = Pick<AttachDeps, "clock" | "signal" | "deadline" | "onProgress"> & {
  readonly computes: Pick<Computes, "get" | "progress">;
};

/** The state of a compute once nothing is in flight on it, or at the end of the wait. */
export type PollResult =
  | { readonly state: "present"; readonly compute: LiveCompute }
  | { readonly state: "absent" }
  /** The operation ended in failure before the compute showed it. */
  | { readonly state: "failed"; readonly compute?: LiveCompute; readonly error: ServiceError }
  /** The time limit passed, or the workflow was cancelled; the operation is still running in Azure. */
  | { readonly state: "in-flight"; readonly why: "timeout" | "cancelled"; readonly compute?: LiveCompute }
  | { readonly state: "unreadable"; readonly failure: AzureFailure };

/** By these IDs Azure support finds a write; the answer to a later read has other ones. */
export type Ids = Pick<ServiceError, "correlationId" | "requestId">;

export function idsOf({ correlationId, requestId }: Accepted): Ids {
  return {
    ...(correlationId === undefined ? {} : { correlationId }),
    ...(requestId === undefined ? {} : { requestId }),
  };
}

/**
 * Follows a write to its end: first the operation, as long as the service knows it, then the compute itself, because the
 * operation's body is not the resource and a status of 200 is not success.
 *
 * @see https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations
 */
export async function pollWrite(name: string, accepted: Accepted, deps: PollDeps): Promise<PollResult> {
  if (accepted.operationUrl !== undefined) {
    const { operationUrl, retryAfterSeconds, compute: written } = accepted;
    const progress = written === undefined ? undefined : kindOfLive(written)?.progressOf;
    const ended = await pollOperation(name, { operationUrl, retryAfterSeconds, progress }, deps);
    if (ended.state === "in-flight") return ended;
    if (ended.state === "failed") {
      const compute = await deps.computes.get(name);
      const live = compute.ok ? compute.value : undefined;
      return { state: "failed", ...(live === undefined ? {} : { compute: live }), error: ended.error };
    }
  }
  return pollUntilTerminal(name, deps);
}

type OperationEnd =
  | { readonly state: "over" }
  | { readonly state: "failed"; readonly error: ServiceError }
  | { readonly state: "in-flight"; readonly why: "timeout" | "cancelled" };

type FollowedOperation = {
  readonly operationUrl: string;
  readonly retryAfterSeconds: number | undefined;
  /** Where the operation's status does not show its progress: reads the progress off the compute. */
  readonly progress: KindFacts["progressOf"] | undefined;
};

async function pollOperation(
  name: string,
  { operationUrl, retryAfterSeconds, progress: readProgress }: FollowedOperation,
  deps: PollDeps,
): Promise<OperationEnd> {
  let shown = "";
  for (let look = 0, wait = retryAfterSeconds; ; look += 1) {
    const paused = await pause(wait ?? secondsAfter(look), deps);
    if (paused !== undefined) return { state: "in-flight", why: paused };
    const progress = await deps.computes.progress(operationUrl);
    // An operation that the service has forgotten, or that cannot be read, says nothing about the compute: read that instead.
    if (!progress.ok) return { state: "over" };
    if (progress.value.state === "succeeded") return { state: "over" };
    if (progress.value.state !== "running") return { state: "failed", error: progress.value.error };
    const compute = readProgress === undefined ? undefined : await deps.computes.get(name);
    const text = compute?.ok === true && compute.value !== undefined ? readProgress?.(compute.value) : undefined;
    const state = [progress.value.status, ...(text === undefined ? [] : [text])].join(", ");
    if (state !== shown) {
      shown = state;
      deps.onProgress(name, shown);
    }
    wait = progress.value.retryAfterSeconds;
  }
}

function stateOf(compute: LiveCompute): string {
  const text = kindOfLive(compute)?.progressOf?.(compute);
  return text === undefined ? compute.provisioningState : `${compute.provisioningState}, ${text}`;
}

/**
 * Reads the compute until nothing is in flight on it. An absent compute is terminal at once.
 *
 * @param isOver default: it is not being removed, either.
 */
export async function pollUntilTerminal(
  name: string,
  deps: PollDeps,
  isOver = (compute: LiveCompute) => !isInFlight(compute) && !isLeaving(compute),
): Promise<PollResult> {
  let shown = "";
  for (let look = 0; ; look += 1) {
    const read = await deps.computes.get(name);
    if (!read.ok) return { state: "unreadable", failure: read.failure };
    if (read.value === undefined) return { state: "absent" };
    if (isOver(read.value)) return { state: "present", compute: read.value };
    const state = stateOf(read.value);
    if (state !== shown) {
      shown = state;
      deps.onProgress(name, shown);
    }
    const paused = await pause(secondsAfter(look), deps);
    if (paused !== undefined) return { state: "in-flight", why: paused, compute: read.value };
  }
}

/**
 * Finds out the result of a write whose reply was lost: reads the compute until it appears or has been absent in several
 * reads in a row, because a read may lag behind a write.
 */
export async function resolveUnknownOutcome(name: string, deps: PollDeps): Promise<PollResult> {
  const looksUntilAbsent = 5;
  for (let look = 0; look < looksUntilAbsent; look += 1) {
    const paused = await pause(secondsAfter(look), deps);
    if (paused !== undefined) return { state: "in-flight", why: paused };
    const polled = await pollUntilTerminal(name, deps);
    if (polled.state !== "absent") return polled;
  }
  return { state: "absent" };
}

/**
 * The state of a compute after a write. One that is absent, or does not show the write, is read again until it does or has
 * not shown it in several reads in a row: a read may lag behind a write, and then shows what was there before it.
 *
 * @param first what was read already: no request is sent where that shows the write.
 */
export async function pollUntilShown(
  name: string,
  first: PollResult,
  isShown: (compute: LiveCompute) => boolean,
  deps: PollDeps,
): Promise<PollResult> {
  // Our choice: with the pauses between them, some 13 s.
  const mostLooks = 7;
  let polled = first;
  for (let look = 0; look < mostLooks; look += 1) {
    if (polled.state !== "absent" && (polled.state !== "present" || isShown(polled.compute))) return polled;
    const paused = await pause(secondsAfter(look), deps);
    if (paused !== undefined) {
      return { state: "in-flight", why: paused, ...(polled.state === "present" ? { compute: polled.compute } : {}) };
    }
    polled = await pollUntilTerminal(name, deps);
  }
  return polled;
}
