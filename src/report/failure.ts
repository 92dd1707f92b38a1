import type { AzureFailure, ServiceError } from "../azure/outcome.ts";
import { leafCause } from "../azure/service-error.ts";
import { adviceFor } from "./advice.ts";
import { defined } from "../azure/defined.ts";
import type { SecretReference } from "../secret/secret.ts";
import { inFile, type Position } from "../yaml/problem.ts";
import type { Failure, FailureReason } from "./result.ts";

/** What a call was for. It decides what a refusal means, and nothing else. */
export type Purpose =
  /** Reading or preparing something in the workspace. */
  | "workspace"
  /** Work on one compute target. */
  | "target"
  /** Work on one deployment: the workspace answers, so what it refuses is what was asked. */
  | "deployment"
  /** Registering what a run or a deployment is made of. */
  | "asset";

const refusals = {
  workspace: { refused: "workspace-unavailable", "not-found": "workspace-unavailable" },
  // Only a workspace that is not there answers 404 to work on a target: nothing is known of the target then.
  target: { refused: "provisioning-failed", "not-found": "service-unreachable" },
  deployment: { refused: "deployment-failed", "not-found": "deployment-failed" },
  asset: { refused: "asset-failed", "not-found": "asset-failed" },
} as const satisfies Readonly<Record<Purpose, Readonly<Record<"refused" | "not-found", FailureReason>>>>;

/** The stable reason that an Azure failure amounts to, the same one for every command. */
export function reasonOf(
  { reason, status, error }: Pick<AzureFailure, "reason" | "status"> & { readonly error?: ServiceError },
  purpose: Purpose = "workspace",
): FailureReason {
  if (reason === "cancelled") return "cancelled";
  if (status === 401) return "authentication-failed";
  // What a policy forbids, or a quota does not cover, no role allows.
  if (status === 403) return isOfNoRole(error) ? refusals[purpose].refused : "not-authorized";
  if (reason === "unreachable" || reason === "unknown") return "service-unreachable";
  return refusals[purpose][reason];
}

function isOfNoRole(error: ServiceError | undefined): boolean {
  return error !== undefined && /^RequestDisallowedBy|Quota|DisabledSubscription/i.test(error.code);
}

/** The leaf cause in the service's own words, and its code. No full stop: it is used inside a sentence. */
export function sentenceOf(error: ServiceError): string {
  const { code, message } = leafCause(error);
  return `${message.replace(/\.$/, "")} [${code}]`;
}

/** A failed call as a failure of the command: what could not be done, why, and what is known to help. */
export function failureOf(failure: AzureFailure, what: string, purpose?: Purpose): Failure {
  const reason = reasonOf(failure, purpose);
  if (reason === "cancelled") return { reason, message: `${what}: the workflow was cancelled.` };
  const advice = adviceFor(failure.error);
  const message = `${what}: ${sentenceOf(failure.error)}.${advice === undefined ? "" : ` ${advice}`}`;
  return { reason, message, error: failure.error };
}

/**
 * Errors with names of their own are known ways to fail; anything else is a bug of the action. They are told apart by name,
 * because the modules that throw them load libraries that `validate` never needs.
 */
const thrownReasons: Readonly<Record<string, FailureReason>> = {
  MissingInput: "invalid-input",
  MalformedCreds: "invalid-input",
  CloudUnknown: "invalid-input",
  AuthenticationFailed: "authentication-failed",
  WorkspaceUnavailable: "workspace-unavailable",
  SecretUnavailable: "secret-unavailable",
  UnknownForm: "service-unreachable",
};

/** What a command, or the work on one target, has thrown. @param signal once aborted, the cancellation explains the error. */
export function failureOfThrown(error: unknown, signal?: AbortSignal): Failure {
  if (signal?.aborted === true) return { reason: "cancelled", message: "The workflow was cancelled." };
  const { name, message, stack } =
    error instanceof Error ? error : { name: "", message: String(error), stack: undefined };
  const reason = thrownReasons[name];
  if (reason === undefined) {
    return {
      reason: "internal-error",
      message: `Internal error in azureml-targets. Please report it. ${stack ?? message}`,
    };
  }
  const { failure, reference, where } = error as {
    readonly failure?: AzureFailure;
    readonly reference?: SecretReference;
    readonly where?: Position;
  };
  // What was thrown knows of refusals for want of a role; of a token that is not taken it knows the words alone.
  const advice = failure?.status === 401 ? adviceFor(failure.error) : undefined;
  return {
    reason: failure === undefined ? reason : reasonOf(failure),
    message: advice === undefined ? message : `${message}. ${advice}`,
    ...defined({ where: inFile(where ?? reference?.where) }),
  };
}
