import { createHttpHeaders, createPipelineRequest, type Pipeline } from "@azure/core-rest-pipeline";
import type { ContainerClient } from "@azure/storage-blob";
import type { BlobContainer } from "./blob-container.ts";
import { listBlobs, type ListedBlob } from "./blob-list.ts";
import { withStorageAdvice, type StorageIdentity } from "./container-access.ts";
import { downloadBlob, type DownloadOptions } from "./download.ts";
import { ForeignAddress, trustedAddress, type Hosts } from "./addresses.ts";
import { createStorageRequests, storageError, type StorageRequest } from "./storage-requests.ts";
import { keepMemoryLean } from "./lean-memory.ts";
import { failed, refused, succeeded, type Outcome } from "./outcome.ts";
import { barePipeline, httpClient, plainPipeline, type Answer } from "./pipeline.ts";
import { failureOf, withRetries, type RetryDeps } from "./retry.ts";
import {
  metadataHeaders,
  metadataPrefix,
  uploadFiles,
  uploadProgress,
  type UploadedFile,
  type UploadSizes,
} from "./upload.ts";

export type UploadOptions = {
  readonly signal?: AbortSignal;
  /** Blobs below this prefix may be there from an upload that broke off: the same content is not sent again. */
  readonly resumes?: string;
  /** Default: those that are quick. */
  readonly sizes?: UploadSizes;
  /** Told now and then how far it is, while it takes long. */
  readonly onProgress?: (message: string) => void;
};

/** Blobs of containers, and blobs behind SAS URLs (secrets). */
export type Blobs = {
  /** Uploads files as block blobs, some at a time; the same memory for ten files and for ten thousand. */
  readonly upload: (
    container: BlobContainer,
    files: readonly UploadedFile[],
    options?: UploadOptions,
  ) => Promise<Outcome<void>>;
  /** Puts an empty blob that holds nothing but metadata. */
  readonly note: (
    container: BlobContainer,
    blob: string,
    metadata: Readonly<Record<string, string>>,
  ) => Promise<Outcome<void>>;
  /** Removing what is not there succeeds. */
  readonly remove: (container: BlobContainer, blob: string) => Promise<Outcome<void>>;
  readonly setMetadata: (
    container: BlobContainer,
    blob: string,
    metadata: Readonly<Record<string, string>>,
  ) => Promise<Outcome<void>>;
  /** Metadata of a blob, names in lower case; `undefined` when there is no such blob. */
  readonly metadata: (
    container: BlobContainer,
    blob: string,
  ) => Promise<Outcome<Readonly<Record<string, string>> | undefined>>;
  /** Asks for a blob that is not there: the container is reached and may be read when the service says so. Writes nothing. */
  readonly reach: (container: BlobContainer, blob: string) => Promise<Outcome<void>>;
  /** Bytes from `offset` to the end, at most `limit`; empty when there is nothing new (416). `not-found`: there is no blob yet. */
  readonly read: (sasUrl: string, offset: number, limit: number) => Promise<Outcome<Uint8Array>>;
  /**
   * Fetches a blob into a file, and makes its folder. What is under that name is the whole blob: it gets the name when its
   * length, and its checksum where the storage has one, are right. One that is cut off goes on where it was.
   *
   * @returns its length.
   */
  readonly download: (sasUrl: string, path: string, options?: DownloadOptions) => Promise<Outcome<number>>;
  /** Blobs below a prefix, by their names. */
  readonly list: (container: BlobContainer, prefix: string) => Promise<Outcome<ReadonlyMap<string, ListedBlob>>>;
  /** The same as `download`, of a blob in a container. */
  readonly fetch: (container: BlobContainer, blob: string, path: string) => Promise<Outcome<number>>;
};

/** A log is read again soon: whoever waits long for one sees neither the run's end nor the limit of time. Our choice. */
const logSeconds = 30;
const logTries = 3;

export function createBlobs(deps: RetryDeps, identity: StorageIdentity): Blobs {
  const { cloud } = identity;
  const { send, address } = createStorageRequests(deps, identity);
  const pipeline = plainPipeline();
  const bare = barePipeline();
  const put = async (
    container: BlobContainer,
    blob: string,
    parts: Pick<StorageRequest, "query" | "headers">,
  ): Promise<Outcome<void>> => {
    try {
      await send(container, { method: "PUT", blob, body: Buffer.alloc(0), ...parts });
      return succeeded(undefined);
    } catch (error) {
      return storageFailure(error, deps.signal);
    }
  };
  return {
    upload: async (container, files, { signal = deps.signal, resumes, sizes, onProgress } = {}) => {
      try {
        const there = resumes === undefined ? new Map() : await listBlobs(send, container, resumes, signal);
        const onFile = uploadProgress(files, deps.clock, onProgress);
        await uploadFiles(files, { send, container, there, signal, sizes, onFile });
        return succeeded(undefined);
      } catch (error) {
        return withStorageAdvice(storageFailure(error, signal), container);
      }
    },
    note: (container, blob, metadata) =>
      put(container, blob, { headers: { "x-ms-blob-type": "BlockBlob", ...metadataHeaders(metadata) } }),
    setMetadata: (container, blob, metadata) =>
      put(container, blob, { query: { comp: "metadata" }, headers: metadataHeaders(metadata) }),
    remove: async (container, blob) => {
      try {
        await send(container, { method: "DELETE", blob });
        return succeeded(undefined);
      } catch (error) {
        const { statusCode } = error as { readonly statusCode?: number };
        return statusCode === 404 ? succeeded(undefined) : storageFailure(error, deps.signal);
      }
    },
    metadata: async (container, blob) => {
      try {
        const { headers } = await send(container, { method: "HEAD", blob });
        const named = Object.entries(headers).filter(([name]) => name.startsWith(metadataPrefix));
        return succeeded(Object.fromEntries(named.map(([name, value]) => [name.slice(metadataPrefix.length), value])));
      } catch (error) {
        const { statusCode } = error as { readonly statusCode?: number };
        return statusCode === 404 ? succeeded(undefined) : storageFailure(error, deps.signal);
      }
    },
    reach: async (container, blob) => {
      try {
        const client = await containerClient(container, { tries: 2, requestSeconds: 15 });
        await client.getBlobClient(blob).getProperties({ abortSignal: deps.signal });
        return succeeded(undefined);
      } catch (error) {
        // An answer to HEAD has no body, so its code is only in a header.
        const answer = error as {
          statusCode?: number;
          response?: { headers: { get(name: string): string | undefined } };
        };
        const code = answer.response?.headers.get("x-ms-error-code");
        if (answer.statusCode === 404 && code !== "ContainerNotFound") return succeeded(undefined);
        const failure = storageFailure(error, deps.signal);
        if (failure.ok || code === undefined) return failure;
        return failed({ ...failure.failure, error: { ...failure.failure.error, code } });
      }
    },
    read: async (sasUrl, offset, limit) => {
      keepMemoryLean();
      const answer = await withRetries(
        "read",
        () =>
          readRange(pipeline, sasUrl, {
            cloud,
            offset,
            limit,
            signal: deps.signal,
            seconds: deps.requestSeconds ?? logSeconds,
          }),
        { ...deps, tries: logTries },
      );
      if (!answer.ok) return answer;
      const { status, headers, body } = answer.value;
      // Nothing is beyond the offset.
      if (status === 416) return succeeded(new Uint8Array());
      if (status !== 200 && status !== 206) {
        const xml = Buffer.from(body as Uint8Array).toString("utf8");
        return failed(failureOf({ status, headers, body: storageError({ status, headers }, xml) }));
      }
      const bytes = body as Uint8Array;
      // A server that does not know ranges sends everything.
      return succeeded(status === 206 ? bytes : bytes.subarray(offset, offset + limit));
    },
    download: (sasUrl, path, options = {}) => downloadBlob(sasUrl, path, options, { ...deps, pipeline: bare, cloud }),
    list: async (container, prefix) => {
      try {
        return succeeded(await listBlobs(send, container, prefix, deps.signal));
      } catch (error) {
        return withStorageAdvice(storageFailure(error, deps.signal), container);
      }
    },
    fetch: async (container, blob, path) => {
      try {
        const { pipeline, url, headers } = await address(container, blob);
        return await downloadBlob(url, path, {}, { ...deps, pipeline, cloud, headers });
      } catch (error) {
        return withStorageAdvice(storageFailure(error, deps.signal), container);
      }
    },
  };
}

/** @param patience how often one request is tried, and how long each try may take; the library's own when absent. */
export async function containerClient(
  { url, access }: BlobContainer,
  patience?: { readonly tries: number; readonly requestSeconds: number },
): Promise<ContainerClient> {
  const library = await import("@azure/storage-blob");
  const options =
    patience === undefined
      ? {}
      : {
          retryOptions: {
            maxTries: patience.tries,
            tryTimeoutInMs: patience.requestSeconds * 1000,
            retryDelayInMs: 300,
            maxRetryDelayInMs: 3000,
          },
        };
  switch (access.by) {
    case "sas":
      return new library.ContainerClient(`${url}?${access.token}`, undefined, options);
    case "key":
      return new library.ContainerClient(
        url,
        new library.StorageSharedKeyCredential(access.account, access.key),
        options,
      );
    case "identity":
      return new library.ContainerClient(url, access.credential, options);
  }
}

async function readRange(
  pipeline: Pipeline,
  url: string,
  {
    cloud,
    offset,
    limit,
    signal,
    seconds,
  }: {
    readonly cloud: Hosts;
    readonly offset: number;
    readonly limit: number;
    readonly signal: AbortSignal;
    readonly seconds: number;
  },
): Promise<Answer> {
  const { protocol } = trustedAddress(url, "storage", cloud);
  const request = createPipelineRequest({
    method: "GET",
    url,
    timeout: seconds * 1000,
    allowInsecureConnection: protocol === "http:",
    headers: createHttpHeaders({ range: `bytes=${offset}-${offset + limit - 1}` }),
    streamResponseStatusCodes: new Set([200, 206]),
    abortSignal: signal,
  });
  const response = await pipeline.sendRequest(httpClient(), request);
  const chunks: Buffer[] = [];
  for await (const chunk of response.readableStreamBody ?? []) chunks.push(chunk as Buffer);
  const bytes =
    response.readableStreamBody === undefined ? Buffer.from(response.bodyAsText ?? "", "utf8") : Buffer.concat(chunks);
  return { status: response.status, headers: response.headers.toJSON(), body: bytes };
}

/** What the library threw, without the signatures in its URLs. */
export function storageFailure(error: unknown, signal: AbortSignal): Outcome<never> {
  if (error instanceof ForeignAddress) return refused("ForeignHost", error.message);
  const cancelled = signal.aborted;
  const details = (error ?? {}) as { readonly statusCode?: number; readonly code?: string; readonly message?: string };
  // URLs hold signatures, and messages of the library hold URLs.
  const message = (details.message ?? String(error)).split("\n")[0]?.replaceAll(/\bsig=[^&\s"]+/g, "sig=***") ?? "";
  return failed({
    reason: cancelled ? "cancelled" : details.statusCode === undefined ? "unreachable" : "refused",
    ...(details.statusCode === undefined ? {} : { status: details.statusCode }),
    error: { code: details.code ?? "StorageError", message, details: [] },
  });
}
