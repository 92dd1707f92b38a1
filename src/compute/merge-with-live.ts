import type { LiveCompute } from "../azure/computes.ts";

type Body = {
  readonly tags?: Readonly<Record<string, string>>;
  readonly identity?: unknown;
  readonly properties: { readonly description?: string };
};

/**
 * The whole PUT of an update in place. It replaces everything, and what the declaration leaves open must not change: tags,
 * identity and description are sent as they are live unless declared, as the official client does that reads before it
 * updates.
 */
export function mergeWithLive(request: unknown, live: LiveCompute): unknown {
  const body = request as Body;
  const { tags: declared = {} } = body;
  const own = new Set(Object.keys(declared).map((name) => name.toLowerCase()));
  const others = Object.entries(live.tags).filter(([name]) => !own.has(name.toLowerCase()));
  const tags = { ...Object.fromEntries(others), ...declared };
  const { description } = live;
  return {
    ...body,
    ...(body.tags === undefined && others.length === 0 ? {} : { tags }),
    ...(live.identity === undefined || body.identity !== undefined ? {} : { identity: identityOf(live.identity) }),
    properties: { ...(description === undefined ? {} : { description }), ...body.properties },
  };
}

function identityOf({ type, userAssignedIds }: NonNullable<LiveCompute["identity"]>) {
  const userAssignedIdentities = Object.fromEntries(userAssignedIds.map((id) => [id, {}]));
  return { type, ...(userAssignedIds.length === 0 ? {} : { userAssignedIdentities }) };
}
