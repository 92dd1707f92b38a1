import { createHash } from "node:crypto";
import type { ApiFailure, PullRequestRef } from "../github/api.ts";
import type { CommentEnd } from "./pull-request-comment.ts";
import type { Inputs } from "../inputs.ts";
import type { Failure, Result } from "../report/result.ts";
import type { PublishContext } from "./context.ts";

type Context = Pick<PublishContext, "inputs" | "github" | "log" | "clock" | "signal" | "fallbackWorkspace">;

/** Milliseconds that all requests for one comment may take together; then the step ends without it. Our choice. */
const limitMs = 120_000;

/**
 * Keeps the pull request's comment up to date with a result.
 *
 * @returns a failure only where the comment was asked for by `comment: true`. With `auto` it is a convenience: what went
 *   wrong is in the log.
 */
export async function keepComment(result: Result, context: Context): Promise<readonly Failure[]> {
  const { inputs, github, log, signal } = context;
  const wanted = inputs.comment;
  const number = github.pullRequest;
  if (wanted === false || result.command === "doctor" || signal.aborted) return [];
  if (number === undefined || (wanted === "auto" && !/^pull_request(_target)?$/.test(github.event))) {
    if (wanted === true)
      log.annotate(
        "warning",
        `The input 'comment' is true, and the event ${JSON.stringify(github.event)} is not about a pull request: there is no comment to write. Use auto for workflows that run on other events too.`,
      );
    return [];
  }
  const token = inputs.githubToken;
  if (token === undefined)
    return wanted === true ? [{ reason: "comment-failed", message: unwritten(number, noToken) }] : [];
  const end = await written(result, { token, repository: github.repository, number }, context).catch(
    (error: unknown): CommentEnd => ({
      did: "failed",
      failure: { reason: "unknown", message: error instanceof Error ? error.message : String(error) },
    }),
  );
  switch (end.did) {
    case "created":
    case "updated":
      log.info(`The comment on pull request #${number} was ${end.did}: ${end.url}`);
      return [];
    case "marked-outdated":
      log.info(`The comment on pull request #${number} is about an older commit and now says so: ${end.url}`);
      return [];
    case "nothing":
      log.info(`The comment on pull request #${number} was left alone: ${reasons[end.because]}.`);
      return [];
    case "failed": {
      if (signal.aborted) return [];
      const message = unwritten(number, explain(end.failure));
      if (wanted === true) return [{ reason: "comment-failed", message }];
      log.annotate(isForbidden(end.failure) ? "notice" : "warning", message);
      return [];
    }
  }
}

async function written(
  result: Result,
  pull: PullRequestRef,
  { inputs, github, clock, signal, fallbackWorkspace }: Context,
): Promise<CommentEnd> {
  const [{ decideComment, draftComment }, { readMarker }, { keepPullRequestComment }] = await Promise.all([
    import("./draft-comment.ts"),
    import("../report/render/comment.ts"),
    import("./pull-request-comment.ts"),
  ]);
  const draft = draftComment(result, {
    identity: identityOf(inputs, fallbackWorkspace),
    commit: github.commit,
    runUrl: github.runUrl,
  });
  const wanted = {
    body: draft.body,
    worthSaying: draft.worthSaying,
    isAbout: (body: string) => readMarker(body)?.identity === draft.identity,
    decide: (existing: string | undefined, head: string) => decideComment(existing, draft, head),
  };
  return keepPullRequestComment(pull, wanted, {
    clock,
    signal: AbortSignal.any([signal, AbortSignal.timeout(limitMs)]),
  });
}

const reasons = {
  quiet: "there is nothing to report, and no comment yet",
  same: "it already says this",
  newer: "the pull request has a newer commit than this step looked at",
  "other-command": "validate found nothing, and the comment is another command's",
} as const;

const noToken = "The input 'github-token' is empty. Leave it out, or give a token";

function unwritten(number: number, why: string): string {
  return `The comment on pull request #${number} could not be written. ${why}.`;
}

function isForbidden({ status }: ApiFailure): boolean {
  return status === 401 || status === 403 || status === 404;
}

function explain(failure: ApiFailure): string {
  if (!isForbidden(failure)) return `GitHub rejected the request: ${failure.message.replace(/\.$/, "")}`;
  return `GitHub refused the token with ${failure.message}. Give the job permissions: { contents: read, pull-requests: write }; workflows of pull requests from forks and of Dependabot never get the latter, and set comment: false where no comment is wanted`;
}

/** The same for every command on the same declarations and workspace, so that `plan` after `validate` has one comment. */
function identityOf(inputs: Inputs, fallback: PublishContext["fallbackWorkspace"]): string {
  const { config, targets, run, deploy, set, only, workingDirectory } = inputs;
  const workspace = [
    inputs.subscriptionId ?? fallback.subscriptionId,
    inputs.resourceGroup ?? fallback.resourceGroup,
    inputs.workspace ?? fallback.name,
  ].map((part) => part?.toLowerCase() ?? "");
  const parts = [config, targets ?? "", run ?? "", deploy ?? "", set, only, workingDirectory, workspace];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
}
