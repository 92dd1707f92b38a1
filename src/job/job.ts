import { ZodObject, ZodUnion } from "zod";
import type { AssetUse } from "../asset/asset.ts";
import type { LiveJob } from "../azure/jobs.ts";
import type { ProblemCode } from "../yaml/problem-codes.ts";
import { formatProblem, type Problem } from "../yaml/problem.ts";
import { withoutFaults } from "../yaml/salvage.ts";
import { schemaNameOf } from "../yaml/schema-name.ts";
import { positionOf, valueAt, type SourceNode } from "../yaml/source.ts";
import { nearest } from "../yaml/suggestion.ts";
import { isMapping } from "../yaml/wording.ts";
import * as automl from "./automl/automl.ts";
import * as command from "./command.ts";
import { jobTypeNames as names, jobTypeOfKeys, jobTypeOfSchema, type JobTypeName } from "./job-files.ts";
import type {
  ChildrenKind,
  JobBase,
  JobRequest,
  JobStep,
  JobType,
  Placement,
  PrimaryMetric,
  ReadJob,
  RunnerWork,
} from "./kind.ts";
import * as pipeline from "./pipeline.ts";
import { refusedType } from "./refused-types.ts";
import type { JobSecret, Resolved } from "./resolved.ts";
import * as spark from "./spark.ts";
import * as sweep from "./sweep.ts";
import type { V1Run } from "./runconfig/v1-wire.ts";
import type { V1Graph } from "./v1-pipeline/graph.ts";
import * as v1Pipeline from "./v1-pipeline.ts";
import * as v1Run from "./v1-run.ts";

type Jobs = {
  command: command.CommandJob;
  sweep: sweep.SweepJob;
  pipeline: pipeline.PipelineJob;
  spark: spark.SparkJob;
  automl: automl.AutoMlJob;
  v1_pipeline: v1Pipeline.V1PipelineJob;
  v1_run: v1Run.V1RunJob;
};

/** A declared job, of whatever type. */
export type Job = Jobs[JobTypeName];

/**
 * A new type is one file, one line in each of these two lists, and what its files are told by in `job-files.ts`; the compiler
 * names what is missing. All are loaded with this module, so what is called for a declaration without a job imports it only
 * where it needs it.
 */
export const jobTypes: { readonly [T in JobTypeName]: JobType<Jobs[T]> } = {
  command,
  sweep,
  pipeline,
  spark,
  automl,
  v1_pipeline: v1Pipeline,
  v1_run: v1Run,
};

/** What a job is that names no type that is listed: its shape then says what is wrong. */
const defaultType: JobTypeName = "command";

/** Reads a declared job of whatever type: the one that it names, by `type` or `$schema`, else the one whose keys it has. */
export function readJob(node: SourceNode): ReadJob<Job> {
  const value = valueAt(node);
  const mapping = typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  const schema = schemaNameOf(mapping["$schema"]);
  const refused = refusedType("job", mapping["type"]);
  if (refused !== undefined) {
    const where = positionOf(node, ["type"]);
    return { problems: [{ code: "not-supported-yet", severity: "error", where, ...refused }] };
  }
  const type =
    names.find((name) => name === mapping["type"]) ??
    (schema === undefined ? jobTypeOfKeys(mapping) : jobTypeOfSchema(schema)) ??
    defaultType;
  const read = jobTypes[type].read(node);
  return read.job === undefined ? withRest(read, type, node) : read;
}

/** Rules over several members: where one of them is at fault, they say nothing that is certain. */
const rulesOverMembers: Readonly<Partial<Record<ProblemCode, readonly string[]>>> = {
  "missing-key": ["environment", "command", "code", "inputs", "outputs", "trial", "search_space", "sampling_algorithm"],
  "unknown-binding": ["command", "inputs", "outputs", "trial", "search_space"],
  "unused-parameter": ["trial", "search_space"],
  "wrong-sampling": ["search_space", "sampling_algorithm", "early_termination"],
  "two-environments": ["environment", "conda_packages", "pip_packages", "gpu"],
};

/** What else is wrong with a job whose shape has faults. */
function withRest(read: ReadJob<Job>, type: JobTypeName, node: SourceNode): ReadJob<Job> {
  const rest = withoutFaults(jobTypes[type].schema, node);
  const { problems: others } = rest === undefined ? { problems: [] } : jobTypes[type].read(rest);
  const known = read.problems.map(formatProblem);
  const taken = rest === undefined ? [] : takenOut(valueAt(node), valueAt(rest));
  // A key that is taken out may be a slip of one that a rule needs.
  const isCertain = ({ code }: Problem) => {
    const members = rulesOverMembers[code];
    return members === undefined || !taken.some((key) => members.includes(key) || nearest(key, members) !== undefined);
  };
  const further = others.filter((problem) => isCertain(problem) && !known.includes(formatProblem(problem)));
  return { problems: [...read.problems, ...further] };
}

/** The keys of which something was taken out. */
function takenOut(before: unknown, after: unknown): readonly string[] {
  if (!isMapping(before) || !isMapping(after)) return [];
  return Object.keys(before).filter((key) => before[key] !== after[key]);
}

/** True for a key that jobs of some type have at their top. */
export function isKeyOfJobs(key: string): boolean {
  return names.some((name) => {
    const schema = jobTypes[name].schema();
    const branches: readonly unknown[] = schema instanceof ZodUnion ? schema.options : [schema];
    return branches.some((branch) => branch instanceof ZodObject && Object.hasOwn(branch.shape, key));
  });
}

/** Generic in the type, because TypeScript cannot match `jobTypes[job.type]` with `job` otherwise. */
function typeOf<T extends JobTypeName>(job: Jobs[T] & { type: T }): JobType<Jobs[T]> {
  return jobTypes[job.type];
}

export function labelOf(job: Job): string {
  return jobTypes[job.type].label;
}

export function apiVersionOf(job: Job): string {
  return jobTypes[job.type].apiVersion;
}

export function assetsOf(job: Job): readonly AssetUse[] {
  return typeOf(job).assetsOf(job);
}

export function addressesOf(job: Job): ReturnType<JobType<Job>["addressesOf"]> {
  return typeOf(job).addressesOf(job);
}

export function computesOf(job: Job): readonly string[] {
  return typeOf(job).computesOf(job);
}

/** Everything that runs on a compute which the job names. */
export function placementsOf(job: Job): readonly Placement[] {
  const { workload, placementsOf: ofParts, computesOf: computes } = typeOf(job);
  if (ofParts !== undefined) return ofParts(job);
  return workload === undefined ? [] : computes(job).map((compute) => ({ compute, workload, path: ["compute"] }));
}

export function secretsOf(job: Job): readonly JobSecret[] {
  return typeOf(job).secretsOf(job);
}

/** What a job of this type is to bring as far as it can, where it says so. */
export function primaryMetricOf(job: Job): PrimaryMetric | undefined {
  return typeOf(job).primaryMetricOf?.(job);
}

/** False for a job whose type has no steps. */
export function hasSteps(job: Job): boolean {
  return typeOf(job).stepsOf !== undefined;
}

/** The steps of a pipeline; `undefined` for a job that has none, or whose steps are not known here. */
export function stepsOf(job: Job): readonly JobStep[] | undefined {
  return typeOf(job).stepsOf?.(job);
}

export function toRequest(job: Job, resolved: Resolved): JobRequest {
  return typeOf(job).toRequest(job, resolved);
}

/** What goes to the pipeline service of the first SDK, in parts; `undefined` for what is submitted as a job. */
export function graphOf(job: Job): V1Graph | undefined {
  return typeOf(job).graphOf?.(job);
}

/** What goes to the execution service of the first SDK; `undefined` for what is submitted as a job, or as a graph. */
export function v1RunOf(job: Job): V1Run | undefined {
  return typeOf(job).v1RunOf?.(job);
}

/** True for a job that goes to the services of the first SDK, and not to ARM. */
export function isOfFirstSdk(job: Job): boolean {
  const { graphOf: graph, v1RunOf: run } = typeOf(job);
  return graph !== undefined || run !== undefined;
}

/** True for a live job that is in no list of jobs: only by its experiment are others of its kind found. */
export function isFoundByExperiment({ jobType }: Pick<LiveJob, "jobType">): boolean {
  return names.some((name) => {
    const type = jobTypes[name];
    return (type.graphOf ?? type.v1RunOf) !== undefined && type.jobType === jobType;
  });
}

/** What a live job's runs start, by ARM's `jobType`; `undefined` for one that starts none. */
export function childrenOf(job: Pick<LiveJob, "jobType" | "objective" | "properties">): ChildrenKind | undefined {
  return typeOfLive(job)?.childrenOf?.(job);
}

/** The steps of a live pipeline; `undefined` for a job that has none, or does not show them. */
export function liveStepsOf(job: Pick<LiveJob, "jobType" | "pipeline">): readonly JobStep[] | undefined {
  return typeOfLive(job)?.liveStepsOf?.(job);
}

function typeOfLive({
  jobType,
}: Pick<LiveJob, "jobType">): Pick<JobType<JobBase>, "childrenOf" | "liveStepsOf"> | undefined {
  const type = names.find((name) => jobTypes[name].jobType.toLowerCase() === jobType?.toLowerCase());
  return type && jobTypes[type];
}

/** The job as the runner can run it; `undefined` for a type that only Azure ML runs. */
export function onRunner(job: Job): RunnerWork | undefined {
  return typeOf(job).onRunner?.(job);
}
