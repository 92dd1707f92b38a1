import { canonicalId } from "../azure/resource-id.ts";
import { workspaceId, type WorkspaceRef } from "../azure/workspace.ts";
import { resourceIdOf } from "../compute/target.ts";
import { isLeaving } from "../compute/state.ts";
import type { Step } from "../plan/step.ts";

/**
 * What a step touches: the names of computes and the resources behind them. Whoever writes holds a lease for each, so
 * that neither one resource under two names nor two resources under one name can be written at a time.
 */
export function keysOf(step: Step, workspace: WorkspaceRef): readonly string[] {
  const nameKey = (name: string) => nameKeyOf(name, workspace);
  const resource = resourceIdOf(step.target);
  const live = [
    ...("remove" in step ? step.remove : []),
    ...("live" in step && step.live !== undefined ? [step.live] : []),
    ...("afterRemovalOf" in step ? step.afterRemovalOf : []),
  ];
  return [
    ...new Set([
      ...(resource === undefined ? [] : [canonicalId(resource)]),
      nameKey(step.target.name),
      ...live.flatMap(({ name, resourceId }) => [
        nameKey(name),
        ...(resourceId === undefined ? [] : [canonicalId(resourceId)]),
      ]),
    ]),
  ];
}

export function nameKeyOf(name: string, workspace: WorkspaceRef): string {
  return canonicalId(`${workspaceId(workspace)}/computes/${name}`);
}

/** The key under which a step's intent is noted: the first one, the resource where there is one. */
function primaryKeyOf(step: Step, workspace: WorkspaceRef): string {
  return keysOf(step, workspace)[0] ?? "";
}

/**
 * The keys under which it is noted before something is removed. A cluster that the service made is declared without its
 * id: once it is detached, only its name leads whoever comes next to the note that has the id.
 */
export function intentKeysOf(step: Step, workspace: WorkspaceRef): readonly string[] {
  const primary = primaryKeyOf(step, workspace);
  const isMade =
    ("remove" in step && step.remove.some(({ by }) => by === "Detach")) || (step.do === "wait" && isLeaving(step.live));
  return isMade ? [...new Set([primary, nameKeyOf(step.target.name, workspace)])] : [primary];
}

/** Steps that touch something in common are one piece of work: two targets that swap their machines, say. */
export function groupsOf(steps: readonly Step[], workspace: WorkspaceRef): readonly (readonly Step[])[] {
  const groupByKey = new Map<string, Set<Step>>();
  for (const step of steps) {
    const keys = keysOf(step, workspace);
    const merged = new Set<Step>([step]);
    for (const key of keys) for (const other of groupByKey.get(key) ?? []) merged.add(other);
    for (const member of merged) for (const key of keysOf(member, workspace)) groupByKey.set(key, merged);
  }
  return [...new Set(groupByKey.values())].map((group) => steps.filter((step) => group.has(step)));
}
