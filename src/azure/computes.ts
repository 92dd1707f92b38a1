import type { Outcome, ServiceError } from "./outcome.ts";

/** A compute of the workspace as the service shows it. */
export type LiveCompute = {
  readonly id: string;
  readonly name: string;
  /** `AmlCompute`, `VirtualMachine`, … as the service spells it; kinds that nobody knew when this was written pass through. */
  readonly computeType: string;
  /** ARM id of what is attached. */
  readonly resourceId?: string;
  readonly location?: string;
  readonly computeLocation?: string;
  readonly description?: string;
  readonly disableLocalAuth?: boolean;
  readonly tags: Readonly<Record<string, string>>;
  readonly identity?: { readonly type: string; readonly userAssignedIds: readonly string[] };
  readonly provisioningState: string;
  readonly provisioningErrors: readonly ServiceError[];
  /** True: brought in by a user (detach it). False: made by the service (delete it). Absent: the service did not say. */
  readonly isAttachedCompute?: boolean;
  readonly createdOn?: string;
  readonly modifiedOn?: string;
  /** The kind's own part (`properties.properties`). */
  readonly properties: Readonly<Record<string, unknown>>;
};

/** A write that the service took on. */
export type Accepted = {
  /** Signed status URL, to be used exactly as given; absent when the write ended at once. */
  readonly operationUrl?: string;
  readonly retryAfterSeconds?: number;
  /** The compute as the answer showed it. */
  readonly compute?: LiveCompute;
  readonly correlationId?: string;
};

/** One look at a long-running operation. Every status that is not terminal means that it goes on. */
export type OperationProgress =
  | { readonly state: "running"; readonly status: string; readonly retryAfterSeconds?: number }
  | { readonly state: "succeeded" }
  | { readonly state: "failed" | "canceled"; readonly error: ServiceError };

/** The computes of one workspace. Reads are repeated on passing faults; writes are sent exactly once. */
export type Computes = {
  /** All pages. */
  readonly list: () => Promise<Outcome<readonly LiveCompute[]>>;
  /** `undefined` when there is none of that name. */
  readonly get: (name: string) => Promise<Outcome<LiveCompute | undefined>>;
  /** Creates, attaches or replaces. */
  readonly put: (name: string, body: unknown) => Promise<Outcome<Accepted>>;
  readonly patch: (name: string, body: unknown) => Promise<Outcome<Accepted>>;
  /** `Detach` for what is attached, `Delete` for what the service made. A compute that is gone already is a success. */
  readonly remove: (name: string, action: "Detach" | "Delete") => Promise<Outcome<Accepted>>;
  /** `not-found` when the service has forgotten the operation: read the compute instead. */
  readonly progress: (operationUrl: string) => Promise<Outcome<OperationProgress>>;
};
