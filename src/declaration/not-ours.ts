import type { LoadedFile } from "../yaml/files.ts";
import type { Problem } from "../yaml/problem.ts";
import { positionOf, valueAt, type SourceDocument, type SourceNode } from "../yaml/source.ts";
import { nearest } from "../yaml/suggestion.ts";
import { isMapping } from "../yaml/wording.ts";
import { declarationKeys, isMeantForUs, isOurs, kindOf, type DocumentKind } from "./document-kind.ts";

/**
 * What of a file could not be read. `isWanted` tells what is used of what the pattern matches. A pattern may match any file: the faults of one that was not meant for this action are
 * warnings, because what it declares, if anything, is not used.
 */
export function problemsOfReading(
  { byGlob, documents, problems, text }: LoadedFile,
  isWanted = isOurs,
): readonly Problem[] {
  if (problems.length === 0 || !byGlob) return problems;
  if (documents.some((document) => isWanted(kindOf(document))) || isMeantForUs(text, isWanted)) return problems;
  return problems.map((problem) => ({
    ...problem,
    severity: "warning",
    fix: `${problem.fix} Only a pattern matches the file, so nothing of it is used.`,
  }));
}

export function whySkipped({ documents, problems }: LoadedFile): string {
  return documents.length === 0 && problems.length > 0
    ? "It could not be read."
    : "It declares nothing that this action knows.";
}

/** What a pattern matches need not be for this action. */
export function notUsed(document: SourceDocument, what: string): Problem {
  return {
    code: "not-supported-yet",
    severity: "notice",
    where: document.at([]),
    message: `This is ${what}, which no command of this version uses.`,
    fix: "No action is needed; a narrower pattern in config excludes it.",
  };
}

/** @param as what it was named as: " as a run". */
export function notSupported(
  root: SourceNode,
  { what, refusal }: Extract<DocumentKind, { readonly is: "not-supported-yet" }>,
  as = "",
): Problem {
  const path = refusal !== undefined && valueAt(root, ["type"]) !== undefined ? ["type"] : [];
  return {
    code: "not-supported-yet",
    severity: "error",
    where: positionOf(root, path),
    message: refusal?.message ?? `This is ${what}, which is not supported yet${as}.`,
    fix: refusal?.fix ?? "Leave it out for now; the README lists what this version does.",
  };
}

export function notADeclaration(file: string, document: SourceDocument | undefined): Problem {
  const keys = isMapping(document?.value) ? Object.keys(document.value) : [];
  // The key of other tools, or a slip of one of ours.
  const meant = keys.map((key) => (/^computes?$/i.test(key) ? "targets" : nearest(key, declarationKeys)));
  const [near] = meant.filter((key) => key !== undefined);
  return {
    code: "not-a-declaration",
    severity: "error",
    where: document?.at([]) ?? { file, line: 1, column: 1 },
    message: `The file ${JSON.stringify(file)} declares nothing that this action knows.${near === undefined ? "" : ` Did you mean ${near}?`}`,
    fix: "A declaration has workspace, targets, run or gates, or is an az ml file of a compute, a job, an environment, a component, data or a model, or a run configuration.",
  };
}
