import { interpretStatus } from "../azure/job-status.ts";
import type { Jobs, LiveJob } from "../azure/jobs.ts";
import { succeeded, type AzureFailure, type Outcome } from "../azure/outcome.ts";
import type { Clock } from "../clock.ts";
import { cancelRun } from "./cancel.ts";
import { isOfConfiguration, runTags, type Configuration, type WorkflowRun } from "./provenance.ts";

/** A run that was to be cancelled; with the failure where it could not be. */
export type Superseded = { readonly name: string; readonly failure?: AzureFailure };

/**
 * Cancels the unfinished runs that earlier workflow runs of the same pull request and configuration have submitted for other
 * commits. One of a later workflow run stays: a re-run of an old one must not end what is newer.
 */
export async function cancelSuperseded(
  github: WorkflowRun,
  configuration: Configuration,
  {
    jobs,
    clock,
    experiment,
  }: {
    readonly jobs: Jobs;
    readonly clock: Clock;
    /** Of a run that is found by nothing else. */
    readonly experiment?: string;
  },
): Promise<Outcome<readonly Superseded[]>> {
  if (github.pullRequest === undefined) return succeeded([]);
  const all = await jobs.tagged(runTags.pullRequest, experiment);
  if (!all.ok) return all;
  const older = all.value.filter(
    (job) =>
      interpretStatus(job.status).phase !== "over" &&
      job.tags[runTags.pullRequest] === String(github.pullRequest) &&
      job.tags[runTags.commit] !== github.commit &&
      isOfConfiguration(job, github, configuration) &&
      isEarlier(job, github),
  );
  const ended = older.map(async ({ name }): Promise<Superseded> => {
    const asked = await cancelRun(name, jobs, clock);
    return { name, ...(asked.ok ? {} : { failure: asked.failure }) };
  });
  return succeeded(await Promise.all(ended));
}

/** GitHub numbers workflow runs upwards. */
function isEarlier({ tags }: Pick<LiveJob, "tags">, { runId }: Pick<WorkflowRun, "runId">): boolean {
  const [theirs = ""] = (tags[runTags.workflowAttempt] ?? "").split("-");
  return Number(theirs) < Number(runId);
}
