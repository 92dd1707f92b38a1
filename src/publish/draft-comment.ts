import type { CommentStep } from "./pull-request-comment.ts";
import { forComment, type Section } from "../report/document.ts";
import { commitName, isSameComment, outdated, readMarker, renderComment, type Mark } from "../report/render/comment.ts";
import { reportOf } from "../report/report.ts";
import type { Result } from "../report/result.ts";

/** A comment as it would be, whatever comment is there now. */
export type Draft = Mark & {
  readonly body: string;
  /** False when all is as it should be: then no comment is begun, and only one that is there is brought up to date. */
  readonly worthSaying: boolean;
};

export type CommentFacts = Pick<Mark, "identity" | "commit"> & {
  /** Address of the workflow run. */
  readonly runUrl?: string | undefined;
};

/** What a result looks like as the comment of a pull request. */
export function draftComment(result: Result, { identity, commit, runUrl }: CommentFacts): Draft {
  const mark = { identity, commit, command: result.command };
  const [heading, firstScreen, ...rest] = forComment(reportOf(result));
  const about: Section = {
    rank: 0,
    blocks: [{ kind: "text", content: ["For commit ", commitName(commit), "."] }],
  };
  const document = [heading, firstScreen, about, ...rest].filter((section) => section !== undefined);
  return { ...mark, body: renderComment(document, mark, runUrl), worthSaying: isWorthSaying(result) };
}

function isWorthSaying({ failures, problems, plan, assets, targets, run, leftGoing }: Result): boolean {
  return (
    failures.length > 0 ||
    leftGoing.length > 0 ||
    run !== undefined ||
    plan?.hasChanges === true ||
    problems.some(({ severity }) => severity !== "notice") ||
    assets.some(({ action }) => action !== "none") ||
    targets.some(({ action }) => action !== "none")
  );
}

/**
 * Decides on a comment.
 *
 * A step that looked at an older commit than the pull request has now says nothing of its own any more: it only marks
 * what was said of an older commit as outdated. A `validate` that finds nothing leaves the report of another command
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
    return isSameComment(existing, body)
      ? { do: "nothing", because: otherwise }
      : { do: "update", body, because: "outdated" };
  };
  if (head !== draft.commit) return markOutdated("newer");
  if (draft.command === "validate" && !draft.worthSaying && mark?.command !== "validate")
    return markOutdated("other-command");
  if (isSameComment(existing, draft.body)) return { do: "nothing", because: "same" };
  return { do: "update", body: draft.body, because: "different" };
}
