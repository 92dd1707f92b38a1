import { createHash, type Hash } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { BlobContainer } from "../../azure/blob-container.ts";
import type { Blobs } from "../../azure/blobs.ts";
import type { Datastores } from "../../azure/datastores.ts";
import { succeeded, type Outcome } from "../../azure/outcome.ts";
import type { IgnoreRules } from "./ignore-rules.ts";
import {
  ignoreFileOf,
  isLeftOut,
  isNeverTaken,
  listFiles,
  NothingToTake,
  whatIs,
  type Listed,
  type SnapshotFile,
} from "./list-files.ts";
import { contentText } from "./content-text.ts";
import { contentReader } from "../../azure/read-content.ts";

/** A local file or folder that goes to a datastore: data of a job, or a Docker build context. */
export type LocalUpload = {
  readonly files: readonly SnapshotFile[];
  readonly bytes: number;
  /** Where it goes inside the datastore: `LocalUpload/{hash}/{name}`. The same content goes to the same place. */
  readonly blobPath: string;
  readonly isFile: boolean;
};

/**
 * What is taken of a path, and the content address under which the official client puts it.
 *
 * @param root nothing outside this folder is taken.
 * @throws SnapshotRefused
 */
export async function takeUpload(path: string, root: string): Promise<LocalUpload> {
  const listed = listData(path, root);
  const { name, files, isFile } = listed;
  const hash = createHash("sha256").update("Initialize for october 2021 AML CLI version");
  const read = contentReader();
  const addContent = (file: string) => read(file, (bytes) => hash.update(bytes));
  if (isFile) await addContent(path);
  else {
    const taken: Taken = { listed, taken: foldersOf(files), rules: ignoreFileOf(path)?.rules ?? [] };
    await addFolder({ path, prefix: "" }, taken, { hash, addContent });
  }
  return {
    files,
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    blobPath: `LocalUpload/${hash.digest("hex")}/${name}`,
    isFile,
  };
}

/** The files of a folder of data, or of a build context. @throws SnapshotRefused when they cannot be taken as they are. */
export function listData(path: string, root: string): Listed {
  const listed = listFiles(path, root);
  if (listed.files.length === 0) throw new NothingToTake(listed);
  return listed;
}

/** The folders that have a file to upload somewhere below, by name. */
function foldersOf(files: readonly SnapshotFile[]): ReadonlySet<string> {
  const folders = new Set<string>();
  for (const { name } of files)
    for (let end = name.lastIndexOf("/"); end > 0; end = name.lastIndexOf("/", end - 1)) {
      if (folders.has(name.slice(0, end))) break;
      folders.add(name.slice(0, end));
    }
  return folders;
}

type Walk = { readonly path: string; readonly prefix: string };
type Sum = { readonly hash: Hash; readonly addContent: (path: string) => Promise<void> };
type Taken = { readonly listed: Listed; readonly taken: ReadonlySet<string>; readonly rules: IgnoreRules };

/**
 * Names and contents, depth first, in the order of lower-cased names. The official client asks its rules for a folder's
 * name without a slash, and so has the names of folders in its hash of which nothing is uploaded.
 */
async function addFolder({ path: folder, prefix }: Walk, of: Taken, to: Sum): Promise<void> {
  const { taken, rules } = of;
  const entries = readdirSync(folder, { withFileTypes: true }).map((entry) => ({
    entry,
    key: entry.name.toLowerCase(),
  }));
  for (const { entry } of entries.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))) {
    const { name } = entry;
    const whole = `${prefix}${name}`;
    // What is uploaded of a folder that a later line lets in again counts: else other content would have the same hash.
    if (isNeverTaken(name, false) || (!taken.has(whole) && isLeftOut(rules, whole, false))) continue;
    const path = join(folder, name);
    const info = whatIs(entry, path);
    to.hash.update(name);
    if (info?.isFile() === true) await to.addContent(path);
    else if (info?.isDirectory() === true && !isClosed(name, whole, of))
      await addFolder({ path, prefix: `${whole}/` }, of, to);
  }
}

function isClosed(name: string, whole: string, { listed, rules }: Taken): boolean {
  return isNeverTaken(name, true) || isLeftOut(rules, whole, true) || listed.notEntered.has(whole);
}

export type UploadDeps = {
  readonly datastores: Datastores;
  readonly blobs: Blobs;
  readonly signal: AbortSignal;
  readonly onProgress: (message: string) => void;
  /** Uploads of this call, by datastore and place: what several assets are made of goes up once. */
  readonly uploads?: Map<string, Promise<Outcome<BlobContainer>>>;
};

/** How official clients tell a whole upload from a broken one: a mark on its first file. */
const completed = { upload_status: "completed" };

/**
 * Uploads what the datastore does not have yet.
 *
 * @returns the container, so that an address inside it can be made.
 */
export function ensureUploaded(
  upload: LocalUpload,
  datastore: string,
  what: string,
  deps: UploadDeps,
): Promise<Outcome<BlobContainer>> {
  const key = `${datastore} ${upload.blobPath}`;
  const uploaded = deps.uploads?.get(key) ?? uploadOnce(upload, datastore, what, deps);
  deps.uploads?.set(key, uploaded);
  return uploaded;
}

async function uploadOnce(
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
    onProgress(`The datastore ${datastore} has ${what} already; nothing to upload.`);
    return succeeded(container);
  }
  onProgress(`Uploading ${what} to the datastore ${datastore}: ${contentText(upload)}`);
  const files = sorted.map((file) => ({ ...file, name: blobName(file) }));
  const mark = { name: upload.blobPath.split("/")[1] ?? "", version: "1", ...completed };
  const [only, ...others] = files;
  if (only !== undefined && others.length === 0 && found.value === undefined) {
    // A single file is whole as soon as it is there: it has its mark from the beginning.
    const uploaded = await blobs.upload(container, [{ ...only, metadata: mark }], { signal, onProgress });
    return uploaded.ok ? succeeded(container) : uploaded;
  }
  // What an upload that broke off has left is there by its content's address: it is not sent again.
  const uploaded = await blobs.upload(container, files, { resumes: upload.blobPath, signal, onProgress });
  if (!uploaded.ok) return uploaded;
  const marked = await blobs.setMetadata(container, first, mark);
  return marked.ok ? succeeded(container) : marked;
}
