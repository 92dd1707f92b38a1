import { bytesOf, truncate } from "./size-limit.ts";
import { code, link } from "./escape.ts";
import { count } from "./format.ts";
import { sections } from "./markdown.ts";
import type { Command, PlannedStep, Result } from "./result.ts";

/**
 * GitHub takes 65,536 characters. Counted in bytes, which are never fewer, and with room left for the sentence that an
 * outdated comment begins with.
 */
export const commentBytes = 65_536 - 1_024;

/** A comment as it would be, whatever stands there now. */
export type Draft = {
  /** Which configuration the comment is about: hexadecimal digits. */
  readonly identity: string;
  /** The commit that the command looked at. */
  readonly commit: string;
  readonly command: Command;
  readonly body: string;
  /** False when all is as it should be: then no comment is begun, and only one that is there is brought up to date. */
  readonly worthSaying: boolean;
};

export type CommentFacts = Pick<Draft, "identity" | "commit"> & {
  /** Address of the workflow run. */
  readonly runUrl?: string | undefined;
};

/** What a result looks like as the comment of a pull request. */
export function draftComment(result: Result, { identity, commit, runUrl }: CommentFacts): Draft {
  const { command } = result;
  const head = `${marker({ identity, commit, command })}\n`;
  const foot =
    runUrl === undefined ? "" : `\n${footStart}${link("Workflow run with the whole report", runUrl)}</sub>\n`;
  const [heading, ...rest] = sections(result, "comment");
  const parts = [
    ...(heading === undefined ? [] : [heading]),
    { rank: 0, text: `For commit ${commitText(commit)}.${verdict(result)}\n` },
    ...rest,
  ];
  const pointer =
    runUrl === undefined
      ? "The whole report is in the job summary of the workflow run."
      : `The whole report is in the job summary of the ${link("workflow run", runUrl)}.`;
  const text = truncate(parts, commentBytes - bytesOf(head) - bytesOf(foot), pointer);
  return { identity, commit, command, body: `${head}${text}${foot}`, worthSaying: isWorthSaying(result) };
}

function isWorthSaying({ failures, problems, plan, environments, targets, run, leftGoing }: Result): boolean {
  return (
    failures.length > 0 ||
    leftGoing.length > 0 ||
    run !== undefined ||
    plan?.hasChanges === true ||
    problems.some(({ severity }) => severity !== "notice") ||
    environments.some(({ action }) => action !== "none") ||
    targets.some(({ action }) => action !== "none")
  );
}

/** A commit id stands for itself: GitHub makes a link of it. */
function commitText(commit: string): string {
  return /^[0-9a-f]{40,64}$/.test(commit) ? commit : code(commit);
}

/** The plan in one line: ` 1 to create, 2 to attach, 3 unchanged.` */
function verdict({ command, plan, problems, failures }: Result): string {
  if (command === "validate")
    return failures.length === 0 && problems.length === 0 ? " The declarations have no problems." : "";
  if (plan === undefined || plan.steps.length === 0) return "";
  const groups: Readonly<Record<string, readonly PlannedStep["action"][]>> = {
    "to create": ["create", "recreate"],
    "to attach": ["attach", "replace", "adopt"],
    "to update": ["update"],
    "to attach again": ["reattach"],
    "to detach": ["detach", "delete"],
    "in flight": ["join", "wait"],
    refused: ["refuse"],
    unchanged: ["none"],
  };
  const counts = Object.entries(groups)
    .map(([words, actions]) => [plan.steps.filter(({ action }) => actions.includes(action)).length, words] as const)
    .filter(([number]) => number > 0);
  return ` ${count(plan.steps.length, "target")}: ${counts.map(([number, words]) => `${number} ${words}`).join(", ")}.`;
}

type Mark = Pick<Draft, "identity" | "commit"> & { readonly command: string };

/** The first line of a comment, which nobody sees, and by which it is found again. */
export function marker({ identity, commit, command }: Mark): string {
  const hex = (text: string) => text.replaceAll(/[^0-9a-f]/g, "");
  return `<!-- azureml-targets: id=${hex(identity)} commit=${hex(commit)} command=${command} -->`;
}

/** Only the first line counts: what a report quotes further down is text. */
export function readMarker(body: string): Mark | undefined {
  const found = /^<!-- azureml-targets: id=([0-9a-f]+) commit=([0-9a-f]*) command=([a-z]+) -->\r?\n/.exec(body);
  const [, identity, commit, command] = found ?? [];
  return identity === undefined || commit === undefined || command === undefined
    ? undefined
    : { identity, commit, command };
}

/** What has to be done about a pull request's comment. */
export type CommentStep =
  | { readonly do: "nothing"; readonly because: "quiet" | "same" | "newer" | "other-command" }
  | { readonly do: "create" }
  | { readonly do: "update"; readonly body: string; readonly because: "different" | "outdated" };

/**
 * Decides on a comment.
 *
 * A step that looked at an older commit than the pull request has now says nothing of its own any more: it only marks
 * what was said of an older commit as outdated. A `validate` that finds nothing leaves the word of another command
 * alone, because in many jobs it is followed by that very command.
 *
 * @param existing body of the comment that is there.
 * @param head the pull request's newest commit.
 */
export function decideComment(existing: string | undefined, draft: Draft, head: string): CommentStep {
  if (existing === undefined) {
    if (head !== draft.commit) return { do: "nothing", because: "newer" };
    return draft.worthSaying ? { do: "create" } : { do: "nothing", because: "quiet" };
  }
  const mark = readMarker(existing);
  const markOutdated = (otherwise: "newer" | "other-command"): CommentStep => {
    if (mark?.commit === head) return { do: "nothing", because: otherwise };
    const body = outdated(existing, head);
    return isSame(existing, body) ? { do: "nothing", because: otherwise } : { do: "update", body, because: "outdated" };
  };
  if (head !== draft.commit) return markOutdated("newer");
  if (draft.command === "validate" && !draft.worthSaying && mark?.command !== "validate")
    return markOutdated("other-command");
  if (isSame(existing, draft.body)) return { do: "nothing", because: "same" };
  return { do: "update", body: draft.body, because: "different" };
}

const footStart = "<sub>";

/** Whether two bodies say the same. Which workflow run said so makes no difference, nor how GitHub ends lines. */
function isSame(a: string, b: string): boolean {
  const said = (body: string) => {
    const text = body.replaceAll("\r\n", "\n").trimEnd();
    const foot = text.lastIndexOf(`\n${footStart}`);
    return (foot < 0 ? text : text.slice(0, foot)).trimEnd();
  };
  return said(a) === said(b);
}

/** The same comment with the sentence that the pull request has moved on, in place of an earlier one. */
export function outdated(body: string, head: string): string {
  const text = body.replaceAll("\r\n", "\n");
  const heading = text.indexOf("\n## ");
  const mark = text.slice(0, text.indexOf("\n"));
  const rest = heading < 0 ? text.slice(mark.length + 1) : text.slice(heading + 1);
  const commit = readMarker(text)?.commit ?? "";
  const about = commit === "" ? "an older commit" : `commit ${commitText(commit)}`;
  return `${mark}\n> [!WARNING]\n> Outdated: this is about ${about}, and the pull request is at ${commitText(head)} now.\n\n${rest}`;
}
