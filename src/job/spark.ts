import * as z from "zod";
import type { AssetUse } from "../asset/asset.ts";
import { defined } from "../azure/defined.ts";
import { problemsAt } from "../compute/problems-at.ts";
import { checkShape, shape, text } from "../yaml/shape.ts";
import type { SourceNode } from "../yaml/source.ts";
import { baseKeys, readBase, shownKeys, toBase } from "./base.ts";
import type { JobBase, JobRequest, ReadJob } from "./kind.ts";
import { toCodeId } from "./parts/code.ts";
import { computeSchema, readCompute } from "./parts/compute.ts";
import { toEnvironmentId } from "./parts/environment.ts";
import { identitySchema, toIdentity } from "./parts/identity.ts";
import { assetsOfInputs, inputsSchema, readInputs, toInputs, type JobInputs } from "./parts/inputs.ts";
import { addressesOfOutputs, outputsSchema, readOutputs, toOutputs, type JobOutputs } from "./parts/outputs.ts";
import type { PartReader } from "./parts/read-part.ts";
import { servicesSchema } from "./parts/services.ts";
import { confSchema, readConf, type SparkConf } from "./parts/spark-conf.ts";
import { checkSparkPlace } from "./parts/spark-place.ts";
import { readSparkResources, sparkResourcesSchema, type SparkResources } from "./parts/spark-resources.ts";
import { assetsOfSparkWork, readSparkWork, sparkLists, sparkWorkKeys, type SparkWork } from "./parts/spark-work.ts";
import type { JobSecret, Resolved } from "./resolved.ts";

/** An az ml Spark job, read and checked: it runs on an attached Synapse Spark pool, or on serverless Spark. */
export type SparkJob = JobBase & {
  readonly type: "spark";
  readonly work: SparkWork;
  readonly conf: SparkConf;
  readonly inputs: JobInputs;
  readonly outputs: JobOutputs;
  /** Name of a pool of the workspace, or a full id; absent for serverless Spark, which has `resources`. */
  readonly compute?: string;
  readonly resources?: SparkResources;
  /** In ARM's own shape. */
  readonly identity: object;
};

export const label = "Spark job";
export const jobType = "Spark";
export const workload = "spark";
export const apiVersion = "2023-04-01-preview";

/** ARM's members for the lists of files, by az ml's keys. */
const listMembers = { py_files: "pyFiles", jars: "jars", files: "files", archives: "archives" } as const;

export const schema = shape(() =>
  z
    .strictObject({
      $schema: text().optional(),
      type: z.literal("spark"),
      ...baseKeys(),
      ...sparkWorkKeys(),
      conf: confSchema().optional(),
      compute: computeSchema().describe("azureml:NAME of an attached Synapse Spark pool; or resources in its place."),
      resources: sparkResourcesSchema().optional(),
      inputs: inputsSchema().optional(),
      outputs: outputsSchema().optional(),
      identity: identitySchema().optional(),
      services: servicesSchema().optional(),
      ...shownKeys(),
    })
    .describe("An az ml Spark job."),
);

export function read(node: SourceNode): ReadJob<SparkJob> {
  const { value, problems: wrongShape } = checkShape(schema, node);
  if (value === undefined) return { problems: wrongShape };
  const { found, add } = problemsAt(node);
  const reader = { node, add };
  const inputs = readInputs(value.inputs ?? {}, reader);
  const outputs = readOutputs(value.outputs ?? {}, reader);
  const names = { inputs: Object.keys(inputs), outputs: Object.keys(outputs) };
  const { work, problems: ofWork } = readSparkWork(value, names, reader);
  checkModes(inputs, value.outputs ?? {}, outputs, reader);
  const conf = readConf(value.conf ?? {}, reader);
  const resources = value.resources === undefined ? undefined : readSparkResources(value.resources, reader);
  checkSparkPlace(value, "job", reader);
  if (value.services !== undefined)
    add("not-sent", ["services"], "Azure ML starts no services beside a Spark job.", "Remove it.", "warning");
  const problems = [...ofWork, ...found];
  if (work === undefined) return { problems };
  const job: SparkJob = {
    type: "spark",
    ...readBase(value, node),
    work,
    conf,
    inputs,
    outputs,
    // Who reads the data: the pool's own identity; without one, whoever submits.
    identity: toIdentity(value.identity ?? { type: value.resources === undefined ? "managed" : "user_identity" }),
    ...defined({
      compute: value.compute === undefined ? undefined : readCompute(value.compute),
      resources,
    }),
  };
  return { job, problems };
}

/** Spark reads and writes by address: nothing is mounted or copied for it. */
function checkModes(
  inputs: JobInputs,
  declaredOutputs: Readonly<Record<string, unknown>>,
  outputs: JobOutputs,
  { add }: PartReader,
): void {
  const check = (section: string, name: string, mode: string | undefined) => {
    if (mode === "Direct") return;
    const message = `Spark reads and writes ${section} by their address: the only mode is direct.`;
    const path = mode === undefined ? [section, name] : [section, name, "mode"];
    add("wrong-mode", path, message, mode === undefined ? "Add mode: direct." : "Use mode: direct.");
  };
  for (const [name, input] of Object.entries(inputs)) if (input.kind === "data") check("inputs", name, input.mode);
  for (const [name, { mode }] of Object.entries(outputs)) {
    // The job's own artifacts, and an output that says nothing, are left to the service.
    if (name !== "default" && declaredOutputs[name] !== null) check("outputs", name, mode);
  }
}

export function assetsOf({ work, inputs }: SparkJob): readonly AssetUse[] {
  return [...assetsOfSparkWork(work), ...assetsOfInputs(inputs)];
}

export function addressesOf({ outputs }: SparkJob): ReturnType<typeof addressesOfOutputs> {
  return addressesOfOutputs(outputs);
}

export function computesOf({ compute }: SparkJob): readonly string[] {
  return compute === undefined ? [] : [compute];
}

export function secretsOf(): readonly JobSecret[] {
  return [];
}

export function toRequest(job: SparkJob, resolved: Resolved): JobRequest {
  const { compute, work } = job;
  const lists = sparkLists.flatMap((key) =>
    work.lists[key] === undefined ? [] : [[listMembers[key], work.lists[key]]],
  );
  return {
    properties: {
      jobType,
      ...toBase(job, resolved),
      ...defined({
        codeId: toCodeId(work.code, resolved),
        entry: { sparkJobEntryType: "SparkJobPythonEntry", file: work.entry },
        conf: job.conf,
        ...(Object.fromEntries(lists) as object),
        args: work.args,
        environmentId: work.environment === undefined ? undefined : toEnvironmentId(resolved),
        computeId: compute === undefined ? undefined : resolved.computeIdOf(compute),
        resources: job.resources,
        inputs: toInputs(job.inputs, resolved),
        outputs: toOutputs(job.outputs),
        identity: job.identity,
      }),
    },
  };
}
