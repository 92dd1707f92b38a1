import { secretsOf, type ComputeTarget } from "../compute/target.ts";
import type { Step } from "../plan/step.ts";
import { resultOfThrown, unsettledResult, leaseLost, lostOrCancelled, type StepResult } from "./step-result.ts";
import { inUse } from "./in-use.ts";
import type { Held } from "./lease.ts";
import { recordIntent } from "./intent-log.ts";
import { removeAndWait } from "./remove.ts";
import { pollUntilTerminal } from "./poll.ts";
import type { VerifyDeps } from "./verify.ts";

/** Why a step must not remove anything: a secret that its attachment needs is missing, or what it removes is in use. */
export async function removalBlockers(step: Step, force: boolean, deps: VerifyDeps): Promise<StepResult | undefined> {
  if (!("remove" in step)) return undefined;
  try {
    await Promise.all(secretsOf(step.target).map((reference) => deps.resolveSecret(reference)));
    for (const compute of force ? [] : step.remove) {
      const users = await inUse(compute, deps);
      if (users !== undefined) return users;
    }
    return undefined;
  } catch (error) {
    return resultOfThrown(error);
  }
}

/**
 * Removes the step's predecessors, and waits for those that are already being removed.
 *
 * @returns why the step ends here; `blocked` where a predecessor is still there, or there again; `undefined` to continue.
 */
export async function removePredecessors(
  step: Step,
  held: Held,
  deps: VerifyDeps,
): Promise<StepResult | "blocked" | undefined> {
  switch (step.do) {
    case "attach":
    case "create":
      for (const leaving of step.afterRemovalOf) {
        const polled = await pollUntilTerminal(leaving.name, deps);
        const end = unsettledResult(polled);
        if (end !== undefined) return end;
        if (polled.state === "present") return "blocked";
      }
      return undefined;
    case "reattach":
    case "recreate":
    case "replace":
      for (const compute of step.remove) {
        // Recorded before it is gone: a crash between detaching and attaching must not lose its id.
        if ((await recordIntent(step, held, deps)) === undefined || !held.isHeld()) return lostOrCancelled(deps);
        const removal = await removeAndWait(compute, held.isHeld, deps);
        if (removal.state === "in-flight") return { state: "in-flight", why: removal.why };
        if (removal.state === "failed" && !held.isHeld()) return leaseLost;
        if (removal.state === "failed")
          return { state: "failed", because: removal.because ?? "provisioning-failed", error: removal.error };
      }
      return undefined;
    case "wait":
    case "keep":
    case "adopt":
    case "update":
    case "refuse":
      return undefined;
  }
}

/**
 * Waits for what is in flight.
 *
 * @param cluster the service made it, and it may outlive the compute.
 * @returns why the step ends here, or whether a compute is there now.
 */
export async function awaitInFlight(
  step: Extract<Step, { do: "wait" }>,
  cluster: ComputeTarget | undefined,
  held: Held,
  deps: VerifyDeps,
): Promise<StepResult | "present" | "absent"> {
  // Recorded before it is gone: after a crash nothing else would know its id.
  if (cluster !== undefined && (await recordIntent({ ...step, target: cluster }, held, deps)) === undefined)
    return lostOrCancelled(deps);
  const polled = await pollUntilTerminal(step.live.name, deps);
  return unsettledResult(polled) ?? (polled.state === "present" ? "present" : "absent");
}
