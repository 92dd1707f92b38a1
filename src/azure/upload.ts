import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync, read, readSync } from "node:fs";
import { promisify } from "node:util";
import pLimit from "p-limit";
import type { Clock } from "../clock.ts";
import { sizeText } from "../size-text.ts";
import type { BlobContainer } from "./blob-container.ts";
import type { ListedBlob } from "./blob-list.ts";
import { keepMemoryLean } from "./lean-memory.ts";
import { contentReader } from "./read-content.ts";
import { StorageRefusal, type SendToStorage } from "./storage-requests.ts";

/** A file of this machine, and the blob that it becomes. */
export type UploadedFile = {
  /** Blob name. */
  readonly name: string;
  /** Absolute path. */
  readonly path: string;
  /** As it was listed: a file that has another size by now is not what was asked for. */
  readonly bytes: number;
};

export type UploadParts = {
  readonly send: SendToStorage;
  readonly container: BlobContainer;
  /** What an earlier upload has left, by name: the same content is not sent again. */
  readonly there: ReadonlyMap<string, ListedBlob>;
  readonly signal: AbortSignal;
  /** Called as files are done. */
  readonly onFile: (file: UploadedFile, wasThere: boolean) => void;
};

/** How many requests are on their way at once. Our choice: enough to hide latency, few enough not to be throttled. */
const atOnce = 10;

/** A larger file goes in blocks of this size: what is lost with a request is sent again, and a block is in memory meanwhile. */
const leastBlock = 2 * 1024 * 1024;

/** Of how many blocks a blob can be made. */
const mostBlocks = 50_000;

/** How many blocks are in memory, whatever the number of files and requests. */
const blocksInMemory = 3;

/** Files up to this size have memory of their own; larger ones wait for that of a block. */
const smallBytes = 64 * 1024;

const readAt = promisify(read);

/** Puts all files, some at a time. What is there already is kept where it is the same, and written again where it is not. */
export async function uploadFiles(files: readonly UploadedFile[], parts: UploadParts): Promise<void> {
  keepMemoryLean();
  const blocks = createBlockMemory();
  const rest = files.values();
  let isOver = false;
  const work = async () => {
    for (const file of rest) {
      if (isOver) return;
      try {
        const wasThere = await uploadFile(file, { ...parts, blocks });
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

type Parts = UploadParts & { readonly blocks: BlockMemory };

/** @returns true where the same content was there. */
async function uploadFile(file: UploadedFile, parts: Parts): Promise<boolean> {
  const known = parts.there.get(file.name);
  const put = (body: Buffer) =>
    putBlob(file, { body, md5: async () => createHash("md5").update(body).digest("base64"), known }, parts);
  if (file.bytes <= smallBytes) return put(await readBlock(file, 0, Buffer.allocUnsafe(file.bytes)));
  if (file.bytes <= leastBlock)
    return parts.blocks.lend(file.bytes, async (memory) => put(await readBlock(file, 0, memory)));
  if (known?.bytes === file.bytes && (await isSame(known, file, () => md5Of(file.path)))) return true;
  return putBlocks(file, parts);
}

type Content = {
  readonly body: Buffer;
  /** Base64. */
  readonly md5: () => Promise<string>;
  readonly known: ListedBlob | undefined;
};

async function putBlob(file: UploadedFile, { body, md5, known }: Content, parts: Parts): Promise<boolean> {
  if (known !== undefined && (await isSame(known, file, md5))) return true;
  const { send, container, signal } = parts;
  const headers = { "x-ms-blob-type": "BlockBlob", "content-type": contentType };
  const put = (conditions: Conditions) =>
    send(container, { method: "PUT", blob: file.name, headers: { ...headers, ...conditions }, body, signal });
  return unlessThere(put, file, md5, parts);
}

/** The blocks of a large file, then the list that makes a blob of them. */
async function putBlocks(file: UploadedFile, { blocks, ...parts }: Parts): Promise<boolean> {
  const { send, container, signal } = parts;
  const { name: blob, bytes } = file;
  const blockBytes = Math.max(leastBlock, Math.ceil(bytes / mostBlocks));
  const whole = createHash("md5");
  const ids: string[] = [];
  const sent: Promise<void>[] = [];
  let failure: { readonly error: unknown } | undefined;
  for (let offset = 0; offset < bytes && failure === undefined; offset += blockBytes) {
    const id = Buffer.from(String(ids.length).padStart(6, "0")).toString("base64");
    ids.push(id);
    // The next block is read as soon as this one is on its way.
    await new Promise<void>((isUnderWay) => {
      const put = blocks.lend(Math.min(blockBytes, bytes - offset), async (memory) => {
        const body = await readBlock(file, offset, memory);
        whole.update(body);
        isUnderWay();
        await send(container, { method: "PUT", blob, query: { comp: "block", blockid: id }, body, signal });
      });
      const ended = put.catch((error: unknown) => {
        failure ??= { error };
        isUnderWay();
      });
      sent.push(ended);
    });
  }
  await Promise.all(sent);
  if (failure !== undefined) throw failure.error;
  const md5 = whole.digest("base64");
  const list = `<?xml version="1.0" encoding="utf-8"?><BlockList>${ids.map((id) => `<Latest>${id}</Latest>`).join("")}</BlockList>`;
  const headers = { "x-ms-blob-content-type": contentType, "x-ms-blob-content-md5": md5 };
  const body = Buffer.from(list);
  const commit = (conditions: Conditions) =>
    send(container, {
      method: "PUT",
      blob,
      query: { comp: "blocklist" },
      headers: { ...headers, ...conditions },
      body,
      signal,
    });
  return unlessThere(commit, file, async () => md5, parts);
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
    if (!saysAlreadyThere(error)) throw error;
    const there = await send(container, { method: "HEAD", blob: file.name, signal }).catch(() => undefined);
    if (there === undefined) throw error;
    const { "content-length": length, "content-md5": theirs } = there.headers;
    if (await isSame({ bytes: Number(length), ...(theirs === undefined ? {} : { md5: theirs }) }, file, md5))
      return true;
    await put({});
    return false;
  }
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

/** Fills the memory with what the file has at an offset. @throws where the file is not as large as it was. */
async function readBlock(file: UploadedFile, offset: number, memory: Buffer): Promise<Buffer> {
  const handle = openSync(file.path, "r");
  try {
    if (fstatSync(handle).size !== file.bytes) throw changed(file);
    // To wait for a small file costs more than to read it.
    if (file.bytes <= smallBytes) {
      if (readSync(handle, memory, 0, memory.length, offset) !== memory.length) throw changed(file);
      return memory;
    }
    for (let length = 0; length < memory.length;) {
      const { bytesRead } = await readAt(handle, memory, length, memory.length - length, offset + length);
      if (bytesRead === 0) throw changed(file);
      length += bytesRead;
    }
    return memory;
  } finally {
    closeSync(handle);
  }
}

async function md5Of(path: string): Promise<string> {
  const hash = createHash("md5");
  await contentReader()(path, (bytes) => hash.update(bytes));
  return hash.digest("base64");
}

function changed({ path }: UploadedFile): StorageRefusal {
  return new StorageRefusal({
    code: "FileChanged",
    message: `The file ${path} has changed since its content was read. Let nothing write to it while it is uploaded.`,
  });
}

/** The memory of a few blocks, lent out in turn: by itself each request would leave its own behind. */
type BlockMemory = {
  readonly lend: <Value>(length: number, work: (memory: Buffer) => Promise<Value>) => Promise<Value>;
};

function createBlockMemory(): BlockMemory {
  const inTurn = pLimit(blocksInMemory);
  const free: Buffer[] = [];
  return {
    lend: (length, work) =>
      inTurn(async () => {
        const kept = free.pop();
        const memory =
          kept !== undefined && kept.length >= length ? kept : Buffer.allocUnsafeSlow(Math.max(length, leastBlock));
        try {
          return await work(memory.subarray(0, length));
        } finally {
          free.push(memory);
        }
      }),
  };
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
    const kept = there === 0 ? "" : `; ${there} of them were there from an upload before`;
    tell?.(`${done} of ${files.length} files, ${sizeText(bytes)} of ${sizeText(all)}${kept}.`);
  };
}
