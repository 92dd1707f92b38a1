import pLimit from "p-limit";
import { defined } from "../azure/defined.ts";
import { interpretStatus } from "../azure/job-status.ts";
import type { Blobs } from "../azure/blobs.ts";
import type { LiveJob, Objective } from "../azure/jobs.ts";
import type { Metrics } from "../azure/metrics.ts";
import { failed, succeeded, type AzureFailure, type Outcome, type ServiceError } from "../azure/outcome.ts";
import type { ChildRun, RunHistory } from "../azure/run-history.ts";
import type { Runs } from "../azure/runs.ts";
import { leafCause } from "../azure/service-error.ts";
import { childrenOf } from "../job/job.ts";
import type { ChildrenKind, JobStep } from "../job/kind.ts";
import type { BestTrial, ChildReport } from "../report/result.ts";
import type { LastValues, Unread } from "./gates.ts";
import { createLogFollower } from "./logs.ts";

/** What a run has started, by one rule for every type of job: a sweep's trials, a pipeline's steps. */
export type Children = {
  readonly children: readonly ChildReport[];
  readonly best?: BestTrial;
  /** Why what they have logged is not known, by their names. */
  readonly unread?: ReadonlyMap<string, AzureFailure>;
};

const readsAtOnce = 8;

/**
 * Reads the children of a run: one list, and the last values of each.
 *
 * @param parent as it is now: a sweep's tags hold the parameters of its trials, its properties the best of them.
 */
async function readChildren(
  parent: LiveJob,
  kind: ChildrenKind,
  { runHistory, metrics, steps }: Pick<BelowDeps, "runHistory" | "metrics" | "steps">,
): Promise<Outcome<Children>> {
  const found = await runHistory.children(parent.name);
  if (!found.ok) return found;
  const limit = pLimit(readsAtOnce);
  const unread = new Map<string, AzureFailure>();
  const started = found.value.filter((child) => kind.are === "steps" || (kind.isTrial?.(child) ?? true));
  const children = await Promise.all(
    started.map((child, index) =>
      limit(async () => {
        const values = await metrics.lastValues(child.name);
        // Metrics decide nothing but gates: what cannot be read is left out, and no gate on it is judged.
        if (!values.ok) unread.set(child.name, values.failure);
        const lastValues = values.ok ? values.value : {};
        const report = reportOf(child, index, parent, kind, lastValues);
        return kind.are === "steps" ? { ...report, step: stepNameOf(child, steps) } : report;
      }),
    ),
  );
  const sorted = kind.are === "trials" ? children.sort((a, b) => (a.trial ?? 0) - (b.trial ?? 0)) : children;
  return succeeded({ children: sorted, unread, ...defined({ best: bestOf(sorted, parent, kind) }) });
}

function reportOf(
  child: ChildRun,
  index: number,
  parent: LiveJob,
  kind: ChildrenKind,
  metrics: Readonly<Record<string, number>>,
): ChildReport {
  const { name, status, startTime, endTime } = child;
  const seconds =
    startTime === undefined || endTime === undefined
      ? Number.NaN
      : (Date.parse(endTime) - Date.parse(startTime)) / 1000;
  return {
    name,
    ...(kind.are === "trials" ? { trial: trialNumber(name, parent.name) ?? index } : {}),
    status,
    conclusion: interpretStatus(status).conclusion,
    parameters: kind.are === "trials" ? (kind.parametersOf?.(child) ?? parametersOf(child, parent)) : {},
    metrics,
    ...defined({
      startedAt: startTime,
      durationSeconds: Number.isNaN(seconds) ? undefined : Math.max(0, seconds),
      url: parent.studioUrl?.includes(`/runs/${parent.name}?`)
        ? parent.studioUrl.replace(`/runs/${parent.name}?`, `/runs/${name}?`)
        : undefined,
    }),
  };
}

/** The service shows a step by its `display_name`, and by its name where it has none. */
export function stepNameOf({ name, displayName }: ChildRun, steps: readonly JobStep[] = []): string {
  const shown = displayName ?? name;
  const declared = steps.find((step) => step.name === shown) ?? steps.find((step) => step.displayName === shown);
  return declared?.name ?? shown;
}

/** True for a step that did not run: its results are those of an earlier run. */
export function isReused({ properties }: Pick<ChildRun, "properties">): boolean {
  return properties["azureml.isreused"]?.toLowerCase() === "true";
}

/**
 * Where what a step has left is: with the run that it took its results over from, or with its best trial. azure-ai-ml
 * (`jobs.download`) reads the same properties.
 */
export function runOfStep(child: ChildRun): string {
  const { name, properties } = child;
  return (isReused(child) ? properties["azureml.reusedrunid"] : undefined) ?? properties["best_child_run_id"] ?? name;
}

/** The service names trials after the sweep: `sweep_0`, `sweep_1`, … */
export function trialNumber(name: string, parent: string): number | undefined {
  const suffix = name.startsWith(`${parent}_`) ? name.slice(parent.length + 1) : "";
  return /^\d{1,6}$/.test(suffix) ? Number(suffix) : undefined;
}

/** By the sweep's tags, as its own clients read them (`azureml-train-core` 1.62.0, get_hyperparameters); else by the trial's. */
function parametersOf({ name, tags }: ChildRun, parent: LiveJob): Readonly<Record<string, unknown>> {
  for (const text of [parent.tags[`_aml_system_${name}`], parent.tags[name], tags["hyperparameters"]]) {
    if (text === undefined) continue;
    try {
      const value: unknown = JSON.parse(text);
      if (typeof value === "object" && value !== null && !Array.isArray(value))
        return value as Readonly<Record<string, unknown>>;
    } catch {
      // A tag that somebody else has written says nothing about parameters.
    }
  }
  return {};
}

/**
 * The trial that the service names: in a sweep's own properties (`best_child_run_id`, which azure-ai-ml downloads from too),
 * in an AutoML job's tags (`automl_best_child_run_id`, by which its documentation has the best model found). Where it names
 * none, the one with the best last value, of those that completed if there is one.
 */
function bestOf(
  children: readonly ChildReport[],
  { properties, tags }: LiveJob,
  kind: ChildrenKind,
): BestTrial | undefined {
  if (kind.are !== "trials" || kind.objective === undefined) return undefined;
  const bestName = properties["best_child_run_id"] ?? tags["automl_best_child_run_id"];
  if (bestName === undefined || bestName === "") return bestByMetric(children, kind.objective);
  // Its word counts for a trial that it does not list as well.
  const named = children.find(({ name }) => name === bestName) ?? { name: bestName, metrics: {}, parameters: {} };
  const score = Number(properties["score"] ?? Number.NaN);
  return bestTrial(named, kind.objective, Number.isFinite(score) ? score : undefined);
}

function bestTrial(
  { name, metrics, parameters }: Pick<ChildReport, "name" | "metrics" | "parameters">,
  { primaryMetric: metric, goal }: Objective,
  score?: number,
): BestTrial {
  return { name, metric, goal, ...defined({ value: score ?? metrics[metric] }), parameters };
}

/** The one with the best last value, of those that completed if there is one. */
export function bestByMetric(children: readonly ChildReport[], objective: Objective): BestTrial | undefined {
  const { primaryMetric: metric, goal } = objective;
  const logged = children.filter((child) => Number.isFinite(child.metrics[metric]));
  const completed = logged.filter(({ conclusion }) => conclusion === "success");
  const sign = goal === "maximize" ? -1 : 1;
  const distance = (child: ChildReport) => sign * (child.metrics[metric] ?? Number.NaN);
  const best = (completed.length > 0 ? completed : logged).reduce<ChildReport | undefined>(
    (a, b) => (a === undefined || distance(b) < distance(a) ? b : a),
    undefined,
  );
  return best && bestTrial(best, objective);
}

/** Why a run failed whose children did: the first of them that failed, its cause, and the end of its log. */
export type FailedChild = { readonly child: ChildReport; readonly cause?: ServiceError; readonly tail?: string };

export type Below = { readonly children?: Children; readonly failedChild?: FailedChild };

type BelowDeps = {
  readonly runs: Runs;
  readonly runHistory: RunHistory;
  readonly metrics: Metrics;
  readonly blobs: Blobs;
  /** Of a pipeline whose steps are known. */
  readonly steps?: readonly JobStep[];
  /** The end of a log that was followed: it is not read again. */
  readonly tailOf?: (run: string) => string | undefined;
};

/**
 * What is below a run that is over: nothing for a type that starts no others.
 *
 * @param job as it was when it was submitted or joined; it is read again, because what its children say of themselves in
 *   its tags and properties has come since.
 * @param status the last one that was read.
 */
export async function readBelow(job: LiveJob, status: string, deps: BelowDeps): Promise<Outcome<Below>> {
  if (childrenOf(job) === undefined) return succeeded({});
  const read = await deps.runs.get(job.name);
  if (!read.ok) return read;
  const now = read.value ?? job;
  const kind = childrenOf(now);
  if (kind === undefined) return succeeded({});
  const children = await readChildren(now, kind, deps);
  if (!children.ok) return children;
  const failedChild =
    interpretStatus(status).conclusion === "failure" ? await readFailedChild(children.value.children, deps) : undefined;
  const found = kind.are === "steps" ? await withCauses(children.value, failedChild, deps) : children.value;
  return succeeded({ children: found, ...defined({ failedChild }) });
}

/** Last values as gates take them: of a sweep, its best trial's; of a pipeline, its steps' beside its own. */
export async function valuesOfRun(name: string, deps: BelowDeps): Promise<Outcome<LastValues>> {
  const [job, own] = await Promise.all([deps.runs.get(name), deps.metrics.lastValues(name)]);
  if (!job.ok) return job;
  const kind = job.value === undefined ? undefined : childrenOf(job.value);
  if (job.value === undefined || kind === undefined) return own.ok ? succeeded({ own: own.value }) : own;
  const below = await readChildren(job.value, kind, deps);
  if (!below.ok) return below;
  const { children, best, unread } = below.value;
  const ofBestUnread = unread?.get(best?.name ?? "");
  if (ofBestUnread !== undefined) return failed(ofBestUnread);
  const ofBest = children.find((child) => child.name === best?.name)?.metrics;
  if (ofBest === undefined && !own.ok) return own;
  return succeeded({ own: ofBest ?? (own.ok ? own.value : {}), steps: stepValuesOf(children) });
}

/** Why what steps have logged is not known, by the steps' names. */
export function unreadSteps({ children, unread }: Children): NonNullable<Unread["steps"]> {
  return Object.fromEntries(
    children.flatMap(({ name, step }) => {
      const failure = unread?.get(name);
      return step === undefined || failure === undefined ? [] : [[step, failure]];
    }),
  );
}

export function stepValuesOf(children: readonly ChildReport[]): NonNullable<LastValues["steps"]> {
  return Object.fromEntries(children.flatMap(({ step, metrics }) => (step === undefined ? [] : [[step, metrics]])));
}

async function readFailedChild(
  children: readonly ChildReport[],
  { runHistory, blobs, tailOf }: Pick<BelowDeps, "runHistory" | "blobs" | "tailOf">,
): Promise<FailedChild | undefined> {
  const child = children.find(({ conclusion }) => conclusion === "failure");
  if (child === undefined) return undefined;
  const leaf = await failedLeaf(child.name, runHistory);
  const known = tailOf?.(leaf);
  const details = await runHistory.details(leaf);
  if (!details.ok) return { child, ...defined({ tail: known }) };
  const { error, logFiles } = details.value;
  const tail = known ?? (await readTail(leaf, logFiles, { runHistory, blobs }));
  return { child, ...defined({ cause: error === undefined ? undefined : leafCause(error), tail }) };
}

async function readTail(
  run: string,
  logFiles: Readonly<Record<string, string>>,
  { runHistory, blobs }: Pick<BelowDeps, "runHistory" | "blobs">,
): Promise<string | undefined> {
  const renew = (file: string) => runHistory.artifactUrl(run, file);
  const follower = createLogFollower(blobs, () => undefined, { renew });
  await follower.finish(logFiles);
  return follower.tail();
}

/** Pipelines in pipelines go no deeper. Our choice. */
export const deepest = 8;

/** The run that failed by itself: of a step that is a pipeline or a sweep, the first below it that did. */
async function failedLeaf(name: string, runHistory: RunHistory): Promise<string> {
  let leaf = name;
  for (let depth = 0; depth < deepest; depth += 1) {
    const below = await runHistory.children(leaf);
    const next = below.ok
      ? below.value.find(({ status }) => interpretStatus(status).conclusion === "failure")
      : undefined;
    if (next === undefined) break;
    leaf = next.name;
  }
  return leaf;
}

/** The causes of all failed steps, of which there are few; a sweep may have hundreds of failed trials. */
async function withCauses(
  found: Children,
  known: FailedChild | undefined,
  { runHistory }: Pick<BelowDeps, "runHistory">,
): Promise<Children> {
  const limit = pLimit(readsAtOnce);
  const withCause = async (child: ChildReport): Promise<ChildReport> => {
    if (child.conclusion !== "failure") return child;
    if (child.name === known?.child.name) return { ...child, ...defined({ error: known.cause }) };
    const details = await runHistory.details(await failedLeaf(child.name, runHistory));
    const error = details.ok ? details.value.error : undefined;
    return error === undefined ? child : { ...child, error: leafCause(error) };
  };
  return { ...found, children: await Promise.all(found.children.map((child) => limit(() => withCause(child)))) };
}

/** The child and its cause as a sentence; `undefined` where the service gave none. */
export function causeOf({ child, cause }: FailedChild): string | undefined {
  if (cause === undefined) return undefined;
  const which = child.step === undefined ? `trial ${child.trial ?? child.name}` : `step '${child.step}'`;
  return `Its ${which} failed: ${cause.message} [${cause.code}]`;
}
