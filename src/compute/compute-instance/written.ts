import * as z from "zod";
import type { LiveCompute } from "../../azure/computes.ts";
import { fromIsoDuration } from "../../azure/iso-duration.ts";
import { liveForm, liveMember, shownBy } from "../compare.ts";
import type { WriteTarget } from "../kind.ts";
import { writtenIdentity, writtenNetwork } from "../managed/written.ts";
import { wordOf } from "../word.ts";
import { wireServices } from "./applications.ts";
import { schedulesIn, wireSchedules } from "./schedules.ts";

export const writeComputeInstance: WriteTarget = (live) => {
  const at = shownBy(live);
  const idle = liveForm(live, z.string(), "idleTimeBeforeShutdown");
  const seconds = idle === undefined ? undefined : fromIsoDuration(idle);
  const user = at("personalComputeInstanceSettings", "assignedUser", "objectId");
  const key = at("sshSettings", "adminPublicKey");
  const isOpen = wordOf(at("sshSettings", "sshPublicAccess")) === "enabled";
  const scripts = writtenScripts(live);
  const applications = writtenApplications(live);
  const unless = (value: unknown, usual: boolean) => (value === undefined || value === usual ? undefined : value);
  return {
    keys: {
      size: at("vmSize"),
      create_on_behalf_of:
        user === undefined
          ? undefined
          : {
              user_tenant_id: at("personalComputeInstanceSettings", "assignedUser", "tenantId"),
              user_object_id: user,
            },
      ssh_public_access_enabled: isOpen ? true : undefined,
      ssh_settings: isOpen && key !== undefined ? { ssh_key_value: key } : undefined,
      ...writtenNetwork(live),
      idle_time_before_shutdown_minutes: seconds === undefined ? undefined : seconds / 60,
      schedules: writtenSchedules(live),
      setup_scripts: scripts.keys,
      custom_applications: applications.list,
      enable_sso: unless(at("enableSSO"), true),
      enable_root_access: unless(at("enableRootAccess"), true),
      release_quota_on_stop: unless(at("releaseQuotaOnStop"), false),
      enable_os_patching: unless(at("enableOSPatching"), false),
      identity: writtenIdentity(live),
    },
    notes: [...scripts.notes, ...applications.notes],
  };
};

function writtenSchedules(live: LiveCompute): unknown {
  const schedules = schedulesIn(liveForm(live, wireSchedules(), "schedules"));
  if (schedules.length === 0) return undefined;
  return {
    compute_start_stop: schedules.map((schedule) => ({
      action: schedule.action,
      state: schedule.enabled ? undefined : "disabled",
      trigger: {
        type: schedule.by,
        time_zone: schedule.timeZone,
        start_time: schedule.startTime,
        ...(schedule.by === "cron"
          ? { expression: schedule.expression }
          : {
              frequency: schedule.frequency.toLowerCase(),
              interval: schedule.interval,
              schedule:
                schedule.hours.length + schedule.minutes.length === 0 && schedule.weekDays === undefined
                  ? undefined
                  : {
                      hours: schedule.hours,
                      minutes: schedule.minutes,
                      week_days: schedule.weekDays?.map((day) => day.toLowerCase()),
                    },
            }),
      },
    })),
  };
}

/** Scripts of the file share are named; the text of one that was sent with the request is never shown. */
function writtenScripts(live: LiveCompute): { readonly keys: unknown; readonly notes: readonly string[] } {
  const notes: string[] = [];
  const one = (wire: string, key: string) => {
    const shown = liveMember(live, "setupScripts", "scripts", wire);
    if (shown === undefined || shown === null) return undefined;
    const at = (part: string) => liveMember(live, "setupScripts", "scripts", wire, part) ?? undefined;
    const [path, minutes] = [at("scriptData"), /^(\d+)m$/.exec(wordOf(at("timeout")))?.[1]];
    if (typeof path !== "string" || path === "" || wordOf(at("scriptSource")) === "inline") {
      notes.push(`The service does not show setup_scripts.${key}: add it as local_path, or as path in the file share.`);
      return undefined;
    }
    return {
      path,
      command: at("scriptArguments"),
      timeout_minutes: minutes === undefined ? undefined : Number(minutes),
    };
  };
  const [creation, startup] = [one("creationScript", "creation_script"), one("startupScript", "startup_script")];
  const keys =
    creation === undefined && startup === undefined
      ? undefined
      : { creation_script: creation, startup_script: startup };
  return { keys, notes };
}

function writtenApplications(live: LiveCompute): { readonly list: unknown; readonly notes: readonly string[] } {
  const services = liveForm(live, wireServices(), "customServices") ?? [];
  const hidden = new Set<string>();
  const list = services.map(({ name, image, endpoints, environmentVariables, volumes }) => {
    const variables = Object.entries(environmentVariables ?? {}).map(([key, variable]) => {
      const value = variable?.value ?? undefined;
      if (value === undefined) hidden.add(key);
      return [key, value ?? ""] as const;
    });
    return {
      name,
      image: { reference: image?.reference },
      endpoints: (endpoints ?? []).map(({ target, published }) => ({ target, published })),
      environment_variables: variables.length === 0 ? undefined : Object.fromEntries(variables),
      bind_mounts:
        volumes === undefined || volumes === null || volumes.length === 0
          ? undefined
          : volumes.map(({ source, target }) => ({ source, target })),
    };
  });
  return {
    list: list.length === 0 ? undefined : list,
    notes:
      hidden.size === 0
        ? []
        : [`The service does not show the values of ${[...hidden].join(", ")} in custom_applications: write them.`],
  };
}
