import * as z from "zod";
import type { AssetUse } from "../asset/asset.ts";
import { defined } from "../azure/defined.ts";
import type { LiveJob } from "../azure/jobs.ts";
import { problemsAt } from "../compute/problems-at.ts";
import { checkShape, shape, text } from "../yaml/shape.ts";
import type { SourceNode } from "../yaml/source.ts";
import { baseKeys, readBase, shownKeys, toBase } from "./base.ts";
import type { ChildrenKind, JobBase, JobRequest, PrimaryMetric, ReadJob, RunnerWork } from "./kind.ts";
import { checkParameterBindings } from "./parts/bindings.ts";
import { computeSchema, readCompute } from "./parts/compute.ts";
import { identitySchema, toIdentity } from "./parts/identity.ts";
import { assetsOfInputs, inputsSchema, readInputs, toInputs, type JobInputs } from "./parts/inputs.ts";
import { instanceFaults, oneMachine } from "./parts/one-machine.ts";
import {
  addressesOfOutputs,
  foldersOf,
  keptHere,
  outputsSchema,
  readOutputs,
  toOutputs,
  type JobOutputs,
} from "./parts/outputs.ts";
import { queueSchema, toQueueSettings } from "./parts/queue.ts";
import type { PartReader } from "./parts/read-part.ts";
import { resourcesSchema, toResources } from "./parts/resources.ts";
import { sampleTrials, samplingFaults, valueText } from "./parts/sampling.ts";
import {
  checkSearchSpace,
  checkUse,
  searchSpaceSchema,
  toSearchSpace,
  type SearchSpace,
} from "./parts/search-space.ts";
import { servicesSchema } from "./parts/services.ts";
import {
  checkTuning,
  earlyTerminationSchema,
  objectiveSchema,
  samplingSchema,
  sweepLimitsSchema,
  toEarlyTermination,
  toObjective,
  toSampling,
  toSweepLimits,
  type EarlyTermination,
  type Objective,
  type Sampling,
  type SweepLimits,
} from "./parts/tuning.ts";
import { secretsOfVariables } from "./parts/variables.ts";
import { readerWithin, resolvedWithin, secretsWithin, usesWithin } from "./parts/within.ts";
import { assetsOfWork, readWork, toWorkMembers, workKeys, type Work } from "./parts/work.ts";
import type { JobSecret, Resolved } from "./resolved.ts";

/** An az ml sweep job (hyperparameter tuning), read and checked; defaults are left out, as in a command job. */
export type SweepJob = JobBase & {
  readonly type: "sweep";
  /** What each trial runs, with its own values of the parameters. */
  readonly trial: Work;
  /** As of a command job. */
  readonly compute?: string;
  readonly inputs: JobInputs;
  readonly outputs: JobOutputs;
  readonly searchSpace: SearchSpace;
  readonly sampling?: Sampling;
  readonly objective: Objective;
  readonly limits: SweepLimits;
  readonly earlyTermination?: EarlyTermination;
  readonly resources?: object;
  readonly identity?: object;
  readonly queueSettings?: object;
};

export const label = "sweep job";
export const jobType = "Sweep";
export const workload = "sweep";
export const apiVersion = "2024-01-01-preview";

const trialSchema = () =>
  z
    .strictObject(
      {
        $schema: text().optional(),
        ...workKeys("What is run; ${{search_space.NAME}} stands for the trial's value of a parameter."),
        queue_settings: queueSchema().optional(),
      },
      {
        error: ({ code, input }) =>
          code === "invalid_type" && typeof input === "string"
            ? `A sweep job's trial is written out; az ml takes no file and no component here. Write trial: with command, code and environment below it.`
            : undefined,
      },
    )
    .describe("What each trial runs.");

/** An az ml sweep job; its trial takes the short cuts of inline runs. */
export const schema = shape(() =>
  z
    .strictObject({
      $schema: text().optional(),
      type: z.literal("sweep"),
      ...baseKeys(),
      trial: trialSchema(),
      inputs: inputsSchema().optional(),
      outputs: outputsSchema().optional(),
      compute: computeSchema(),
      sampling_algorithm: samplingSchema().optional(),
      search_space: searchSpaceSchema(),
      objective: objectiveSchema(),
      limits: sweepLimitsSchema(),
      early_termination: earlyTerminationSchema().optional(),
      queue_settings: queueSchema().optional(),
      resources: resourcesSchema().optional(),
      identity: identitySchema().optional(),
      services: servicesSchema().optional(),
      ...withoutParent(shownKeys()),
    })
    .describe("An az ml sweep job: many trials of one command, each with its own parameters."),
);

/** az ml has no parent for a sweep job. */
function withoutParent({ parent_job_name: _, ...rest }: ReturnType<typeof shownKeys>) {
  return rest;
}

/** An az ml sweep job (or an inline one): the job, or every problem at its place. */
export function read(node: SourceNode): ReadJob<SweepJob> {
  const { value, problems: wrongShape } = checkShape(schema, node);
  if (value === undefined) return { problems: wrongShape };
  const { found, add } = problemsAt(node);
  const reader = { node, add };
  const inputs = readInputs(value.inputs ?? {}, reader);
  const outputs = readOutputs(value.outputs ?? {}, reader);
  const { search_space: searchSpace } = value;
  checkSearchSpace(searchSpace, reader);
  checkTuning(value, reader);
  const { trial, problems: ofTrial } = readTrial(value.trial, readerWithin(reader, ["trial"]), {
    inputs: Object.keys(inputs),
    outputs: foldersOf(outputs),
    parameters: Object.keys(searchSpace),
  });
  if (trial !== undefined) checkUse(searchSpace, trial.command, reader);
  warnOfUnsent(value, reader);
  const problems = [...ofTrial, ...found];
  if (trial === undefined) return { problems };
  const job: SweepJob = {
    type: "sweep",
    ...readBase(value, node),
    trial,
    inputs,
    outputs,
    searchSpace,
    objective: value.objective,
    limits: value.limits,
    ...defined({
      // The official client changes the case of a command job's name alone.
      name: value.name,
      compute: value.compute === undefined ? undefined : readCompute(value.compute),
      sampling: value.sampling_algorithm,
      earlyTermination: value.early_termination,
      resources: value.resources && toResources(sentResources(value.resources)),
      identity: value.identity && toIdentity(value.identity),
      queueSettings: value.queue_settings && toQueueSettings(value.queue_settings),
    }),
  };
  return { job, problems };
}

type DeclaredSweep = z.infer<ReturnType<typeof schema>>;

function readTrial(
  value: DeclaredSweep["trial"],
  reader: PartReader,
  names: Parameters<typeof readWork>[1] & { readonly parameters: readonly string[] },
): { readonly trial?: Work; readonly problems: ReadJob<SweepJob>["problems"] } {
  const sent = { ...value, ...defined({ resources: value.resources && sentResources(value.resources) }) };
  const { work: trial, problems } = readWork(sent, names, reader);
  if (value.command.trim() === "")
    reader.add("wrong-value", ["command"], "The command is empty.", "Write what a trial runs.");
  checkParameterBindings(trial?.command ?? value.command, names.parameters, names.inputs, reader);
  return { problems, ...defined({ trial }) };
}

/** The parts of `resources` that the service's sweeps do not have. */
const unsentResources = ["locations", "max_instance_count"] as const;

function sentResources({ locations: _, max_instance_count: __, ...rest }: NonNullable<DeclaredSweep["resources"]>) {
  return rest;
}

/** What az ml reads and does not send. */
function warnOfUnsent({ services, resources, trial }: DeclaredSweep, { add }: PartReader): void {
  const unsent = [
    ...(services === undefined ? [] : [["services"]]),
    ...(trial.queue_settings === undefined ? [] : [["trial", "queue_settings"]]),
    ...unsentResources.flatMap((key) => [
      ...(resources?.[key] === undefined ? [] : [["resources", key]]),
      ...(trial.resources?.[key] === undefined ? [] : [["trial", "resources", key]]),
    ]),
  ];
  for (const path of unsent) {
    add(
      "not-sent",
      path,
      `${path.join(".")} is not sent: sweep jobs of the service do not have it.`,
      path.includes("queue_settings") ? "Write queue_settings beside trial." : "Remove it.",
      "warning",
    );
  }
}

const trialPath = ["trial"];

export function assetsOf({ trial, inputs }: SweepJob): readonly AssetUse[] {
  return [...usesWithin(assetsOfWork(trial), trialPath), ...assetsOfInputs(inputs)];
}

export function addressesOf({ outputs }: SweepJob): ReturnType<typeof addressesOfOutputs> {
  return addressesOfOutputs(outputs);
}

export function computesOf({ compute }: SweepJob): readonly string[] {
  return compute === undefined ? [] : [compute];
}

export function secretsOf({ trial }: SweepJob): readonly JobSecret[] {
  return secretsWithin(secretsOfVariables(trial.environmentVariables), trialPath);
}

export function primaryMetricOf({ objective }: SweepJob): PrimaryMetric {
  return { metric: objective.primary_metric, goal: objective.goal };
}

export function childrenOf({ objective }: Pick<LiveJob, "objective">): ChildrenKind {
  return { are: "trials", ...defined({ objective }) };
}

export function toRequest(job: SweepJob, resolved: Resolved): JobRequest {
  const { compute, trial, sampling, earlyTermination } = job;
  return {
    properties: {
      jobType,
      ...toBase(job, resolved),
      ...defined({
        trial: toWorkMembers(trial, resolvedWithin(resolved, trialPath)),
        computeId: compute === undefined ? undefined : resolved.computeIdOf(compute),
        inputs: toInputs(job.inputs, resolved),
        outputs: toOutputs(job.outputs),
        searchSpace: toSearchSpace(job.searchSpace),
        samplingAlgorithm: sampling === undefined ? undefined : toSampling(sampling),
        objective: toObjective(job.objective),
        limits: toSweepLimits(job.limits, jobType),
        earlyTermination: earlyTermination === undefined ? undefined : toEarlyTermination(earlyTermination),
        // Where only the trial says what it needs, the official client says it of the sweep as well.
        resources: job.resources ?? trial.resources,
        identity: job.identity,
        queueSettings: job.queueSettings,
      }),
    },
  };
}

/** One trial after the other, each as long as it takes: what stops trials early compares those that run at once. */
export function onRunner(job: SweepJob): RunnerWork {
  const { trial, compute, inputs, outputs, searchSpace, sampling, limits, objective } = job;
  const { command, environment, environmentVariables, code } = trial;
  const { primary_metric: primaryMetric, goal } = objective;
  const seconds = (limit: number | undefined) => (limit === 0 ? undefined : limit);
  return {
    processes: (seed) =>
      sampleTrials(sampling, searchSpace, limits.max_total_trials, seed).map((parameters) => ({
        command,
        environment,
        inputs,
        outputs: Object.keys(outputs),
        environmentVariables: {
          ...environmentVariables,
          ...Object.fromEntries(
            Object.entries(parameters).map(([name, value]) => [`AZUREML_SWEEP_${name}`, valueText(value)]),
          ),
        },
        parameters,
        machine: oneMachine(trial),
        placeOf: (path) => (path[0] === "inputs" ? path : [...trialPath, ...path]),
        ...defined({ code, compute, timeoutSeconds: seconds(limits.trial_timeout) }),
      })),
    children: childrenOf({ objective: { primaryMetric, goal } }),
    faults: [
      ...samplingFaults(sampling, searchSpace),
      ...instanceFaults(job.resources),
      ...keptHere(outputs),
      ...(job.earlyTermination === undefined
        ? []
        : [
            {
              path: ["early_termination"],
              message: "Early termination compares trials while they run, and the runner runs one after the other.",
            },
          ]),
    ],
    ...defined({ timeoutSeconds: seconds(limits.timeout) }),
  };
}
