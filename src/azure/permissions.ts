import type { Grant } from "./grants.ts";
import type { Arm } from "./arm.ts";
import { listOf, membersOf } from "./members.ts";
import { succeeded, type Outcome } from "./outcome.ts";

/** What the identity is granted at a scope: by every assignment there and above. */
export type Permissions = (scope: string) => Promise<Outcome<readonly Grant[]>>;

const apiVersion = "2022-04-01";

/** @see https://learn.microsoft.com/rest/api/authorization/permissions */
export function createPermissions(arm: Arm): Permissions {
  return async (scope) => {
    const pages = await arm.list(
      `${scope.replace(/\/+$/, "")}/providers/Microsoft.Authorization/permissions`,
      apiVersion,
    );
    return pages.ok ? succeeded(pages.value.map(grantOf)) : pages;
  };
}

function grantOf(item: unknown): Grant {
  const wire = membersOf(item);
  const texts = (key: keyof Grant) => listOf(wire[key]).filter((action) => typeof action === "string");
  return {
    actions: texts("actions"),
    notActions: texts("notActions"),
    dataActions: texts("dataActions"),
    notDataActions: texts("notDataActions"),
  };
}
