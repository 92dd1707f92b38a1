import {
  cancelled,
  failed,
  mayBeCarriedOut,
  refused,
  succeeded,
  type AzureFailure,
  type Outcome,
  type ServiceError,
} from "../azure/outcome.ts";
import { v1ServicePhase, type LiveV1Service } from "../azure/v1-live-service.ts";
import type { V1Operation, V1Progress } from "../azure/v1-operations.ts";
import type { V1Accepted, V1Services } from "../azure/v1-services.ts";
import { deadlineWithin, pause, type Patience } from "../pause.ts";

export type ServiceDeps = Patience & {
  readonly services: V1Services;
  /** How long one provisioning may take. */
  readonly timeoutSeconds: number;
  /** False once somebody else may be at work on the same service. */
  readonly isHeld: () => boolean;
  /** Asked before every write; it is found out once. */
  readonly mayWrite: () => Promise<Outcome<void>>;
  readonly onProgress: (message: string) => void;
  /** Told of every write that was carried out, or may have been. */
  readonly onWritten: () => void;
};

/** What has become of a service once nothing is in flight on it, or at the end of the wait. */
export type Settled =
  | { readonly state: "healthy"; readonly live: LiveV1Service }
  | { readonly state: "failed"; readonly live?: LiveV1Service; readonly error: ServiceError; readonly logUri?: string }
  | { readonly state: "absent" }
  | { readonly state: "in-flight"; readonly why: "timeout" | "cancelled"; readonly live?: LiveV1Service }
  | { readonly state: "unreadable"; readonly failure: AzureFailure };

/** Seconds between reads: short at first, then a half longer each time. Our choice. */
function secondsAfter(look: number): number {
  return Math.min(1.5 ** look, 15);
}

/** Follows what a write has started to its end: first its operation, then the service itself, which alone says what it is. */
export async function settle(name: string, operation: V1Operation | undefined, deps: ServiceDeps): Promise<Settled> {
  const { services, clock, timeoutSeconds } = deps;
  const end = deadlineWithin(timeoutSeconds, deps);
  let refused: { readonly error: ServiceError; readonly logUri?: string } | undefined;
  if (operation !== undefined) {
    const seconds = Math.max(0, (end - clock.now()) / 1000);
    const followed = await services.follow(operation, {
      seconds,
      onProgress: (progress) => tell(name, progress, deps),
    });
    if (followed.ok && followed.value.end === "in-flight") return { state: "in-flight", why: followed.value.why };
    if (followed.ok && followed.value.end === "failed") {
      const { error, logUri } = followed.value;
      refused = { error, ...(logUri === undefined ? {} : { logUri }) };
    }
    if (!followed.ok && followed.failure.reason === "cancelled") return { state: "in-flight", why: "cancelled" };
  }
  // What was just written may show late; of what has failed there may be nothing.
  const read = await readSettled(name, end, deps, refused === undefined ? looksAfterLoss : 0);
  if (refused === undefined) return read;
  // The operation has failed, whatever the service that it was for still does.
  return { state: "failed", ...refused, ...("live" in read && read.live !== undefined ? { live: read.live } : {}) };
}

function tell(name: string, { status, step, log }: V1Progress, { onProgress }: ServiceDeps): void {
  onProgress(`${name}: ${log.at(-1) ?? `${step === undefined ? "" : `${step}: `}${status}`}`);
}

/**
 * Reads a service until nothing is in flight on it.
 *
 * @param end milliseconds since the epoch.
 * @param looks so often it is read again where it is not there.
 */
export async function readSettled(name: string, end: number, deps: ServiceDeps, looks = 0): Promise<Settled> {
  const { services, clock, signal } = deps;
  for (let look = 0; ; look += 1) {
    const read = await services.get(name);
    if (!read.ok)
      return read.failure.reason === "cancelled"
        ? { state: "in-flight", why: "cancelled" }
        : { state: "unreadable", failure: read.failure };
    const live = read.value;
    const settled = live === undefined ? (look >= looks ? absent : undefined) : settledAs(live);
    if (settled !== undefined) return settled;
    const why = await pause(secondsAfter(look), { clock, signal, deadline: end });
    if (why !== undefined) return { state: "in-flight", why, ...(live === undefined ? {} : { live }) };
  }
}

const absent: Settled = { state: "absent" };

/** @returns nothing as long as something is in flight on it. */
function settledAs(live: LiveV1Service): Settled | undefined {
  switch (v1ServicePhase(live.state)) {
    case "healthy":
      return { state: "healthy", live };
    case "failed":
      return { state: "failed", live, error: live.error ?? stateError(live) };
    default:
      return undefined;
  }
}

function stateError({ name, state }: LiveV1Service): ServiceError {
  return { code: state, message: `The web service ${name} is ${state.toLowerCase()}.`, details: [] };
}

/** A write is sent so often at most. Our choice. */
const mostWrites = 3;
/** So often a service is read after a lost reply before it counts as not carried out: it may show late. Our choice. */
const looksAfterLoss = 5;

/**
 * Sends a write, and finds out by reading what came of one whose reply was lost. It is sent again only where it was not
 * carried out and doing it twice is doing it once: a creation without `overwrite`, a patch of absolute values, a removal. What
 * somebody else has in flight on the service is waited for.
 *
 * @param arrived whether a service (or its absence) shows that the write was carried out.
 */
export async function write(
  name: string,
  send: () => Promise<Outcome<V1Accepted | undefined>>,
  arrived: (live: LiveV1Service | undefined) => boolean,
  deps: ServiceDeps,
): Promise<Outcome<V1Accepted>> {
  const { onProgress } = deps;
  for (let attempt = 1; ; attempt += 1) {
    const may = await beforeWrite(name, deps);
    if (!may.ok) return may;
    const sent = await send();
    if (sent.ok || mayBeCarriedOut(sent.failure)) deps.onWritten();
    if (sent.ok) return succeeded(sent.value ?? {});
    const { reason, status, error } = sent.failure;
    if (reason !== "unknown" && status !== 409) return sent;
    onProgress(
      reason === "unknown"
        ? `${name}: the reply to a write was lost (${error.message}); reading the result.`
        : `${name}: the service is busy or was written before (${error.message}); reading it.`,
    );
    // A conflict may be with an earlier try of the same write.
    const found = await lookFor(name, arrived, reason === "unknown" || attempt > 1 ? looksAfterLoss : 1, deps);
    if (!found.ok) return found;
    if (found.value !== undefined) return succeeded(found.value);
    if (attempt >= mostWrites) return sent;
    if (reason !== "unknown") {
      const settled = await readSettled(name, deadlineWithin(deps.timeoutSeconds, deps), deps);
      if (settled.state === "in-flight" || settled.state === "unreadable") return sent;
    }
    onProgress(`${name}: it was not carried out; sending it again.`);
  }
}

/** Whether anything may be written now. */
export async function beforeWrite(
  name: string,
  { mayWrite, isHeld }: Pick<ServiceDeps, "mayWrite" | "isHeld">,
): Promise<Outcome<void>> {
  const may = await mayWrite();
  return may.ok && !isHeld() ? lostLease(name) : may;
}

/** @returns what there is to follow; `undefined` where the write was not carried out. */
async function lookFor(
  name: string,
  arrived: (live: LiveV1Service | undefined) => boolean,
  looks: number,
  deps: ServiceDeps,
): Promise<Outcome<V1Accepted | undefined>> {
  for (let look = 0; look < looks; look += 1) {
    const read = await deps.services.get(name);
    if (!read.ok) return read;
    const live = read.value;
    if (arrived(live)) return succeeded(live?.operationId === undefined ? {} : { operation: { id: live.operationId } });
    if ((await pause(secondsAfter(look), deps)) === "cancelled") return cancelled();
  }
  return succeeded(undefined);
}

function lostLease(name: string): Outcome<never> {
  const message = `Lost the lease on the web service ${name} while working; stopped writing.`;
  return refused("LeaseLost", message);
}

/** Removes a service, and waits until it is gone. */
export async function removeService(name: string, deps: ServiceDeps): Promise<Outcome<void>> {
  const isGone = (live: LiveV1Service | undefined) => live === undefined || /^deleting$/i.test(live.state);
  const sent = await write(name, () => deps.services.remove(name), isGone, deps);
  if (!sent.ok) return sent;
  const { operation } = sent.value;
  const end = deadlineWithin(deps.timeoutSeconds, deps);
  if (operation !== undefined) {
    const followed = await deps.services.follow(operation, { seconds: Math.max(0, (end - deps.clock.now()) / 1000) });
    if (followed.ok && followed.value.end === "failed")
      return failed({ reason: "refused", error: followed.value.error });
  }
  for (let look = 0; ; look += 1) {
    const read = await deps.services.get(name);
    if (!read.ok) return read;
    if (read.value === undefined) return succeeded(undefined);
    const why = await pause(secondsAfter(look), { ...deps, deadline: end });
    if (why !== undefined) return why === "timeout" ? stillThere(name) : cancelled();
  }
}

function stillThere(name: string): Outcome<never> {
  const message = `The web service ${name} is still there after its deletion.`;
  return failed({ reason: "unreachable", error: { code: "StillThere", message, details: [] } });
}
