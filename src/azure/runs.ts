import type { Jobs } from "./jobs.ts";
import type { RunHistory } from "./run-history.ts";

/** Runs by their names, whoever submitted them and with what. */
export type Runs = Pick<Jobs, "get">;

/**
 * A run is read as a job. What the first SDK submitted to an experiment, and anything else that ARM does not list, is known
 * to the run history alone: then that is asked.
 */
export function createRuns(jobs: Pick<Jobs, "get">, runHistory: Pick<RunHistory, "asJob">): Runs {
  return {
    get: async (name, signal) => {
      const job = await jobs.get(name, signal);
      return job.ok && job.value === undefined ? runHistory.asJob(name) : job;
    },
  };
}
