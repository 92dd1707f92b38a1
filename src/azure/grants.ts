/** What one role assignment lets an identity do at a scope, as ARM lists it: patterns of actions. */
export type Grant = {
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
  readonly dataActions: readonly string[];
  readonly notDataActions: readonly string[];
};

/** ARM's own operations, or those on the data inside a resource: a role grants each by lists of its own. */
export type Plane = "control" | "data";

/** True when any assignment allows the action. Another assignment may grant what one excludes. */
export function isAllowed(grants: readonly Grant[], action: string, plane: Plane): boolean {
  return grants.some((grant) => {
    const [given, taken] =
      plane === "control" ? [grant.actions, grant.notActions] : [grant.dataActions, grant.notDataActions];
    return given.some((pattern) => matches(pattern, action)) && !taken.some((pattern) => matches(pattern, action));
  });
}

/**
 * ARM's wildcards: `*` matches any text, ignoring case.
 *
 * @see https://learn.microsoft.com/azure/role-based-access-control/role-definitions
 */
export function matches(pattern: string, action: string): boolean {
  // Between two slashes it also matches nothing at all. The built-in AzureML Data Scientist has no other right to read
  // the workspace itself than workspaces/*/read, and has to exclude workspaces/delete from its workspaces/*/delete.
  const text = pattern
    .trim()
    .split("/*/")
    .map((part) => part.split("*").map(literally).join(".*"))
    .join("/(?:.*/)?");
  return new RegExp(`^${text}$`, "is").test(action.trim());
}

function literally(text: string): string {
  return text.replaceAll(/[\\^$.|?+()[\]{}]/g, "\\$&");
}
