import { endGroup, error, info, notice, startGroup, warning, type AnnotationProperties } from "@actions/core";
import { formatPlaced, formatProblem, inFile, mostAnnotations, type Position, type Problem } from "../yaml/problem.ts";
import { withoutSecrets } from "./mask.ts";

/** The step's log. Whatever it is given is text: no line of it can become a workflow command, and no secret is in it. */
export type Log = {
  readonly info: (text: string) => void;
  /** Lines under a heading that the log shows folded. */
  readonly group: (title: string, lines: readonly string[]) => void;
  /** Opens a group that lines are streamed into until {@link Log.endGroup}. */
  readonly startGroup: (title: string) => void;
  readonly endGroup: () => void;
  /** An annotation without a place. */
  readonly annotate: (severity: Problem["severity"], text: string) => void;
  /**
   * A problem as annotation at its line, and as a line of the log.
   *
   * @param folder that its file is relative to, itself relative to the repository: GitHub counts from there.
   */
  readonly problem: (problem: Problem, folder: string) => void;
  /** Why the command did not succeed: where it stems from a declaration, at its line and with a line of the log like a problem. */
  readonly failure: (
    failure: { readonly reason: string; readonly message: string; readonly where?: Position },
    folder: string,
  ) => void;
};

// Named one by one: what the rest of the library depends on, an HTTP client above all, then stays out of the bundle.
const commands = { error, warning, notice } as const;

export function createLog(): Log {
  // Secrets first: a sign put into one of them would hide it from whoever masks it.
  const line = (text: string) => info(inert(withoutSecrets(text)));
  const shown: Record<Problem["severity"], number> = { error: 0, warning: 0, notice: 0 };
  const annotate = (severity: Problem["severity"], text: string, properties: AnnotationProperties = {}) => {
    shown[severity] += 1;
    if (shown[severity] > mostAnnotations) line(text);
    else commands[severity](plain(text), withoutSecrets(properties));
  };
  return {
    info: line,
    group: (title, lines) => {
      startGroup(plain(title));
      for (const text of lines) line(text);
      endGroup();
    },
    startGroup: (title) => startGroup(plain(title)),
    endGroup: () => endGroup(),
    annotate: (severity, text) => annotate(severity, text),
    problem: (whole, folder) => {
      const problem = withoutSecrets(whole);
      const { where, severity, message, fix, code } = problem;
      annotate(severity, `${message} ${fix}`, { title: code, ...annotatedAt(where, folder) });
      line(formatProblem(problem));
    },
    failure: (whole, folder) => {
      const { reason, message, where } = withoutSecrets(whole);
      if (where === undefined) return annotate("error", message);
      annotate("error", message, { title: reason, ...annotatedAt(where, folder) });
      line(formatPlaced(where, message));
    },
  };
}

/** Where an annotation points: nowhere for what is in no file. */
function annotatedAt(found: Position | undefined, folder: string): AnnotationProperties {
  const where = inFile(found);
  if (where === undefined) return {};
  const file = folder === "" ? where.file : `${folder}/${where.file}`;
  return { file, startLine: where.line, startColumn: where.column };
}

/**
 * Text that the runner takes for nothing but text. It reads `::name::` at the start of a line, behind any white space,
 * and `##[name]` anywhere in a line; a character without width between the signs keeps them from being that.
 *
 * @see https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
 */
export function inert(text: string): string {
  return visible(text)
    .split("\n")
    .map((line) => line.replace(/^(\s*):(?=:)/u, "$1:\u200b").replaceAll("##[", "##\u200b["))
    .join("\n");
}

/** One line for a command's own text, without secrets; the library escapes it. */
function plain(text: string): string {
  return visible(withoutSecrets(text)).replaceAll("\n", " ");
}

/** Line ends as `\n`; no control characters but tabs and colours. */
function visible(text: string): string {
  return text
    .replaceAll(/\r\n?|\u0085|\u2028|\u2029/g, "\n")

    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001a\u001c-\u001f\u007f]|\u001b(?!\[[0-9;]*m)/g, "");
}
