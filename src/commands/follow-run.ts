import { resolve } from "node:path";
import type { Azure } from "../azure/azure.ts";
import type { Outcome } from "../azure/outcome.ts";
import { leafCause } from "../azure/service-error.ts";
import type { Declaration } from "../declaration/declaration.ts";
import { cancelRun } from "../run/cancel.ts";
import { downloadArtifacts } from "../run/download.ts";
import { followRun, type Followed } from "../run/follow.ts";
import { checkGates, missedGates } from "../run/gates.ts";
import { createLogFollower, type LogFollower } from "../run/logs.ts";
import { readMetrics } from "../run/metrics.ts";
import { interpretStatus } from "../azure/job-status.ts";
import type { Submitted } from "../run/submit.ts";
import type { MetricSeries, RunReport } from "../report/result.ts";
import { failureOf } from "../report/failure.ts";
import { join, nothing, type CommandContext, type CommandResult } from "./context.ts";

/** A run that is there: submitted, joined or resumed. */
export type Started = Submitted & {
  readonly compute: string;
  readonly environment?: string;
  /** Submitted by this attempt of the workflow, in this process or in an earlier one: its cancellation cancels the run. */
  readonly ours: boolean;
};

/** How the following ended, or that there was none. */
type Ending = Followed | { readonly end: "left"; readonly why: "not-waited-for"; readonly status: string };

/** From the submission to the report: follow (unless `wait` is false), metrics, gates, download. */
export async function followToReport(
  started: Started,
  declaration: Declaration,
  context: CommandContext,
  azure: Azure,
): Promise<CommandResult> {
  const { inputs } = context;
  const { name } = started.job;
  if (!inputs.wait && interpretStatus(started.job.status).phase !== "over") {
    context.state.runEnded();
    const left = { end: "left", why: "not-waited-for", status: started.job.status } as const;
    return {
      run: runReport(started, left, [], undefined, declaration, context),
      leftGoing: [goesOn(name)],
      failures: [],
    };
  }
  const logs = streamedLogs(azure, context);
  // The cancellation goes out the moment the signal comes, whatever the following is waiting for.
  let cancelled: Promise<Outcome<void>> | undefined;
  const cancel = () => (cancelled ??= cancelRun(name, azure.jobs, context.clock));
  const onAbort = () => void cancel();
  if (started.ours) context.signal.addEventListener("abort", onAbort, { once: true });
  const followed = await followRun(name, {
    jobs: azure.jobs,
    runHistory: azure.runHistory,
    logs: logs.follower,
    clock: context.clock,
    signal: context.signal,
    deadline: context.deadline,
    onStatus: (status) => logs.status(status),
  });
  logs.end();
  context.signal.removeEventListener("abort", onAbort);
  const metrics = followed.end === "over" ? await readMetrics(name, azure.metrics) : [];
  const report = runReport(started, followed, metrics, logs.follower.tail(), declaration, context);
  return join(
    { run: report, failures: [] },
    await concluded(started, followed, report, context, azure, () => cancelled ?? cancel()),
  );
}

/** What the end of the following means: failures, what goes on, and what is fetched. */
async function concluded(
  started: Started,
  followed: Followed,
  report: RunReport,
  context: CommandContext,
  azure: Azure,
  cancel: () => Promise<Outcome<void>>,
): Promise<CommandResult> {
  const { name } = started.job;
  if (followed.end === "left") return leftBehind(started, followed, context, cancel);
  context.state.runEnded();
  const state = interpretStatus(followed.status);
  if (state.conclusion !== "success") {
    const leaf = followed.error === undefined ? undefined : leafCause(followed.error);
    const why = leaf === undefined ? "" : ` ${leaf.message} [${leaf.code}]`;
    return {
      failures: [
        {
          reason: state.failureReason ?? "run-failed",
          message: `The run '${name}' ended as ${followed.status}.${why}`,
        },
      ],
    };
  }
  const failures = missedGates(report.gates).map((message) => ({ reason: "gate-missed" as const, message }));
  return join({ failures }, await fetchArtifacts(name, report, context, azure));
}

/** The following ended before the run did. */
async function leftBehind(
  { job: { name }, ours }: Started,
  followed: Extract<Followed, { end: "left" }>,
  context: CommandContext,
  cancel: () => Promise<Outcome<void>>,
): Promise<CommandResult> {
  const ended = (reason: "cancelled" | "timeout", what: string, goes: boolean): CommandResult => {
    // What could not be cancelled is left to the post step, which tries once more.
    if (reason === "timeout" || !goes || !ours) context.state.runEnded();
    return { failures: [{ reason, message: what }], leftGoing: goes ? [goesOn(name)] : [] };
  };
  switch (followed.why) {
    case "cancelled": {
      if (!ours)
        return ended(
          "cancelled",
          `The workflow was cancelled. The run '${name}' was submitted by another one and goes on.`,
          true,
        );
      const asked = await cancel();
      const what = asked.ok
        ? `the cancellation of the run '${name}' was asked for`
        : `the run '${name}' could not be cancelled`;
      return ended("cancelled", `The workflow was cancelled; ${what}.`, !asked.ok);
    }
    case "timeout": {
      const asked = context.inputs.onTimeout === "cancel" && (await cancel()).ok;
      const what = asked ? "its cancellation was asked for" : "it goes on";
      return ended("timeout", `The run '${name}' had not ended within timeout-minutes; ${what}.`, !asked);
    }
    case "unreachable":
      return {
        failures: [failureOf(followed.failure, `The run '${name}' could not be followed any more`)],
        leftGoing: [goesOn(name)],
      };
  }
}

async function fetchArtifacts(
  name: string,
  report: RunReport,
  context: CommandContext,
  azure: Azure,
): Promise<CommandResult> {
  const { download, downloadPath } = context.inputs;
  if (download.length === 0) return nothing;
  const folder = resolve(context.workingDirectory, downloadPath);
  const fetched = await downloadArtifacts(name, download, folder, azure);
  if (!fetched.ok)
    return {
      failures: [
        { reason: "download-failed", message: failureOf(fetched.failure, "The outputs could not be fetched").message },
      ],
    };
  context.log.info(`Fetched ${fetched.value.length} files to ${downloadPath}.`);
  return { run: { ...report, artifactsPath: folder }, failures: [] };
}

/** What is left going, with the way to resume it and the way to end it. */
export function goesOn(name: string): { readonly what: string; readonly next: string } {
  return {
    what: `The run '${name}' goes on in Azure`,
    next: `To resume: command: train with run-name: ${name}. To cancel: az ml job cancel --name ${name}.`,
  };
}

function runReport(
  { job, reused, compute, environment }: Started,
  followed: Ending,
  metrics: readonly MetricSeries[],
  tail: string | undefined,
  declaration: Declaration,
  context: CommandContext,
): RunReport {
  const details = followed.end === "left" && followed.why === "not-waited-for" ? undefined : followed;
  const conclusion = followed.end === "over" ? interpretStatus(followed.status).conclusion : "in-progress";
  const startedAt = details?.startTime ?? job.createdAt;
  const endedAt = details?.endTime === undefined ? context.clock.now() : Date.parse(details.endTime);
  const last = Object.fromEntries(metrics.map((series) => [series.name, series.last]));
  return {
    name: job.name,
    id: job.id,
    ...(job.displayName === undefined ? {} : { displayName: job.displayName }),
    ...(job.studioUrl === undefined ? {} : { url: job.studioUrl }),
    status: followed.status,
    conclusion: followed.end === "left" && followed.why === "cancelled" ? "cancelled" : conclusion,
    reused,
    compute,
    ...(environment === undefined ? {} : { environment }),
    ...(job.experimentName === undefined ? {} : { experiment: job.experimentName }),
    ...(context.github.commit === "" ? {} : { commit: context.github.commit }),
    ...(startedAt === undefined
      ? {}
      : { startedAt, durationSeconds: Math.max(0, (endedAt - Date.parse(startedAt)) / 1000) }),
    metrics,
    gates: followed.end === "over" ? checkGates(declaration.gates, last) : [],
    ...(details?.error === undefined ? {} : { error: details.error }),
    ...(conclusion === "success" || conclusion === "in-progress" || tail === undefined ? {} : { logTail: tail }),
  };
}

/** Streams logs into one group for each file, and states between them. */
function streamedLogs(
  azure: Azure,
  { log }: CommandContext,
): { readonly follower: LogFollower; readonly status: (status: string) => void; readonly end: () => void } {
  let open: string | undefined;
  const close = () => {
    if (open !== undefined) log.endGroup();
    open = undefined;
  };
  return {
    follower: createLogFollower(azure.blobs, (file, lines) => {
      if (open !== file) {
        close();
        log.startGroup(file);
        open = file;
      }
      for (const line of lines) log.info(line);
    }),
    status: (status) => {
      close();
      log.info(`Run: ${status}`);
    },
    end: close,
  };
}
