import type { AzureFailure } from "../azure/outcome.ts";
import { leafCause } from "../azure/service-error.ts";
import type { DoctorCheck, FailureReason } from "../report/result.ts";

/** Something that was looked at. An error says what the step fails with. */
export type Check = DoctorCheck & { readonly reason?: FailureReason };

/** A part of the report while it is made. */
export type Part = { readonly title: string; readonly checks: readonly Check[] };

export function fine(code: string, message: string): Check {
  return { state: "ok", code, message };
}

export function warning(code: string, message: string, advice: string): Check {
  return { state: "warning", code, message, advice };
}

export function notChecked(code: string, message: string, advice: string): Check {
  return { state: "not-checked", code, message, advice };
}

export function error(reason: FailureReason, code: string, message: string, advice: string): Check {
  return { state: "error", code, message, advice, reason };
}

/** A failure in the service's own words. */
export function said(failure: AzureFailure): string {
  const leaf = leafCause(failure.error);
  return `${leaf.message.replace(/\.$/, "")} [${leaf.code}]`;
}

/** Why something could not be read, as the reason of a failed step. */
export function reasonOf(failure: AzureFailure): FailureReason {
  if (failure.reason === "cancelled") return "cancelled";
  if (failure.status === 401) return "authentication-failed";
  if (failure.status === 403) return "not-authorized";
  return failure.reason === "unreachable" || failure.reason === "unknown"
    ? "service-unreachable"
    : "workspace-unavailable";
}
