import { secretsOf, type ComputeTarget } from "../compute/target.ts";
import type { Step } from "../plan/step.ts";
import { accident, earlyEnd, leaseLost, lostOrCancelled, type End } from "./end.ts";
import { inUse } from "./in-use.ts";
import type { Held } from "./lease.ts";
import { noteDown } from "./notes.ts";
import { removeAndWait } from "./remove.ts";
import { settle } from "./settle.ts";
import type { VerifyPorts } from "./verify.ts";

/** What the attachment after a removal will need must be there, and nobody may need what goes. */
export async function whatForbidsRemoval(step: Step, force: boolean, ports: VerifyPorts): Promise<End | undefined> {
  if (!("remove" in step)) return undefined;
  try {
    await Promise.all(secretsOf(step.target).map((reference) => ports.resolveSecret(reference)));
    for (const compute of force ? [] : step.remove) {
      const users = await inUse(compute, ports);
      if (users !== undefined) return users;
    }
    return undefined;
  } catch (error) {
    return accident(error);
  }
}

/**
 * Removes what has to go, and waits for what is going.
 *
 * @returns why the step ends here; `blocked` where what should be gone stands again, or still; `undefined` to go on.
 */
export async function clearTheWay(step: Step, held: Held, ports: VerifyPorts): Promise<End | "blocked" | undefined> {
  switch (step.do) {
    case "attach":
    case "create":
      for (const leaving of step.afterRemovalOf) {
        const settled = await settle(leaving.name, ports);
        const end = earlyEnd(settled);
        if (end !== undefined) return end;
        if (settled.state === "present") return "blocked";
      }
      return undefined;
    case "reattach":
    case "recreate":
    case "replace":
      for (const compute of step.remove) {
        // What is detached first and attached next is noted before it is gone: a crash in between must not lose its id.
        if ((await noteDown(step, held, ports)) === undefined || !held.isHeld()) return lostOrCancelled(ports);
        const removal = await removeAndWait(compute, held.isHeld, ports);
        if (removal.state === "in-flight") return { state: "in-flight", why: removal.why };
        if (removal.state === "failed" && !held.isHeld()) return leaseLost;
        if (removal.state === "failed")
          return { state: "failed", because: "provisioning-failed", error: removal.error };
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
 * @param cluster which the service made, and which may be left by it.
 * @returns why the step ends here, or whether something stands there now.
 */
export async function waitOut(
  step: Extract<Step, { do: "wait" }>,
  cluster: ComputeTarget | undefined,
  held: Held,
  ports: VerifyPorts,
): Promise<End | "present" | "absent"> {
  // Noted before it is gone: whoever comes after a crash would not know its id.
  if (cluster !== undefined && (await noteDown({ ...step, target: cluster }, held, ports)) === undefined)
    return lostOrCancelled(ports);
  const settled = await settle(step.live.name, ports);
  return earlyEnd(settled) ?? (settled.state === "present" ? "present" : "absent");
}
