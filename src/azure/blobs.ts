import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { pipeline as streamPipeline } from "node:stream/promises";
import { createHttpHeaders, createPipelineRequest, type Pipeline } from "@azure/core-rest-pipeline";
import type { ContainerClient } from "@azure/storage-blob";
import pLimit from "p-limit";
import type { BlobContainer } from "./blob-container.ts";
import { codeOf, createContainerAccess, withStorageAdvice, type StorageIdentity } from "./container-access.ts";
import { ForeignAddress, trustedAddress, type Hosts } from "./addresses.ts";
import { withStorageRetry } from "./storage-retry.ts";
import { failed, succeeded, type Outcome } from "./outcome.ts";
import { httpClient, plainPipeline, requestTimeoutSeconds, type Answer } from "./pipeline.ts";
import { failureOf, withRetries, type RetryDeps } from "./retry.ts";

export type UploadOptions = {
  readonly signal?: AbortSignal;
  /** Write over what is there. Default: what is there already is kept, because only a try of our own can have put it. */
  readonly overwrite?: boolean;
};

/** Blobs of containers, and blobs behind SAS URLs (secrets). */
export type Blobs = {
  /** Uploads files as block blobs, some at a time. */
  readonly upload: (
    container: BlobContainer,
    files: readonly { /** Blob name. */ readonly name: string; /** Absolute path. */ readonly path: string }[],
    options?: UploadOptions,
  ) => Promise<Outcome<void>>;
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
  /** Bytes from `offset` to the end, at most `limit`; empty when there is nothing new (416) or no blob yet (404). */
  readonly read: (sasUrl: string, offset: number, limit: number) => Promise<Outcome<Uint8Array>>;
  /** Streams the blob into a file, and makes its folder. */
  readonly download: (sasUrl: string, path: string, signal?: AbortSignal) => Promise<Outcome<void>>;
};

/** How many files are uploaded at once. Our choice: enough to hide latency, few enough not to be throttled. */
const uploadsAtOnce = 8;

export function createBlobs(deps: RetryDeps, identity: StorageIdentity): Blobs {
  const { cloud } = identity;
  const inside = createContainerAccess(identity);
  const pipeline = plainPipeline();
  const patiently = <Value>(work: () => Promise<Value>, signal = deps.signal) =>
    withStorageRetry(work, { ...deps, signal });
  return {
    upload: async (container, files, { signal = deps.signal, overwrite = false } = {}) => {
      const limit = pLimit(uploadsAtOnce);
      const put = (reached: BlobContainer, { name, path }: UploadedFile) =>
        patiently(() => putBlob(reached, { name, path }, { overwrite, signal }), signal);
      try {
        await Promise.all(files.map((file) => limit(() => inside(container, (reached) => put(reached, file)))));
        return succeeded(undefined);
      } catch (error) {
        return withStorageAdvice(storageFailure(error, signal), container);
      }
    },
    setMetadata: async (container, blob, metadata) => {
      try {
        const { signal } = deps;
        await inside(container, async (reached) => {
          const client = await containerClient(reached);
          await patiently(() => client.getBlobClient(blob).setMetadata({ ...metadata }, { abortSignal: signal }));
        });
        return succeeded(undefined);
      } catch (error) {
        return storageFailure(error, deps.signal);
      }
    },
    metadata: async (container, blob) => {
      try {
        const { metadata = {} } = await inside(container, async (reached) => {
          const client = await containerClient(reached);
          return patiently(() => client.getBlobClient(blob).getProperties({ abortSignal: deps.signal }));
        });
        return succeeded(
          Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name.toLowerCase(), value])),
        );
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
      const answer = await withRetries(
        "read",
        () => readRange(pipeline, sasUrl, { cloud, offset, limit, signal: deps.signal }),
        deps,
      );
      if (!answer.ok) return answer;
      const { status, body } = answer.value;
      // 416: nothing beyond the offset. 404: the log has not been begun.
      if (status === 416 || status === 404) return succeeded(new Uint8Array());
      if (status !== 200 && status !== 206)
        return failed(failureOf({ ...answer.value, body: Buffer.from(body as Uint8Array).toString("utf8") }));
      const bytes = body as Uint8Array;
      // A server that does not know ranges sends everything.
      return succeeded(status === 206 ? bytes : bytes.subarray(offset, offset + limit));
    },
    download: async (sasUrl, path, signal = deps.signal) => {
      const { BlobClient } = await import("@azure/storage-blob");
      try {
        trustedAddress(sasUrl, "storage", cloud);
        await mkdir(dirname(path), { recursive: true });
        const response = await patiently(
          () => new BlobClient(sasUrl).download(0, undefined, { abortSignal: signal }),
          signal,
        );
        if (response.readableStreamBody === undefined) throw new Error("The blob has no content.");
        await streamPipeline(response.readableStreamBody, createWriteStream(path));
        return succeeded(undefined);
      } catch (error) {
        return storageFailure(error, signal);
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
  }: { readonly cloud: Hosts; readonly offset: number; readonly limit: number; readonly signal: AbortSignal },
): Promise<Answer> {
  const { protocol } = trustedAddress(url, "storage", cloud);
  const request = createPipelineRequest({
    method: "GET",
    url,
    timeout: requestTimeoutSeconds * 1000,
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

type UploadedFile = { readonly name: string; readonly path: string };

/** Puts one blob. What is there already is kept where it is the same, and written again where it is not. */
async function putBlob(
  container: BlobContainer,
  { name, path }: UploadedFile,
  { overwrite, signal }: { readonly overwrite: boolean; readonly signal: AbortSignal },
): Promise<void> {
  const blob = (await containerClient(container)).getBlockBlobClient(name);
  const conditions = overwrite ? {} : { ifNoneMatch: "*" };
  try {
    await blob.uploadFile(path, { abortSignal: signal, conditions });
  } catch (error) {
    if (overwrite || !saysAlreadyThere(error)) throw error;
    const there = await blob.getProperties({ abortSignal: signal }).catch(() => undefined);
    if (there === undefined) throw error;
    if (await isSame(there, path)) return;
    await blob.uploadFile(path, { abortSignal: signal });
  }
}

/** Of all conflicts only these say that the blob exists. 412 answers the condition that none may exist. */
function saysAlreadyThere(error: unknown): boolean {
  const { statusCode } = (error ?? {}) as { readonly statusCode?: number };
  return statusCode === 412 || (statusCode === 409 && codeOf(error) === "BlobAlreadyExists");
}

/** By size, and by the checksum where the storage has one. */
async function isSame(
  { contentLength, contentMD5 }: { readonly contentLength?: number; readonly contentMD5?: Uint8Array },
  path: string,
): Promise<boolean> {
  if (contentLength !== (await stat(path)).size) return false;
  if (contentMD5 === undefined) return true;
  const hash = createHash("md5");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest().equals(contentMD5);
}

/** What the library threw, without the signatures in its URLs. */
export function storageFailure(error: unknown, signal: AbortSignal): Outcome<never> {
  if (error instanceof ForeignAddress)
    return failed({ reason: "refused", error: { code: "ForeignHost", message: error.message, details: [] } });
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
