import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import pLimit, { type LimitFunction } from "p-limit";
import type { Clock } from "../clock.ts";
import { sizeText } from "../size-text.ts";
import type { BlobContainer } from "./blob-container.ts";
import type { ListedBlob } from "./blob-list.ts";
import { fileBody, sliceBytes } from "./file-body.ts";
import { keepMemoryLean } from "./lean-memory.ts";
import { contentReader } from "./read-content.ts";
import { StorageRefusal, type SendToStorage, type StorageRequest } from "./storage-requests.ts";

/** A file of this machine, and the blob that it becomes. */
export type UploadedFile = {
  /** Blob name. */
  readonly name: string;
  /** Absolute path. */
  readonly path: string;
  /** As it was listed: a file that has another size by now is not what was asked for. */
  readonly bytes: number;
  /** What the blob has besides. In one request with it, where the file goes in one: then there is no moment without it. */
  readonly metadata?: Readonly<Record<string, string>>;
};

export const metadataPrefix = "x-ms-meta-";

export function metadataHeaders(metadata: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(metadata).map(([name, value]) => [`${metadataPrefix}${name}`, value] as const),
  );
}

export type UploadParts = {
  readonly send: SendToStorage;
  readonly container: BlobContainer;
  /** What an earlier upload has left, by name: the same content is not sent again. */
  readonly there: ReadonlyMap<string, ListedBlob>;
  readonly signal: AbortSignal;
  readonly sizes?: UploadSizes | undefined;
  /** Called as files are done. */
  readonly onFile: (file: UploadedFile, wasThere: boolean) => void;
};

/** In bytes. A larger file goes in blocks, many at once: what is lost with a request is sent again, and one connection is slow. */
export type UploadSizes = { readonly mostInOneRequest: number; readonly leastBlock: number };

/** Our choice. */
const usual: UploadSizes = { mostInOneRequest: 32 * 1024 * 1024, leastBlock: 8 * 1024 * 1024 };

/** How many requests are on their way at once. Our choice: enough to hide latency, few enough not to be throttled. */
const atOnce = 10;

/** Of how many blocks a blob can be made. */
const mostBlocks = 50_000;

/** Files up to this size are read at once; of larger ones a slice is in memory. */
const smallBytes = 64 * 1024;

/** Puts all files, some at a time. What is there already is kept where it is the same, and written again where it is not. */
export async function uploadFiles(files: readonly UploadedFile[], parts: UploadParts): Promise<void> {
  keepMemoryLean();
  const sending = { ...parts, inTurn: pLimit(atOnce), slices: [] };
  const rest = files.values();
  let isOver = false;
  const work = async () => {
    for (const file of rest) {
      if (isOver) return;
      try {
        const wasThere = await uploadFile(file, sending);
        parts.onFile(file, wasThere);
      } catch (error) {
        isOver = true;
        throw error;
      }
    }
  };
  // Nobody is left behind at work: a request that is still on its way ends before the failure is told.
  const ends = await Promise.allSettled(Array.from({ length: Math.min(atOnce, files.length) }, work));
  const failed = ends.find((end) => end.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}

type Sending = UploadParts & {
  /** One limit for the requests of all files. */
  readonly inTurn: LimitFunction;
  /** Memory that no request uses at the moment: by itself each would leave its own behind. */
  readonly slices: Buffer[];
};

/** @returns true where the same content was there. */
async function uploadFile(file: UploadedFile, sending: Sending): Promise<boolean> {
  const { send, container, signal, sizes = usual } = sending;
  const { name: blob, bytes, metadata } = file;
  const wasThere = await putFile(file, sending);
  if (metadata !== undefined && (wasThere || bytes > sizes.mostInOneRequest)) {
    const headers = metadataHeaders(metadata);
    await send(container, { method: "PUT", blob, query: { comp: "metadata" }, headers, body: Buffer.alloc(0), signal });
  }
  return wasThere;
}

/** @returns true where the same content was there. */
async function putFile(file: UploadedFile, sending: Sending): Promise<boolean> {
  const { mostInOneRequest } = sending.sizes ?? usual;
  const known = sending.there.get(file.name);
  const isSmall = file.bytes <= smallBytes;
  const small = isSmall ? readSmall(file) : undefined;
  const md5 = small === undefined ? () => md5Of(file.path) : () => Promise.resolve(md5OfBytes(small));
  if (known !== undefined && (await isSame(known, file, md5))) return true;
  if (file.bytes > mostInOneRequest) return putBlocks(file, sending);
  // The storage makes the checksum of what comes in one request.
  const metadata = metadataHeaders(file.metadata ?? {});
  const headers = { "x-ms-blob-type": "BlockBlob", "content-type": contentType, ...metadata };
  const put = (conditions: Conditions) => {
    const request = { method: "PUT", blob: file.name, headers: { ...headers, ...conditions } } as const;
    return small === undefined
      ? sendPart(file, { offset: 0, length: file.bytes }, request, sending)
      : sendBytes(small, request, sending);
  };
  return unlessThere(put, file, md5, sending);
}

/** The blocks of a large file, then the list that makes a blob of them. */
async function putBlocks(file: UploadedFile, sending: Sending): Promise<boolean> {
  const { name: blob, bytes } = file;
  const { leastBlock } = sending.sizes ?? usual;
  const blockBytes = Math.max(leastBlock, Math.ceil(bytes / mostBlocks));
  const blocks = Array.from({ length: Math.ceil(bytes / blockBytes) }, (_, index) => ({
    id: Buffer.from(String(index).padStart(6, "0")).toString("base64"),
    offset: index * blockBytes,
    length: Math.min(blockBytes, bytes - index * blockBytes),
  }));
  const rest = blocks.values();
  let isOver = false;
  const work = async () => {
    for (const { id, ...range } of rest) {
      if (isOver) return;
      try {
        await sendPart(file, range, { method: "PUT", blob, query: { comp: "block", blockid: id } }, sending);
      } catch (error) {
        isOver = true;
        throw error;
      }
    }
  };
  // Of what comes in blocks the storage makes no checksum.
  const [checksum, ...ends] = await Promise.allSettled([md5Of(file.path), ...Array.from({ length: atOnce }, work)]);
  const failed = ends.find((end) => end.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  if (checksum.status === "rejected") throw checksum.reason;
  const md5 = checksum.value;
  const ids = blocks.map(({ id }) => `<Latest>${id}</Latest>`).join("");
  const list = Buffer.from(`<?xml version="1.0" encoding="utf-8"?><BlockList>${ids}</BlockList>`);
  const headers = { "x-ms-blob-content-type": contentType, "x-ms-blob-content-md5": md5 };
  const commit = (conditions: Conditions) => {
    const query = { comp: "blocklist" };
    return sendBytes(list, { method: "PUT", blob, query, headers: { ...headers, ...conditions } }, sending);
  };
  return unlessThere(commit, file, () => Promise.resolve(md5), sending);
}

type Put = Omit<StorageRequest, "body" | "signal">;

function sendBytes(body: Buffer, request: Put, { send, container, signal, inTurn }: Sending): Promise<unknown> {
  return inTurn(() => send(container, { ...request, body, signal }));
}

/** Sends a part of a file while it is read. @throws where the file is not as large as it was. */
function sendPart(
  file: UploadedFile,
  range: { readonly offset: number; readonly length: number },
  request: Put,
  { send, container, signal, inTurn, slices }: Sending,
): Promise<void> {
  return inTurn(async () => {
    const memory = slices.pop() ?? Buffer.allocUnsafeSlow(sliceBytes);
    const change = new AbortController();
    const body = fileBody({ ...file, ...range }, memory, () => change.abort());
    try {
      await send(container, { ...request, body, signal: AbortSignal.any([signal, change.signal]) });
    } catch (error) {
      throw change.signal.aborted ? changed(file) : error;
    }
    // After a failure a connection may still have it.
    slices.push(memory);
  });
}

type Conditions = Readonly<Record<string, string>>;

const contentType = "application/octet-stream";

/** Somebody else may be putting the same thing at the same time: then theirs is kept. */
async function unlessThere(
  put: (conditions: Conditions) => Promise<unknown>,
  file: UploadedFile,
  md5: () => Promise<string>,
  { send, container, signal }: UploadParts,
): Promise<boolean> {
  try {
    await put({ "if-none-match": "*" });
    return false;
  } catch (error) {
    const isThere = saysAlreadyThere(error);
    // A storage that has a blob may close the connection before it has read a long body, and its answer is lost with that.
    if (!isThere && (hasAnswer(error) || file.bytes <= smallBytes || signal.aborted)) throw error;
    const there = await send(container, { method: "HEAD", blob: file.name, signal }).catch(() => undefined);
    if (there === undefined) throw error;
    const { "content-length": length, "content-md5": theirs } = there.headers;
    if (await isSame({ bytes: Number(length), ...(theirs === undefined ? {} : { md5: theirs }) }, file, md5))
      return true;
    if (!isThere) throw error;
    await put({});
    return false;
  }
}

function hasAnswer(error: unknown): boolean {
  return !(error instanceof StorageRefusal) || error.statusCode !== undefined || error.code === "FileChanged";
}

/** Of all conflicts only these say that the blob exists. 412 answers the condition that none may exist. */
function saysAlreadyThere(error: unknown): boolean {
  if (!(error instanceof StorageRefusal)) return false;
  return error.statusCode === 412 || (error.statusCode === 409 && error.code === "BlobAlreadyExists");
}

/** By size, and by the checksum where the storage has one. */
async function isSame(
  there: Pick<ListedBlob, "bytes" | "md5">,
  { bytes }: UploadedFile,
  md5: () => Promise<string>,
): Promise<boolean> {
  return there.bytes === bytes && (there.md5 === undefined || there.md5 === (await md5()));
}

/** To wait for a small file costs more than to read it. @throws where the file is not as large as it was. */
function readSmall(file: UploadedFile): Buffer {
  const body = readFileSync(file.path);
  if (body.length !== file.bytes) throw changed(file);
  return body;
}

function md5OfBytes(bytes: Buffer): string {
  return createHash("md5").update(bytes).digest("base64");
}

async function md5Of(path: string): Promise<string> {
  const hash = createHash("md5");
  await contentReader()(path, (bytes) => hash.update(bytes));
  return hash.digest("base64");
}

function changed({ path }: UploadedFile): StorageRefusal {
  return new StorageRefusal({
    code: "FileChanged",
    message: `The file ${path} has changed since its content was read. Make sure that nothing writes to it during the upload.`,
  });
}

/** Seconds between two lines about an upload that takes long. */
const progressSeconds = 10;

/** Tells now and then how far an upload is; one that is quick is not talked about. */
export function uploadProgress(
  files: readonly Pick<UploadedFile, "bytes">[],
  clock: Pick<Clock, "now">,
  tell: ((message: string) => void) | undefined,
): UploadParts["onFile"] {
  const all = files.reduce((sum, { bytes }) => sum + bytes, 0);
  let [done, bytes, there, told] = [0, 0, 0, clock.now()];
  return (file, wasThere) => {
    done += 1;
    bytes += file.bytes;
    if (wasThere) there += 1;
    const isLast = done === files.length;
    if (isLast ? there === 0 : clock.now() - told < progressSeconds * 1000) return;
    told = clock.now();
    const kept = there === 0 ? "" : `; ${there} of them were already uploaded`;
    tell?.(`${done} of ${files.length} files, ${sizeText(bytes)} of ${sizeText(all)}${kept}.`);
  };
}
