import type { Command, Result } from "../report/result.ts";
import { defined } from "../azure/defined.ts";
import type { GithubContext } from "../github/context.ts";
import { formatPlaced } from "../yaml/problem.ts";
import type { CommandResult } from "./context.ts";

type GithubPages = Pick<GithubContext, "runUrl" | "commitUrl" | "pullRequestUrl">;

/** The whole result of a command: the one value that every report is made of. */
export function toResult(
  command: Command,
  result: CommandResult,
  startedAt: number,
  endedAt: number,
  github: GithubPages = {},
): Result {
  const [first] = result.failures;
  // A cancellation explains the failures beside it; everything else keeps the order in which it happened.
  const decisive = result.failures.find(({ reason }) => reason === "cancelled") ?? first;
  return {
    schemaVersion: 1,
    command,
    conclusion: decisive === undefined ? "success" : decisive.reason === "cancelled" ? "cancelled" : "failure",
    ...(decisive === undefined ? {} : { failureReason: decisive.reason }),
    failures: result.failures.map(({ where, message }) => formatPlaced(where, message)),
    failureDetails: result.failures.map(({ reason, message, shown, where, error }) => ({
      reason,
      message: shown ?? message,
      ...defined({ where, error }),
    })),
    links: defined({ workflowRun: github.runUrl, commit: github.commitUrl, pullRequest: github.pullRequestUrl }),
    ...(result.workspace === undefined ? {} : { workspace: result.workspace }),
    files: result.files ?? [],
    skipped: result.skipped ?? [],
    problems: result.problems ?? [],
    ...(result.plan === undefined ? {} : { plan: result.plan }),
    targets: result.targets ?? [],
    assets: result.assets ?? [],
    environments: (result.assets ?? []).flatMap(({ kind, ...asset }) => (kind === "environment" ? [asset] : [])),
    ...(result.run === undefined ? {} : { run: result.run }),
    deployments: result.deployments ?? [],
    ...(result.doctor === undefined ? {} : { doctor: result.doctor }),
    leftGoing: result.leftGoing ?? [],
    startedAt: new Date(startedAt).toISOString(),
    durationSeconds: (endedAt - startedAt) / 1000,
  };
}
