import * as z from "zod";
import type { AssetUse } from "../asset/asset.ts";
import { defined } from "../azure/defined.ts";
import { problemsAt } from "../compute/problems-at.ts";
import { checkShape, shape, text } from "../yaml/shape.ts";
import type { SourceNode } from "../yaml/source.ts";
import { baseKeys, readBase, shownKeys, toBase } from "./base.ts";
import type { JobBase, JobRequest, ReadJob } from "./kind.ts";
import { checkBindings } from "./parts/bindings.ts";
import { assetsOfCode, codeSchema, readCode, toCodeId, type JobCode } from "./parts/code.ts";
import { computeSchema, readCompute } from "./parts/compute.ts";
import {
  assetOfEnvironment,
  jobEnvironmentSchema,
  readEnvironment,
  toEnvironmentId,
  type JobEnvironment,
} from "./parts/environment.ts";
import { identitySchema, toIdentity } from "./parts/identity.ts";
import { assetsOfInputs, inputsSchema, readInputs, toInputs, type JobInputs } from "./parts/inputs.ts";
import { addressesOfOutputs, outputsSchema, readOutputs, toOutputs, type JobOutputs } from "./parts/outputs.ts";
import type { PartReader } from "./parts/read-part.ts";
import { servicesSchema } from "./parts/services.ts";
import { confSchema, readConf, type SparkConf } from "./parts/spark-conf.ts";
import { entrySchema, readEntry } from "./parts/spark-entry.ts";
import { readSparkResources, sparkResourcesSchema, type SparkResources } from "./parts/spark-resources.ts";
import type { JobSecret, Resolved } from "./resolved.ts";

/** An az ml Spark job, read and checked: it runs on an attached Synapse Spark pool, or on serverless Spark. */
export type SparkJob = JobBase & {
  readonly type: "spark";
  readonly code?: JobCode;
  /** Path of the Python file that is started, relative to the code. */
  readonly entry: string;
  readonly conf: SparkConf;
  /** Paths and addresses, as written: `py_files`, `jars`, `files`, `archives`. */
  readonly lists: Readonly<Record<string, readonly string[]>>;
  readonly args?: string;
  readonly environment?: JobEnvironment;
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

/** The image that the official client gives an environment of packages alone. */
const imageOfPackages = "conda/miniconda3";

/** The lists of files, by az ml's keys, and ARM's members. */
const listKeys = { py_files: "pyFiles", jars: "jars", files: "files", archives: "archives" } as const;

const listSchema = () => z.array(text()).optional();

export const schema = shape(() =>
  z
    .strictObject({
      $schema: text().optional(),
      type: z.literal("spark"),
      ...baseKeys(),
      code: codeSchema(),
      entry: entrySchema(),
      args: text()
        .optional()
        .describe("Arguments of the entry; ${{inputs.NAME}} and ${{outputs.NAME}} stand for paths."),
      conf: confSchema().optional(),
      py_files: listSchema().describe("Files .zip, .egg and .py for the Python path."),
      jars: listSchema().describe("JAR files for driver and executors."),
      files: listSchema().describe("Files for the folder in which an executor works."),
      archives: listSchema().describe("Archives to be unpacked there."),
      environment: z.union([jobEnvironmentSchema(), z.null()]).optional(),
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
  const { environment, problems: ofEnvironment } =
    value.environment === undefined || value.environment === null
      ? { problems: [] }
      : readEnvironment({ environment: value.environment }, reader, imageOfPackages);
  const code = value.code === undefined ? undefined : readCode(value.code, reader);
  // What is wrong with the code is said there.
  const entry =
    value.code !== undefined && code === undefined ? value.entry.file : readEntry(value.entry, code, reader);
  const inputs = readInputs(value.inputs ?? {}, reader);
  const outputs = readOutputs(value.outputs ?? {}, reader);
  checkModes(inputs, value.outputs ?? {}, outputs, reader);
  checkBindings(value.args ?? "", Object.keys(inputs), Object.keys(outputs), reader, [], "args");
  const conf = readConf(value.conf ?? {}, reader);
  const resources = value.resources === undefined ? undefined : readSparkResources(value.resources, reader);
  checkPlace(value, reader);
  checkLists(value, reader);
  if (value.services !== undefined)
    add("not-sent", ["services"], "Azure ML starts no services beside a Spark job.", "Remove it.", "warning");
  const problems = [...ofEnvironment, ...found];
  if (entry === undefined) return { problems };
  const job: SparkJob = {
    type: "spark",
    ...readBase(value, node),
    entry,
    conf,
    lists: Object.fromEntries(
      Object.entries(listKeys).flatMap(([key, member]) => {
        const list = value[key as keyof typeof listKeys];
        return list === undefined ? [] : [[member, list]];
      }),
    ),
    inputs,
    outputs,
    // Who reads the data: the pool's own identity; without one, whoever submits.
    identity: toIdentity(value.identity ?? { type: value.resources === undefined ? "managed" : "user_identity" }),
    ...defined({
      code,
      environment,
      args: value.args,
      compute: value.compute === undefined ? undefined : readCompute(value.compute),
      resources,
    }),
  };
  return { job, problems };
}

type Declared = z.infer<ReturnType<typeof schema>>;

/** Where it runs: on a pool, or on nodes of its own. */
function checkPlace({ compute, resources }: Declared, { add }: PartReader): void {
  if (compute !== undefined && compute.trim() === "")
    add(
      "wrong-value",
      ["compute"],
      "The name of the compute is empty.",
      "Name a Synapse Spark pool, or remove the key.",
    );
  else if (compute !== undefined && resources !== undefined) {
    const message = "The job names a pool, and resources of serverless Spark as well.";
    add("two-computes", ["resources"], message, "Keep compute, or resources.");
  } else if (compute === undefined && resources === undefined) {
    const message = "The job says neither on which pool it runs, nor on which nodes of serverless Spark.";
    const fix = 'Add compute: azureml:POOL, or resources: { instance_type: standard_e4s_v3, runtime_version: "3.4" }.';
    add("missing-key", [], message, fix);
  }
}

function checkLists(value: Declared, { add }: PartReader): void {
  for (const key of Object.keys(listKeys) as readonly (keyof typeof listKeys)[]) {
    for (const [index, entry] of (value[key] ?? []).entries()) {
      if (value[key]?.indexOf(entry) === index) continue;
      add("said-twice", [key, index], `${JSON.stringify(entry)} is in the list already.`, "Remove one of the two.");
    }
  }
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

export function assetsOf({ code, environment, inputs }: SparkJob): readonly AssetUse[] {
  return [
    ...assetsOfCode(code),
    ...(environment === undefined ? [] : [assetOfEnvironment(environment)]),
    ...assetsOfInputs(inputs),
  ];
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
  const { compute } = job;
  return {
    properties: {
      jobType,
      ...toBase(job, resolved),
      ...defined({
        codeId: toCodeId(job.code, resolved),
        entry: { sparkJobEntryType: "SparkJobPythonEntry", file: job.entry },
        conf: job.conf,
        ...job.lists,
        args: job.args,
        environmentId: job.environment === undefined ? undefined : toEnvironmentId(resolved),
        computeId: compute === undefined ? undefined : resolved.computeIdOf(compute),
        resources: job.resources,
        inputs: toInputs(job.inputs, resolved),
        outputs: toOutputs(job.outputs),
        identity: job.identity,
      }),
    },
  };
}
