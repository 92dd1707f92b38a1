import type { LiveCompute } from "../../azure/computes.ts";
import type { Workspace } from "../../azure/workspace.ts";
import { liveMember } from "../compare.ts";
import { region } from "../region.ts";

const words = new Map([
  ["systemassigned", "system_assigned"],
  ["userassigned", "user_assigned"],
  ["systemassigned,userassigned", "system_assigned,user_assigned"],
]);

/** The identity of a live compute as it is declared; nothing for one that has none. */
export function writtenIdentity({ identity }: LiveCompute): unknown {
  const type = words.get(identity?.type.toLowerCase().replaceAll(" ", "") ?? "");
  if (identity === undefined || type === undefined) return undefined;
  const ids = identity.userAssignedIds.map((id) => ({ resource_id: id }));
  return { type, user_assigned_identities: ids.length === 0 ? undefined : ids };
}

/** The region, where it is not the workspace's own. */
export function writtenLocation(location: string | undefined, workspace: Workspace): string | undefined {
  return location !== undefined && region(location) !== region(workspace.location) ? location : undefined;
}

/** Subnet and public address of the machines, where they are not the default. */
export function writtenNetwork(live: LiveCompute): Readonly<Record<string, unknown>> {
  const subnet = liveMember(live, "subnet", "id") ?? undefined;
  return {
    network_settings: subnet === undefined ? undefined : { subnet },
    enable_node_public_ip: live.properties["enableNodePublicIp"] === false ? false : undefined,
  };
}
