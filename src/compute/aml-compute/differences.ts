import * as z from "zod";
import type { LiveCompute } from "../../azure/computes.ts";
import { fromIsoDuration } from "../../azure/iso-duration.ts";
import type { WorkspaceRef } from "../../azure/workspace.ts";
import { baseComparisons, differing, liveForm, liveMember } from "../compare.ts";
import type { Difference } from "../kind.ts";
import { identityComparison } from "../managed/identity.ts";
import { publicIpComparison, saysPublicIp, subnetId } from "../managed/subnet.ts";
import { region } from "../region.ts";
import type { AmlCompute } from "./declared.ts";
import { says, saysIdleTime } from "./declared.ts";
import { remoteLogin, tiers } from "./request.ts";

/** Region, tier, network and the way in are fixed: a PUT that does not repeat them would ask for others. */
export function withImmutableFields(target: AmlCompute, live: LiveCompute): AmlCompute {
  const word = (...path: readonly string[]) => {
    const value = liveMember(live, ...path);
    return typeof value === "string" ? value : undefined;
  };
  const tier = word("vmPriority")?.toLowerCase() === "lowpriority" ? "low_priority" : "dedicated";
  const access = word("remoteLoginPortPublicAccess")?.toLowerCase();
  const subnet = word("subnet", "id");
  const location = live.computeLocation ?? live.location;
  return {
    ...(word("vmPriority") === undefined ? {} : { tier }),
    ...(access === "enabled" || access === "disabled" ? { sshPublicAccess: access === "enabled" } : {}),
    ...(subnet === undefined ? {} : { subnet: { subnet } }),
    ...(location === undefined ? {} : { location }),
    ...(live.disableLocalAuth === undefined ? {} : { localLogin: !live.disableLocalAuth }),
    ...target,
    ...(saysIdleTime(target) ? {} : { idleSeconds: idleSecondsOf(live) ?? 0 }),
    ...(live.properties["enableNodePublicIp"] === false && !saysPublicIp(target) ? { nodePublicIp: false } : {}),
  };
}

function idleSecondsOf(live: LiveCompute): number | undefined {
  const idle = liveForm(live, z.string(), "scaleSettings", "nodeIdleTimeBeforeScaleDown");
  return idle === undefined ? undefined : fromIsoDuration(idle);
}

/**
 * Size, tier, network and SSH are fixed once the cluster exists; scale, identity, tags and description are not.
 * @see https://learn.microsoft.com/azure/machine-learning/how-to-create-attach-compute-cluster
 */
export function differencesFrom(
  target: AmlCompute,
  live: LiveCompute,
  workspace: WorkspaceRef & { location?: string },
): readonly Difference[] {
  const at = (...path: readonly string[]) => liveMember(live, ...path);
  const liveUser = at("userAccountCredentials", "adminUserName") ?? undefined;
  // The service may keep the account back with its password; only a cluster that takes no local login surely has none.
  const toldUser = liveUser !== undefined || live.disableLocalAuth === true;
  return differing(
    [
      { field: "size", declared: target.size, live: at("vmSize"), means: "recreate", ignoreCase: true },
      {
        field: "tier",
        declared: target.tier && tiers[target.tier],
        // Without a priority the cluster is dedicated.
        live: at("vmPriority") ?? tiers.dedicated,
        means: "recreate",
        ignoreCase: true,
      },
      {
        field: "min_instances",
        declared: target.minInstances,
        // The service's default, and one that it may not show.
        live: at("scaleSettings", "minNodeCount") ?? 0,
        means: "in-place",
      },
      {
        field: "max_instances",
        declared: target.maxInstances,
        // Like the others, a default that nobody declared is no difference from a value that is not shown.
        live: at("scaleSettings", "maxNodeCount") ?? (says(target, "max_instances") ? undefined : target.maxInstances),
        means: "in-place",
      },
      {
        field: "idle_time_before_scale_down",
        declared: target.idleSeconds === 0 || !saysIdleTime(target) ? undefined : target.idleSeconds,
        live: idleSecondsOf(live),
        means: "in-place",
      },
      {
        field: "location",
        declared: target.location && region(target.location),
        live: region(live.computeLocation ?? live.location ?? workspace.location ?? ""),
        means: "recreate",
      },
      {
        field: "ssh_public_access_enabled",
        // Without a declaration the service picks: open or closed is then no difference.
        declared: target.sshPublicAccess === undefined ? undefined : remoteLogin(target),
        live: at("remoteLoginPortPublicAccess"),
        means: "recreate",
        ignoreCase: true,
      },
      publicIpComparison(target, live),
      {
        field: "network_settings.subnet",
        declared: subnetId(target.subnet, workspace),
        live: at("subnet", "id"),
        means: "recreate",
        ignoreCase: true,
      },
      {
        field: "ssh_settings.admin_username",
        declared: toldUser ? target.ssh?.adminUsername : undefined,
        live: liveUser,
        means: "recreate",
      },
      identityComparison(target.identity, live, "in-place"),
      ...baseComparisons(target, live, "in-place"),
    ],
    live,
  );
}
