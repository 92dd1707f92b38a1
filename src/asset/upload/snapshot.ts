import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { basename, join, relative, sep } from "node:path";
import ignore, { type Ignore } from "ignore";
import { isOutside } from "../../yaml/files.ts";

/** One file of a code snapshot. */
export type SnapshotFile = {
  /** Relative to the code folder, with `/`. */
  readonly name: string;
  /** Absolute path to read. */
  readonly path: string;
  readonly bytes: number;
};

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

/** A code folder that cannot be taken as it is. */
export class SnapshotRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = "SnapshotRefused";
  }
}

/** More than this is data and not code. Our choice; the service's own limit for code is far above. */
const mostBytes = 2 * 1024 ** 3;

/** Left out whatever the ignore file says: `.git` alone may be larger than everything else. */
const neverTaken = [".git/", ".amlignore.lock"];

/** The files of a job's code, with the hash by which the service finds code that it has. */
export async function takeSnapshot(path: string): Promise<Snapshot> {
  const { name, isFile, files } = await listFiles(path);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  if (bytes > mostBytes) {
    const largest = [...files].sort((a, b) => b.bytes - a.bytes).slice(0, 5);
    throw new SnapshotRefused(
      `The code folder ${name} has ${bytes} bytes, more than the ${mostBytes} that are taken as code. The largest files are ` +
        `${largest.map(({ name: file, bytes: size }) => `${file} (${size})`).join(", ")}. List what is not code in .amlignore.`,
    );
  }
  return { folder: name, isFile, files, bytes, hash: await contentHash(files) };
}

/**
 * The files of a folder (or a single file), minus what `.amlignore` names, or `.gitignore` where there is none. Only
 * the ignore file in the folder itself counts, as with the official client. Links are followed inside the folder and
 * refused where they point outside it.
 */
export async function listFiles(path: string): Promise<{
  readonly name: string;
  readonly isFile: boolean;
  readonly files: readonly SnapshotFile[];
}> {
  const name = basename(path);
  const info = await stat(path);
  if (info.isFile()) return { name, isFile: true, files: [{ name, path, bytes: info.size }] };
  const files = await walk(path, await realpath(path), await ignoreRules(path));
  if (files.length === 0) throw new SnapshotRefused(`The folder ${name} is empty, or all of its files are ignored.`);
  return { name, isFile: false, files };
}

/** What is left out of a folder. */
export async function ignoreRules(folder: string): Promise<Ignore> {
  const rules = ignore().add(neverTaken);
  for (const name of [".amlignore", ".gitignore"]) {
    const text = await readFile(join(folder, name), "utf8").catch(() => undefined);
    if (text !== undefined) return rules.add(text);
  }
  return rules;
}

async function walk(root: string, realRoot: string, rules: Ignore): Promise<readonly SnapshotFile[]> {
  const files: SnapshotFile[] = [];
  const visit = async (folder: string, way: ReadonlySet<string>): Promise<void> => {
    const entries = await readdir(folder, { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(folder, entry.name);
      const name = relative(root, path).split(sep).join("/");
      if (rules.ignores(name) || rules.ignores(`${name}/`)) continue;
      const real = await realpath(path).catch(() => undefined);
      if (real === undefined) {
        throw new SnapshotRefused(`${name} is a broken link. Remove it, or list it in .amlignore.`);
      }
      if (isOutside(realRoot, real)) {
        throw new SnapshotRefused(
          `${name} links to something outside the folder. Copy that into the folder, or list the link in .amlignore.`,
        );
      }
      const info = await stat(path);
      // A link to a folder that is being walked would never end.
      if (info.isDirectory() && !way.has(real)) await visit(path, new Set([...way, real]));
      if (info.isFile()) files.push({ name, path, bytes: info.size });
    }
  };
  await visit(root, new Set([realRoot]));
  return files;
}

/**
 * SHA-256 over the number of files, then name and size of each, then all contents; in the order of the lower-cased
 * names. The service finds code by it, so that what it has is not uploaded again.
 */
async function contentHash(files: readonly SnapshotFile[]): Promise<string> {
  const hash = createHash("sha256");
  const key = ({ name }: SnapshotFile) => name.toLowerCase();
  const sorted = [...files].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
  hash.update(String(sorted.length));
  for (const { name, bytes } of sorted) hash.update(`#${name}#${bytes}`);
  for (const { path } of sorted) {
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  }
  return hash.digest("hex");
}
