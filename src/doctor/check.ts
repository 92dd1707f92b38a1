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
