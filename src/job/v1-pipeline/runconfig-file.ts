import { readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { keepInside, leadsOutside, namedPath } from "../../yaml/named-path.ts";
import { isError } from "../../yaml/problem.ts";
import { shownPath, type SourceDocument } from "../../yaml/source.ts";
import { isMapping } from "../../yaml/wording.ts";
import { readDocuments } from "../../yaml/yaml.ts";
import type { StepReader } from "./step.ts";

type Reader = Pick<StepReader<unknown>, "node" | "add"> & {
  /** Takes problems that are at places of their own. */
  readonly addProblems: StepReader<unknown>["addProblems"];
};

/** Reads a file that the step names by a key: its document, whose paths start from its project's folder. */
export function readNamedFile(
  key: string,
  path: string,
  what: string,
  { node, add, addProblems }: Reader,
): SourceDocument | undefined {
  const { document } = node;
  const { path: absolute, is } = namedPath(path, document);
  const named = `${what} ${JSON.stringify(path)}`;
  if (is === "outside") add("outside", [key], `${named} ${leadsOutside}.`, keepInside);
  else if (is !== "file")
    add("missing-file", [key], `${named} does not exist.`, "Fix the path; it is relative to this file.");
  else {
    const folder = dirname(absolute);
    const read = readDocuments(readFileSync(absolute, "utf8"), {
      file: shownPath(document, path),
      folder: [".azureml", "aml_config"].includes(basename(folder)) ? dirname(folder) : folder,
      root: document.root,
    });
    addProblems(read.problems);
    const [first] = read.documents;
    if (first !== undefined && isMapping(first.value)) return first;
    if (!read.problems.some(isError))
      add("wrong-file", [key], `${named} is not a mapping.`, "Write a run configuration of the first SDK.");
  }
  return undefined;
}
