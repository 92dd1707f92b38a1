import type { LiveCompute } from "../azure/computes.ts";
import type { AzureFailure, ServiceError } from "../azure/outcome.ts";
import { SecretUnavailable } from "../secret/secret.ts";
import type { Step } from "../plan/step.ts";
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
      readonly because:
        | "provisioning-failed"
        | "target-not-verified"
        | "secret-unavailable"
        | "not-authorized"
        | "service-unreachable"
        | "plan-outdated"
        | "in-use"
        | "drift"
        | "conflict"
        | "authentication-failed"
        | "internal-error";
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

export function failedWith(
  because: Extract<StepResult, { state: "failed" }>["because"],
  code: string,
  message: string,
  compute?: LiveCompute,
): StepResult {
  return {
    state: "failed",
    because,
    error: { code, message, details: [] },
    ...(compute === undefined ? {} : { compute }),
  };
}

/** An answer of Azure's that is no success. */
export function resultOfFailure(azure: AzureFailure): StepResult {
  if (azure.reason === "cancelled") return { state: "in-flight", why: "cancelled" };
  const because =
    azure.status === 401 || azure.status === 403
      ? "not-authorized"
      : azure.reason === "refused"
        ? "provisioning-failed"
        : "service-unreachable";
  return { state: "failed", because, error: azure.error };
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

/** What cannot be told by an answer: a secret is missing, the sign-in failed in the middle, or we made a mistake. */
export function resultOfThrown(error: unknown): StepResult {
  if (error instanceof SecretUnavailable) return failedWith("secret-unavailable", "SecretUnavailable", error.message);
  const message = error instanceof Error ? error.message : String(error);
  return error instanceof Error && error.name === "AuthenticationFailed"
    ? failedWith("authentication-failed", "AuthenticationFailed", message)
    : failedWith("internal-error", "InternalError", message);
}

/** Why nothing may be written any more. */
export function lostOrCancelled({ signal }: { readonly signal: AbortSignal }): StepResult {
  return signal.aborted ? { state: "in-flight", why: "cancelled" } : leaseLost;
}
