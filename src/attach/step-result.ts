import type { LiveCompute } from "../azure/computes.ts";
import type { AzureFailure, ServiceError } from "../azure/outcome.ts";
import type { Step } from "../plan/step.ts";
import { failureOfThrown, reasonOf } from "../report/failure.ts";
import type { FailureReason } from "../report/result.ts";
import type { Guarantee, NotHeld } from "./lease.ts";
import type { PollResult } from "./poll.ts";

/** How the work on one target ended. */
export type StepResult =
  | { readonly state: "done"; readonly compute?: LiveCompute }
  | { readonly state: "refused" }
  | {
      readonly state: "in-flight";
      readonly why: "timeout" | "cancelled" | "not-waited-for";
      readonly compute?: LiveCompute;
    }
  | {
      readonly state: "failed";
      readonly because: FailureReason;
      readonly error: ServiceError;
      readonly compute?: LiveCompute;
    };

/** The result of one step, with the seconds from the start of the command's work to its end. */
export type StepOutcome = {
  readonly step: Step;
  readonly seconds: number;
  readonly end: StepResult;
  /** A write was accepted, or may have been carried out. */
  readonly changed?: boolean;
  /** Which guarantee of "exactly once" held; absent where nothing had to be written. */
  readonly guarantee?: Guarantee;
};

export function failedWith(because: FailureReason, code: string, message: string, compute?: LiveCompute): StepResult {
  return {
    state: "failed",
    because,
    error: { code, message, details: [] },
    ...(compute === undefined ? {} : { compute }),
  };
}

/** What a failed call means for the work on a target. */
export function resultOfFailure(failure: AzureFailure): StepResult {
  if (failure.reason === "cancelled") return { state: "in-flight", why: "cancelled" };
  return { state: "failed", because: reasonOf(failure, "target"), error: failure.error };
}

/** Why a wait ended before the compute was in a terminal state; `undefined` where it is in one. */
export function unsettledResult(polled: PollResult): StepResult | undefined {
  if (polled.state === "in-flight") {
    return {
      state: "in-flight",
      why: polled.why,
      ...(polled.compute === undefined ? {} : { compute: polled.compute }),
    };
  }
  return polled.state === "unreadable" ? resultOfFailure(polled.failure) : undefined;
}

export function resultOfLease(notHeld: NotHeld): StepResult {
  return notHeld.state === "in-flight"
    ? notHeld
    : { state: "failed", because: "service-unreachable", error: notHeld.error };
}

export const leaseLost: StepResult = failedWith(
  "target-not-verified",
  "LeaseLost",
  "Lost the lease while working; stopped writing. Run the command again: it continues from the live state.",
);

/** What no answer of Azure's explains: a missing secret, a sign-in that failed in the middle of the work, a bug of ours. */
export function resultOfThrown(error: unknown): StepResult {
  const { reason, message } = failureOfThrown(error);
  return failedWith(reason, reason === "internal-error" ? "InternalError" : (error as Error).name, message);
}

/** Why nothing more may be written. */
export function lostOrCancelled({ signal }: { readonly signal: AbortSignal }): StepResult {
  return signal.aborted ? { state: "in-flight", why: "cancelled" } : leaseLost;
}
