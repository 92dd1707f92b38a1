import * as z from "zod";
import type { AssetUse } from "../../asset/asset.ts";
import { defined } from "../../azure/defined.ts";
import { problemsAt } from "../../compute/problems-at.ts";
import { checkShape, shape } from "../../yaml/shape.ts";
import type { SourceNode } from "../../yaml/source.ts";
import { readBase, toBase } from "../base.ts";
import type { JobBase, JobRequest, ReadJob } from "../kind.ts";
import { readCompute } from "../parts/compute.ts";
import { toIdentity } from "../parts/identity.ts";
import { addressesOfOutputs, readOutputs, toOutputs, type JobOutputs } from "../parts/outputs.ts";
import { toQueueSettings } from "../parts/queue.ts";
import { toResources } from "../parts/resources.ts";
import { checkServices, toServices } from "../parts/services.ts";
import { readVariables, secretsOfVariables, toVariables, type Variables } from "../parts/variables.ts";
import type { JobSecret, Resolved } from "../resolved.ts";
import { assetsOfTables, readTables, toTables, type dataSchema, type JobData } from "./data.ts";
import type { CommonKeys } from "./task.ts";
import { tasks } from "./tasks.ts";
import { logVerbosities } from "./words.ts";

/** An az ml AutoML job of whatever task, read and checked. */
export type AutoMlJob = JobBase & {
  readonly type: "automl";
  /** The tables, by az ml's keys. */
  readonly data: JobData;
  /** `taskDetails` in ARM's own shape, without the data. */
  readonly details: Readonly<Record<string, unknown>>;
  /** Name of a compute of the workspace, or a full id; absent means serverless. */
  readonly compute?: string;
  readonly outputs: JobOutputs;
  readonly environmentId?: string;
  readonly environmentVariables: Variables;
  /** In ARM's own shape, as those below. */
  readonly resources?: object;
  readonly identity?: object;
  readonly queueSettings?: object;
  readonly services?: object;
};

export { childrenOf } from "./children.ts";

export const label = "AutoML job";
export const jobType = "AutoML";
export const workload = "automl";
export const apiVersion = "2024-01-01-preview";

export const schema = shape(() => {
  const [first, ...rest] = tasks.map((task) => task.schema());
  if (first === undefined) throw new Error("There is no task.");
  return z.discriminatedUnion("task", [first, ...rest]).describe("An az ml AutoML job.");
});

type Declared = CommonKeys & {
  readonly task: string;
  readonly test_data?: z.infer<ReturnType<typeof dataSchema>> | undefined;
};

export function read(node: SourceNode): ReadJob<AutoMlJob> {
  const { value: checked, problems: wrongShape } = checkShape(schema, node);
  if (checked === undefined) return { problems: wrongShape };
  // The shape of every task has the keys of all.
  const value = checked as unknown as Declared;
  const task = tasks.find((one) => one.task === value.task);
  if (task === undefined) throw new Error(`The task ${value.task} is not listed.`);
  const { found, add } = problemsAt(node);
  const reader = { node, add };
  const details = task.toDetails(checked, reader);
  const { training_data, validation_data, test_data } = value;
  const tables =
    task.hasTestData === true ? { training_data, validation_data, test_data } : { training_data, validation_data };
  const data = readTables(tables, reader);
  const outputs = readOutputs(value.outputs ?? {}, reader);
  const environmentVariables = readVariables(value.environment_variables ?? {}, reader);
  checkServices(value.services ?? {}, reader);
  const { log_verbosity: verbosity } = value;
  const job: AutoMlJob = {
    type: "automl",
    ...readBase(value, node),
    data,
    details: { taskType: task.taskType, logVerbosity: logVerbosities[verbosity], ...details },
    outputs,
    environmentVariables,
    ...defined({
      // The official client changes the case of other jobs' names.
      name: value.name,
      compute: value.compute === undefined ? undefined : readCompute(value.compute),
      environmentId: value.environment_id,
      resources: value.resources && toResources(value.resources),
      identity: value.identity && toIdentity(value.identity),
      queueSettings: value.queue_settings && toQueueSettings(value.queue_settings),
      services: value.services && toServices(value.services),
    }),
  };
  return { job, problems: found };
}

export function assetsOf({ data }: AutoMlJob): readonly AssetUse[] {
  return assetsOfTables(data);
}

export function addressesOf({ outputs }: AutoMlJob): ReturnType<typeof addressesOfOutputs> {
  return addressesOfOutputs(outputs);
}

export function computesOf({ compute }: AutoMlJob): readonly string[] {
  return compute === undefined ? [] : [compute];
}

export function secretsOf({ environmentVariables }: AutoMlJob): readonly JobSecret[] {
  return secretsOfVariables(environmentVariables);
}

export function toRequest(job: AutoMlJob, resolved: Resolved): JobRequest {
  const { compute, environmentVariables } = job;
  return {
    properties: {
      jobType,
      ...toBase(job, resolved),
      ...defined({
        taskDetails: { ...job.details, ...toTables(job.data, resolved) },
        computeId: compute === undefined ? undefined : resolved.computeIdOf(compute),
        outputs: toOutputs(job.outputs),
        environmentId: job.environmentId,
        environmentVariables:
          Object.keys(environmentVariables).length === 0 ? undefined : toVariables(environmentVariables, resolved),
        resources: job.resources,
        identity: job.identity,
        queueSettings: job.queueSettings,
        services: job.services,
      }),
    },
  };
}
