import type { LiveCompute } from "../azure/computes.ts";
import { attachById, kindOf, resourceIdOf, type ComputeTarget } from "../compute/target.ts";
import { leftAfter } from "../plan/plan.ts";
import type { Step } from "../plan/step.ts";
import type { Resolved } from "./intent-log.ts";
import type { VerifyDeps } from "./verify.ts";

/**
 * Clusters that the service made for declarations without an id. Such a cluster outlives its detachment and has to be
 * attached again by its own id: by the live state alone another cluster would be made.
 */
export type ServiceCreatedClusters = {
  /** The target as it is to be attached now. */
  readonly asAttachable: (target: ComputeTarget) => ComputeTarget;
  /** Learns from the intents of earlier holders. */
  readonly recall: (resolved: Resolved) => void;
  /** Finds out whether the clusters whose compute is gone have outlived it. */
  readonly lookFor: (current: readonly LiveCompute[]) => Promise<void>;
  /** A removal is in flight, and it is not known yet whether the cluster goes as well. */
  readonly mayBeLeft: (cluster: ComputeTarget) => void;
  /** The cluster is there, whatever happens to its compute. */
  readonly isThere: (cluster: ComputeTarget) => void;
  /** Names of targets whose cluster is known only from an intent. */
  readonly names: () => ReadonlySet<string>;
};

export function trackServiceCreatedClusters(group: readonly Step[], deps: VerifyDeps): ServiceCreatedClusters {
  const there = new Map<string, ComputeTarget>();
  const perhaps = new Map<string, ComputeTarget>();
  for (const step of group) {
    const cluster = leftAfter(step);
    if (cluster !== undefined) perhaps.set(cluster.name, cluster);
  }
  return {
    asAttachable: (target) => there.get(target.name) ?? target,
    recall: ({ gone, unfinished }) => {
      for (const { target } of group) {
        const intent = [...gone.filter(({ closed }) => closed !== true), ...unfinished].find(
          ({ name, resourceId }) => name.toLowerCase() === target.name.toLowerCase() && resourceId !== undefined,
        );
        if (intent?.resourceId === undefined || there.has(target.name)) continue;
        const isCertain = resourceIdOf(target) !== undefined || unfinished.includes(intent);
        (isCertain ? there : perhaps).set(target.name, attachById(target, { resourceId: intent.resourceId }));
      }
    },
    lookFor: async (current) => {
      const names = new Set(current.map(({ name }) => name.toLowerCase()));
      for (const [name, cluster] of perhaps) {
        if (names.has(name.toLowerCase())) continue;
        perhaps.delete(name);
        if (!(await isGone(cluster, deps))) there.set(name, cluster);
      }
    },
    mayBeLeft: (cluster) => perhaps.set(cluster.name, cluster),
    isThere: (cluster) => there.set(cluster.name, cluster),
    names: () => new Set([...there.keys(), ...perhaps.keys()]),
  };
}

/** True when the resource behind a target is certainly gone. One that may not be read is attached, and the service decides. */
async function isGone(target: ComputeTarget, { freshReads }: VerifyDeps): Promise<boolean> {
  return ((await kindOf(target).preflight?.(target, freshReads())) ?? []).some(
    ({ code }) => code === "resource-not-found",
  );
}
