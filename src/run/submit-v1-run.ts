import { contentGuid } from "../asset/version.ts";
import { contentText } from "../asset/upload/content-text.ts";
import type { FirstSdkSnapshot } from "../asset/upload/first-sdk-snapshot.ts";
import { defined } from "../azure/defined.ts";
import type { Jobs, LiveJob } from "../azure/jobs.ts";
import { succeeded, type Outcome } from "../azure/outcome.ts";
import type { V1Pipelines } from "../azure/v1-pipelines.ts";
import { v1RunId, v1RunType, type V1Runs } from "../azure/v1-runs.ts";
import type { V1Snapshots } from "../azure/v1-snapshots.ts";
import type { JobRequest } from "../job/kind.ts";
import type { Provenance } from "../job/resolved.ts";
import type { V1Run } from "../job/runconfig/v1-wire.ts";
import { runName } from "./name.ts";
import { gitProperties, provenanceOf, runTags } from "./provenance.ts";
import type { JobSubmission } from "./submission.ts";
import { submitOnce, type SubmitDeps, type Submitted } from "./submit.ts";
import type { Exclusively } from "./submit-v1-pipeline.ts";
import { takeFolder } from "./v1-modules.ts";

export type V1RunDeps = SubmitDeps & {
  readonly runs: Pick<V1Runs, "start" | "describe">;
  readonly pipelines: Pick<V1Pipelines, "ensureExperiment">;
  readonly snapshots: V1Snapshots;
  readonly exclusively: Exclusively;
  readonly onProgress: (message: string) => void;
};

/**
 * Submits a run configuration of the first SDK exactly once, or joins the run that is there: under a name of ours, as a job.
 * The service takes no tags with the run. They follow as soon as it is there, and again where a run is joined without them.
 *
 * @param definition everything that is asked of the service, without what differs from call to call.
 */
export async function submitV1Run(
  submission: JobSubmission,
  run: V1Run,
  definition: JobRequest,
  deps: V1RunDeps,
): Promise<Outcome<Submitted>> {
  const { job, github, rerun, workflowAttempt, configuration, repeats } = submission;
  const folder = await takeFolder(run.folder);
  if (!folder.ok) return folder;
  const experiment = job.experimentName ?? submission.fallbackExperiment;
  const whole = { ...definition.properties, folder: folder.value.hash };
  const identity = { commit: github.commit, definition: whole, event: github.event, workflowRunId: github.runId };
  const name = v1RunId(runName({ prefix: job.name, ...identity }));
  const provenance = provenanceOf(github, whole, workflowAttempt, configuration, repeats?.number);
  const put: Jobs["put"] = async (id, body) => {
    const { request } = body as V1RunBody;
    return startRun(id, () => deps.runs.start(experiment, id, request), deps);
  };
  return deps.exclusively<Submitted>(`run ${name}`, async () => {
    const submitted = await submitOnce(
      {
        name,
        rerun,
        workflowAttempt,
        apiVersion: "",
        bodyFor: async (id) => bodyOf(id, submission, run, { deps, experiment, folder: folder.value, provenance }),
        ...defined({ repeats }),
      },
      { ...deps, jobs: { get: deps.jobs.get, put } },
    );
    if (!submitted.ok) return submitted;
    const live = await described(submitted.value.job, submission, { deps, experiment, provenance });
    return succeeded({ ...submitted.value, job: live });
  });
}

/** `properties` is what {@link submitOnce} compares with the run that is there. */
type V1RunBody = { readonly properties: { readonly properties: Provenance["properties"] }; readonly request: unknown };

type Facts = { readonly deps: V1RunDeps; readonly experiment: string; readonly provenance: Provenance };

/** Brings what the run needs into the workspace, and makes the request of it. */
async function bodyOf(
  id: string,
  { github, liveNames }: JobSubmission,
  run: V1Run,
  { deps, experiment, folder, provenance }: Facts & { readonly folder: FirstSdkSnapshot },
): Promise<Outcome<V1RunBody>> {
  const made = await deps.pipelines.ensureExperiment(experiment);
  if (!made.ok) return made;
  deps.onProgress(`Uploading the folder of the run configuration: ${contentText(folder)}`);
  const { files, tree } = folder;
  const snapshot = await deps.snapshots.create({ id: snapshotId(id), files, tree, properties: gitProperties(github) });
  if (!snapshot.ok) return snapshot;
  const target = liveNames.get(run.target.toLowerCase()) ?? run.target;
  return succeeded({
    properties: { properties: provenance.properties },
    request: snapshotRun({ ...run, target }, snapshotId(id)),
  });
}

/** Body of `POST …/snapshotrun`, as the official client sends it. */
function snapshotRun({ configuration, target }: Pick<V1Run, "configuration" | "target">, snapshot: string) {
  return {
    TargetDetails: null,
    Configuration: { ...configuration, target },
    TelemetryValues: { amlClientType: "azureml-targets" },
    SnapshotId: snapshot,
  };
}

/** Of one run it is always the same: whoever joins a run without it can still say what it is. */
function snapshotId(run: string): string {
  return contentGuid(`snapshot of ${run}`);
}

/** What the service says to an id that it knows is not known: by then there is a run, and that is read. */
async function startRun(
  id: string,
  start: () => Promise<Outcome<void>>,
  { jobs }: Pick<V1RunDeps, "jobs">,
): Promise<Outcome<LiveJob>> {
  const started = await start();
  if (!started.ok && started.failure.reason !== "refused") return started;
  const found = await jobs.get(id);
  if (found.ok && found.value !== undefined) return succeeded(found.value);
  if (!started.ok) return started;
  // Started, and not in run history yet.
  return succeeded({ id: "", name: id, status: "Starting", jobType: v1RunType, tags: {}, properties: {} });
}

/** Without its tags the run is found by its name alone: that is no reason to end it. */
async function described(
  live: LiveJob,
  { job }: JobSubmission,
  { deps, experiment, provenance }: Facts,
): Promise<LiveJob> {
  const named = { ...live, experimentName: experiment };
  if (Object.hasOwn(live.tags, runTags.definition)) return named;
  const properties = { ContentSnapshotId: snapshotId(live.name), ...job.properties, ...provenance.properties };
  const tags = { ...job.tags, ...provenance.tags };
  const { displayName, description } = job;
  const known = { properties, tags, ...defined({ displayName, description }) };
  const said = await deps.runs.describe(experiment, live.name, known);
  if (said.ok)
    return {
      ...named,
      ...defined({ displayName }),
      tags: { ...live.tags, ...tags },
      properties: { ...live.properties, ...properties },
    };
  deps.onProgress(`The tags of the run ${live.name} could not be set: ${said.failure.error.message}`);
  return named;
}
