import { canonicalId, parseResourceId } from "../azure/resource-id.ts";
import type { RoleToAssign } from "../report/result.ts";
import type { Action } from "./needs.ts";

/**
 * The roles that give exactly these actions: one for all single resources, and one of its own for each resource group and
 * subscription in which something is needed throughout, so that nobody has to give the first one that widely.
 */
export function leastPrivilegeRoles(actions: readonly Action[], workspace: string): readonly RoleToAssign[] {
  const narrow = actions.filter(({ scope }) => parseResourceId(scope) !== undefined);
  const wide = new Map<string, readonly Action[]>();
  for (const action of actions.filter(({ scope }) => parseResourceId(scope) === undefined)) {
    const id = canonicalId(action.scope);
    wide.set(id, [...(wide.get(id) ?? []), action]);
  }
  return [
    ...(narrow.length === 0 ? [] : [roleOf(`azureml-targets for ${workspace}`, narrow)]),
    ...[...wide.values()].map((part) =>
      roleOf(`azureml-targets for ${workspace}, in ${part[0]?.scope.split("/").at(-1) ?? ""}`, part),
    ),
  ];
}

function roleOf(name: string, actions: readonly Action[]): RoleToAssign {
  const names = (plane: Action["plane"]) =>
    [...new Set(actions.filter((one) => one.plane === plane).map(({ action }) => action))].sort();
  const scopes = actions.map(({ scope }) => scope);
  return {
    role: {
      Name: name,
      IsCustom: true,
      Description: "Exactly what the GitHub Action azureml-targets needs for what is declared, and nothing else.",
      Actions: names("control"),
      NotActions: [],
      DataActions: names("data"),
      NotDataActions: [],
      AssignableScopes: withoutCovered(scopes.map(groupOf)),
    },
    scopes: withoutCovered(scopes),
  };
}

function groupOf(scope: string): string {
  const parsed = parseResourceId(scope);
  return parsed === undefined
    ? scope
    : `/subscriptions/${parsed.subscriptionId}/resourceGroups/${parsed.resourceGroup}`;
}

/** Each scope once, without those that lie below another one: an assignment is inherited. */
function withoutCovered(scopes: readonly string[]): readonly string[] {
  const distinct = [...new Map(scopes.map((scope) => [canonicalId(scope), scope])).entries()];
  return distinct
    .filter(([id]) => !distinct.some(([other]) => other !== id && id.startsWith(`${other}/`)))
    .map(([, scope]) => scope);
}
