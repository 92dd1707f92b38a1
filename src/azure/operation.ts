import type { Clock } from "../clock.ts";
import { retryAfterSeconds } from "../retry-after.ts";
import { defined } from "./defined.ts";
import type { ServiceError } from "./outcome.ts";
import type { Answer } from "./pipeline.ts";
import { serviceErrorOf } from "./service-error.ts";

/** By what a write that the service took on is followed, and found by Azure support. */
export type FollowedBy = {
  /** Signed status URL, to be used exactly as given; absent when the write ended at once. */
  readonly operationUrl?: string;
  readonly retryAfterSeconds?: number;
  readonly correlationId?: string;
  readonly requestId?: string;
};

/** One read of a long-running operation. Every status that is not terminal means that it is running. */
export type OperationProgress =
  | { readonly state: "running"; readonly status: string; readonly retryAfterSeconds?: number }
  | { readonly state: "succeeded" }
  | { readonly state: "failed" | "canceled"; readonly error: ServiceError };

export function followedBy({ headers }: Pick<Answer, "headers">, clock: Clock): FollowedBy {
  return defined({
    operationUrl: headers["azure-asyncoperation"] ?? headers["location"],
    retryAfterSeconds: retryAfterSeconds(headers, clock),
    correlationId: headers["x-ms-correlation-request-id"],
    requestId: headers["x-ms-request-id"],
  });
}

/** `Azure-AsyncOperation` answers with a status; `Location` answers 202 while the operation runs, then with its result. */
export function progressOf({ status, headers, body }: Answer, clock: Clock): OperationProgress {
  const found = typeof body === "object" && body !== null && "status" in body ? body.status : undefined;
  const word = typeof found === "string" ? found : undefined;
  const retryAfter = retryAfterSeconds(headers, clock);
  const wait = retryAfter === undefined ? {} : { retryAfterSeconds: retryAfter };
  switch (word?.toLowerCase()) {
    case undefined:
      return status === 202 ? { state: "running", status: "InProgress", ...wait } : { state: "succeeded" };
    case "succeeded":
      return { state: "succeeded" };
    case "failed":
    case "canceled": {
      const correlationId = headers["x-ms-correlation-request-id"];
      const error = serviceErrorOf(
        body,
        {
          code: `Operation${word ?? ""}`,
          message: `The operation ended as ${word ?? ""}, and the service gave no reason.`,
        },
        correlationId === undefined ? {} : { correlationId },
      );
      return { state: word?.toLowerCase() === "canceled" ? "canceled" : "failed", error };
    }
    default:
      return { state: "running", status: word ?? "InProgress", ...wait };
  }
}
