import { canonicalId } from "../azure/resource-id.ts";
import { workspaceId, type WorkspaceRef } from "../azure/workspace.ts";
import { resourceIdOf } from "../compute/target.ts";
import { isLeaving } from "../compute/state.ts";
import type { Step } from "../plan/step.ts";

/**
 * What a step touches: the names of computes and the resources behind them. A run holds a lease for each while it writes,
 * so one resource is never written under two names at a time, nor two resources under one name.
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

/** The key under which a step's intent is recorded: the first one, which is the resource where there is one. */
function primaryKeyOf(step: Step, workspace: WorkspaceRef): string {
  return keysOf(step, workspace)[0] ?? "";
}

/**
 * The keys under which a step's intent is recorded. A service-created cluster is declared without its id: once it is
 * detached, only the name leads the next run to the intent that has the id.
 */
export function intentKeysOf(step: Step, workspace: WorkspaceRef): readonly string[] {
  const primary = primaryKeyOf(step, workspace);
  const isMade =
    ("remove" in step && step.remove.some(({ by }) => by === "Detach")) || (step.do === "wait" && isLeaving(step.live));
  return isMade ? [...new Set([primary, nameKeyOf(step.target.name, workspace)])] : [primary];
}

/** Steps that touch something in common form a group: two targets that swap their machines, say. */
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
