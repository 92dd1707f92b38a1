import type { Clock } from "../clock.ts";
import { pauseSeconds } from "../retry-after.ts";
import { ForeignAddress } from "./addresses.ts";
import type { Answer } from "./pipeline.ts";
import { cancelled, failed, refused, succeeded, type AzureFailure, type Outcome } from "./outcome.ts";
import { serviceErrorOf } from "./service-error.ts";

export type RetryDeps = {
  readonly clock: Clock;
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** How often one request is sent at most; the default is for requests without a fallback. */
  readonly tries?: number;
  /** Called before every pause that somebody might take for a hang. The text may come from the service. */
  readonly onWait?: (message: string) => void;
  /** How long one request may take before it counts as lost; the default is the pipeline's, or the caller's. */
  readonly requestSeconds?: number;
};

/**
 * How a request may be repeated.
 *
 * - `read`: reads, and writes that change nothing when they are repeated (assets named by their content). Repeated
 *   after timeouts, resets, 408, 429 and every 5xx.
 * - `write`: everything else. Repeated only where it certainly was not carried out: 429, and a connection that was
 *   never made. Anything else is an unknown outcome, and the caller resolves it by reading.
 */
export type Repeatable = "read" | "write";

const mostTries = 6;
/** All waits of one call together, in seconds. Our choice: longer than any throttling window that ARM announces. */
export const longestWait = 240;

/** Sends, and sends again where that is safe. */
export async function withRetries(
  repeatable: Repeatable,
  sendOnce: () => Promise<Answer>,
  { clock, random, signal, tries = mostTries, onWait }: RetryDeps,
): Promise<Outcome<Answer>> {
  let waited = 0;
  for (let attempt = 1; ; attempt += 1) {
    const result = await tried(sendOnce, signal);
    if (result.ok && !isPassing(result.value, repeatable)) return result;
    const outcome = result.ok
      ? answered(result.value, repeatable)
      : { ok: false as const, failure: lost(result.failure, repeatable) };
    const again =
      result.ok ||
      (!["cancelled", "refused"].includes(result.failure.reason) &&
        (repeatable === "read" || neverSent(result.failure)));
    const pause = pauseSeconds(attempt, result.ok ? result.value.headers : {}, clock, random);
    if (!again || attempt >= tries || waited + pause > longestWait) return outcome;
    waited += pause;
    if (pause >= shortestShown) onWait?.(waitText(outcome, pause));
    try {
      await clock.sleep(pause, signal);
    } catch {
      const { failure } = cancelled();
      // A write is only sent again where it was not carried out.
      return failed(repeatable === "write" ? { ...failure, undone: true } : failure);
    }
  }
}

/** Seconds. Our choice: shorter pauses are over before their line is read. */
const shortestShown = 4;

function waitText(outcome: Outcome<Answer>, seconds: number): string {
  const why = outcome.ok ? "" : ` (${outcome.failure.error.message} [${outcome.failure.error.code}])`;
  const status = outcome.ok ? undefined : outcome.failure.status;
  const what = status === undefined ? "Azure gave no answer" : `Azure answered with status ${status}`;
  return `${what}${why}; retrying in ${Math.round(seconds)} s.`;
}

/** 429 always means that nothing was done. */
function isPassing(answer: Answer, repeatable: Repeatable): boolean {
  const { status } = answer;
  return status === 429 || (repeatable === "read" && (status === 408 || status >= 500 || isBroken(answer)));
}

/**
 * A success that is not JSON says nothing: it is a gateway's page, or a reply that was cut off. It must never be taken for
 * an empty list or an absent resource.
 */
function isBroken({ status, body }: Answer): boolean {
  return status >= 200 && status < 300 && typeof body === "string";
}

function answered(answer: Answer, repeatable: Repeatable): Outcome<Answer> {
  if (isBroken(answer)) {
    const message = `The service answered with status ${answer.status} and a body that is not JSON.`;
    return failed({
      reason: "unreachable",
      status: answer.status,
      error: { code: "BrokenReply", message, details: [] },
    });
  }
  return failed({
    ...failureOf(answer),
    reason: repeatable === "read" || answer.status === 429 ? "unreachable" : "unknown",
  });
}

function lost(failure: AzureFailure, repeatable: Repeatable): AzureFailure {
  if (failure.reason === "cancelled" || failure.reason === "refused") return failure;
  return { ...failure, reason: repeatable === "read" || neverSent(failure) ? "unreachable" : "unknown" };
}

async function tried(sendOnce: () => Promise<Answer>, signal: AbortSignal): Promise<Outcome<Answer>> {
  try {
    return succeeded(await sendOnce());
  } catch (error) {
    if (error instanceof ForeignAddress) return refused("ForeignHost", error.message);
    if (isNotFromTheNetwork(error)) throw error;
    if (signal.aborted) {
      return cancelled();
    }
    return failed({ reason: "unreachable", error: { code: codeOf(error), message: messageOf(error), details: [] } });
  }
}

/** True for a failed sign-in or a bug of ours: neither is a fault of the connection. */
function isNotFromTheNetwork(error: unknown): boolean {
  if (!(error instanceof Error)) return true;
  return (
    !["RestError", "AbortError", "TimeoutError"].includes(error.name) &&
    !("code" in error && typeof error.code === "string")
  );
}

/** Faults of the connection before a single byte of the request was sent: nothing can have been carried out. */
const beforeSending = new Set([
  "ENOTFOUND",
  "ECONNREFUSED",
  "EAI_AGAIN",
  "ENETUNREACH",
  "EHOSTUNREACH",
  "CERT_HAS_EXPIRED",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);

function neverSent(failure: AzureFailure): boolean {
  return beforeSending.has(failure.error.code);
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string"
    ? error.code
    : error instanceof Error
      ? error.name
      : "Error";
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** An unsuccessful answer, as a failure. */
export function failureOf({ status, headers, body }: Answer): AzureFailure {
  const correlationId = headers["x-ms-correlation-request-id"];
  const requestId = headers["x-ms-request-id"];
  return {
    reason: status === 404 ? "not-found" : status === 408 || status >= 500 ? "unknown" : "refused",
    status,
    error: serviceErrorOf(
      body,
      { code: `HTTP${status}`, message: `The service answered with status ${status} and no explanation.` },
      { ...(correlationId === undefined ? {} : { correlationId }), ...(requestId === undefined ? {} : { requestId }) },
    ),
  };
}
