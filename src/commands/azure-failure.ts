import type { AzureFailure } from "../azure/outcome.ts";
import { leafCause } from "../azure/service-error.ts";
import type { Failure } from "../report/result.ts";

/** A failed call as a failure of the command: what could not be done, then the leaf cause in the service's own words. */
export function failureOf(failure: AzureFailure, what: string): Failure {
  const leaf = leafCause(failure.error);
  const message = `${what}: ${leaf.message} [${leaf.code}]`;
  switch (failure.reason) {
    case "cancelled":
      return { reason: "cancelled", message: `${what}: the workflow was cancelled.` };
    case "unreachable":
    case "unknown":
      return { reason: "service-unreachable", message };
    case "not-found":
    case "refused":
      return {
        reason:
          failure.status === 401
            ? "authentication-failed"
            : failure.status === 403
              ? "not-authorized"
              : "workspace-unavailable",
        message,
      };
  }
}
