import * as z from "zod";
import type { AssetUse } from "../asset/asset.ts";
import { defined } from "../azure/defined.ts";
import { problemsAt } from "../compute/problems-at.ts";
import { checkShape, shape, text } from "../yaml/shape.ts";
import type { NodePath, SourceNode } from "../yaml/source.ts";
import { baseKeys, readBase, shownKeys, toBase } from "./base.ts";
import type { JobBase, JobRequest, ReadJob, RunnerWork } from "./kind.ts";
import { computeSchema, readCompute } from "./parts/compute.ts";
import { identitySchema, toIdentity } from "./parts/identity.ts";
import { assetsOfInputs, inputsSchema, readInputs, toInputs, type JobInputs } from "./parts/inputs.ts";
import { limitsSchema, readLimits, toLimits, type JobLimits } from "./parts/limits.ts";
import { oneMachine } from "./parts/one-machine.ts";
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
import { checkServices, servicesSchema, toServices } from "./parts/services.ts";
import { secretsOfVariables } from "./parts/variables.ts";
import { assetsOfWork, readWork, toWorkMembers, workKeys, type Work } from "./parts/work.ts";
import type { JobSecret, Resolved } from "./resolved.ts";

/**
 * An az ml command job, read and checked. Field for field what `commandJob` YAML says, in our spelling, with defaults
 * left out: the request adds what the official client adds.
 */
export type CommandJob = JobBase & {
  readonly type: "command";
  readonly work: Work;
  /** Name of a compute target of the workspace (`azureml:` removed), a full id, or `local`; absent means serverless. */
  readonly compute?: string;
  readonly inputs: JobInputs;
  readonly outputs: JobOutputs;
  readonly limits?: JobLimits;
  /** The parts below are in ARM's own shape already: nothing but the request needs them. */
  readonly services?: object;
  readonly identity?: object;
  readonly queueSettings?: object;
};

export const label = "command job";
export const jobType = "Command";
export const workload = "command";
export const apiVersion = "2025-01-01-preview";

/** An az ml command job, with the short cuts of inline runs. */
export const schema = shape(() =>
  z
    .strictObject({
      $schema: text().optional(),
      type: z.literal("command").optional(),
      ...baseKeys(),
      ...workKeys("What is run; ${{inputs.NAME}} and ${{outputs.NAME}} stand for inputs and outputs."),
      compute: computeSchema(),
      inputs: inputsSchema().optional(),
      outputs: outputsSchema().optional(),
      limits: limitsSchema().optional(),
      services: servicesSchema().optional(),
      identity: identitySchema().optional(),
      queue_settings: queueSchema().optional(),
      ...shownKeys(),
    })
    .describe("An az ml command job."),
);

/** An az ml command job (or an inline one): the job, or every problem at its place. */
export function read(node: SourceNode): ReadJob<CommandJob> {
  const { value, problems: wrongShape } = checkShape(schema, node);
  if (value === undefined) return { problems: wrongShape };
  const { found, add } = problemsAt(node);
  const reader = { node, add };
  const inputs = readInputs(value.inputs ?? {}, reader);
  const outputs = readOutputs(value.outputs ?? {}, reader);
  const names = { inputs: Object.keys(inputs), outputs: Object.keys(outputs) };
  const { work, problems: ofWork } = readWork(value, names, reader);
  const limits = value.limits === undefined ? undefined : readLimits(value.limits, reader);
  checkServices(value.services ?? {}, reader);
  const problems = [...ofWork, ...found];
  if (work === undefined) return { problems };
  const job: CommandJob = {
    type: "command",
    ...readBase(value, node),
    work,
    inputs,
    outputs,
    ...defined({
      compute: value.compute === undefined ? undefined : readCompute(value.compute),
      limits,
      services: value.services && toServices(value.services),
      identity: value.identity && toIdentity(value.identity),
      queueSettings: value.queue_settings && toQueueSettings(value.queue_settings),
    }),
  };
  return { job, problems };
}

export function assetsOf({ work, inputs }: CommandJob): readonly AssetUse[] {
  return [...assetsOfWork(work), ...assetsOfInputs(inputs)];
}

export function addressesOf({ outputs }: CommandJob): ReturnType<typeof addressesOfOutputs> {
  return addressesOfOutputs(outputs);
}

export function computesOf({ compute }: CommandJob): readonly string[] {
  return compute === undefined ? [] : [compute];
}

export function secretsOf({ work }: CommandJob): readonly JobSecret[] {
  return secretsOfVariables(work.environmentVariables);
}

export function toRequest(job: CommandJob, resolved: Resolved): JobRequest {
  const { compute, limits } = job;
  const { command, codeId, environmentId, ...rest } = toWorkMembers(job.work, resolved);
  return {
    properties: {
      jobType,
      ...toBase(job, resolved),
      ...defined({
        command,
        codeId,
        environmentId,
        computeId: compute === undefined ? undefined : resolved.computeIdOf(compute),
        inputs: toInputs(job.inputs, resolved),
        outputs: toOutputs(job.outputs),
        ...rest,
        limits: limits === undefined ? undefined : toLimits(limits, jobType),
        services: job.services,
        identity: job.identity,
        queueSettings: job.queueSettings,
      }),
    },
  };
}

export function onRunner(job: CommandJob): RunnerWork {
  const { work, compute, inputs, outputs, limits } = job;
  const { command, code, environment, environmentVariables } = work;
  const process = {
    command,
    environment,
    inputs,
    outputs: foldersOf(outputs),
    environmentVariables,
    machine: oneMachine(work),
    placeOf: (path: NodePath) => path,
    ...defined({ code, compute }),
  };
  return {
    processes: () => [process],
    faults: keptHere(outputs),
    ...defined({ timeoutSeconds: limits?.timeoutSeconds }),
  };
}
