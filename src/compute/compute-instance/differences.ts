import * as z from "zod";
import type { LiveCompute } from "../../azure/computes.ts";
import { fromIsoDuration } from "../../azure/iso-duration.ts";
import type { WorkspaceRef } from "../../azure/workspace.ts";
import { baseComparisons, differing, liveForm, liveMember, type Comparison } from "../compare.ts";
import type { Difference } from "../kind.ts";
import { identityComparison } from "../managed/identity.ts";
import { publicIpComparison, subnetId } from "../managed/subnet.ts";
import { declaredApplications, liveApplications, otherVariables, wireServices } from "./applications.ts";
import type { ComputeInstance } from "./declared.ts";
import { accessWord, idleField } from "./request.ts";
import { declaredSchedules, liveSchedules, wireSchedules } from "./schedules.ts";
import { setupScriptComparisons } from "./setup-scripts.ts";

/**
 * Only the idle time can be changed in place. Everything else, tags and description included, is fixed: the official client
 * updates clusters alone, and Terraform's provider replaces the instance for any change.
 * @see https://learn.microsoft.com/azure/machine-learning/how-to-manage-compute-instance
 */
export function differencesFrom(
  target: ComputeInstance,
  live: LiveCompute,
  workspace: WorkspaceRef,
): readonly Difference[] {
  const { ssh, assignedUser, idleShutdown, schedules, applications } = target;
  const at = (...path: readonly string[]) => liveMember(live, ...path);
  const fixed = (field: string, declared: unknown, liveValue: unknown, ignoreCase = false): Comparison => ({
    field,
    declared,
    live: liveValue,
    means: "recreate",
    ignoreCase,
  });
  const liveKey = at("sshSettings", "adminPublicKey");
  const liveIdle = liveForm(live, z.string(), "idleTimeBeforeShutdown");
  const services = applications && (liveForm(live, wireServices(), "customServices") ?? []);
  // An instance that nobody else was made the user of is its creator's.
  const user = (assigned: string, creator: string) =>
    at("personalComputeInstanceSettings", "assignedUser", assigned) ?? at("createdBy", creator) ?? undefined;
  const [liveUser, liveTenant] = [user("objectId", "userId"), user("tenantId", "userOrgId")];
  const variables = otherVariables(applications ?? [], services ?? []);
  return differing(
    [
      fixed("size", target.size, at("vmSize"), true),
      fixed("network_settings.subnet", subnetId(target.subnet, workspace), at("subnet", "id"), true),
      publicIpComparison(target, live),
      fixed(
        "ssh_public_access_enabled",
        ssh && accessWord(ssh.publicAccess),
        at("sshSettings", "sshPublicAccess") ?? "Disabled",
        true,
      ),
      // A key that the service does not show cannot be compared.
      fixed(
        "ssh_settings.ssh_key_value",
        typeof liveKey === "string" ? ssh?.publicKey?.trim() : undefined,
        typeof liveKey === "string" ? liveKey.trim() : undefined,
      ),
      fixed(
        "create_on_behalf_of.user_object_id",
        liveUser === undefined ? undefined : assignedUser?.objectId,
        liveUser,
        true,
      ),
      fixed(
        "create_on_behalf_of.user_tenant_id",
        liveTenant === undefined ? undefined : assignedUser?.tenantId,
        liveTenant,
        true,
      ),
      {
        field: idleField,
        declared: idleShutdown === undefined ? undefined : minutesOf(idleShutdown),
        live: liveIdle === undefined ? undefined : minutesOf(liveIdle),
        means: "in-place",
      },
      fixed(
        "schedules",
        schedules && declaredSchedules(schedules).join("; "),
        schedules && liveSchedules(liveForm(live, wireSchedules(), "schedules"), schedules).join("; "),
      ),
      ...setupScriptComparisons(target.setupScripts, live.properties),
      fixed(
        "custom_applications",
        applications && declaredApplications(applications).join("; "),
        services && liveApplications(services).join("; "),
      ),
      // Of variables only the names are shown.
      ...variables.map((name) => fixed(`custom_applications.${name}`, "another value", "a value")),
      fixed("enable_sso", target.sso, at("enableSSO") ?? true),
      // No stable version of the interface shows these three; where they are not shown they cannot differ.
      fixed("enable_root_access", target.rootAccess, at("enableRootAccess") ?? target.rootAccess),
      fixed("release_quota_on_stop", target.releaseQuotaOnStop, at("releaseQuotaOnStop") ?? target.releaseQuotaOnStop),
      fixed("enable_os_patching", target.osPatching, at("enableOSPatching") ?? target.osPatching),
      identityComparison(target.identity, live, "recreate"),
      ...baseComparisons(target, live, "recreate"),
    ],
    live,
  );
}

function minutesOf(duration: string): number | string {
  const seconds = fromIsoDuration(duration);
  return seconds === undefined ? duration : seconds / 60;
}
