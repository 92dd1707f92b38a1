import type { ResourceReads } from "../../azure/resource-reads.ts";
import type { WorkspaceRef } from "../../azure/workspace.ts";
import type { Capacity, Finding, Hint, NodeRange, Permission } from "../kind.ts";
import { identityPermissions } from "../managed/identity.ts";
import { quotaPermissions } from "../managed/quota.ts";
import { networkFindings, subnetPermissions } from "../managed/subnet.ts";
import type { ComputeInstance } from "./declared.ts";
import { computeType } from "./request.ts";
import { stops } from "./schedules.ts";
import { containerWorkloads } from "../workload.ts";

export { read, schema, type ComputeInstance } from "./declared.ts";
export { differencesFrom } from "./differences.ts";
export { faultOf, liveNodesOf, longestReadinessSeconds, machinesHeld, readiness, whyRunsWait } from "./live.ts";
export { computeType, toRequest, toUpdate } from "./request.ts";

export const label = "compute instance";
export const otherNames = ["instance", "notebook", "ci"];
export const azmlSchemas = ["computeInstance"];
export const origin = "managed";
export const users = ["jobs"] as const;
export const runs = containerWorkloads;
export const written = async () => (await import("./written.ts")).writeComputeInstance;
export const scriptStepType = "ComputeInstance";

/**
 * The name is part of the instance's address. The documentation says it of every compute that the service makes; of
 * clusters the same names are seen in many workspaces of a region.
 * @see https://learn.microsoft.com/azure/machine-learning/how-to-create-compute-instance
 */
export const isNamedByRegion = true;

export function resourceIdOf(): undefined {
  return undefined;
}

export function secretsOf(): readonly [] {
  return [];
}

export function permissionsOf({ subnet, identity }: ComputeInstance, workspace: WorkspaceRef): readonly Permission[] {
  return [...quotaPermissions(workspace), ...subnetPermissions(subnet, workspace), ...identityPermissions(identity)];
}

/** The network is there. */
export function preflight(target: ComputeInstance, reads: ResourceReads): Promise<readonly Finding[]> {
  return networkFindings(target, reads);
}

/** A stopped instance holds its quota too. */
export function capacityOf({ size }: ComputeInstance): Capacity {
  return { size, minimum: 1, maximum: 1, isFixed: true, computeType };
}

/** It is billed while it runs: with something that stops it, not at all at its least. */
export function nodesOf({ size, idleShutdown, schedules }: ComputeInstance): NodeRange {
  return { size, minimum: idleShutdown !== undefined || stops(schedules ?? []) ? 0 : 1, maximum: 1 };
}

export const hints: readonly Hint[] = [
  {
    when: /\b(User)?SetupFailed\b/i,
    advice:
      "A setup script failed. Its output is under the instance's Logs in Azure ML studio; correct the script, then run apply with allow-delete: true to have the instance created again.",
    fields: ["setup_scripts"],
  },
  {
    when: /\b(CreateFailed|Unusable)\b/i,
    advice: "Run apply with allow-delete: true to have the instance deleted and created again.",
  },
];
