import type { ProblemCode } from "../../yaml/problem-codes.ts";
import type { Severity } from "../../yaml/problem.ts";
import { NothingToTake, SnapshotRefused, type Listed } from "./list-files.ts";

type Add = (code: ProblemCode, message: string, fix: string, severity: Severity) => void;

/**
 * Lists what an upload would take, while its declaration is read: what would be refused is known before anything is
 * created in Azure.
 *
 * @param what begins the sentences: `The code folder "src"`.
 */
export function checkUpload(what: string, list: () => Listed, add: Add): Listed | undefined {
  let listed: Listed;
  try {
    listed = list();
  } catch (error) {
    if (!(error instanceof SnapshotRefused)) throw error;
    if (error instanceof NothingToTake && error.ignoreFile !== undefined)
      nothingLeft(what, error.ignoreFile, false, add);
    add(
      "upload-refused",
      `${what} cannot be taken: ${error.message}`,
      "Nothing is uploaded or created until this is fixed.",
      "error",
    );
    return undefined;
  }
  const { repeated } = listed;
  if (repeated.length > 0)
    add(
      "repeated-link",
      `In ${inside(what)}, ${counted(repeated.length, "link leads", "links lead")} to a folder that another link already includes, and ${repeated.length === 1 ? "is" : "are"} left out: ${some(repeated)}.`,
      "Replace these links by folders where the files are needed twice.",
      "warning",
    );
  return listed;
}

/** What nobody expects of a code folder: that nothing is left of it, or that files go up which Git does not have. */
export function checkCode(what: string, { files, ignoreFile, ignoredByGit }: Listed, add: Add): void {
  if (ignoreFile !== undefined && files.every(({ name }) => name === ignoreFile))
    nothingLeft(what, ignoreFile, true, add);
  if (ignoredByGit.count > 0)
    add(
      "ignored-by-git",
      `${counted(ignoredByGit.count, "file", "files")} of ${inside(what)} that .gitignore files of the repository exclude ${ignoredByGit.count === 1 ? "is" : "are"} uploaded with the code: ${some(ignoredByGit.first, ignoredByGit.count)}. As with az ml, only the ignore file in the code folder itself counts.`,
      "To exclude them, list them in a file .amlignore in the code folder; it replaces a .gitignore there.",
      "notice",
    );
}

function nothingLeft(what: string, ignoreFile: string, isLeft: boolean, add: Add): void {
  add(
    "nothing-left",
    `Of ${inside(what)}, nothing${isLeft ? ` but the file ${ignoreFile}` : ""} is left: ${ignoreFile} excludes everything${isLeft ? " else" : ""}.`,
    `Include files again in ${ignoreFile}: the line !train.py includes a file, !src/ a folder, and !src/** everything in it.`,
    "warning",
  );
}

/** The words that begin a sentence, inside of one. */
function inside(what: string): string {
  return `${what.charAt(0).toLowerCase()}${what.slice(1)}`;
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

const mostNamed = 3;

function some(names: readonly string[], count = names.length): string {
  return `${names.slice(0, mostNamed).join(", ")}${count > mostNamed ? ", …" : ""}`;
}
