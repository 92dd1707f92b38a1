import { authorizationFailed, page, type Incoming, type Reply } from "../server/reply.ts";
import type { Store } from "../store.ts";

/** One role assignment's share of what is granted at a scope. */
export type GrantDocument = {
  readonly actions?: readonly string[];
  readonly notActions?: readonly string[];
  readonly dataActions?: readonly string[];
  readonly notDataActions?: readonly string[];
};

/** What is granted at a scope and below it; `forbidden`: nobody may ask. */
export type GrantsDocument = { readonly scope: string; readonly grants: readonly GrantDocument[] | "forbidden" };

const everything: GrantDocument = { actions: ["*"], notActions: [], dataActions: ["*"], notDataActions: [] };

export function putGrants(store: Store, document: GrantsDocument): void {
  store.put("grants", document.scope.toLowerCase().replace(/\/+$/, ""), document);
}

/**
 * `{scope}/providers/Microsoft.Authorization/permissions`: the assignments at the scope and above it. As long as nobody
 * granted anything, everything is granted. Nothing else of the emulator minds what is granted.
 */
export function permissions(request: Incoming, store: Store, pageSize: number): Reply | undefined {
  const [, scope] = /^(.*)\/providers\/Microsoft\.Authorization\/permissions$/i.exec(request.path) ?? [];
  if (scope === undefined || request.method !== "GET") return undefined;
  const all = store.list<GrantsDocument>("grants");
  const here = all
    .filter(({ key }) => `${scope.toLowerCase()}/`.startsWith(`${key}/`))
    .map(({ value }) => value.grants);
  if (here.includes("forbidden")) return authorizationFailed("Microsoft.Authorization/permissions/read", scope);
  const grants = all.length === 0 ? [everything] : here.flatMap((one) => (one === "forbidden" ? [] : one));
  return page(
    grants.map((grant) => ({ actions: [], notActions: [], dataActions: [], notDataActions: [], ...grant })),
    request,
    pageSize,
  );
}
