import { resolve } from "node:path";
import type { Azure } from "../azure/azure.ts";
import { defined } from "../azure/defined.ts";
import { interpretStatus } from "../azure/job-status.ts";
import { succeeded, type Outcome } from "../azure/outcome.ts";
import { isPreempted, leafCause } from "../azure/service-error.ts";
import type { Declaration } from "../declaration/declaration.ts";
import type { RunReport } from "../report/result.ts";
import { causeOf, readBelow, stepValuesOf, unreadSteps, type Below } from "../run/children.ts";
import { cancelRun, statusAfterRefusal } from "../run/cancel.ts";
import { downloadArtifacts } from "../run/download.ts";
import { followRun, type Followed, type OverLimit } from "../run/follow.ts";
import { missedGates, type Unread } from "../run/gates.ts";
import { readImages } from "../run/images.ts";
import { readBaselines, readMetrics, readStepMetrics } from "../run/metrics.ts";
import { runReport, type ReportedRun, type RunDetails } from "../run/run-report.ts";
import type { SeenStatus } from "../run/phases.ts";
import { stillRunning } from "../run/still-running.ts";
import { failureOf, sentenceOf } from "../report/failure.ts";
import { refusedPlace } from "../report/refused-field.ts";
import type { SourceNode } from "../yaml/source.ts";
import { judgeGates } from "./judge-gates.ts";
import { join, nothing, type CommandContext, type CommandResult } from "./context.ts";
import { downloadsOf, waitsForRun } from "./run-defaults.ts";
import { streamedLog, type StreamedLog } from "./streamed-log.ts";

/** A run that is there: submitted, joined or resumed. */
export type Started = ReportedRun & {
  /** Submitted by this attempt of the workflow, in this process or in an earlier one: its cancellation cancels the run. */
  readonly ours: boolean;
  /** Where it is declared; absent for one that is followed whatever is declared. */
  readonly source?: SourceNode;
};

/** From the submission to the report: follow (unless `wait` is false), metrics, gates, download. */
export async function followToReport(
  started: Started,
  { gates, limits, runDefaults }: Pick<Declaration, "gates" | "limits" | "runDefaults">,
  context: CommandContext,
  azure: Azure,
): Promise<CommandResult> {
  const { name, status, createdAt } = started.job;
  const details = (found: Omit<RunDetails, "commit" | "now">): RunDetails => ({
    ...found,
    commit: context.github.commit,
    now: context.clock.now(),
  });
  if (!waitsForRun(context, defined({ runDefaults })) && interpretStatus(status).phase !== "over") {
    context.state.runEnded();
    const left = { end: "left", why: "not-waited-for", status } as const;
    return {
      run: runReport(started, left, details({ metrics: [], gates: [] })),
      leftGoing: [stillRunning(name)],
      failures: [],
    };
  }
  const log = streamedLog(started, azure, context);
  const seen: SeenStatus[] = [];
  // The cancellation is sent the moment the signal comes, whatever the following is waiting for.
  let cancelled: Promise<Outcome<void>> | undefined;
  const cancel = () => (cancelled ??= cancelRun(name, azure.jobs, context.clock));
  const onAbort = () => void cancel();
  if (started.ours) context.signal.addEventListener("abort", onAbort, { once: true });
  const follow = (last?: string) =>
    followRun(name, {
      runs: azure.runs,
      runHistory: azure.runHistory,
      logs: log.follower,
      clock: context.clock,
      signal: context.signal,
      deadline: context.deadline,
      onStatus: (status) => {
        seen.push({ status, at: context.clock.now() });
        log.status(status);
      },
      onWaiting: log.waiting,
      onWarnings: log.warnings,
      ...defined({ last, limits, submittedAt: createdAt === undefined ? undefined : Date.parse(createdAt) }),
    });
  let followed = await follow();
  // A cancellation is refused for a run that has ended meanwhile: what it is then counts, so it is read once more.
  if (isToBeCancelled(followed, started, context) && !(await cancel()).ok) {
    if (followed.why !== "cancelled") {
      const again = await follow(followed.status);
      // Where it cannot be read any more, the time limit is still what ended the following.
      followed = again.end === "left" && again.why === "unreachable" ? { ...followed, status: again.status } : again;
    } else {
      followed = { ...followed, status: (await statusAfterRefusal(name, azure.jobs)) ?? followed.status };
    }
  }
  log.end();
  context.signal.removeEventListener("abort", onAbort);
  const underneath =
    followed.end === "over" ? await below(started, followed, context, { ...azure, tailOf: log.tailOf }) : {};
  const { children } = underneath;
  // A sweep logs nothing itself: its metrics are those of its best trial.
  const { read, ...shown } =
    followed.end === "over" ? await whatItLogged(started, children, azure) : { read: succeeded([]) };
  const metrics = read.ok ? read.value : [];
  const unread: Unread = {
    ...(read.ok ? {} : { own: read.failure }),
    ...(children === undefined ? {} : { steps: unreadSteps(children) }),
  };
  warnOfUnread(name, read, children, context);
  const judged = {
    ...started,
    name,
    metrics,
    values: stepValuesOf(children?.children ?? []),
    unread,
  };
  const results = followed.end === "over" ? await judgeGates(gates, judged, azure, context) : [];
  const baselines = await readBaselines(results, azure.metrics);
  const tail = log.follower.tail();
  const report = runReport(
    started,
    followed,
    details({ ...underneath, ...shown, metrics, baselines, gates: results, seen, tail }),
  );
  const concluded =
    followed.end === "left"
      ? await leftRunning(started, followed, context, { cancel, whyItWaits: log.whyItWaits() })
      : await ended(
          followed,
          report,
          {
            ...defined({ source: started.source, steps: started.steps, runDefaults }),
            gates,
            unread,
            failedChild: underneath.failedChild,
          },
          context,
          azure,
        );
  return join({ run: report, failures: [] }, concluded);
}

/** Metrics that are missing in the report are not metrics that nobody has logged. */
function warnOfUnread(name: string, own: Outcome<unknown>, children: Below["children"], { log }: CommandContext): void {
  if (!own.ok)
    log.annotate("warning", `What the run '${name}' has logged could not be read: ${sentenceOf(own.failure.error)}.`);
  const [first, ...others] = children?.unread ?? [];
  if (first === undefined) return;
  const [child, { error }] = first;
  const which = `'${child}'${others.length === 0 ? "" : ` and ${others.length} more`}`;
  log.annotate("warning", `What ${which} has logged could not be read: ${sentenceOf(error)}.`);
}

/** Metrics and images of the run, or of its best trial, and of its steps. */
async function whatItLogged({ job }: Started, found: Below["children"], { metrics, runHistory, blobs }: Azure) {
  const { best, children = [] } = found ?? {};
  const trial = children.find(({ name }) => name === best?.name);
  const shown = trial ?? { name: best?.name ?? job.name, ...defined({ url: job.studioUrl }), children };
  const [read, stepMetrics, images] = await Promise.all([
    readMetrics(best?.name ?? job.name, metrics),
    readStepMetrics(children, metrics),
    readImages(shown, { runHistory, blobs }),
  ]);
  return { read, stepMetrics, images };
}

/** What the run has started; where it cannot be read, that is said, and the rest is reported all the same. */
async function below(
  { job, steps }: Started,
  { status }: Followed,
  { log }: CommandContext,
  azure: Azure & Pick<StreamedLog, "tailOf">,
): Promise<Below> {
  const found = await readBelow(job, status, { ...azure, ...defined({ steps }) });
  if (found.ok) return found.value;
  log.annotate(
    "warning",
    `What the run '${job.name}' has started could not be read: ${sentenceOf(found.failure.error)}`,
  );
  return {};
}

/** Left by a limit after which it is to be cancelled, or by the workflow's own end. */
function isToBeCancelled(
  followed: Followed,
  { ours }: Started,
  { inputs }: CommandContext,
): followed is Exclude<Extract<Followed, { end: "left" }>, { why: "unreachable" }> {
  if (followed.end !== "left" || followed.why === "unreachable") return false;
  if (followed.why === "cancelled") return ours;
  return followed.why !== "timeout" || inputs.onTimeout === "cancel";
}

/** What the end of the run means: failures, and what is fetched. */
async function ended(
  { status, error }: Followed,
  report: RunReport,
  {
    gates,
    unread,
    source,
    failedChild,
    runDefaults,
    steps,
  }: Pick<Declaration, "gates" | "runDefaults"> & { readonly unread: Unread } & Pick<RunDetails, "failedChild"> &
    Pick<Started, "source" | "steps">,
  context: CommandContext,
  azure: Azure,
): Promise<CommandResult> {
  context.state.runEnded();
  const { conclusion, failureReason: ofStatus = "run-failed" } = interpretStatus(status);
  const failureReason = ofStatus === "run-failed" && isPreempted(error) ? "preempted" : ofStatus;
  if (conclusion !== "success") {
    const leaf = error === undefined ? undefined : leafCause(error);
    const why = (failedChild && causeOf(failedChild)) ?? (leaf && `${leaf.message} [${leaf.code}]`) ?? "";
    const message = `The run '${report.name}' ended as ${status}. ${why}`.trim();
    const where = source === undefined ? undefined : refusedPlace(error, source);
    const behind = error ?? failedChild?.cause;
    return { failures: [{ reason: failureReason, message, ...defined({ where, error: behind }) }] };
  }
  const failures = missedGates(gates, report.gates, unread);
  return join(
    { failures },
    await fetchArtifacts(report, downloadsOf(context, defined({ runDefaults })), context, {
      ...azure,
      ...defined({ steps }),
    }),
  );
}

/** The following ended before the run did. */
async function leftRunning(
  { job: { name }, ours }: Started,
  followed: Extract<Followed, { end: "left" }>,
  context: CommandContext,
  { cancel, whyItWaits }: { readonly cancel: () => Promise<Outcome<void>>; readonly whyItWaits: string | undefined },
): Promise<CommandResult> {
  const stopped = (reason: "cancelled" | "timeout" | OverLimit, message: string, isRunning: boolean): CommandResult => {
    // What could not be cancelled is left to the post step, which tries once more.
    if (reason !== "cancelled" || !isRunning || !ours) context.state.runEnded();
    return { failures: [{ reason, message }], leftGoing: isRunning ? [stillRunning(name)] : [] };
  };
  switch (followed.why) {
    case "cancelled": {
      if (!ours) {
        const message = `The workflow was cancelled. The run '${name}' was submitted by another workflow run, and is still running.`;
        return stopped("cancelled", message, true);
      }
      const asked = await cancel();
      const isOver = interpretStatus(followed.status).phase === "over";
      const what = asked.ok
        ? `cancellation of the run '${name}' was requested`
        : isOver
          ? `the run '${name}' had ended as ${followed.status} by then`
          : `the run '${name}' could not be cancelled: ${sentenceOf(asked.failure.error)}`;
      return stopped("cancelled", `The workflow was cancelled; ${what}.`, !asked.ok && !isOver);
    }
    case "timeout": {
      const asked = context.inputs.onTimeout === "cancel" ? await cancel() : undefined;
      const what = asked === undefined ? "it is still running" : whatCameOf(asked, followed.status);
      const limit = context.handsOver
        ? "before the end of the job, which GitHub ends at minute 360"
        : "within timeout-minutes";
      return stopped("timeout", `The run '${name}' had not ended ${limit}; ${what}.`, asked?.ok !== true);
    }
    case "queue-limit":
    case "total-limit": {
      const asked = await cancel();
      const why =
        followed.why === "queue-limit"
          ? `was still ${followed.status}, waiting for nodes, when limits.queue had passed`
          : `was still ${followed.status} when limits.total had passed`;
      const reason = followed.why === "queue-limit" && whyItWaits !== undefined ? ` ${whyItWaits}` : "";
      const message = `The run '${name}' ${why}; ${whatCameOf(asked, followed.status)}.${reason}`;
      return stopped(followed.why, message, !asked.ok);
    }
    case "unreachable":
      return {
        failures: [failureOf(followed.failure, `The run '${name}' could no longer be followed`)],
        leftGoing: [stillRunning(name)],
      };
  }
}

function whatCameOf(asked: Outcome<void>, status: string): string {
  return asked.ok
    ? "cancellation requested"
    : `it could not be cancelled (${sentenceOf(asked.failure.error)}), and was ${status} when it was read last`;
}

async function fetchArtifacts(
  report: RunReport,
  download: readonly string[],
  context: CommandContext,
  azure: Azure & Pick<Started, "steps">,
): Promise<CommandResult> {
  const { downloadPath } = context.inputs;
  if (download.length === 0) return nothing;
  const folder = resolve(context.workingDirectory, downloadPath);
  const { clock, log } = context;
  // As the official client does: what a sweep is about is its best trial.
  const source = report.best?.name ?? report.name;
  const fetched = await downloadArtifacts(source, download, folder, await context.repositoryRoot(), {
    ...azure,
    clock,
    onProgress: log.info,
  });
  if (!fetched.ok) {
    const { message } = failureOf(fetched.failure, "The outputs could not be downloaded");
    return { failures: [{ reason: "download-failed", message }] };
  }
  context.log.info(`Downloaded ${fetched.value.length} files to ${downloadPath}.`);
  return { run: { ...report, artifactsPath: folder }, failures: [] };
}
