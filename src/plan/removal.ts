import type { LiveCompute } from "../azure/computes.ts";
import { canonicalId } from "../azure/resource-id.ts";
import { kindOfLive, resourceIdOf, type ComputeTarget } from "../compute/target.ts";
import type { Removed } from "./step.ts";

/** What has to go before the target is attached; the resource that is attached next is never deleted. */
export function removing(target: ComputeTarget, computes: readonly LiveCompute[]): readonly Removed[] {
  const next = resourceIdOf(target);
  return computes.map((compute): Removed => {
    const stays =
      kindOfLive(compute)?.origin === "either" &&
      compute.isAttachedCompute !== true &&
      next !== undefined &&
      canonicalId(compute.resourceId ?? "") === canonicalId(next);
    return stays ? { ...compute, by: "Detach" } : compute;
  });
}

/** For a reason: what happens to clusters that the service made. */
export function staying(removed: readonly Removed[]): string {
  const [first] = removed.filter(({ by }) => by === "Detach");
  return first === undefined
    ? ""
    : ` The service made that cluster, so it is detached, never deleted, and attached again by its own id, ${first.resourceId ?? ""}.`;
}
