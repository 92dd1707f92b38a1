import { batchInvocation, batchScoring } from "../endpoints/batch-scoring.ts";
import { autoMl } from "./automl.ts";
import { command } from "./command.ts";
import { dataTransfer } from "./data-transfer.ts";
import { parallel } from "./parallel.ts";
import { spark } from "./spark.ts";
import { sweep } from "./sweep.ts";
import { pipeline } from "./pipeline.ts";
import { v1Pipeline } from "./v1-pipeline.ts";
import { v1Run } from "./v1-run.ts";
import { v1Step } from "./v1-step.ts";
import type { EmulatedJobType } from "./type.ts";

const all: readonly EmulatedJobType[] = [command, sweep, pipeline, spark, autoMl, v1Pipeline, v1Step, v1Run];

/** Every type of job that the emulator knows, by its discriminator. */
export const jobTypes: ReadonlyMap<unknown, EmulatedJobType> = new Map(all.map((type) => [type.jobType, type]));

/** The same, with what runs as a step of a pipeline alone, and what invocations of batch endpoints run as. */
export const runTypes: ReadonlyMap<unknown, EmulatedJobType> = new Map(
  [...all, parallel, dataTransfer, batchInvocation, batchScoring].map((type) => [type.jobType, type]),
);
