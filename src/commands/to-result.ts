import type { Command, Result } from "../report/result.ts";
import { formatPlaced } from "../yaml/problem.ts";
import type { CommandResult } from "./context.ts";

/** The whole result of a command: the one value that every report is made of. */
export function toResult(command: Command, result: CommandResult, startedAt: number, endedAt: number): Result {
  const [first] = result.failures;
  // A cancellation explains the failures beside it; everything else keeps the order in which it happened.
  const decisive = result.failures.find(({ reason }) => reason === "cancelled") ?? first;
  return {
    schemaVersion: 1,
    command,
    conclusion: decisive === undefined ? "success" : decisive.reason === "cancelled" ? "cancelled" : "failure",
    ...(decisive === undefined ? {} : { failureReason: decisive.reason }),
    failures: result.failures.map(({ where, message }) => formatPlaced(where, message)),
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
