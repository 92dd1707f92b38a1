import { glob, readFile, realpath, stat } from "node:fs/promises";
import { dirname, isAbsolute, relative, resolve, sep } from "node:path";
import { largestBytes } from "./limits.ts";
import type { ProblemCode } from "./problem-codes.ts";
import type { Problem } from "./problem.ts";
import type { SourceDocument } from "./source.ts";
import { readDocuments } from "./yaml.ts";

/** A file that was read, with its documents. */
export type LoadedFile = {
  /** Relative to the working directory, with `/`. */
  readonly file: string;
  /** True when a pattern matched it; false when it was named. */
  readonly byGlob: boolean;
  readonly documents: readonly SourceDocument[];
};

export type Loaded = { readonly files: readonly LoadedFile[]; readonly problems: readonly Problem[] };

/** Paths and globs to documents. A named file that is missing is a problem; so is anything outside the working directory. */
export async function loadFiles(
  patterns: readonly string[],
  folder: string,
  workingDirectory: string,
  where?: Problem["where"],
): Promise<Loaded> {
  const loaded: LoadedFile[] = [];
  const problems: Problem[] = [];
  const seen = new Set<string>();
  for (const pattern of patterns) {
    const byGlob = /[*?[\]{}]/.test(pattern);
    const paths = byGlob ? await matches(pattern, folder) : [resolve(folder, pattern)];
    if (byGlob && paths.length === 0) {
      problems.push(
        fileProblem(
          "no-match",
          where,
          `No file matches ${JSON.stringify(pattern)}.`,
          "Fix the pattern, or remove it.",
          "warning",
        ),
      );
    }
    for (const path of paths) {
      if (seen.has(path)) continue;
      seen.add(path);
      const file = relative(workingDirectory, path).split(sep).join("/");
      const refused = await refusal(path, file, workingDirectory, where);
      if (refused !== undefined) {
        problems.push(refused);
        continue;
      }
      const read = readDocuments(await readFile(path, "utf8"), { file, folder: dirname(path) });
      problems.push(...read.problems);
      loaded.push({ file, byGlob, documents: read.documents });
    }
  }
  return { files: loaded, problems };
}

async function matches(pattern: string, folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const entry of glob(pattern, { cwd: folder, withFileTypes: true })) {
    if (entry.isDirectory()) continue;
    const path = resolve(entry.parentPath, entry.name);
    if (!path.split(sep).includes("node_modules")) found.push(path);
  }
  return found.sort();
}

async function refusal(
  path: string,
  file: string,
  workingDirectory: string,
  where: Problem["where"],
): Promise<Problem | undefined> {
  const info = await stat(path).catch(() => undefined);
  if (info === undefined) {
    return fileProblem(
      "missing-file",
      where,
      `The file ${JSON.stringify(file)} does not exist; the folder that was looked in is ${dirname(path)}.`,
      where === undefined
        ? "Fix the path; it is relative to working-directory."
        : "Fix the path; it is relative to the file that names it.",
    );
  }
  if (!info.isFile())
    return fileProblem(
      "not-a-file",
      where,
      `${JSON.stringify(file)} is not a file.`,
      "Name a file, or a glob such as compute/*.yml.",
    );
  if (info.size > largestBytes) {
    return fileProblem(
      "too-large",
      where,
      `The file ${JSON.stringify(file)} has ${info.size} bytes, more than a declaration may have (${largestBytes}).`,
      "Name another file.",
    );
  }
  const real = await realpath(path);
  if (isOutside(await realpath(workingDirectory), real)) {
    return fileProblem(
      "outside",
      where,
      `The file ${JSON.stringify(file)} is outside the working directory.`,
      "Keep declarations inside it.",
    );
  }
  return undefined;
}

/** True when `path` is neither `folder` nor below it. */
export function isOutside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === ".." || way.startsWith(`..${sep}`) || isAbsolute(way);
}

/** The repository that a folder is in: the nearest folder with `.git`, not above the checkout; else the checkout. */
export async function repositoryRoot(folder: string, checkout: string): Promise<string> {
  for (let at = folder; !isOutside(checkout, at); at = dirname(at)) {
    if ((await stat(resolve(at, ".git")).catch(() => undefined)) !== undefined) return at;
    if (at === dirname(at)) break;
  }
  return isOutside(checkout, folder) ? folder : checkout;
}

/** The way to a folder or file from a folder above it, with `/`; empty when they are the same. */
export function wayTo(folder: string, root: string): string {
  return relative(root, folder).split(sep).join("/");
}

function fileProblem(
  code: ProblemCode,
  where: Problem["where"],
  message: string,
  fix: string,
  severity: Problem["severity"] = "error",
): Problem {
  return { code, severity, message, fix, ...(where === undefined ? {} : { where }) };
}
