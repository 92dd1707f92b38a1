import type { LiveCompute } from "../../azure/computes.ts";
import { canonicalId } from "../../azure/resource-id.ts";
import type { WorkspaceRef } from "../../azure/workspace.ts";
import { baseComparisons, differing, liveMember } from "../compare.ts";
import type { Difference } from "../kind.ts";
import { region } from "../region.ts";
import type { Aks } from "./declared.ts";
import { networkComparisons } from "./network.ts";
import { loadBalancers, purposes } from "./request.ts";
import { tlsComparisons } from "./tls.ts";

/**
 * How the cluster was made, the service only says of one that it made itself: it is not compared for one that is
 * attached. Settings are those of the attachment, and change with a new one.
 */
export function differencesFrom(target: Aks, live: LiveCompute, workspace: WorkspaceRef): readonly Difference[] {
  const isMade = live.isAttachedCompute === false;
  const settings = isMade && live.resourceId === undefined ? "recreate" : "reattach";
  const at = (...path: readonly string[]) => liveMember(live, ...path);
  const loadBalancer = target.loadBalancerType && loadBalancers[target.loadBalancerType];
  const made = [
    { field: "agent_count", declared: target.agentCount, live: at("agentCount"), means: "recreate" },
    {
      field: "agent_vm_size",
      declared: target.agentVmSize,
      live: at("agentVmSize"),
      means: "recreate",
      ignoreCase: true,
    },
    {
      field: "location",
      // The compute's own location is the workspace's region, wherever the cluster is.
      declared: live.computeLocation === undefined ? undefined : target.location && region(target.location),
      live: live.computeLocation && region(live.computeLocation),
      means: "recreate",
    },
    ...networkComparisons(target.network, live, workspace),
  ] as const;
  return differing(
    [
      {
        field: "resource_id",
        declared: target.resourceId && canonicalId(target.resourceId),
        live: live.resourceId && canonicalId(live.resourceId),
        // One that the service made would be left running, and billed, when another takes its place.
        means: isMade ? "recreate" : "reattach",
      },
      ...(live.isAttachedCompute === true ? [] : made),
      {
        field: "cluster_purpose",
        declared: target.clusterPurpose && purposes[target.clusterPurpose],
        live: at("clusterPurpose") ?? purposes.fast_prod,
        means: settings,
        ignoreCase: true,
      },
      {
        field: "load_balancer_type",
        declared: loadBalancer,
        live: at("loadBalancerType") ?? loadBalancers.public_ip,
        means: settings,
        ignoreCase: true,
      },
      {
        field: "load_balancer_subnet",
        declared: target.loadBalancerSubnet,
        live: at("loadBalancerSubnet"),
        means: settings,
        ignoreCase: true,
      },
      ...tlsComparisons(target.tls, live, settings),
      ...baseComparisons(target, live, settings),
    ],
    live,
  );
}
