import type { Fault } from "../faults.ts";

/** Why an operation fails. */
export type Failure = { readonly code: string; readonly message: string };

/** How an operation ends. */
export type End = "Succeeded" | "Failed" | "Canceled";

/** When and how an operation ends. */
export type Course = {
  /** Milliseconds since the epoch; absent: never. */
  readonly dueAt?: number;
  readonly error?: Failure;
  /** How it ends where there is an error; default `Failed`. */
  readonly endsAs?: "Failed" | "Canceled";
};

/** @param seconds how long it takes, and @param failure why it fails, where no fault says otherwise. */
export function courseOf(faults: readonly Fault[], seconds: number, failure: Failure | undefined): Course {
  const wanted = faults.find((fault) => fault.kind === "operation-fails");
  const isCanceled = faults.some(({ kind }) => kind === "operation-canceled");
  const error =
    wanted ??
    failure ??
    (isCanceled ? { code: "OperationCanceled", message: "The operation was canceled by the service." } : undefined);
  const never = faults.some(({ kind }) => kind === "operation-never-ends");
  const lasting = faults.find((fault) => fault.kind === "operation-takes")?.seconds ?? seconds;
  return {
    ...(never ? {} : { dueAt: Date.now() + lasting * 1000 }),
    ...(error === undefined ? {} : { error: { code: error.code, message: error.message } }),
    ...(error?.code === "OperationCanceled" ? { endsAs: "Canceled" } : {}),
  };
}
