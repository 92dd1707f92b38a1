import { autoMl } from "./automl.ts";
import { command } from "./command.ts";
import { spark } from "./spark.ts";
import { sweep } from "./sweep.ts";
import { pipeline } from "./pipeline.ts";
import type { EmulatedJobType } from "./type.ts";

const all: readonly EmulatedJobType[] = [command, sweep, pipeline, spark, autoMl];

/** Every type of job that the emulator knows, by its discriminator. */
export const jobTypes: ReadonlyMap<unknown, EmulatedJobType> = new Map(all.map((type) => [type.jobType, type]));
