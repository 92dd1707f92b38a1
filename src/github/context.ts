import * as z from "zod";

/** What GitHub says of the workflow run that this is. */
export type GithubContext = {
  readonly event: string;
  /** The commit that was pushed or proposed; on pull requests the head commit and not the merge commit. */
  readonly commit: string;
  readonly ref: string;
  readonly repository: string;
  readonly runId: string;
  readonly runAttempt: string;
  /** Address of the workflow run; absent outside GitHub. */
  readonly runUrl?: string;
  /** Address of the commit; absent outside GitHub. */
  readonly commitUrl?: string;
  readonly pullRequestUrl?: string;
  readonly pullRequest?: number;
  /** Who started the workflow run. */
  readonly actor?: string;
};

/** What is of another form than documented is dropped, as if the event were not about a pull request. */
const payloadSchema = () =>
  z
    .object({
      pull_request: z
        .object({
          number: z.int().positive().optional().catch(undefined),
          head: z
            .object({ sha: z.string().min(1).optional().catch(undefined) })
            .optional()
            .catch(undefined),
        })
        .optional()
        .catch(undefined),
    })
    .catch({});

/**
 * @param environment the `GITHUB_*` values.
 * @param payload the event, parsed.
 * @see https://docs.github.com/actions/reference/workflows-and-actions/variables
 */
export function githubContext(
  environment: Readonly<Record<string, string | undefined>>,
  payload: unknown,
): GithubContext {
  const { pull_request: pullRequest } = payloadSchema().parse(payload);
  const server = environment["GITHUB_SERVER_URL"];
  const actor = environment["GITHUB_ACTOR"];
  const repository = environment["GITHUB_REPOSITORY"] ?? "";
  const runId = environment["GITHUB_RUN_ID"] ?? "";
  const commit = pullRequest?.head?.sha ?? environment["GITHUB_SHA"] ?? "";
  const page = server === undefined || repository === "" ? undefined : `${server}/${repository}`;
  return {
    event: environment["GITHUB_EVENT_NAME"] ?? "",
    commit,
    ref: environment["GITHUB_REF"] ?? "",
    repository,
    runId,
    runAttempt: environment["GITHUB_RUN_ATTEMPT"] ?? "1",
    ...(page === undefined || runId === "" ? {} : { runUrl: `${page}/actions/runs/${runId}` }),
    ...(page === undefined || commit === "" ? {} : { commitUrl: `${page}/commit/${commit}` }),
    ...(actor === undefined || actor === "" ? {} : { actor }),
    ...(pullRequest?.number === undefined ? {} : { pullRequest: pullRequest.number }),
    ...(page === undefined || pullRequest?.number === undefined
      ? {}
      : { pullRequestUrl: `${page}/pull/${pullRequest.number}` }),
  };
}

/** Which attempt of which workflow run this is: `1001-2`. */
export function workflowAttempt({ runId, runAttempt }: Pick<GithubContext, "runId" | "runAttempt">): string {
  return `${runId}-${runAttempt}`;
}
