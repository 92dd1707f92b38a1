import type { Workspace } from "../../azure/workspace.ts";
import type { Difference, Update } from "../kind.ts";
import { subnetId } from "../managed/subnet.ts";
import { applicationsRequest } from "./applications.ts";
import type { ComputeInstance } from "./declared.ts";
import { schedulesRequest } from "./schedules.ts";
import { setupScriptsRequest } from "./setup-scripts.ts";

export const computeType = "ComputeInstance";

/** Body of `PUT …/computes/{name}`, member for member what the official client sends for the same declaration. */
export async function toRequest(target: ComputeInstance, workspace: Workspace): Promise<unknown> {
  const { ssh, assignedUser, schedules, idleShutdown, setupScripts, applications, identity } = target;
  const subnet = subnetId(target.subnet, workspace);
  return {
    location: workspace.location,
    ...(identity === undefined ? {} : { identity }),
    ...(target.tags === undefined ? {} : { tags: target.tags }),
    properties: {
      computeType,
      ...(target.description === undefined ? {} : { description: target.description }),
      disableLocalAuth: ssh?.publicAccess !== true,
      properties: {
        vmSize: target.size,
        ...(subnet === undefined ? {} : { subnet: { id: subnet } }),
        applicationSharingPolicy: "Shared",
        computeInstanceAuthorizationType: "personal",
        ...(ssh === undefined
          ? {}
          : {
              sshSettings: {
                sshPublicAccess: accessWord(ssh.publicAccess),
                ...(ssh.publicKey === undefined ? {} : { adminPublicKey: ssh.publicKey }),
              },
            }),
        ...(assignedUser === undefined ? {} : { personalComputeInstanceSettings: { assignedUser } }),
        ...(idleShutdown === undefined ? {} : { idleTimeBeforeShutdown: idleShutdown }),
        enableNodePublicIp: target.nodePublicIp,
        enableSSO: target.sso,
        enableRootAccess: target.rootAccess,
        releaseQuotaOnStop: target.releaseQuotaOnStop,
        enableOSPatching: target.osPatching,
        ...(schedules === undefined ? {} : { schedules: schedulesRequest(schedules) }),
        ...(setupScripts === undefined ? {} : { setupScripts: setupScriptsRequest(setupScripts) }),
        ...(applications === undefined ? {} : { customServices: applicationsRequest(applications) }),
      },
    },
  };
}

export function accessWord(open: boolean): string {
  return open ? "Enabled" : "Disabled";
}

export const idleField = "idle_time_before_shutdown_minutes";

/** The idle time has a request of its own; everything else is fixed once the instance exists. */
export function toUpdate({ idleShutdown }: ComputeInstance, differences: readonly Difference[]): Update | undefined {
  if (idleShutdown === undefined || !differences.every(({ field }) => field === idleField)) return undefined;
  return {
    method: "POST",
    action: "updateIdleShutdownSetting",
    body: { idleTimeBeforeShutdown: idleShutdown },
  };
}
