import { createHash, type Hash } from "node:crypto";
import { mkdir, open, rename, rm, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { createHttpHeaders, createPipelineRequest, type Pipeline } from "@azure/core-rest-pipeline";
import { trustedAddress, type Hosts } from "./addresses.ts";
import { keepMemoryLean } from "./lean-memory.ts";
import { failed, refused, succeeded, type Outcome } from "./outcome.ts";
import { httpClient, requestTimeoutSeconds, type Answer } from "./pipeline.ts";
import { failureOf, withRetries, type RetryDeps } from "./retry.ts";
import { storageError } from "./storage-requests.ts";

export type DownloadOptions = {
  readonly signal?: AbortSignal;
  /** Asks for the address anew: an address is signed for a time, and may have run out. */
  readonly renew?: () => Promise<Outcome<string>>;
};

type DownloadDeps = RetryDeps & {
  readonly pipeline: Pipeline;
  readonly cloud: Hosts;
  /** For an address that is no signed one. */
  readonly headers?: Readonly<Record<string, string>>;
};

/** How far a file has come. */
type Part = { readonly file: FileHandle; hash: Hash; bytes: number; etag?: string; diskError?: Error };

/** A body may be longer than anybody would wait for a request without one. */
const longestBodySeconds = 3_600;

/** @returns the length of the file. */
export async function downloadBlob(
  url: string,
  path: string,
  { signal, renew }: DownloadOptions,
  deps: DownloadDeps,
): Promise<Outcome<number>> {
  keepMemoryLean();
  const partPath = `${path}.part-${process.pid}`;
  let file: FileHandle;
  try {
    await mkdir(dirname(path), { recursive: true });
    file = await open(partPath, "w");
  } catch (error) {
    return onDisk(error);
  }
  const part: Part = { file, hash: createHash("md5"), bytes: 0 };
  let outcome: Outcome<number>;
  try {
    outcome = await fetchWhole(url, part, { ...deps, signal: signal ?? deps.signal }, renew);
  } finally {
    await file.close();
  }
  try {
    if (outcome.ok) await rename(partPath, path);
    else await rm(partPath, { force: true });
    return outcome;
  } catch (error) {
    await rm(partPath, { force: true });
    return onDisk(error);
  }
}

async function fetchWhole(
  url: string,
  part: Part,
  deps: DownloadDeps,
  renew: DownloadOptions["renew"],
): Promise<Outcome<number>> {
  const answer = await withRetries("read", () => fetchRest(url, part, deps), deps);
  if (part.diskError !== undefined) return onDisk(part.diskError);
  if (!answer.ok) return answer;
  if (answer.value.status === 403 && renew !== undefined) {
    const renewed = await renew();
    return renewed.ok ? fetchWhole(renewed.value, part, deps, undefined) : renewed;
  }
  return answer.value.status < 300 ? succeeded(part.bytes) : failed(failureOf(answer.value));
}

/** Asks for what is missing, and adds it to the part. @throws what ends a body before its end. */
async function fetchRest(
  url: string,
  part: Part,
  { pipeline, cloud, signal, headers: given, requestSeconds = requestTimeoutSeconds }: DownloadDeps,
): Promise<Answer> {
  // A long body may take as long as it does; a storage that falls silent may not.
  using silence = silenceAfter(requestSeconds);
  const { protocol } = trustedAddress(url, "storage", cloud);
  const goesOn = part.bytes > 0 && part.etag !== undefined;
  if (!goesOn) await beginAnew(part);
  const request = createPipelineRequest({
    method: "GET",
    url,
    timeout: longestBodySeconds * 1000,
    allowInsecureConnection: protocol === "http:",
    // The same blob still: what was put in its place meanwhile is another one.
    headers: createHttpHeaders({
      ...given,
      ...(goesOn ? { range: `bytes=${part.bytes}-`, "if-match": part.etag ?? "" } : {}),
    }),
    streamResponseStatusCodes: new Set([200, 206]),
    abortSignal: AbortSignal.any([signal, silence.signal]),
  });
  const response = await pipeline.sendRequest(httpClient(), request).catch((error: unknown) => {
    throw silence.signal.aborted ? cutOff(silence.words) : error;
  });
  const answer = { status: response.status, headers: response.headers.toJSON() };
  const { status, headers } = answer;
  if (status === 412 && goesOn) {
    await beginAnew(part);
    throw cutOff("The blob changed during the download.");
  }
  if (status >= 300) return { ...answer, body: storageError(answer, response.bodyAsText ?? "") };
  if (status === 200 && goesOn) await beginAnew(part);
  // What was stored in a shorter form comes as it was before that: its length and checksum are those of the shorter form.
  const isShortened = (headers["content-encoding"] ?? "identity") !== "identity";
  const length = Number((isShortened ? undefined : headers["content-length"]) ?? NaN);
  const end = part.bytes + length;
  if (headers["etag"] !== undefined && !isShortened) part.etag = headers["etag"];
  try {
    for await (const chunk of response.readableStreamBody ?? []) {
      silence.isBroken();
      await add(part, chunk as Buffer);
      if (part.diskError !== undefined) return { ...answer, body: undefined };
    }
  } catch (error) {
    const why = silence.signal.aborted ? silence.words : `${(error as Error).message}.`;
    throw cutOff(`The body ended after ${part.bytes} bytes: ${why}`);
  }
  if (Number.isFinite(length) && part.bytes !== end)
    throw cutOff(`The body has ${part.bytes} bytes where the storage has ${end}.`);
  const md5 = headers["content-md5"] ?? headers["x-ms-blob-content-md5"];
  // Of a part the storage may give that part's own checksum.
  const isOfWhole = status === 200 || headers["x-ms-blob-content-md5"] !== undefined;
  if (md5 !== undefined && isOfWhole && !isShortened && part.hash.copy().digest("base64") !== md5) {
    await beginAnew(part);
    throw cutOff("The content does not match its checksum.");
  }
  return { ...answer, body: undefined };
}

/** Aborts where nothing has come for so many seconds. */
function silenceAfter(seconds: number) {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), seconds * 1000);
  return {
    signal: controller.signal,
    words: `The storage has sent nothing for ${seconds} s.`,
    isBroken: () => void timer.refresh(),
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}

async function add(part: Part, chunk: Buffer): Promise<void> {
  try {
    await part.file.write(chunk, 0, chunk.length, part.bytes);
    part.hash.update(chunk);
    part.bytes += chunk.length;
  } catch (error) {
    part.diskError = error as Error;
  }
}

async function beginAnew(part: Part): Promise<void> {
  if (part.bytes === 0) return;
  await part.file.truncate(0);
  part.bytes = 0;
  part.hash = createHash("md5");
}

/** To be asked for again, as after a broken connection. */
function cutOff(message: string): Error {
  return Object.assign(new Error(message), { code: "BodyCutOff" });
}

function onDisk(error: unknown): Outcome<never> {
  const { code = "DiskError", message = String(error) } = (error ?? {}) as { code?: string; message?: string };
  return refused(code, message);
}
