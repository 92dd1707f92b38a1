import { readFile, stat } from "node:fs/promises";
import { dirname, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { isOutside } from "../yaml/is-outside.ts";
import { GlobRefused, matchesGlob, parseGlob, type Glob } from "../yaml/glob.ts";
import { largestBytes } from "../yaml/limits.ts";
import type { SourceDocument } from "../yaml/source.ts";
import { readDocuments } from "../yaml/yaml.ts";
import { isPattern } from "../yaml/glob.ts";

/** Whether a text of a file names a file: the file itself, a folder that contains it, or a glob that matches it. */
type Reference = (file: string) => boolean;

/** A file that was read, and what its texts name. */
type Looked = { readonly file: string; readonly references: Reference[]; readonly named: string[] };

/**
 * The files that changed, and those that refer to them, directly or by way of others: a declaration names a job file, the
 * job file a conda file. Every text that leads to a file counts, whatever its key: reporting on one file too many is
 * better than on one too few.
 *
 * @param documents what was read as declarations.
 * @param changed absolute paths, those of removed files included.
 * @returns absolute paths.
 */
export async function affectedFiles(
  documents: readonly SourceDocument[],
  changed: readonly string[],
  workingDirectory: string,
): Promise<ReadonlySet<string>> {
  const looked = new Map<string, Looked>();
  const look = (file: string, document: SourceDocument) => {
    const known = looked.get(file) ?? { file, references: [], named: [] };
    looked.set(file, known);
    collect(document.value, "", document.folder, known);
  };
  for (const document of documents) look(resolve(workingDirectory, document.file), document);
  // Files that are read only by way of another, such as an environment file that names a conda file.
  const waiting = [...looked.values()].flatMap(({ named }) => named);
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (looked.has(file) || !/\.(ya?ml|json)$/i.test(file) || isOutside(workingDirectory, file)) continue;
    const text = await textOf(file);
    if (text === undefined) continue;
    for (const document of readDocuments(text, { file, folder: dirname(file) }).documents) look(file, document);
    waiting.push(...(looked.get(file)?.named ?? []));
  }
  const affected = new Set(changed);
  for (let before = -1; before !== affected.size;) {
    before = affected.size;
    for (const { file, references } of looked.values()) {
      if (!affected.has(file) && references.some((names) => [...affected].some(names))) affected.add(file);
    }
  }
  return affected;
}

const longestPath = 1024;

async function textOf(file: string): Promise<string | undefined> {
  const info = await stat(file).catch(() => undefined);
  return info?.isFile() === true && info.size <= largestBytes ? readFile(file, "utf8") : undefined;
}

/** Keys whose value may be a folder. */
const folderKeys = ["code", "path"];

function collect(value: unknown, key: string, folder: string, into: Looked): void {
  if (Array.isArray(value)) for (const item of value) collect(item, key, folder, into);
  else if (typeof value === "object" && value !== null)
    for (const [name, member] of Object.entries(value)) collect(member, name, folder, into);
  else if (typeof value === "string") {
    const path = pathOf(value);
    if (path === undefined) return;
    const absolute = resolve(folder, path);
    into.named.push(absolute);
    into.references.push((file) => file === absolute);
    if (folderKeys.includes(key)) into.references.push((file) => !isOutside(absolute, file));
    if (isPattern(path)) {
      const glob = globOf(path);
      if (glob !== undefined)
        into.references.push((file) => matchesGlob(glob, relative(folder, file).split(sep).join("/")));
    }
  }
}

/** Nothing for a text that is no pattern that would be taken. */
function globOf(path: string): Glob | undefined {
  try {
    return parseGlob(path);
  } catch (error) {
    if (error instanceof GlobRefused) return undefined;
    throw error;
  }
}

/** A text as a path on this machine; nothing for addresses, references into Azure, and texts that are none. */
function pathOf(text: string): string | undefined {
  if (text.trim() === "" || text.length > longestPath || text.includes("\n")) return undefined;
  try {
    if (/^file:\/\//i.test(text)) return fileURLToPath(text);
  } catch {
    return undefined;
  }
  const path = text.replace(/^file:/i, "");
  return /^[a-z][a-z0-9+.-]*:/i.test(path) ? undefined : path;
}
