import { createHash } from "node:crypto";
import type { BlockBlobClient, ContainerClient } from "@azure/storage-blob";
import { withStorageRetry } from "./storage-retry.ts";
import type { BlobContainer } from "./blob-container.ts";
import { containerClient, storageFailure } from "./blobs.ts";
import { codeOf } from "./container-access.ts";
import { failed, succeeded, type AzureFailure, type Outcome } from "./outcome.ts";
import type { RetryDeps } from "./retry.ts";
import { isLastingConflict } from "./service-error.ts";

/**
 * Blobs in the workspace's own storage by which runs of this action exclude each other: one for each key, leased while
 * a run works on what the key names. A lease is never broken; after a crash it expires.
 *
 * Every request may be repeated: the caller chooses the id of the lease, so acquiring a lease that is already held
 * succeeds.
 *
 * @see https://learn.microsoft.com/rest/api/storageservices/lease-blob
 */
export type Leases = {
  /** Seconds a lease lasts unless it is renewed. */
  readonly seconds: number;
  /** `busy`: somebody else holds it. A failure means that the storage cannot be used. */
  readonly acquire: (key: string, leaseId: string, signal: AbortSignal) => Promise<Outcome<"held" | "busy">>;
  /** `lost`: it expired, and somebody else may hold it. */
  readonly renew: (key: string, leaseId: string, signal: AbortSignal) => Promise<Outcome<"held" | "lost">>;
  /** Releasing a lease that is no longer held succeeds. */
  readonly release: (key: string, leaseId: string) => Promise<Outcome<void>>;
  /** The text in the blob; empty when nothing is written there. Reading needs no lease. */
  readonly read: (key: string, signal: AbortSignal) => Promise<Outcome<string>>;
  /** Replaces the text; only the holder can. */
  readonly write: (
    key: string,
    leaseId: string,
    text: string,
    signal: AbortSignal,
  ) => Promise<Outcome<"written" | "lost">>;
};

/** The longest finite lease that the service grants. After a crash the next run waits for at most this. */
const leaseSeconds = 60;

/** One request. Our choice: after this time it is better to send the request again. */
const longestRequest = 10;

/** How often an unanswered request is sent. */
const mostTries = 3;

/** Releasing a lease may delay the end of a cancelled step no longer than this; an unreleased lease expires. */
const releaseSeconds = 3;

type LeaseOptions = Pick<RetryDeps, "clock" | "random" | "requestSeconds">;

/** Options of one request: a time limit, and the caller's signal. */
type Limit = () => { readonly abortSignal: AbortSignal };

/**
 * @param open the container; called again when its access has expired.
 * @param options `requestSeconds`: how long one request may take.
 */
export function createLeases(open: (fresh: boolean) => Promise<Outcome<BlobContainer>>, options: LeaseOptions): Leases {
  const onBlob = createBlobAccess(open, options);
  // A storage that has never worked is tried once, not once for every target.
  let unusable: AzureFailure | undefined;
  let wasUsed = false;
  return {
    seconds: leaseSeconds,
    acquire: async (key, leaseId, signal) => {
      if (unusable !== undefined) return failed(unusable);
      const acquired = await onBlob(key, signal, (blob, limit) => acquire(blob, leaseId, limit));
      wasUsed ||= acquired.ok;
      if (!acquired.ok && acquired.failure.reason !== "cancelled" && !wasUsed) unusable = acquired.failure;
      return acquired;
    },
    renew: (key, leaseId, signal) =>
      onBlob(key, signal, async (blob, limit) => {
        try {
          await blob.getBlobLeaseClient(leaseId).renewLease(limit());
          return "held";
        } catch (error) {
          if ([404, 409, 412].includes(statusOf(error) ?? 0)) return "lost";
          throw error;
        }
      }),
    release: (key, leaseId) => {
      // Also after a cancellation, so the caller's signal does not count here.
      const signal = AbortSignal.timeout(releaseSeconds * 1000);
      return onBlob(key, signal, async (blob, limit) => {
        try {
          await blob.getBlobLeaseClient(leaseId).releaseLease(limit());
        } catch (error) {
          if (![404, 409, 412].includes(statusOf(error) ?? 0)) throw error;
        }
      });
    },
    read: (key, signal) =>
      onBlob(key, signal, async (blob, limit) => {
        try {
          return (await blob.downloadToBuffer(0, undefined, limit())).toString("utf8");
        } catch (error) {
          // 416: there is nothing in it.
          if ([404, 416].includes(statusOf(error) ?? 0)) return "";
          throw error;
        }
      }),
    write: (key, leaseId, text, signal) =>
      onBlob(key, signal, async (blob, limit) => {
        try {
          await blob.upload(text, Buffer.byteLength(text), { conditions: { leaseId }, ...limit() });
          return "written";
        } catch (error) {
          if ([404, 409, 412].includes(statusOf(error) ?? 0)) return "lost";
          throw error;
        }
      }),
  };
}

/** @returns `busy` where somebody else holds the lease. */
async function acquire(blob: BlockBlobClient, leaseId: string, limit: Limit): Promise<"held" | "busy"> {
  const acquireLease = () => blob.getBlobLeaseClient(leaseId).acquireLease(leaseSeconds, limit());
  try {
    await acquireLease();
    return "held";
  } catch (error) {
    if (isPassing(error)) return "busy";
    if (statusOf(error) !== 404) throw error;
  }
  try {
    await blob.upload("", 0, { conditions: { ifNoneMatch: "*" }, ...limit() });
  } catch (error) {
    // Somebody else created it in between, and may already hold it.
    if (!isPassing(error) && statusOf(error) !== 412) throw error;
  }
  try {
    await acquireLease();
    return "held";
  } catch (error) {
    if (isPassing(error)) return "busy";
    throw error;
  }
}

/** True where somebody else is at the blob; false where no waiting helps, as with an account that is disabled. */
function isPassing(error: unknown): boolean {
  return statusOf(error) === 409 && !isLastingConflict({ code: codeOf(error) ?? "", details: [] });
}

/**
 * Runs one operation on a key's blob; once more with fresh access when the service says that the access has expired, and
 * again when a request was not answered in time, because the library itself waits without end.
 */
type OnBlob = <Value>(
  key: string,
  signal: AbortSignal,
  work: (blob: BlockBlobClient, limit: Limit) => Promise<Value>,
) => Promise<Outcome<Value>>;

function createBlobAccess(
  open: (fresh: boolean) => Promise<Outcome<BlobContainer>>,
  { clock, random, requestSeconds = longestRequest }: LeaseOptions,
): OnBlob {
  let current: Promise<Outcome<ContainerClient>> | undefined;
  const connect = async (fresh: boolean): Promise<Outcome<ContainerClient>> => {
    const container = await open(fresh);
    return container.ok ? succeeded(await containerClient(container.value, { tries: 3, requestSeconds })) : container;
  };
  /** What cannot be opened now may be later: a lease outlives more than one renewal that fails. */
  const opened = async (fresh: boolean): Promise<Outcome<ContainerClient>> => {
    const opening = (current ??= connect(fresh));
    const forget = () => {
      if (current === opening) current = undefined;
    };
    try {
      const container = await opening;
      if (!container.ok) forget();
      return container;
    } catch (error) {
      forget();
      throw error;
    }
  };
  return async (key, signal, work) => {
    let fresh = false;
    for (let attempt = 1; ; attempt += 1) {
      const container = await opened(fresh);
      if (!container.ok) return container;
      let late: AbortSignal | undefined;
      const limit = () => {
        late = AbortSignal.timeout(requestSeconds * 1000);
        return { abortSignal: AbortSignal.any([signal, late]) };
      };
      try {
        const blob = container.value.getBlockBlobClient(blobName(key));
        return succeeded(await withStorageRetry(() => work(blob, limit), { clock, random, signal }));
      } catch (error) {
        const { statusCode, code } = error as { readonly statusCode?: number; readonly code?: string };
        const expired = (statusCode === 403 || statusCode === 401) && code !== "AuthorizationFailure";
        const unanswered = late?.aborted === true && !signal.aborted && statusCode === undefined;
        if (expired && !fresh) {
          fresh = true;
          current = undefined;
        } else if (!unanswered || attempt >= mostTries) return storageFailure(error, signal);
      }
    }
  };
}

/** Keys are ids of resources, whose letters a blob's name may not have; their hash always fits. */
function blobName(key: string): string {
  return `azureml-targets/leases/${createHash("sha256").update(key).digest("hex")}.json`;
}

function statusOf(error: unknown): number | undefined {
  return (error as { readonly statusCode?: number }).statusCode;
}
