import { command } from "./command.ts";
import { sweep } from "./sweep.ts";
import { pipeline } from "./pipeline.ts";
import type { EmulatedJobType } from "./type.ts";

const all: readonly EmulatedJobType[] = [command, sweep, pipeline];

/** Every type of job that the emulator knows, by its discriminator. */
export const jobTypes: ReadonlyMap<unknown, EmulatedJobType> = new Map(all.map((type) => [type.jobType, type]));
