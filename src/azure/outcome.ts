/** The outcome of one call to Azure. Outcomes are values; only bugs of ours throw. */
export type Outcome<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly failure: AzureFailure };

/**
 * Why a call did not succeed.
 *
 * - `not-found`: 404, the resource is not there.
 * - `refused`: the service answered and said no (4xx other than 404 and 429 after retries); nothing was changed.
 * - `unknown`: a write was sent and its result is not known (timeout, connection lost, 408, 5xx): read the resource until settled.
 * - `unreachable`: a read got no usable answer after its retries.
 * - `cancelled`: the caller's signal aborted.
 */
export type AzureFailure = {
  readonly reason: "not-found" | "refused" | "unknown" | "unreachable" | "cancelled";
  /** HTTP status, when there was an answer. */
  readonly status?: number;
  /** Of a cancelled call: nothing was done, for certain. */
  readonly undone?: true;
  readonly error: ServiceError;
};

/** An error as Azure reports it: the outermost code and message, and the chain down to the leaf cause. */
export type ServiceError = {
  readonly code: string;
  readonly message: string;
  readonly target?: string;
  /** Nested `details` / `innererror` / `error.error`, outermost first, without what repeats its parent. */
  readonly details: readonly ServiceError[];
  /** What helps, where the caller knows more of it than the error says. */
  readonly advice?: string;
  /** `x-ms-correlation-request-id`, for a support ticket. */
  readonly correlationId?: string;
  /** `x-ms-request-id`. */
  readonly requestId?: string;
};

export function succeeded<Value>(value: Value): Outcome<Value> {
  return { ok: true, value };
}

/** In words of our own: it cannot be done, and nothing was changed. @param target the field that it is about. */
export function refused(code: string, message: string, target?: string): ReturnType<typeof failed> {
  const about = target === undefined ? {} : { target };
  return failed({ reason: "refused", error: { code, message, ...about, details: [] } });
}

/** The caller's signal aborted. */
export function cancelled(): ReturnType<typeof failed> {
  return failed({
    reason: "cancelled",
    error: { code: "Cancelled", message: "The workflow was cancelled.", details: [] },
  });
}

/** Whether a write that did not succeed may have been carried out: its reply was lost, or not waited for. */
export function mayBeCarriedOut({ reason }: Pick<AzureFailure, "reason">): boolean {
  return reason === "unknown" || reason === "cancelled";
}

export function failed(failure: AzureFailure): { readonly ok: false; readonly failure: AzureFailure } {
  return { ok: false, failure };
}
