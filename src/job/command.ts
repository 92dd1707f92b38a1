import * as z from "zod";
import type { AssetUse } from "../asset/asset.ts";
import { defined } from "../azure/defined.ts";
import { problemsAt } from "../compute/problems-at.ts";
import { checkShape, shape, text } from "../yaml/shape.ts";
import type { NodePath, SourceNode } from "../yaml/source.ts";
import { baseKeys, readBase, shownKeys, toBase } from "./base.ts";
import type { JobBase, JobRequest, ReadJob, RunnerWork } from "./kind.ts";
import { checkBindings, withTodaysPlaceholders } from "./parts/bindings.ts";
import { assetsOfCode, codeSchema, readCode, toCodeId, type JobCode } from "./parts/code.ts";
import { computeSchema, readCompute } from "./parts/compute.ts";
import { distributionSchema, toDistribution } from "./parts/distribution.ts";
import {
  assetOfEnvironment,
  jobEnvironmentSchema,
  readEnvironment,
  shortCutKeys,
  toEnvironmentId,
  type JobEnvironment,
} from "./parts/environment.ts";
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
import { resourcesSchema, toResources } from "./parts/resources.ts";
import { checkServices, servicesSchema, toServices } from "./parts/services.ts";
import { readVariables, secretsOfVariables, toVariables, variablesSchema, type Variables } from "./parts/variables.ts";
import type { JobSecret, Resolved } from "./resolved.ts";

/**
 * An az ml command job, read and checked. Field for field what `commandJob` YAML says, in our spelling, with defaults
 * left out: the request adds what the official client adds.
 */
export type CommandJob = JobBase & {
  readonly type: "command";
  readonly command: string;
  readonly code?: JobCode;
  readonly environment: JobEnvironment;
  /** Name of a compute target of the workspace (`azureml:` removed), a full id, or `local`; absent means serverless. */
  readonly compute?: string;
  readonly inputs: JobInputs;
  readonly outputs: JobOutputs;
  readonly environmentVariables: Variables;
  readonly limits?: JobLimits;
  /** The parts below are in ARM's own shape already: nothing but the request needs them. */
  readonly distribution?: object;
  readonly resources?: object;
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
      command: text().describe("What is run; ${{inputs.NAME}} and ${{outputs.NAME}} stand for inputs and outputs."),
      code: codeSchema(),
      environment: jobEnvironmentSchema().optional(),
      compute: computeSchema(),
      inputs: inputsSchema().optional(),
      outputs: outputsSchema().optional(),
      environment_variables: variablesSchema().optional(),
      distribution: distributionSchema().optional(),
      resources: resourcesSchema().optional(),
      limits: limitsSchema().optional(),
      services: servicesSchema().optional(),
      identity: identitySchema().optional(),
      queue_settings: queueSchema().optional(),
      ...shownKeys(),
      ...shortCutKeys(),
    })
    .describe("An az ml command job."),
);

/** An az ml command job (or an inline one): the job, or every problem at its place. */
export function read(node: SourceNode): ReadJob<CommandJob> {
  const { value, problems: wrongShape } = checkShape(schema, node);
  if (value === undefined) return { problems: wrongShape };
  const { found, add } = problemsAt(node);
  const reader = { node, add };
  const { environment, problems: ofEnvironment } = readEnvironment(value, reader);
  const code = value.code === undefined ? undefined : readCode(value.code, reader);
  const inputs = readInputs(value.inputs ?? {}, reader);
  const outputs = readOutputs(value.outputs ?? {}, reader);
  const command = withTodaysPlaceholders(value.command, reader);
  checkBindings(command, Object.keys(inputs), Object.keys(outputs), reader);
  const limits = value.limits === undefined ? undefined : readLimits(value.limits, reader);
  checkServices(value.services ?? {}, reader);
  const environmentVariables = readVariables(value.environment_variables ?? {}, reader);
  const problems = [...ofEnvironment, ...found];
  if (environment === undefined) return { problems };
  const job: CommandJob = {
    type: "command",
    ...readBase(value, node),
    command,
    environment,
    inputs,
    outputs,
    environmentVariables,
    ...defined({
      code,
      compute: value.compute === undefined ? undefined : readCompute(value.compute),
      limits,
      distribution: value.distribution && toDistribution(value.distribution),
      resources: value.resources && toResources(value.resources),
      services: value.services && toServices(value.services),
      identity: value.identity && toIdentity(value.identity),
      queueSettings: value.queue_settings && toQueueSettings(value.queue_settings),
    }),
  };
  return { job, problems };
}

export function assetsOf({ code, environment, inputs }: CommandJob): readonly AssetUse[] {
  return [...assetsOfCode(code), assetOfEnvironment(environment), ...assetsOfInputs(inputs)];
}

export function addressesOf({ outputs }: CommandJob): ReturnType<typeof addressesOfOutputs> {
  return addressesOfOutputs(outputs);
}

export function computesOf({ compute }: CommandJob): readonly string[] {
  return compute === undefined ? [] : [compute];
}

export function secretsOf({ environmentVariables }: CommandJob): readonly JobSecret[] {
  return secretsOfVariables(environmentVariables);
}

export function toRequest(job: CommandJob, resolved: Resolved): JobRequest {
  const { compute, limits } = job;
  return {
    properties: {
      jobType,
      ...toBase(job, resolved),
      ...defined({
        command: job.command,
        codeId: toCodeId(job.code, resolved),
        environmentId: toEnvironmentId(resolved),
        computeId: compute === undefined ? undefined : resolved.computeIdOf(compute),
        inputs: toInputs(job.inputs, resolved),
        outputs: toOutputs(job.outputs),
        environmentVariables: toVariables(job.environmentVariables, resolved),
        distribution: job.distribution,
        resources: job.resources,
        limits: limits === undefined ? undefined : toLimits(limits, jobType),
        services: job.services,
        identity: job.identity,
        queueSettings: job.queueSettings,
      }),
    },
  };
}

export function onRunner(job: CommandJob): RunnerWork {
  const { command, code, compute, environment, inputs, outputs, environmentVariables, limits } = job;
  const process = {
    command,
    environment,
    inputs,
    outputs: foldersOf(outputs),
    environmentVariables,
    machine: oneMachine(job),
    placeOf: (path: NodePath) => path,
    ...defined({ code, compute }),
  };
  return {
    processes: () => [process],
    faults: keptHere(outputs),
    ...defined({ timeoutSeconds: limits?.timeoutSeconds }),
  };
}
