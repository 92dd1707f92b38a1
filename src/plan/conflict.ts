import type { LiveCompute } from "../azure/computes.ts";
import { canonicalId } from "../azure/resource-id.ts";
import { isLeaving, isUsable, isInFlight } from "../compute/state.ts";
import { conflictsWith, isAttachedBy, resourceIdOf, type ComputeTarget } from "../compute/target.ts";
import { asAttached, type LiveComputes } from "./live-computes.ts";
import { removing, staying } from "./removal.ts";
import type { PlanOptions, Step } from "./step.ts";

/**
 * Live attachments of the target's resource under other names.
 *
 * @param moving declared targets that are attached again, because of drift or because they are broken: a holder that is
 *   declared with another resource is detached before anything is attached.
 */
export function holdersBesides(
  target: ComputeTarget,
  live: LiveComputes,
  moving: readonly ComputeTarget[],
): readonly LiveCompute[] {
  const resourceId = resourceIdOf(target);
  if (resourceId === undefined) return [];
  return (live.byResource.get(canonicalId(resourceId)) ?? []).filter(
    (holder) =>
      holder.name.toLowerCase() !== target.name.toLowerCase() &&
      isAttachedBy(target, holder) &&
      !movesAway(holder, target, moving),
  );
}

/** The holder is itself declared, with another resource that conflicts with nothing, and is detached before anything is attached. */
export function movesAway(holder: LiveCompute, target: ComputeTarget, moving: readonly ComputeTarget[]): boolean {
  const owner = moving.find(({ name }) => name.toLowerCase() === holder.name.toLowerCase());
  return (
    owner !== undefined &&
    resourceIdOf(owner) !== undefined &&
    !isAttachedBy(owner, holder) &&
    !conflictsWith(owner, target)
  );
}

/** Another declared target has the resource that this one would attach. */
export function isClaimed(
  left: ComputeTarget,
  target: ComputeTarget,
  declared: readonly ComputeTarget[],
  live: LiveComputes,
): boolean {
  return declared.some((other) => other !== target && conflictsWith(left, asAttached(other, live)));
}

export function decideConflict(
  target: ComputeTarget,
  own: LiveCompute | undefined,
  others: readonly LiveCompute[],
  options: PlanOptions,
): Step | undefined {
  const holders = others.filter((holder) => !isLeaving(holder));
  if (holders.length === 0) return undefined;
  const names = holders.map(({ name }) => `'${name}'`).join(", ");
  const refuse = (reason: string): Step => ({
    do: "refuse",
    because: "conflict",
    target,
    ...(own === undefined ? {} : { live: own }),
    differences: [],
    field: "resource_id",
    reason,
  });
  const [first] = holders;
  switch (options.onConflict) {
    case "fail":
      if (first !== undefined && holders.length === 1 && !isUsable(first) && !isInFlight(first)) {
        return refuse(
          `Its resource is already attached as ${names}, and that attachment is ${first.provisioningState}. To repair it, run ` +
            `command: apply with on-drift: reattach where '${first.name}' is declared. To attach this target instead, set ` +
            `on-conflict to replace (detach that one, attach this).`,
        );
      }
      return refuse(
        `Its resource is already attached as ${names}. A second attachment would break the first. ` +
          `Declare it under that name, or set on-conflict to adopt (use that one as it is) or replace (detach that one, attach this).`,
      );
    case "adopt":
      if (own !== undefined || holders.length > 1 || first === undefined) {
        return refuse(
          `Its resource is attached more than once, as ${[own?.name, ...holders.map(({ name }) => name)].filter((name) => name !== undefined).join(", ")}. ` +
            "With more than one, none is adopted; on-conflict: replace detaches all of them and attaches this target.",
        );
      }
      if (isInFlight(first)) {
        return {
          do: "wait",
          target,
          live: first,
          differences: [],
          reason: `Its resource is attached as '${first.name}', and that attachment is ${first.provisioningState}.`,
        };
      }
      if (!isUsable(first)) {
        return refuse(
          `Its resource is attached as ${names}; that attachment is ${first.provisioningState} and cannot be adopted. Set on-conflict to replace.`,
        );
      }
      return {
        do: "adopt",
        target,
        live: first,
        differences: [],
        reason: `Its resource is attached as ${names}; that attachment is used as it is.`,
      };
    case "replace": {
      const remove = removing(target, own === undefined ? holders : [...holders, own]);
      return {
        do: "replace",
        target,
        remove,
        differences: [],
        reason: `Its resource is attached as ${names} and is detached there first.${staying(remove)}`,
      };
    }
  }
}
