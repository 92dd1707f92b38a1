import type { LiveCompute } from "../azure/computes.ts";
import { attachById, kindOf, resourceIdOf, type ComputeTarget } from "../compute/target.ts";
import { leftAfter } from "../plan/plan.ts";
import type { Step } from "../plan/step.ts";
import type { Resolved } from "./intent-log.ts";
import type { VerifyDeps } from "./verify.ts";

/**
 * Clusters that the service made for declarations without an id. Once such a cluster is detached it goes on, and it has to be
 * attached by its own id: the live state alone forgets that, and another cluster would be made.
 */
export type ServiceCreatedClusters = {
  /** The target as it is to be attached now. */
  readonly asItIs: (target: ComputeTarget) => ComputeTarget;
  /** Learns from what earlier holders noted. */
  readonly recall: (resolved: Resolved) => void;
  /** Whether the clusters whose compute is gone have outlived it. */
  readonly lookFor: (standing: readonly LiveCompute[]) => Promise<void>;
  /** A removal is under way, and nothing says yet whether the cluster goes as well. */
  readonly mayBeLeft: (cluster: ComputeTarget) => void;
  /** It is there, whatever becomes of its compute. */
  readonly isThere: (cluster: ComputeTarget) => void;
  /** Names of targets that only a note leads to. */
  readonly names: () => ReadonlySet<string>;
};

export function trackServiceCreatedClusters(piece: readonly Step[], deps: VerifyDeps): ServiceCreatedClusters {
  const there = new Map<string, ComputeTarget>();
  const perhaps = new Map<string, ComputeTarget>();
  for (const step of piece) {
    const cluster = leftAfter(step);
    if (cluster !== undefined) perhaps.set(cluster.name, cluster);
  }
  return {
    asItIs: (target) => there.get(target.name) ?? target,
    recall: ({ gone, unfinished }) => {
      for (const { target } of piece) {
        const intent = [...gone.filter(({ closed }) => closed !== true), ...unfinished].find(
          ({ name, resourceId }) => name.toLowerCase() === target.name.toLowerCase() && resourceId !== undefined,
        );
        if (intent?.resourceId === undefined || there.has(target.name)) continue;
        const isCertain = resourceIdOf(target) !== undefined || unfinished.includes(intent);
        (isCertain ? there : perhaps).set(target.name, attachById(target, { resourceId: intent.resourceId }));
      }
    },
    lookFor: async (standing) => {
      const names = new Set(standing.map(({ name }) => name.toLowerCase()));
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

/** True when the resource behind a target certainly is not there. What may not be read is attached, and the service says. */
async function isGone(target: ComputeTarget, { freshReads }: VerifyDeps): Promise<boolean> {
  return ((await kindOf(target).preflight?.(target, freshReads())) ?? []).some(
    ({ code }) => code === "resource-not-found",
  );
}
