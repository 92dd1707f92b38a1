import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { contentReader } from "../../azure/read-content.ts";
import { largestOf } from "./content-text.ts";
import { listFiles, NothingToTake, SnapshotRefused, type Listed, type SnapshotFile } from "./list-files.ts";

/** The files that make up a job's code. */
export type Snapshot = {
  /** Name of the folder (or of the single file), under which the files are uploaded. */
  readonly folder: string;
  readonly isFile: boolean;
  readonly files: readonly SnapshotFile[];
  readonly bytes: number;
  /** Hexadecimal, hash version 202208 of the official client. */
  readonly hash: string;
};

/** More than this is data and not code. Our choice; the service's own limit for code is far above. */
const mostBytes = 2 * 1024 ** 3;

/** The files of a job's code, with the hash by which the service finds code that it has. */
export async function takeSnapshot(path: string, root: string, includes: readonly string[] = []): Promise<Snapshot> {
  const { name, isFile, files } = listCode(path, root, includes);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return { folder: name, isFile, files, bytes, hash: await contentHash(files) };
}

/** The files of a job's code. @throws SnapshotRefused when they cannot be taken as they are. */
export function listCode(path: string, root: string, includes: readonly string[] = []): Listed {
  const listed = includes.length === 0 ? listFiles(path, root) : withIncludes(listFiles(path, root), root, includes);
  const { name, files } = listed;
  if (files.length === 0) throw new NothingToTake(listed);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  if (bytes > mostBytes) {
    const largest = largestOf(files, 5);
    throw new SnapshotRefused(
      `The code folder ${name} has ${bytes} bytes, more than the ${mostBytes} allowed for code. The largest files are ` +
        `${largest.map(({ name: file, bytes: size }) => `${file} (${size})`).join(", ")}. List what is not code in .amlignore.`,
    );
  }
  return listed;
}

/** The official client's name for a code folder that it has put together. */
const mergedFolder = "code_with_additional_includes";

/** Folders of one name are merged; a file that is there twice is the one of the later include, as with the official client. */
function withIncludes(listed: Listed, root: string, includes: readonly string[]): Listed {
  const files = new Map(listed.files.map((file) => [file.name, file]));
  for (const include of includes) {
    const { name, files: more } = listFiles(include, root);
    const isFile = statSync(include).isFile();
    for (const file of more) {
      const own = isFile ? file.name : `${name}/${file.name}`;
      files.set(own, { ...file, name: own });
    }
  }
  return { ...listed, name: mergedFolder, isFile: false, files: [...files.values()] };
}

/**
 * SHA-256 over the number of files, then name and size of each, then all contents; in the order of the lower-cased
 * names. The service finds code by it, so that what it has is not uploaded again.
 */
async function contentHash(files: readonly SnapshotFile[]): Promise<string> {
  const hash = createHash("sha256");
  const keyed = files.map((file) => ({ ...file, key: file.name.toLowerCase() }));
  const sorted = keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  hash.update(String(sorted.length));
  for (const { name, bytes } of sorted) hash.update(`#${name}#${bytes}`);
  const read = contentReader();
  for (const { path } of sorted) await read(path, (bytes) => hash.update(bytes));
  return hash.digest("hex");
}
