import type { LiveCompute } from "../azure/computes.ts";
import { leafCause } from "../azure/service-error.ts";
import type { Workspace } from "../azure/workspace.ts";
import type { ChangeMeans, Difference } from "../compute/kind.ts";
import { isLeaving, isUsable, isInFlight } from "../compute/state.ts";
import {
  conflictsWith,
  attachById,
  differencesFrom,
  kindOf,
  labelOfLive,
  meansFor,
  originOf,
  resourceIdOf,
  type ComputeTarget,
} from "../compute/target.ts";
import { holdersBesides, movesAway, isClaimed, decideConflict } from "./conflict.ts";
import { indexLiveComputes, asAttached, type LiveComputes } from "./live-computes.ts";
import { removing, staying } from "./removal.ts";
import type { PlanOptions, Step, Plan } from "./step.ts";

/**
 * Compares what is declared with what is live. Live computes that nobody declared get no step, except as another
 * attachment of a declared resource under `on-conflict: replace`.
 */
export function plan(
  declared: readonly ComputeTarget[],
  live: readonly LiveCompute[],
  workspace: Workspace,
  options: PlanOptions,
): Plan {
  const lookup = indexLiveComputes(live);
  // What one target replaces may have the name of another target, which then is created or attached. Only the steps
  // themselves show that, so they are decided again until nothing is added.
  let replaced: ReadonlySet<string> = new Set();
  for (;;) {
    const steps = decideAll(declared, { ...lookup, replaced }, workspace, options);
    const found = steps.flatMap((step) =>
      ("remove" in step ? step.remove : [])
        .map(({ name }) => name.toLowerCase())
        .filter((name) => name !== step.target.name.toLowerCase() && !replaced.has(name)),
    );
    if (found.length === 0) return { steps };
    replaced = new Set([...replaced, ...found]);
  }
}

function decideAll(
  declared: readonly ComputeTarget[],
  live: LiveComputes,
  workspace: Workspace,
  options: PlanOptions,
): readonly Step[] {
  // Two declared targets may swap their resources. One that is detached anyway conflicts with nothing. Only the steps
  // themselves show which are (by on-drift, or because it is broken), so those that turn out to stay are taken out until
  // nothing changes.
  let moving = declared;
  for (;;) {
    const steps = declared.map((target) =>
      withConsent(
        madeForAnother(target, declared, live) ?? decide(target, live, workspace, options, { declared, moving }),
        options,
      ),
    );
    const detached = new Set(
      steps.flatMap((step) => ("remove" in step ? step.remove : [])).map(({ name }) => name.toLowerCase()),
    );
    const stillMoving = moving.filter(({ name }) => detached.has(name.toLowerCase()));
    if (stillMoving.length === moving.length) return steps;
    moving = stillMoving;
  }
}

/**
 * Which cluster the service made for a declaration is known only once the cluster is there: another target may name it, or
 * somebody may have attached it under another target's name. Of two targets for one cluster only the first is worked on,
 * and the one that the cluster was made for before the one that names it.
 */
function madeForAnother(
  target: ComputeTarget,
  declared: readonly ComputeTarget[],
  live: LiveComputes,
): Step | undefined {
  const own = asAttached(target, live);
  const isMade = resourceIdOf(target) === undefined;
  if (isMade && resourceIdOf(own) === undefined) return undefined;
  const before = isMade ? declared.slice(0, declared.indexOf(target)) : declared;
  const owner = before.find(
    (other) => resourceIdOf(other) === undefined && conflictsWith(own, asAttached(other, live)),
  );
  if (owner === undefined) return undefined;
  return {
    do: "refuse",
    because: "conflict",
    target,
    differences: [],
    field: "resource_id",
    reason: `Its resource is the cluster of '${owner.name}', and that is declared as well. Declare it once.`,
  };
}

/** No step deletes what the service made unless that is allowed, whatever led to the step. */
function withConsent(step: Step, { allowDelete }: PlanOptions): Step {
  if (allowDelete || !("remove" in step)) return step;
  const deleted = step.remove.filter(({ isAttachedCompute, by }) => isAttachedCompute === false && by === undefined);
  if (deleted.length === 0) return step;
  const names = deleted.map(({ name }) => `'${name}'`).join(", ");
  return {
    do: "refuse",
    because: "drift",
    target: step.target,
    differences: step.differences,
    ...fieldOf(step.differences),
    reason: `${step.reason} The service made ${names}, so that would delete it. Set allow-delete: true to allow it.`,
  };
}

/** The decision table, read from top to bottom: how the resource is attached, then what has the name. */
function decide(
  target: ComputeTarget,
  live: LiveComputes,
  workspace: Workspace,
  options: PlanOptions,
  { declared, moving }: { readonly declared: readonly ComputeTarget[]; readonly moving: readonly ComputeTarget[] },
): Step {
  const origin = originOf(target);
  if (origin === "none") {
    return {
      do: "keep",
      target,
      differences: [],
      reason: "It runs on the runner itself, so there is nothing to attach.",
    };
  }
  const refused = kindOf(target).refusal?.(target, workspace);
  if (refused !== undefined) return { do: "refuse", ...refused, target, differences: [] };
  const found = live.byName.get(target.name.toLowerCase());
  const givesWay = found !== undefined && live.replaced.has(found.name.toLowerCase());
  const own = givesWay ? undefined : found;
  if (
    own !== undefined &&
    !isLeaving(own) &&
    own.computeType.toLowerCase() !== kindOf(target).computeType?.toLowerCase()
  ) {
    return {
      do: "refuse",
      because: "conflict",
      target,
      live: own,
      differences: [],
      field: "name",
      reason: `A compute of another kind (${labelOfLive(own)}) has this name. Rename the target, or remove that compute first.`,
    };
  }
  const others = holdersBesides(asAttached(target, live), live, moving);
  const unsettled = others.find(
    (holder) => isInFlight(holder) && movesAway(holder, asAttached(target, live), declared),
  );
  if (unsettled !== undefined && options.onDrift === "reattach") {
    return {
      do: "wait",
      target,
      live: unsettled,
      differences: [],
      reason: `Its resource is attached as '${unsettled.name}'. That is declared with another resource, and is ${unsettled.provisioningState}.`,
    };
  }
  // A compute that is being removed under the name holds nothing that counts.
  const conflict = decideConflict(
    asAttached(target, live),
    own !== undefined && isLeaving(own) ? undefined : own,
    others,
    options,
  );
  if (conflict !== undefined) return conflict;
  const leaving = others.filter(isLeaving);
  const left = own === undefined || !isLeaving(own) ? undefined : clusterLeftBy(own, target);
  if (own !== undefined && left !== undefined && !isClaimed(left, target, declared, live)) {
    return {
      do: "wait",
      target,
      live: own,
      differences: [],
      reason: `It is being removed. Its cluster, ${resourceIdOf(left) ?? ""}, is attached again by its own id if it still exists then.`,
    };
  }
  if (own === undefined || isLeaving(own)) {
    const afterRemovalOf = found === undefined ? leaving : [found, ...leaving];
    return {
      do: origin === "attached" ? "attach" : "create",
      target,
      differences: [],
      afterRemovalOf,
      reason:
        afterRemovalOf.length > 0
          ? `${afterRemovalOf.map(({ name }) => name).join(", ")} is being removed; this follows as soon as that is done.`
          : "It is not in the workspace.",
    };
  }
  return decideExisting(target, own, workspace, options);
}

/**
 * The target as it attaches the cluster behind its compute, which is being removed: if the service made the cluster, it is
 * not known whether that is removed as well. `undefined` where the declaration names what is attached.
 */
function clusterLeftBy(leaving: LiveCompute, target: ComputeTarget): ComputeTarget | undefined {
  if (leaving.computeType.toLowerCase() !== kindOf(target).computeType?.toLowerCase()) return undefined;
  const left = attachById(target, leaving);
  return resourceIdOf(target) === undefined && resourceIdOf(left) !== undefined ? left : undefined;
}

/** What a step that waits for a removal may attach afterwards; `undefined` for every other step. */
export function leftAfter(step: Step): ComputeTarget | undefined {
  return step.do === "wait" && isLeaving(step.live) ? clusterLeftBy(step.live, step.target) : undefined;
}

function decideExisting(target: ComputeTarget, own: LiveCompute, workspace: Workspace, options: PlanOptions): Step {
  if (isInFlight(own)) {
    return {
      do: "wait",
      target,
      live: own,
      differences: [],
      reason: `It is ${own.provisioningState}: an operation on it is in flight.`,
    };
  }
  // A service-created cluster is an ordinary attachment once it has been attached again by its own id.
  const managed = originOf(target) === "managed" && own.isAttachedCompute !== true;
  const differences = differencesFrom(target, own, workspace);
  const fault = isUsable(own) ? kindOf(target).faultOf?.(own) : undefined;
  const cause = causeOf(own);
  const state = `${fault?.code ?? own.provisioningState}${cause === undefined ? "" : ` (${cause})`}`;
  if (!isUsable(own) || fault !== undefined) {
    if (!managed) {
      return reattach(target, own, differences, `Its attachment is ${state} and cannot be used.`);
    }
    if (options.allowDelete) {
      return {
        do: "recreate",
        target,
        remove: [own],
        differences,
        reason: `It is ${state}; it is deleted and created again.`,
      };
    }
    return {
      do: "refuse",
      because: "provisioning-failed",
      target,
      live: own,
      differences,
      reason:
        fault === undefined
          ? `It is ${state}, and the service takes no new request for a failed compute. Set allow-delete: true to have it deleted and created again.`
          : `${fault.message} Set allow-delete: true to have it deleted and created again.`,
    };
  }
  const means = meansFor(differences);
  if (means === undefined) return { do: "keep", target, live: own, differences, reason: "It is as declared." };
  return decideDrift(target, own, differences, means, options);
}

function decideDrift(
  target: ComputeTarget,
  own: LiveCompute,
  differences: readonly Difference[],
  means: ChangeMeans,
  options: PlanOptions,
): Step {
  const fields = differences.map(({ field }) => field).join(", ");
  const refuse = (reason: string): Step => ({
    do: "refuse",
    because: "drift",
    target,
    live: own,
    differences,
    ...fieldOf(differences),
    reason,
  });
  if (options.onDrift === "ignore") {
    return { do: "keep", target, live: own, differences, reason: `It differs in ${fields}; on-drift is ignore.` };
  }
  if (options.onDrift === "fail") {
    return refuse(
      `It differs in ${fields}. Change the declaration, or ${consentFor(means, options)} to bring it to what is declared${consequence(means, target)}.`,
    );
  }
  if (means === "in-place") {
    return { do: "update", target, live: own, differences, reason: `${fields} can be changed in place.` };
  }
  if (options.onDrift === "update") {
    return refuse(
      `It differs in ${fields}, and not all of that can be changed in place. Change the declaration, or ${consentFor(means, options)} to have it ${means === "reattach" ? "detached and attached" : "deleted and created"} again${consequence(means, target)}.`,
    );
  }
  if (means === "reattach") {
    return reattach(target, own, differences, `${fields} can only be changed by detaching and attaching again.`);
  }
  if (!options.allowDelete) {
    return refuse(
      `${fields} can only be changed by deleting the compute and creating it again. Change the declaration, or ${consentFor(means, options)} to allow that${consequence(means, target)}.`,
    );
  }
  return {
    do: "recreate",
    target,
    remove: [own],
    differences,
    reason: `${fields} can only be changed by deleting and creating again.`,
  };
}

/** What a refusal of these differences is about: of one alone its field. */
function fieldOf([only, ...others]: readonly Difference[]): { readonly field?: string } {
  return only === undefined || others.length > 0 ? {} : { field: only.field };
}

/** Every input that has to be set for a change, at once: nobody should learn of the second only when the first is set. */
function consentFor(means: ChangeMeans, { allowDelete, onDrift }: PlanOptions): string {
  if (means === "in-place") return "set on-drift to update";
  const inputs = [
    ...(onDrift === "reattach" ? [] : ["on-drift to reattach"]),
    ...(means === "recreate" && !allowDelete ? ["allow-delete to true"] : []),
  ];
  return `set ${inputs.join(" and ")}`;
}

function consequence(means: ChangeMeans, { name }: ComputeTarget): string {
  return means === "recreate"
    ? `: '${name}' is deleted and created again then, with everything that is on it, and runs on it must have ended`
    : means === "reattach"
      ? `: '${name}' is detached and attached again then, and the resource behind it stays`
      : "";
}

function reattach(declared: ComputeTarget, own: LiveCompute, differences: readonly Difference[], why: string): Step {
  const target = attachById(declared, own);
  const remove = removing(target, [own]);
  return { do: "reattach", target, remove, differences, reason: `${why}${staying(remove)}` };
}

/** Why a compute is not usable, in the service's own words: the leaf of the first error that it shows. */
function causeOf({ provisioningErrors: [first] }: LiveCompute): string | undefined {
  if (first === undefined) return undefined;
  const { code, message } = leafCause(first);
  return message === "" ? code : `${message.trim().replace(/\.$/, "")} [${code}]`;
}

/** True for a step that, as it is, sends a write. `wait` does not: what it sends is decided after the wait (`mayWrite`). */
export function sendsWrite(step: Step): boolean {
  return !["keep", "adopt", "refuse", "wait"].includes(step.do);
}

/** True when the plan, as it is, sends a write, or waits for a removal that leaves a cluster behind. */
export function hasChanges({ steps }: Plan): boolean {
  return steps.some((step) => sendsWrite(step) || leftAfter(step) !== undefined);
}
