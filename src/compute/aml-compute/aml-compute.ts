import type { ResourceReads } from "../../azure/resource-reads.ts";
import type { WorkspaceRef } from "../../azure/workspace.ts";
import type { SecretReference } from "../../secret/secret.ts";
import type { Capacity, Finding, Hint, NodeRange, Permission } from "../kind.ts";
import { identityPermissions } from "../managed/identity.ts";
import { quotaPermissions } from "../managed/quota.ts";
import { networkFindings, subnetPermissions } from "../managed/subnet.ts";
import type { AmlCompute } from "./declared.ts";
import { computeType } from "./request.ts";
import { containerWorkloads } from "../workload.ts";

export { read, schema, type AmlCompute } from "./declared.ts";
export { differencesFrom, withImmutableFields } from "./differences.ts";
export { liveNodesOf, longestReadinessSeconds, machinesHeld, progressOf, readiness, whyRunsWait } from "./live.ts";
export { computeType, toRequest, toUpdate } from "./request.ts";

export const label = "managed cluster";
export const otherNames = ["cluster", "amlcluster", "computecluster"];
export const azmlSchemas = ["amlCompute"];
export const origin = "managed";
export const users = ["jobs"] as const;
export const runs = containerWorkloads;
export const written = async () => (await import("./written.ts")).writeAmlCompute;
export const scriptStepType = "AmlCompute";

export function resourceIdOf(): undefined {
  return undefined;
}

export function secretsOf(target: AmlCompute): readonly SecretReference[] {
  return target.ssh?.adminPassword === undefined ? [] : [target.ssh.adminPassword];
}

export function permissionsOf({ subnet, identity }: AmlCompute, workspace: WorkspaceRef): readonly Permission[] {
  return [...quotaPermissions(workspace), ...subnetPermissions(subnet, workspace), ...identityPermissions(identity)];
}

/** The network is there. */
export function preflight(target: AmlCompute, reads: ResourceReads): Promise<readonly Finding[]> {
  return networkFindings(target, reads);
}

export function capacityOf(target: AmlCompute): Capacity {
  return {
    size: target.size,
    minimum: target.minInstances,
    maximum: target.maxInstances,
    computeType,
    lowPriority: target.tier === "low_priority",
    ...(target.location === undefined ? {} : { location: target.location }),
  };
}

export function nodesOf(target: AmlCompute): NodeRange {
  return { size: target.size, minimum: target.minInstances, maximum: target.maxInstances };
}

export const hints: readonly Hint[] = [
  {
    when: /OutOfCapacity|AllocationFailed|SkuNotAvailable|ZonalAllocation/i,
    advice:
      "The region has no machines of this size left at the moment. Try again later, or choose another size or region.",
    fields: ["size"],
  },
  {
    when: /ScopeLocked|is locked|cannot perform .* because .* lock/i,
    advice:
      "A lock keeps the service from changing what is below it, and a cluster from scaling. Remove the lock that the message names.",
  },
];
