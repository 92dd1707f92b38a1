import type { ProblemCode } from "./problem-codes.ts";

/** Lines and columns start at 1, as editors and annotations count them. `file` is relative to the working directory, with `/`. */
export type Position = { readonly file: string; readonly line: number; readonly column: number };

export type Severity = "error" | "warning" | "notice";

/** GitHub shows this many annotations of a severity for each step; log and summary have the whole list. */
export const mostAnnotations = 10;

/** Something the author of a file (or of the workflow) must change. Returned, never thrown, so that one run shows them all. */
export type Problem = {
  /** Stable, kebab-case, documented: `unknown-key`, `duplicate-resource`, … */
  readonly code: ProblemCode;
  readonly severity: Severity;
  /** Its place; absent when it comes from an action input or from the workspace and not from a file. */
  readonly where?: Position;
  /** The other place of a problem that has two (a duplicate and its first declaration). */
  readonly related?: Position;
  /** What is wrong, quoting the value found. */
  readonly message: string;
  /** What to write instead; lists the allowed values where there are any. */
  readonly fix: string;
};

/** Stands in the place of a file for the action input of that name, whose lines are those of no file. */
export const targetsInput = "targets";

/** The place in a file; nothing for one in an action input, which no annotation can point into. */
export function inFile(where: Position | undefined): Position | undefined {
  return where?.file === targetsInput ? undefined : where;
}

/** `compute.yml:7:18`, or nothing for a problem without a place. */
export function formatPosition(where: Position): string {
  return `${where.file}:${where.line}:${where.column}`;
}

/** `compute.yml:7:18: min_instances is 9, above max_instances 4. Set … [min-above-max]` */
export function formatProblem({ code, where, related, message, fix }: Problem): string {
  const other = related === undefined ? "" : ` (see also ${formatPosition(related)})`;
  return formatPlaced(where, `${message} ${fix}${other} [${code}]`);
}

/** A sentence behind the place that it is about, as compilers write it. */
export function formatPlaced(where: Position | undefined, sentence: string): string {
  return where === undefined ? sentence : `${formatPosition(where)}: ${sentence}`;
}

export function isError(problem: Problem): boolean {
  return problem.severity === "error";
}
