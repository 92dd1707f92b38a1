import { createHash } from "node:crypto";
import type { BlockBlobClient, ContainerClient } from "@azure/storage-blob";
import { withStorageRetry } from "./storage-retry.ts";
import { containerClient, storageFailure, type BlobContainer } from "./blobs.ts";
import { failed, succeeded, type AzureFailure, type Outcome } from "./outcome.ts";
import type { RetryDeps } from "./retry.ts";

/**
 * Blobs in the workspace's own storage by which runs of this action exclude each other: one for each key, leased while
 * somebody works on what the key stands for. A lease is never broken; after a crash it runs out by itself.
 *
 * Every request may be repeated: a lease is asked for under an id of the caller's own, so asking again for what is held
 * already says so.
 *
 * @see https://learn.microsoft.com/rest/api/storageservices/lease-blob
 */
export type Leases = {
  /** Seconds a lease lasts unless it is renewed. */
  readonly seconds: number;
  /** `busy`: somebody else holds it. A failure means that the storage cannot be used. */
  readonly acquire: (key: string, leaseId: string, signal: AbortSignal) => Promise<Outcome<"held" | "busy">>;
  /** `lost`: it ran out, and somebody else may hold it. */
  readonly renew: (key: string, leaseId: string, signal: AbortSignal) => Promise<Outcome<"held" | "lost">>;
  /** What is not held any more is released already. */
  readonly release: (key: string, leaseId: string) => Promise<Outcome<void>>;
  /** The text in the blob; empty when nothing is written there. Anybody may read it. */
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

/** One request. Our choice: a lease that is not answered for in this time is better asked for again. */
const longestRequest = 10;

/** How often what was not answered in time is asked for again. */
const mostTries = 3;

/** Giving a lease back may hold up the end of a cancelled step no longer than this; what is not given back runs out. */
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
  // A storage that could never be used is found out once, not once for every target.
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
  const ask = () => blob.getBlobLeaseClient(leaseId).acquireLease(leaseSeconds, limit());
  try {
    await ask();
    return "held";
  } catch (error) {
    if (statusOf(error) === 409) return "busy";
    if (statusOf(error) !== 404) throw error;
  }
  try {
    await blob.upload("", 0, { conditions: { ifNoneMatch: "*" }, ...limit() });
  } catch (error) {
    // Somebody else made it in between, and may hold it already.
    if (![409, 412].includes(statusOf(error) ?? 0)) throw error;
  }
  try {
    await ask();
    return "held";
  } catch (error) {
    if (statusOf(error) === 409) return "busy";
    throw error;
  }
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
    const asked = (current ??= connect(fresh));
    const forget = () => {
      if (current === asked) current = undefined;
    };
    try {
      const container = await asked;
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
