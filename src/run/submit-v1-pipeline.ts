import type { Computes } from "../azure/computes.ts";
import { kindOfLive } from "../compute/target.ts";
import { defined } from "../azure/defined.ts";
import type { LiveJob } from "../azure/jobs.ts";
import { cancelled, failed, refused, succeeded, type AzureFailure, type Outcome } from "../azure/outcome.ts";
import type { JobRequest } from "../job/kind.ts";
import { creationBody } from "../job/v1-pipeline/creation.ts";
import { dataSourceHash, type V1Graph } from "../job/v1-pipeline/graph.ts";
import type { StepCompute } from "../job/v1-pipeline/step.ts";
import { attemptName, decideSubmission, runName, type Attempt } from "./name.ts";
import { gitProperties, provenanceOf, runTags } from "./provenance.ts";
import type { JobSubmission } from "./submission.ts";
import { lookForRun, pausesBetweenLooks, type Submitted } from "./submit.ts";
import { bringModules, takeFolders, type ModuleDeps } from "./v1-modules.ts";

export type V1SubmissionDeps = ModuleDeps & {
  readonly computes: Pick<Computes, "get">;
  /** Called with the id before the submission is sent: what happens after that is ours to clean up. */
  readonly beforeSubmit: (id: string) => void;
  /** Keeps everybody else who submits the same from doing so meanwhile, as far as the workspace's storage allows. */
  readonly exclusively: Exclusively;
};

/** @returns what came of the work; a failure where the turn never came. */
export type Exclusively = <Value>(
  key: string,
  work: (isHeld: () => boolean) => Promise<Outcome<Value>>,
) => Promise<Outcome<Value>>;

/**
 * Submits a pipeline of the first SDK exactly once, or joins the run that is there. The service chooses the ids of its runs,
 * so ours is found by its tags; whoever submits the same at the same time waits for its turn.
 *
 * @param definition everything that is asked of the service, without what differs from call to call.
 */
export async function submitV1Pipeline(
  submission: JobSubmission,
  graph: V1Graph,
  definition: JobRequest,
  deps: V1SubmissionDeps,
): Promise<Outcome<Submitted>> {
  const { job, github } = submission;
  const folders = await takeFolders(graph);
  if (!folders.ok) return folders;
  // Runs are found by their experiment: in another one it is another run.
  const experiment = job.experimentName ?? submission.fallbackExperiment;
  const hashes = [...folders.value].map(([key, { hash }]) => [key, hash]);
  const whole = { ...definition.properties, experimentName: experiment, folders: hashes };
  const name = runName({
    prefix: job.name,
    commit: github.commit,
    definition: whole,
    event: github.event,
    workflowRunId: github.runId,
  });
  const { repeats, workflowAttempt, configuration } = submission;
  const provenance = provenanceOf(github, whole, workflowAttempt, configuration, repeats?.number);
  return deps.exclusively<Submitted>(`run ${name}`, async (isHeld) => {
    const attempts = await findAttempts(name, experiment, deps);
    if (!attempts.ok) return attempts;
    const repeated = attempts.value.find(({ id }) => id === repeats?.of)?.name;
    const decision = decideSubmission(name, attempts.value, {
      ...submission,
      repeats: repeated ?? repeats?.of,
    });
    const joined =
      decision.do === "join" ? attempts.value.find((attempt) => attempt.name === decision.name) : undefined;
    if (decision.do === "join" && joined !== undefined)
      return succeeded({ job: joined.job, reused: true, reason: decision.reason });
    const body = await bodyOf(submission, graph, folders.value, {
      deps,
      experiment,
      description: job.displayName ?? decision.name,
      tags: { ...job.tags, ...provenance.tags, [runTags.run]: decision.name },
      properties: { ...job.properties, ...provenance.properties },
    });
    if (!body.ok) return body;
    const id = await deps.pipelines.createRun(experiment, body.value);
    if (!id.ok) return id;
    // Somebody else may have its turn by now. Nobody has seen the run yet, and nobody will.
    if (!isHeld())
      return notSubmitted("The lease of the submission was lost before the run was submitted.", "LeaseLost");
    const run = await submitRun(id.value, deps);
    if (!run.ok) return run;
    await untilFound(id.value, decision.name, experiment, deps);
    return succeeded({ job: run.value, reused: false });
  });
}

type KnownAttempt = Attempt & { readonly id: string; readonly job: LiveJob };

/** The attempts that run history knows, in order; of one name the one that came first. */
async function findAttempts(
  name: string,
  experiment: string,
  { pipelines }: Pick<V1SubmissionDeps, "pipelines">,
): Promise<Outcome<readonly KnownAttempt[]>> {
  const found: KnownAttempt[] = [];
  for (let attempt = 1; ; attempt += 1) {
    const runs = await pipelines.tagged(experiment, runTags.run, attemptName(name, attempt));
    if (!runs.ok) return runs;
    const [first] = [...runs.value].sort((a, b) => ((a.createdAt ?? "") < (b.createdAt ?? "") ? -1 : 1));
    if (first === undefined) return succeeded(found);
    found.push({
      id: first.name,
      name: attemptName(name, attempt),
      status: first.status,
      submittedBy: first.tags[runTags.workflowAttempt],
      job: first,
    });
  }
}

/** Brings what the run needs into the workspace, and makes the request of it. */
async function bodyOf(
  { liveNames, github }: JobSubmission,
  graph: V1Graph,
  folders: Parameters<typeof bringModules>[1],
  {
    deps,
    experiment,
    ...said
  }: {
    readonly deps: V1SubmissionDeps;
    readonly experiment: string;
    readonly description: string;
    readonly tags: Readonly<Record<string, string>>;
    readonly properties: Readonly<Record<string, string>>;
  },
): Promise<Outcome<unknown>> {
  const { pipelines } = deps;
  const types = await pipelines.ensureDataTypes();
  if (!types.ok) return types;
  const datastore = await pipelines.defaultDatastore();
  if (!datastore.ok) return datastore;
  const computes = await readComputes(graph, liveNames, deps);
  if (!computes.ok) return computes;
  const made = await pipelines.ensureExperiment(experiment);
  if (!made.ok) return made;
  const facts = { defaultDatastore: datastore.value, properties: gitProperties(github) };
  const brought = await bringModules(graph, folders, facts, deps);
  if (!brought.ok) return brought;
  const { modules, dataSources } = brought.value;
  return succeeded(
    creationBody(graph, {
      ...said,
      defaultDatastore: datastore.value,
      moduleIdOf: ({ key }) => known(modules, key),
      dataSourceIdOf: (reference) => known(dataSources, dataSourceHash(reference)),
      computeOf: (name) => known(computes.value, name),
    }),
  );
}

/** @throws for what was not brought: that is a mistake of ours. */
function known<Value>(values: ReadonlyMap<string, Value>, key: string): Value {
  const value = values.get(key);
  if (value === undefined) throw new Error(`${key} was not brought into the workspace.`);
  return value;
}

/** What the computes of the steps are, each at its place where there is none. */
async function readComputes(
  { steps }: V1Graph,
  liveNames: JobSubmission["liveNames"],
  { computes }: Pick<V1SubmissionDeps, "computes">,
): Promise<Outcome<ReadonlyMap<string, StepCompute>>> {
  const found = new Map<string, StepCompute>();
  for (const { compute, computePath } of steps) {
    if (found.has(compute)) continue;
    const live = await computes.get(liveNames.get(compute.toLowerCase()) ?? compute);
    if (!live.ok) return live;
    if (live.value === undefined)
      return refused("ComputeNotFound", `The workspace has no compute '${compute}'.`, computePath.join("."));
    const { name, resourceId } = live.value;
    found.set(compute, { name, ...defined({ resourceId, scriptStepType: kindOfLive(live.value)?.scriptStepType }) });
  }
  return succeeded(found);
}

/** How often a submission is sent again after reads have shown that it never took effect. */
const mostSends = 3;

/** Sends the submission, and reads the run wherever its outcome is not known. */
async function submitRun(id: string, deps: V1SubmissionDeps): Promise<Outcome<LiveJob>> {
  deps.beforeSubmit(id);
  let last: AzureFailure | undefined;
  for (let send = 1; send <= mostSends; send += 1) {
    const sent = await deps.pipelines.submit(id);
    // A second submission of a run that was submitted is refused: by then the first has been carried out.
    if (!sent.ok && sent.failure.reason === "cancelled") return cancelled();
    const run = await lookForRun(() => deps.pipelines.get(id), [0, ...pausesBetweenLooks], deps);
    if (!run.ok) return run;
    if (run.value !== undefined) return succeeded(run.value);
    if (!sent.ok && sent.failure.reason === "refused") return sent;
    last = sent.ok ? undefined : sent.failure;
  }
  const said = last === undefined ? "" : ` The last answer: ${last.error.message} [${last.error.code}]`;
  return notSubmitted(
    `The run ${id} was created, but is not submitted after ${mostSends} requests.${said}`,
    "NotSubmitted",
  );
}

/** Holds the turn until run history finds the run by its tag: whoever is next would not find it sooner. */
async function untilFound(
  id: string,
  name: string,
  experiment: string,
  { pipelines, clock, signal }: V1SubmissionDeps,
): Promise<void> {
  for (const pause of [0.5, 1, 2, 4, 0]) {
    const runs = await pipelines.tagged(experiment, runTags.run, name);
    if (!runs.ok || runs.value.some((run) => run.name === id) || pause === 0) return;
    try {
      await clock.sleep(pause, signal);
    } catch {
      return;
    }
  }
}

function notSubmitted(message: string, code: string): Outcome<never> {
  return failed({ reason: "unknown", error: { code, message, details: [] } });
}
