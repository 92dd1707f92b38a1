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

/** What came of one step, with the seconds from the start of the whole to its end. */
export type StepOutcome = {
  readonly step: Step;
  readonly seconds: number;
  readonly end: StepResult;
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

/** Why a wait ended before anything was settled; `undefined` where it did settle. */
export function unsettledResult(settled: PollResult): StepResult | undefined {
  if (settled.state === "in-flight") {
    return {
      state: "in-flight",
      why: settled.why,
      ...(settled.compute === undefined ? {} : { compute: settled.compute }),
    };
  }
  return settled.state === "unreadable" ? resultOfFailure(settled.failure) : undefined;
}

export function resultOfLease(notHeld: NotHeld): StepResult {
  return notHeld.state === "in-flight"
    ? notHeld
    : { state: "failed", because: "service-unreachable", error: notHeld.error };
}

export const leaseLost: StepResult = failedWith(
  "target-not-verified",
  "LeaseLost",
  "The lease that keeps other runs away ran out while this one worked, so it wrote nothing more. Run the command again: it reads what is live and goes on from there.",
);

/** What no answer of Azure's explains: a missing secret, a sign-in that failed in the middle of the work, a bug of ours. */
export function resultOfThrown(error: unknown): StepResult {
  const { reason, message } = failureOfThrown(error);
  return failedWith(reason, reason === "internal-error" ? "InternalError" : (error as Error).name, message);
}

/** Why nothing may be written any more. */
export function lostOrCancelled({ signal }: { readonly signal: AbortSignal }): StepResult {
  return signal.aborted ? { state: "in-flight", why: "cancelled" } : leaseLost;
}
