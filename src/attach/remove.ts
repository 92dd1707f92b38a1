import type { LiveCompute } from "../azure/computes.ts";
import type { AzureFailure, ServiceError } from "../azure/outcome.ts";
import { kindOfLive, labelOfLive } from "../compute/target.ts";
import type { Removed } from "../plan/step.ts";
import type { AttachDeps } from "./dependencies.ts";
import { isLastingConflict } from "../azure/service-error.ts";
import { reasonOf } from "../report/failure.ts";
import type { FailureReason } from "../report/result.ts";
import { pollWrite, idsOf, pollUntilTerminal, resolveUnknownOutcome, type PollResult } from "./poll.ts";

/** The result of a removal. */
export type Removal =
  | { readonly state: "gone" }
  | {
      readonly state: "failed";
      readonly error: ServiceError;
      /** Absent: the service did not carry it out. */
      readonly because?: FailureReason;
    }
  | { readonly state: "in-flight"; readonly why: "timeout" | "cancelled" };

/** How often a removal is sent again after reads have shown that the compute is still there, untouched. */
const mostSends = 3;

/**
 * `Detach` for an attached compute, `Delete` for one that the service made. The live `isAttachedCompute` decides, and the
 * kind has to agree: `Delete` of an attached resource and `Detach` of a managed one both do irreversible harm.
 *
 * @returns `undefined` when the two contradict each other, or neither the service nor the kind tells which.
 */
export function removalActionFor(compute: LiveCompute): "Detach" | "Delete" | undefined {
  const origin = kindOfLive(compute)?.origin;
  // Where the kind can be either, the service's word alone decides, and so it must be there.
  if (origin === "either")
    return compute.isAttachedCompute === undefined ? undefined : compute.isAttachedCompute ? "Detach" : "Delete";
  const managed = origin === "managed";
  if (compute.isAttachedCompute !== undefined && compute.isAttachedCompute === managed) return undefined;
  return managed ? "Delete" : "Detach";
}

/**
 * Removes a compute, as the plan has decided or else as what it is, and waits until it is gone.
 *
 * @param isHeld asked right before every request: false means that nothing may be written any more.
 */
export async function removeAndWait(compute: Removed, isHeld: () => boolean, deps: AttachDeps): Promise<Removal> {
  const action = compute.by ?? removalActionFor(compute);
  if (action === undefined) {
    return failedWith(
      "ContradictoryCompute",
      `${attachedAsShown(compute)} for '${compute.name}' (${labelOfLive(compute)}): ` +
        "it is not certain whether to detach or to delete it, so neither was sent.",
    );
  }
  for (let send = 1; send <= mostSends; send += 1) {
    if (deps.signal.aborted) return { state: "in-flight", why: "cancelled" };
    if (!isHeld()) return failedWith("LeaseLost", "Lost the lease before it was removed. Run the command again.");
    deps.onProgress(compute.name, action === "Detach" ? "detaching" : "deleting");
    const answer = await deps.computes.remove(compute.name, action);
    const polled = answer.ok
      ? await pollWrite(compute.name, answer.value, deps)
      : await afterRefusal(compute.name, answer.failure, deps);
    switch (polled.state) {
      case "absent":
        return { state: "gone" };
      case "in-flight":
        return { state: "in-flight", why: polled.why };
      case "failed":
        return { state: "failed", error: { ...polled.error, ...(answer.ok ? idsOf(answer.value) : {}) } };
      case "unreadable":
        return failedFor(polled.failure);
      case "present":
        // Still there once nothing is in flight: the removal was not carried out, so sending it again is not blind.
        break;
    }
  }
  return failedWith(
    "NotRemoved",
    `'${compute.name}' is still in the workspace after ${mostSends} requests to remove it.`,
  );
}

async function afterRefusal(name: string, failure: AzureFailure, deps: AttachDeps): Promise<PollResult> {
  switch (failure.reason) {
    case "not-found":
      return { state: "absent" };
    case "unknown":
      return resolveUnknownOutcome(name, deps);
    case "cancelled":
      return { state: "in-flight", why: "cancelled" };
    case "refused":
      // 409 and 412: another operation holds the compute. Its end decides; anything else is the service's last word.
      return (failure.status === 409 || failure.status === 412) && !isLastingConflict(failure.error)
        ? pollUntilTerminal(name, deps)
        : { state: "unreadable", failure };
    case "unreachable":
      return { state: "unreadable", failure };
  }
}

/** What a refused or failed call means for a removal: the same reasons as for every other write. */
export function failedFor(failure: AzureFailure): Removal {
  return { state: "failed", error: failure.error, because: reasonOf(failure, "target") };
}

function failedWith(code: string, message: string): Removal {
  return { state: "failed", error: { code, message, details: [] } };
}

/** What the service says of how a compute came into being, as the beginning of a sentence. */
export function attachedAsShown({ isAttachedCompute }: Pick<LiveCompute, "isAttachedCompute">): string {
  return isAttachedCompute === undefined
    ? "The service shows no isAttachedCompute"
    : `The service shows isAttachedCompute ${String(isAttachedCompute)}`;
}
