import { readFile, realpath, stat } from "node:fs/promises";
import { dirname, relative, resolve, sep } from "node:path";
import { findFiles, PatternOutside } from "./find-files.ts";
import { GlobRefused } from "./glob.ts";
import { isOutside } from "./is-outside.ts";
import { largestBytes } from "./limits.ts";
import type { ProblemCode } from "./problem-codes.ts";
import type { Problem } from "./problem.ts";
import type { SourceDocument } from "./source.ts";
import { readDocuments } from "./yaml.ts";
import { isPattern } from "./glob.ts";

/** A file that was read, with its documents. */
export type LoadedFile = {
  /** Relative to the working directory, with `/`. */
  readonly file: string;
  /** True when a pattern matched it; false when it was named. */
  readonly byGlob: boolean;
  readonly documents: readonly SourceDocument[];
  /** What of it could not be read. */
  readonly problems: readonly Problem[];
  readonly text: string;
};

export type Loaded = {
  readonly files: readonly LoadedFile[];
  /** Of the patterns and paths; each file has its own. */
  readonly problems: readonly Problem[];
};

const longestShown = 200;

/** Paths and globs to documents. A named file that is missing is a problem; so is anything outside the working directory. */
export async function loadFiles(
  patterns: readonly string[],
  folder: string,
  { workingDirectory, checkout }: { readonly workingDirectory: string; readonly checkout: string },
  where?: Problem["where"],
): Promise<Loaded> {
  const loaded: LoadedFile[] = [];
  const problems: Problem[] = [];
  const seen = new Set<string>();
  for (const pattern of patterns) {
    const byGlob = isPattern(pattern);
    const paths = byGlob ? matches(pattern, folder, workingDirectory) : [resolve(folder, pattern)];
    if (!Array.isArray(paths)) {
      problems.push(fileProblem(paths.code, where, paths.message, paths.fix));
      continue;
    }
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
      const text = await readFile(path, "utf8");
      loaded.push({ file, byGlob, text, ...readDocuments(text, { file, folder: dirname(path), root: checkout }) });
    }
  }
  return { files: loaded, problems };
}

/** The files that a pattern means, or why it is not taken. */
function matches(
  pattern: string,
  folder: string,
  workingDirectory: string,
): string[] | Pick<Problem, "code" | "message" | "fix"> {
  const shown = JSON.stringify(pattern.length > longestShown ? `${pattern.slice(0, longestShown)}…` : pattern);
  try {
    return [...findFiles(pattern, folder, workingDirectory)];
  } catch (error) {
    if (error instanceof PatternOutside)
      return {
        code: "outside",
        message: `The pattern ${shown} leads out of the working directory.`,
        fix: "Keep declarations inside it, or set working-directory.",
      };
    if (!(error instanceof GlobRefused)) throw error;
    return {
      code: "wrong-pattern",
      message: `The pattern ${shown} ${error.message}.`,
      fix: "Write several simpler patterns.",
    };
  }
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

/** The repository that a folder is in: the nearest folder with `.git`, not above the checkout; else the checkout. */
export async function repositoryRoot(folder: string, checkout: string): Promise<string> {
  for (let at = folder; !isOutside(checkout, at); at = dirname(at)) {
    if ((await stat(resolve(at, ".git")).catch(() => undefined)) !== undefined) return at;
    if (at === dirname(at)) break;
  }
  return isOutside(checkout, folder) ? folder : checkout;
}

/**
 * The folder that nothing a declaration names may lie outside of: the workflow's checkout, or where a working directory
 * is elsewhere, the repository that it is in.
 */
export async function checkoutOf(folder: string, workspace: string | undefined): Promise<string> {
  if (workspace !== undefined && !isOutside(workspace, folder)) return workspace;
  for (let at = folder; ; at = dirname(at)) {
    if ((await stat(resolve(at, ".git")).catch(() => undefined)) !== undefined) return at;
    if (at === dirname(at)) return folder;
  }
}

/** The way to a folder or file from a folder above it, with `/`; empty when they are the same. */
export function wayTo(folder: string, root: string): string {
  return relative(root, folder).split(sep).join("/");
}

/** The working directory, as GitHub counts the places of annotations: from the repository. */
export async function folderInRepository({
  workingDirectory,
  repositoryRoot,
}: {
  readonly workingDirectory: string;
  readonly repositoryRoot: () => Promise<string>;
}): Promise<string> {
  return wayTo(workingDirectory, await repositoryRoot());
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
