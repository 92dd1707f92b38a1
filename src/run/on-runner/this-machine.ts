import { usesContainer, type ComputeTarget } from "../../compute/target.ts";
import type { Job } from "../../job/job.ts";
import { childEnvironment } from "./child-environment.ts";
import { findConda } from "./conda.ts";
import { usesConda, type Machine } from "./runner-faults.ts";

/** What the declared targets say of the runner, whichever machine that will be. */
export function someMachine(targets: readonly ComputeTarget[]): Machine {
  return {
    usesContainer: (compute) => compute !== undefined && usesContainer(compute, targets),
    hasConda: undefined,
  };
}

/** This machine, for a job that runs on it. It is looked at only as far as the job needs something of it. */
export async function thisMachine(
  job: Job,
  targets: readonly ComputeTarget[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Machine> {
  const machine = someMachine(targets);
  if (!usesConda(job, machine)) return machine;
  return { ...machine, hasConda: (await findConda(environment, childEnvironment(environment))) !== undefined };
}
