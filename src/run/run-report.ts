import type { LiveJob } from "../azure/jobs.ts";
import { interpretStatus } from "../azure/job-status.ts";
import { defined } from "../azure/defined.ts";
import { phasesOf, type SeenStatus } from "./phases.ts";
import type { BaselineSeries, GateResult, LoggedImage, MetricSeries, RunReport, StepSeries } from "../report/result.ts";
import type { JobStep } from "../job/kind.ts";
import type { Followed } from "./follow.ts";
import type { Children, FailedChild } from "./children.ts";

/** How the following ended, or that there was none. */
export type RunEnd = Followed | { readonly end: "left"; readonly why: "not-waited-for"; readonly status: string };

/** A run of the workspace, as it is reported on. */
export type ReportedRun = {
  readonly job: LiveJob;
  readonly reused: boolean;
  readonly compute: string;
  readonly environment?: string;
  /** Of a pipeline that is declared here. */
  readonly steps?: readonly JobStep[];
};

export type RunDetails = {
  readonly metrics: readonly MetricSeries[];
  readonly stepMetrics?: readonly StepSeries[];
  readonly baselines?: readonly BaselineSeries[];
  readonly images?: readonly LoggedImage[];
  /** What was seen while it was followed. */
  readonly seen?: readonly SeenStatus[];
  /** What it has started. */
  readonly children?: Children | undefined;
  /** Which of these has failed: its cause and the end of its log are the run's. */
  readonly failedChild?: FailedChild | undefined;
  /** The last lines of its log. */
  readonly tail?: string | undefined;
  /** Of a run that is over. */
  readonly gates: readonly GateResult[];
  readonly commit: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
};

/** What is reported of a run that was followed, or was not waited for. */
export function runReport(
  { job, reused, compute, environment, steps }: ReportedRun,
  run: RunEnd,
  {
    metrics,
    stepMetrics = [],
    baselines = [],
    images = [],
    seen = [],
    children,
    failedChild,
    tail,
    gates,
    commit,
    now,
  }: RunDetails,
): RunReport {
  const followed = run.end === "left" && run.why === "not-waited-for" ? undefined : run;
  const conclusion = run.end === "over" ? interpretStatus(run.status).conclusion : "in-progress";
  const startedAt = followed?.startTime ?? job.startTime ?? job.createdAt;
  // Of a run that is over and says nowhere when it ended, no duration is known: it is not still counting.
  const isOver = run.end === "over" || interpretStatus(run.status).phase === "over";
  const ended = followed?.endTime ?? job.endTime;
  const endedAt = ended === undefined ? (isOver ? undefined : now) : Date.parse(ended);
  const seconds =
    startedAt === undefined || endedAt === undefined ? undefined : (endedAt - Date.parse(startedAt)) / 1000;
  const began = followed?.startTime ?? job.startTime;
  const phases =
    endedAt === undefined || Number.isNaN(endedAt)
      ? []
      : phasesOf(seen, { submittedAt: timeOf(job.createdAt), startedAt: timeOf(began), endedAt });
  return {
    name: job.name,
    status: run.status,
    conclusion: run.end === "left" && run.why === "cancelled" ? "cancelled" : conclusion,
    reused,
    compute,
    metrics,
    gates,
    ...shownBeside({ phases, baselines, stepMetrics, images }),
    ...defined({
      // A run that is no job of ARM's has no id there.
      id: job.id === "" ? undefined : job.id,
      displayName: job.displayName,
      url: job.studioUrl,
      environment,
      experiment: job.experimentName,
      commit: commit === "" ? undefined : commit,
      startedAt,
      durationSeconds: seconds === undefined || Number.isNaN(seconds) ? undefined : Math.max(0, seconds),
      children: children?.children,
      best: children?.best,
      steps: steps?.map(({ name, after }) => ({ name, after })),
      error: failedChild?.cause ?? followed?.error,
      logTail: conclusion === "success" || conclusion === "in-progress" ? undefined : (failedChild?.tail ?? tail),
    }),
  };
}

/** What is shown of a run beside its outcome, as far as there is any. */
export function shownBeside({
  phases = [],
  baselines = [],
  stepMetrics = [],
  images = [],
}: Partial<Pick<RunReport, "phases" | "baselines" | "stepMetrics" | "images">>): Pick<
  RunReport,
  "phases" | "baselines" | "stepMetrics" | "images"
> {
  return defined({
    phases: phases.length === 0 ? undefined : phases,
    baselines: baselines.length === 0 ? undefined : baselines,
    stepMetrics: stepMetrics.length === 0 ? undefined : stepMetrics,
    images: images.length === 0 ? undefined : images,
  });
}

function timeOf(text: string | undefined): number | undefined {
  const time = Date.parse(text ?? "");
  return Number.isNaN(time) ? undefined : time;
}
