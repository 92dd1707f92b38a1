import { createHmac } from "node:crypto";
import { createHttpHeaders, createPipelineRequest, type HttpMethods, type Pipeline } from "@azure/core-rest-pipeline";
import type { BlobContainer } from "./blob-container.ts";
import { createContainerAccess, type StorageIdentity } from "./container-access.ts";
import { trustedAddress } from "./addresses.ts";
import type { FileBody } from "./file-body.ts";
import {
  barePipeline,
  bearerTokenPolicy,
  httpClient,
  requestTimeoutSeconds,
  userAgentPrefix,
  type Answer,
} from "./pipeline.ts";
import { withRetries, type RetryDeps } from "./retry.ts";

/**
 * Requests to a container, without the library for blobs: that one costs a connection and some milliseconds of a processor
 * for each client, which ten thousand small files pay ten thousand times.
 *
 * All of them may be repeated: what they put is named by its content, or says the same thing again.
 *
 * @see https://learn.microsoft.com/rest/api/storageservices/blob-service-rest-api
 */
export type StorageRequest = {
  readonly method: HttpMethods;
  /** Absent for the container itself. */
  readonly blob?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | FileBody;
  readonly signal?: AbortSignal;
};

/** An answer of 2xx. Its body is bytes, where it has any. @throws StorageRefusal, ForeignAddress */
export type SendToStorage = (container: BlobContainer, request: StorageRequest) => Promise<Answer>;

/** How one blob is asked for by whoever reads its body in his own way. */
export type BlobAddress = {
  readonly pipeline: Pipeline;
  /** With its signature, where it has one: a secret. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
};

export type StorageRequests = {
  readonly send: SendToStorage;
  readonly address: (container: BlobContainer, blob: string) => Promise<BlobAddress>;
};

/** Any other answer, or none after all tries: what the library for blobs would throw. */
export class StorageRefusal extends Error {
  readonly code: string;
  readonly statusCode?: number;
  constructor({ code, message }: { readonly code: string; readonly message: string }, status?: number) {
    super(message);
    this.name = "StorageRefusal";
    this.code = code;
    if (status !== undefined) this.statusCode = status;
  }
}

/** The version of the service's API: blocks of 4,000 MB, and everything that is asked for here. */
const apiVersion = "2021-12-02";

/** Bytes per second that a slow way still carries. Our choice: what is slower than that has stopped. */
const slowest = 64 * 1024;

export function createStorageRequests(deps: RetryDeps, identity: StorageIdentity): StorageRequests {
  const { cloud } = identity;
  const inside = createContainerAccess(identity);
  // A signature that a key has made is for one container.
  const ways = new Map<string, { readonly access: BlobContainer["access"]; readonly way: Way }>();
  const wayOf = ({ url, access }: BlobContainer) => {
    const known = ways.get(url);
    if (known?.access === access) return known.way;
    const way = openWay(url, access, deps, (to) => trustedAddress(to, "storage", cloud));
    ways.set(url, { access, way });
    return way;
  };
  const send: SendToStorage = (container, request) =>
    inside(container, async (reached) => {
      const way = wayOf(reached);
      const signal = request.signal ?? deps.signal;
      const outcome = await withRetries("read", () => sendOnce(way, reached, { ...request, signal }, deps), {
        ...deps,
        signal,
      });
      if (!outcome.ok) throw new StorageRefusal(outcome.failure.error, outcome.failure.status);
      const { status, body } = outcome.value;
      if (status >= 200 && status < 300) return outcome.value;
      throw new StorageRefusal((body as { readonly error: { readonly code: string; message: string } }).error, status);
    });
  return {
    send,
    address: (container, blob) =>
      inside(container, async (reached) => {
        const { pipeline, signature } = wayOf(reached);
        return {
          pipeline,
          url: addressIn(reached.url, blob, signature),
          headers: { "user-agent": userAgentPrefix, "x-ms-version": apiVersion },
        };
      }),
  };
}

function addressIn(url: string, blob: string | undefined, query: string): string {
  const address = blob === undefined ? url : `${url}/${blob.split("/").map(encodeURIComponent).join("/")}`;
  return query === "" ? address : `${address}?${query}`;
}

/** How requests get into a container: signed in their addresses, or by a token. */
type Way = { readonly pipeline: Pipeline; readonly signature: string };

function openWay(
  url: string,
  access: BlobContainer["access"],
  { clock }: RetryDeps,
  trusted: (url: string) => unknown,
): Way {
  const pipeline = barePipeline();
  switch (access.by) {
    case "sas":
      return { pipeline, signature: access.token };
    case "key":
      return { pipeline, signature: signatureBy(access, url, clock) };
    case "identity": {
      const { credential } = access;
      const scope = "https://storage.azure.com/.default";
      pipeline.addPolicy(bearerTokenPolicy(() => Promise.resolve(credential), scope, clock, trusted));
      return { pipeline, signature: "" };
    }
  }
}

/** Longer than any command lasts. */
const signatureHours = 24;

/**
 * A key signs for the container once, instead of each request. By hand, because the library that can do it would take more
 * memory than a whole upload does.
 *
 * @see https://learn.microsoft.com/rest/api/storageservices/create-service-sas#version-2020-12-06-and-later
 */
function signatureBy(
  { account, key }: Extract<BlobContainer["access"], { readonly by: "key" }>,
  url: string,
  clock: RetryDeps["clock"],
): string {
  const container = decodeURIComponent(new URL(url).pathname.replace(/\/+$/, "").split("/").at(-1) ?? "");
  const permissions = "racwdl";
  // It names no beginning: a clock that is a little ahead must not make it a signature of the future.
  const end = new Date(clock.now() + signatureHours * 3_600_000).toISOString().replace(/\.\d+Z$/, "Z");
  const kind = "c";
  const signed = [permissions, "", end, `/blob/${account}/${container}`, "", "", "", apiVersion, kind];
  // Snapshot, encryption scope, and five headers that answers could be given.
  const text = [...signed, ...Array<string>(7).fill("")].join("\n");
  const signature = createHmac("sha256", Buffer.from(key, "base64")).update(text, "utf8").digest("base64");
  return new URLSearchParams({ sv: apiVersion, sp: permissions, se: end, sr: kind, sig: signature }).toString();
}

async function sendOnce(
  { pipeline, signature }: Way,
  { url }: BlobContainer,
  { method, blob, query = {}, headers = {}, body, signal }: StorageRequest,
  { requestSeconds = requestTimeoutSeconds }: RetryDeps,
): Promise<Answer> {
  const text = [new URLSearchParams(query).toString(), signature].filter((part) => part !== "").join("&");
  const address = addressIn(url, blob, text);
  const request = createPipelineRequest({
    method,
    url: address,
    timeout: (requestSeconds + (body?.length ?? 0) / slowest) * 1000,
    allowInsecureConnection: address.startsWith("http:"),
    headers: createHttpHeaders({
      "user-agent": userAgentPrefix,
      "x-ms-version": apiVersion,
      ...(body === undefined ? {} : { "content-length": String(body.length) }),
      ...headers,
    }),
    streamResponseStatusCodes: new Set([200, 206]),
    ...(body === undefined ? {} : { body: Buffer.isBuffer(body) ? body : body.open }),
    ...(signal === undefined ? {} : { abortSignal: signal }),
  });
  const response = await pipeline.sendRequest(httpClient(), request);
  const { status } = response;
  const answer = { status, headers: response.headers.toJSON() };
  if (status >= 400) return { ...answer, body: storageError(answer, response.bodyAsText ?? "") };
  const chunks: Buffer[] = [];
  for await (const chunk of response.readableStreamBody ?? []) chunks.push(chunk as Buffer);
  return { ...answer, body: Buffer.concat(chunks) };
}

/** What a storage says is wrong, as the other services say it: by itself it is in XML, and in a header where there is no body. */
export function storageError(
  { status, headers }: Omit<Answer, "body">,
  xml: string,
): { readonly error: { readonly code: string; readonly message: string } } {
  const code = headers["x-ms-error-code"] ?? /<Code>([^<]+)<\/Code>/.exec(xml)?.[1] ?? `HTTP${status}`;
  const said = /<Message>([^<\n]+)/.exec(xml)?.[1];
  return { error: { code, message: said ?? `The storage answered with status ${status}.` } };
}
