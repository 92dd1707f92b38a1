import * as model from "../asset/model.ts";
import { resolveReference } from "../asset/reference.ts";
import type { Assets } from "../azure/assets.ts";
import { defined } from "../azure/defined.ts";
import { interpretStatus } from "../azure/job-status.ts";
import type { Jobs, LiveJob } from "../azure/jobs.ts";
import { succeeded, type Outcome } from "../azure/outcome.ts";
import { isComparison, valueFor, type Baseline, type BaselineSource, type Gate, type LastValues } from "./gates.ts";
import { isOfConfiguration, runTags, type Configuration, type WorkflowRun } from "./provenance.ts";

export type BaselineDeps = {
  readonly jobs: Jobs;
  readonly assets: Assets;
  readonly workspaceId: string;
  readonly github: Pick<WorkflowRun, "repository">;
  readonly configuration: Configuration;
  /** Of a run that is found by nothing else. */
  readonly experiment?: string;
  /** Last values of a run, its steps' too where a gate is about a step. */
  readonly valuesOf: (run: string, withSteps: boolean) => Promise<Outcome<LastValues>>;
};

type Found = { readonly job: LiveJob } | { readonly missing: string };

/**
 * The runs that gates compare with, each looked for once, and their values.
 *
 * @param name of the run that is judged: it is never compared with itself.
 * @returns by the index of the gate.
 */
export async function findBaselines(
  gates: readonly Gate[],
  name: string,
  deps: BaselineDeps,
): Promise<Outcome<ReadonlyMap<number, Baseline>>> {
  const found = new Map<string, Promise<Outcome<Found>>>();
  const baselines = new Map<number, Baseline>();
  for (const [index, gate] of gates.entries()) {
    if (!isComparison(gate)) continue;
    const key = JSON.stringify(gate.noWorseThan);
    const looking = found.get(key) ?? find(gate.noWorseThan, name, deps);
    found.set(key, looking);
    const source = await looking;
    if (!source.ok) return source;
    const baseline = await baselineOf(gate, source.value, deps);
    if (!baseline.ok) return baseline;
    baselines.set(index, baseline.value);
  }
  return succeeded(baselines);
}

async function baselineOf(gate: Gate, found: Found, { valuesOf }: BaselineDeps): Promise<Outcome<Baseline>> {
  if ("missing" in found) return succeeded(found);
  const { job } = found;
  const values = await valuesOf(job.name, gate.step !== undefined);
  if (!values.ok) return values;
  const value = valueFor(gate, values.value);
  if (value === undefined || !Number.isFinite(value))
    return succeeded({ missing: `the run ${job.name} has no such value` });
  return succeeded({ run: job.name, value, ...defined({ url: job.studioUrl }) });
}

function find(source: BaselineSource, name: string, deps: BaselineDeps): Promise<Outcome<Found>> {
  if ("branch" in source) return newestOf(source.branch, name, deps);
  return "run" in source ? runNamed(source.run, name, deps) : runOfModel(source.model, name, deps);
}

/** The newest Completed run of a push to the branch; never one of a pull request, which may have trained anything. */
async function newestOf(
  branch: string,
  name: string,
  { jobs, github, configuration, experiment }: BaselineDeps,
): Promise<Outcome<Found>> {
  const all = await jobs.tagged(runTags.declaration, experiment);
  if (!all.ok) return all;
  const [newest] = all.value
    .filter(
      (job) =>
        job.name !== name &&
        interpretStatus(job.status).conclusion === "success" &&
        job.tags[runTags.event] === "push" &&
        job.tags[runTags.ref] === `refs/heads/${branch}` &&
        isOfConfiguration(job, github, configuration),
    )
    .sort((a, b) => Date.parse(b.createdAt ?? "") - Date.parse(a.createdAt ?? ""));
  return succeeded(
    newest === undefined
      ? { missing: `no run of a push to ${branch} by this configuration has completed yet` }
      : { job: newest },
  );
}

async function runNamed(run: string, name: string, { jobs }: Pick<BaselineDeps, "jobs">): Promise<Outcome<Found>> {
  if (run === name) return succeeded({ missing: `${run} is this run itself` });
  const job = await jobs.get(run);
  if (!job.ok) return job;
  return succeeded(job.value === undefined ? { missing: `the workspace has no run ${run}` } : { job: job.value });
}

/** A version of a model says which job it came from, by name or by the address of its files. */
async function runOfModel(reference: string, name: string, deps: BaselineDeps): Promise<Outcome<Found>> {
  const { assets } = deps;
  const id = await resolveReference(reference, model, deps);
  if (!id.ok) {
    if (id.failure.reason !== "not-found") return id;
    return succeeded({ missing: `the workspace has no model that ${reference} names` });
  }
  const [, modelName, version] = /\/models\/([^/]+)\/versions\/([^/]+)$/i.exec(id.value) ?? [];
  if (modelName === undefined || version === undefined)
    return succeeded({ missing: `${reference} is not a model of the workspace` });
  const found = await assets.get("models", modelName, version);
  if (!found.ok) return found;
  if (found.value === undefined) return succeeded({ missing: `the workspace has no model ${modelName}:${version}` });
  const run = runBehind(found.value);
  return run === undefined
    ? succeeded({ missing: `the model ${modelName}:${version} does not say which run it came from` })
    : runNamed(run, name, deps);
}

function runBehind({ jobName, modelUri }: Readonly<Record<string, unknown>>): string | undefined {
  if (typeof jobName === "string" && jobName !== "") return jobName;
  const [, job, experimentRun] =
    /^azureml:\/\/jobs\/([^/]+)\/|\/ExperimentRun\/dcid\.([^/]+)/i.exec(typeof modelUri === "string" ? modelUri : "") ??
    [];
  return job ?? experimentRun;
}
