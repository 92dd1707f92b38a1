import { isRunner, type ComputeTarget } from "../../compute/target.ts";
import { computesOf, type Job } from "../../job/job.ts";

/** True for a job that runs on the runner: every compute that it names is `local`, or a target of that type. */
export function isOnRunner(job: Job, targets: readonly ComputeTarget[]): boolean {
  const computes = computesOf(job);
  return computes.length > 0 && computes.every((compute) => isRunner(compute, targets));
}
