import { ensureAssets, lookUp, takeAll, type TakenAsset } from "../asset/asset.ts";
import type { AssetDeps } from "../asset/kind.ts";
import { defined } from "../azure/defined.ts";
import { refused, succeeded, type Outcome } from "../azure/outcome.ts";
import { apiVersionOf, assetsOf, graphOf, secretsOf, toRequest, v1RunOf, type Job } from "../job/job.ts";
import type { JobRequest } from "../job/kind.ts";
import { computeIds, datastoreId } from "../job/parts/compute.ts";
import { SecretUnavailable, type ResolveSecret, type SecretReference } from "../secret/secret.ts";
import { runName } from "./name.ts";
import { provenanceOf } from "./provenance.ts";
import { submitV1Pipeline, type V1SubmissionDeps } from "./submit-v1-pipeline.ts";
import { submitV1Run, type V1RunDeps } from "./submit-v1-run.ts";
import type { JobSubmission } from "./submission.ts";
import { submitOnce, type SubmitDeps, type Submitted } from "./submit.ts";

export type JobSubmissionDeps = Omit<AssetDeps, "computeIdOf"> &
  SubmitDeps & {
    readonly resolveSecret: ResolveSecret;
    /** What only pipelines and run configurations of the first SDK need. */
    readonly v1: Pick<V1SubmissionDeps, "pipelines" | "snapshots" | "computes" | "exclusively" | "newId"> &
      Pick<V1RunDeps, "runs">;
  };

/**
 * Submits a job of whatever type exactly once, under a name that is derived from the commit and the definition: what it
 * uses is found out, read where it is on this machine, and brought into the workspace before the request is sent.
 */
export async function submitJob(submission: JobSubmission, deps: JobSubmissionDeps): Promise<Outcome<Submitted>> {
  const { job, github, workflowAttempt, rerun, repeats } = submission;
  const taken = await takeAll(assetsOf(job), submission.identityOfReference);
  if (!taken.ok) return taken;
  const definition = definitionOf(submission, taken.value, deps);
  const graph = graphOf(job);
  if (graph !== undefined) return submitV1Pipeline(submission, graph, definition, { ...deps, ...deps.v1 });
  const v1Run = v1RunOf(job);
  if (v1Run !== undefined) return submitV1Run(submission, v1Run, definition, { ...deps, ...deps.v1 });
  const name = runName({
    prefix: job.name,
    commit: github.commit,
    definition,
    event: github.event,
    workflowRunId: github.runId,
  });
  const bodyFor = (attempt: string) => requestFor(attempt, submission, taken.value, definition, deps);
  return submitOnce(
    { name, rerun, workflowAttempt, bodyFor, apiVersion: apiVersionOf(job), ...defined({ repeats }) },
    deps,
  );
}

/** What makes two runs the same: everything that is asked of the service, and nothing of when and by whom. */
function definitionOf(
  submission: Pick<JobSubmission, "job" | "liveNames">,
  taken: readonly TakenAsset[],
  { workspaceId }: Pick<AssetDeps, "workspaceId">,
): JobRequest {
  return toRequest(submission.job, {
    runName: "",
    fallbackExperiment: "",
    provenance: { properties: {}, tags: {} },
    idOf: lookUp(new Map(taken.map(({ use, identity }) => [use.where, identity]))),
    computeIdOf: computeIds(workspaceId, submission.liveNames),
    datastoreIdOf: (datastore) => datastoreId(workspaceId, datastore),
    valueOf: () => undefined,
  });
}

/** Ensures what the run depends on, and makes the request of it. */
async function requestFor(
  name: string,
  submission: JobSubmission,
  taken: readonly TakenAsset[],
  definition: JobRequest,
  deps: JobSubmissionDeps,
): Promise<Outcome<JobRequest>> {
  const { job, github, workflowAttempt, fallbackExperiment, configuration, repeats } = submission;
  const [ids, secrets] = await Promise.all([
    ensureAssets(taken, { ...deps, computeIdOf: computeIds(deps.workspaceId, submission.liveNames) }),
    resolveSecrets(job, deps.resolveSecret),
  ]);
  if (!ids.ok) return ids;
  if (!secrets.ok) return secrets;
  return succeeded(
    toRequest(job, {
      runName: name,
      fallbackExperiment,
      provenance: provenanceOf(github, definition, workflowAttempt, configuration, repeats?.number),
      idOf: lookUp(ids.value),
      computeIdOf: computeIds(deps.workspaceId, submission.liveNames),
      datastoreIdOf: (datastore) => datastoreId(deps.workspaceId, datastore),
      valueOf: (reference) => secrets.value.get(reference),
    }),
  );
}

async function resolveSecrets(
  job: Job,
  resolve: ResolveSecret,
): Promise<Outcome<ReadonlyMap<SecretReference, string>>> {
  const values = new Map<SecretReference, string>();
  for (const { reference, where } of secretsOf(job)) {
    try {
      values.set(reference, await resolve(reference));
    } catch (error) {
      if (!(error instanceof SecretUnavailable)) throw error;
      return refused("SecretUnavailable", error.message, where);
    }
  }
  return succeeded(values);
}
