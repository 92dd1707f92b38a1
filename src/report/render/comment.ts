import { code, type Document, type Inline } from "../document.ts";
import { link } from "./escape.ts";
import { markdownSections } from "./markdown.ts";
import { bytesOf, truncate } from "./size-limit.ts";

/**
 * GitHub takes 65,536 characters. Counted in bytes, which are never fewer, and with room left for the sentence that an
 * outdated comment begins with.
 */
export const commentBytes = 65_536 - 1_024;

/** What the first line of a comment says, which nobody sees and by which it is found again. */
export type Mark = {
  /** Which configuration the comment is about: hexadecimal digits. */
  readonly identity: string;
  /** The commit that the command looked at. */
  readonly commit: string;
  readonly command: string;
};

/** A document as a comment: what does not fit is left out, and the workflow run is where the rest is. */
export function renderComment(document: Document, mark: Mark, runUrl: string | undefined): string {
  const head = `${marker(mark)}\n`;
  const foot =
    runUrl === undefined ? "" : `\n${footStart}${link("Workflow run with the whole report", runUrl)}</sub>\n`;
  const run = runUrl === undefined ? "workflow run" : link("workflow run", runUrl);
  const pointer = `The whole report is in the job summary of the ${run}.`;
  const text = truncate(markdownSections(document), commentBytes - bytesOf(head) - bytesOf(foot), pointer);
  return `${head}${text}${foot}`;
}

/** GitHub makes a link of a commit id; anything else is only text. */
export function commitName(commit: string): Inline {
  return isCommit(commit) ? commit : code(commit);
}

function isCommit(text: string): boolean {
  return /^[0-9a-f]{40,64}$/.test(text);
}

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

const footStart = "<sub>";

/** Whether two comments say the same. Which workflow run said so makes no difference, nor how GitHub ends lines. */
export function isSameComment(a: string, b: string): boolean {
  const textOf = (body: string) => {
    const text = body.replaceAll("\r\n", "\n").trimEnd();
    const foot = text.lastIndexOf(`\n${footStart}`);
    return (foot < 0 ? text : text.slice(0, foot)).trimEnd();
  };
  return textOf(a) === textOf(b);
}

/** The same comment with the sentence that the pull request has moved on, in place of an earlier one. */
export function outdated(body: string, head: string): string {
  const text = body.replaceAll("\r\n", "\n");
  const heading = text.indexOf("\n## ");
  const mark = text.slice(0, text.indexOf("\n"));
  const rest = heading < 0 ? text.slice(mark.length + 1) : text.slice(heading + 1);
  const commit = readMarker(text)?.commit ?? "";
  const about = isCommit(commit) ? `commit ${commit}` : "an older commit";
  const now = isCommit(head) ? head : "a newer one";
  return `${mark}\n> [!WARNING]\n> Outdated: this is about ${about}, and the pull request is at ${now} now.\n\n${rest}`;
}
