import type { Failure, FailureReason } from "../report/result.ts";

/** Errors with names of their own are known ways to end; anything else is a mistake of ours, and says so. */
const reasons: Readonly<Record<string, FailureReason>> = {
  MissingInput: "invalid-input",
  MalformedCreds: "invalid-input",
  CloudUnknown: "invalid-input",
  AuthenticationFailed: "authentication-failed",
  WorkspaceUnavailable: "workspace-unavailable",
  SecretUnavailable: "secret-unavailable",
};

/** What a command threw, as its failure. */
export function failureOfError(error: unknown, signal: AbortSignal): Failure {
  if (signal.aborted) return { reason: "cancelled", message: "The workflow was cancelled." };
  const name = error instanceof Error ? error.name : "";
  const reason = reasons[name];
  const message = error instanceof Error ? error.message : String(error);
  if (reason === undefined) {
    const stack = error instanceof Error ? (error.stack ?? message) : message;
    return { reason: "internal-error", message: `This is a mistake of the action, please report it: ${stack}` };
  }
  if (reason === "workspace-unavailable" && (error as { failure?: { status?: number } }).failure?.status === 403)
    return { reason: "not-authorized", message };
  return { reason, message };
}
