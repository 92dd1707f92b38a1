import { toIsoDuration } from "../../azure/iso-duration.ts";
import type { Workspace } from "../../azure/workspace.ts";
import type { ResolveSecret } from "../../secret/secret.ts";
import type { Difference, Update } from "../kind.ts";
import { subnetId } from "../managed/subnet.ts";
import { saysIdleTime, type AmlCompute } from "./declared.ts";

export const computeType = "AmlCompute";

export const tiers = { low_priority: "LowPriority", dedicated: "Dedicated" } as const;

/** Body of `PUT …/computes/{name}`, member for member what the official client sends for the same declaration. */
export async function toRequest(target: AmlCompute, workspace: Workspace, resolve: ResolveSecret): Promise<unknown> {
  const { ssh } = target;
  const password = ssh?.adminPassword === undefined ? undefined : await resolve(ssh.adminPassword);
  const subnet = subnetId(target.subnet, workspace);
  return {
    location: target.location ?? workspace.location,
    ...(target.identity === undefined ? {} : { identity: target.identity }),
    ...(target.tags === undefined ? {} : { tags: target.tags }),
    properties: {
      computeType,
      ...(target.description === undefined ? {} : { description: target.description }),
      disableLocalAuth: ssh === undefined && target.localLogin !== true,
      properties: {
        osType: "Linux",
        vmSize: target.size,
        ...(target.tier === undefined ? {} : { vmPriority: tiers[target.tier] }),
        scaleSettings: scaleSettings(target),
        remoteLoginPortPublicAccess: remoteLogin(target),
        enableNodePublicIp: target.nodePublicIp,
        ...(subnet === undefined ? {} : { subnet: { id: subnet } }),
        ...(ssh === undefined
          ? {}
          : {
              userAccountCredentials: {
                ...(ssh.adminUsername === undefined ? {} : { adminUserName: ssh.adminUsername }),
                ...(password === undefined ? {} : { adminUserPassword: password }),
                ...(ssh.publicKey === undefined ? {} : { adminUserSshPublicKey: ssh.publicKey }),
              },
            }),
      },
    },
  };
}

function scaleSettings(target: AmlCompute) {
  return {
    minNodeCount: target.minInstances,
    maxNodeCount: target.maxInstances,
    // Zero leaves the time to the service, as in the official client.
    ...(target.idleSeconds === 0 ? {} : { nodeIdleTimeBeforeScaleDown: toIsoDuration(target.idleSeconds) }),
  };
}

export function remoteLogin({ sshPublicAccess }: AmlCompute): string {
  if (sshPublicAccess === undefined) return "NotSpecified";
  return sshPublicAccess ? "Enabled" : "Disabled";
}

const scaleFields = new Set(["min_instances", "max_instances", "idle_time_before_scale_down"]);

/** The service patches the scale and nothing else; every other change in place is a PUT of the whole. */
export function toUpdate(target: AmlCompute, differences: readonly Difference[]): Update | undefined {
  if (!differences.every(({ field }) => scaleFields.has(field))) return undefined;
  const { nodeIdleTimeBeforeScaleDown: idle, ...bounds } = scaleSettings(target);
  // What nobody declared stays as it is.
  const changed = {
    ...bounds,
    ...(idle === undefined || !saysIdleTime(target) ? {} : { nodeIdleTimeBeforeScaleDown: idle }),
  };
  return { method: "PATCH", body: { properties: { properties: { scaleSettings: changed } } } };
}
