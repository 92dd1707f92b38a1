import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Ignore } from "ignore";
import type { BlobContainer, Blobs } from "../../azure/blobs.ts";
import type { Datastores } from "../../azure/datastores.ts";
import { succeeded, type Outcome } from "../../azure/outcome.ts";
import { ignoreRules, listFiles, type SnapshotFile } from "./snapshot.ts";

/** A local file or folder that goes to a datastore: data of a job, or a Docker build context. */
export type LocalUpload = {
  readonly files: readonly SnapshotFile[];
  readonly bytes: number;
  /** Where it goes inside the datastore: `LocalUpload/{hash}/{name}`. The same content goes to the same place. */
  readonly blobPath: string;
  readonly isFile: boolean;
};

/** What is taken of a path, and the content address under which the official client puts it. */
export async function takeUpload(path: string): Promise<LocalUpload> {
  const { name, files } = await listFiles(path);
  const isFile = (await stat(path)).isFile();
  const hash = createHash("sha256").update("Initialize for october 2021 AML CLI version");
  if (isFile) await addContent(path, hash);
  else await addFolder({ path, prefix: "", way: new Set([await realpath(path)]) }, await ignoreRules(path), hash);
  return {
    files,
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    blobPath: `LocalUpload/${hash.digest("hex")}/${name}`,
    isFile,
  };
}

type Walk = { readonly path: string; readonly prefix: string; readonly way: ReadonlySet<string> };

/** Names and contents, depth first, in the order of lower-cased names. */
async function addFolder({ path: folder, prefix, way }: Walk, rules: Ignore, hash: Hash): Promise<void> {
  const names = await readdir(folder);
  const key = (name: string) => name.toLowerCase();
  for (const name of names.sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0))) {
    if (rules.ignores(`${prefix}${name}`)) continue;
    const path = join(folder, name);
    const info = await stat(path).catch(() => undefined);
    hash.update(name);
    if (info?.isFile() === true) await addContent(path, hash);
    else if (info?.isDirectory() === true) {
      const real = await realpath(path);
      // A link to a folder that is being walked would never end.
      if (way.has(real)) continue;
      await addFolder({ path, prefix: `${prefix}${name}/`, way: new Set([...way, real]) }, rules, hash);
    }
  }
}

async function addContent(path: string, hash: Hash): Promise<void> {
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
}

export type UploadDeps = {
  readonly datastores: Datastores;
  readonly blobs: Blobs;
  readonly signal: AbortSignal;
  readonly onProgress: (message: string) => void;
};

/** How official clients tell a whole upload from a broken one: a mark on its first file. */
const completed = { upload_status: "completed" };

/**
 * Uploads what the datastore does not have yet.
 *
 * @returns the container, so that an address inside it can be made.
 */
export async function ensureUploaded(
  upload: LocalUpload,
  datastore: string,
  what: string,
  { datastores, blobs, signal, onProgress }: UploadDeps,
): Promise<Outcome<BlobContainer>> {
  const opened = await datastores.open(datastore);
  if (!opened.ok) return opened;
  const container = opened.value;
  const blobName = ({ name }: SnapshotFile) => (upload.isFile ? upload.blobPath : `${upload.blobPath}/${name}`);
  const sorted = [...upload.files].sort((a, b) => (a.path < b.path ? -1 : 1));
  const first = sorted[0] === undefined ? upload.blobPath : blobName(sorted[0]);
  const found = await blobs.metadata(container, first);
  if (!found.ok) return found;
  if (found.value?.["upload_status"] === "completed") {
    onProgress(`The datastore ${datastore} has ${what} already; nothing is uploaded.`);
    return succeeded(container);
  }
  onProgress(`Uploading ${what} to the datastore ${datastore}: ${upload.files.length} files, ${upload.bytes} bytes.`);
  const files = sorted.map((file) => ({ name: blobName(file), path: file.path }));
  // What an upload that broke off has left behind may be half a file.
  const uploaded = await blobs.upload(container, files, { overwrite: true, signal });
  if (!uploaded.ok) return uploaded;
  const hash = upload.blobPath.split("/")[1] ?? "";
  const marked = await blobs.setMetadata(container, first, { name: hash, version: "1", ...completed });
  return marked.ok ? succeeded(container) : marked;
}
