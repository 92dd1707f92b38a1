import type { LiveCompute } from "../azure/computes.ts";
import { canonicalId } from "../azure/resource-id.ts";
import { isLeaving } from "../compute/state.ts";
import { attachById, type ComputeTarget } from "../compute/target.ts";

/** What is live, by name and by resource. */
export type LiveComputes = {
  readonly byName: ReadonlyMap<string, LiveCompute>;
  readonly byResource: ReadonlyMap<string, readonly LiveCompute[]>;
  /** Names in lower case of computes that are removed because their resource is declared as another target. */
  readonly replaced: ReadonlySet<string>;
};

export function indexLiveComputes(live: readonly LiveCompute[]): Omit<LiveComputes, "replaced"> {
  const byResource = new Map<string, LiveCompute[]>();
  for (const compute of live) {
    if (compute.resourceId === undefined) continue;
    const key = canonicalId(compute.resourceId);
    byResource.set(key, [...(byResource.get(key) ?? []), compute]);
  }
  return { byName: new Map(live.map((compute) => [compute.name.toLowerCase(), compute])), byResource };
}

/** The target as it is live under its name: a cluster that the service made for it has a resource id from then on. */
export function asAttached(target: ComputeTarget, live: LiveComputes): ComputeTarget {
  const own = live.byName.get(target.name.toLowerCase());
  return own === undefined || isLeaving(own) ? target : attachById(target, own);
}
