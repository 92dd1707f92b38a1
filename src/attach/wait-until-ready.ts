import type { LiveCompute } from "../azure/computes.ts";
import { kindOf, type ComputeTarget } from "../compute/target.ts";
import { pause, secondsAfter } from "../pause.ts";
import { failedWith, type StepResult } from "./step-result.ts";
import type { AttachDeps } from "./dependencies.ts";

/**
 * Waits until a compute that the service calls `Succeeded` can be used: a cluster until it has its minimum of nodes, an
 * instance until it runs. The compute is as declared either way; one that is not ready within the kind's own limit fails.
 */
export async function waitUntilReady(target: ComputeTarget, from: LiveCompute, deps: AttachDeps): Promise<StepResult> {
  const { readiness: readinessOf, longestReadinessSeconds = 0 } = kindOf(target);
  const until = deps.clock.now() + longestReadinessSeconds * 1000;
  let shown = "";
  for (let look = 0, compute = from; ; look += 1) {
    const readiness = readinessOf?.(compute) ?? { state: "ready" };
    if (readiness.state === "ready") return { state: "done", compute };
    if (readiness.state === "failed")
      return { state: "failed", because: "provisioning-failed", error: readiness.error, compute };
    if (readiness.progress !== shown) deps.onProgress(target.name, readiness.progress);
    shown = readiness.progress;
    if (deps.clock.now() >= until) {
      return failedWith(
        "provisioning-failed",
        "NotReady",
        `'${target.name}' exists, but is not ready after ${Math.round(longestReadinessSeconds / 60)} minutes: ${shown}. It is still starting in Azure; run the command again to check.`,
        compute,
      );
    }
    const paused = await pause(secondsAfter(look), deps);
    if (paused !== undefined) return { state: "in-flight", why: paused, compute };
    const read = await deps.computes.get(target.name);
    // A read that fails says nothing about the compute: it is read again until the limit.
    if (read.ok && read.value !== undefined) compute = read.value;
  }
}
