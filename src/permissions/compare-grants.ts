import type { AzureFailure, Outcome } from "../azure/outcome.ts";
import { canonicalId } from "../azure/resource-id.ts";
import { isAllowed, type Grant } from "../azure/grants.ts";
import type { Action, Need } from "./needs.ts";

/** What is granted at each scope, by canonical id; a failure where it could not be read. */
export type Granted = ReadonlyMap<string, Outcome<readonly Grant[]>>;

export type ComparedNeed = Need & {
  readonly state: "granted" | "missing" | "not-checked";
  /** Why it was not checked. */
  readonly failure?: AzureFailure;
};

/** Every scope at which something has to be known. */
export function scopesOf(needs: readonly Need[]): readonly string[] {
  const scopes = needs.flatMap(({ scope, unless = [] }) => [scope, ...unless.map((action) => action.scope)]);
  return [...new Map(scopes.map((scope) => [canonicalId(scope), scope])).values()];
}

/** Compares what is needed with what is granted. */
export function compareGrants(needs: readonly Need[], granted: Granted): readonly ComparedNeed[] {
  const has = ({ action, plane, scope }: Action): boolean | AzureFailure => {
    const grants = granted.get(canonicalId(scope));
    if (grants === undefined) return false;
    return grants.ok ? isAllowed(grants.value, action, plane) : grants.failure;
  };
  return needs.map((need): ComparedNeed => {
    const own = has(need);
    if (own === true) return { ...need, state: "granted" };
    const { unless = [] } = need;
    if (unless.length > 0 && unless.every((action) => has(action) === true)) return { ...need, state: "granted" };
    return own === false ? { ...need, state: "missing" } : { ...need, state: "not-checked", failure: own };
  });
}
