import * as z from "zod";
import { fromIsoDuration } from "../../azure/iso-duration.ts";
import type { Problem } from "../../yaml/problem.ts";
import { boolean, checkShape, integer, readOnly, text, shape } from "../../yaml/shape.ts";
import { positionOf, type SourceNode } from "../../yaml/source.ts";
import type { ReadContext, ReadResult, TargetBase } from "../kind.ts";
import { identityProblems, identitySchema, toIdentity, type Identity } from "../managed/identity.ts";
import { sizeProblems } from "../managed/size.ts";
import { networkProblems, networkSchema, toSubnet, type Subnet } from "../managed/subnet.ts";
import { nameProblems } from "../name.ts";
import { firstKeys, readBase, readOnlyKeys } from "../read-base.ts";
import { applicationProblems, applicationsSchema, toApplications, type Application } from "./applications.ts";
import { scheduleProblems, schedulesSchema, stops, toSchedules, type Schedule } from "./schedules.ts";
import { readSetupScripts, setupScriptsSchema, type SetupScripts } from "./setup-scripts.ts";

/** One machine of a person's, which Azure ML makes, starts and stops. */
export type ComputeInstance = TargetBase & {
  readonly type: "computeinstance";
  readonly size: string;
  readonly subnet?: Subnet;
  readonly nodePublicIp: boolean;
  /** Absent when nothing about SSH is declared. */
  readonly ssh?: { readonly publicAccess: boolean; readonly publicKey?: string };
  /** The person that it is for, when that is not who creates it. */
  readonly assignedUser?: { readonly objectId: string; readonly tenantId: string };
  readonly schedules?: readonly Schedule[];
  readonly identity?: Identity;
  /** ISO 8601, as it is sent; absent when it is not to stop by itself. */
  readonly idleShutdown?: string;
  readonly setupScripts?: SetupScripts;
  readonly applications?: readonly Application[];
  readonly sso: boolean;
  readonly rootAccess: boolean;
  readonly releaseQuotaOnStop: boolean;
  readonly osPatching: boolean;
};

/** The official client's default, which it sends when a file names no size. */
const defaultSize = "STANDARD_DS3_V2";

export const schema = shape(() =>
  z
    .strictObject({
      ...firstKeys("computeinstance", "3 to 24 letters, digits and dashes, unique in the region."),
      location: text()
        .optional()
        .describe("Accepted for compatibility with az ml; ignored: an instance is always in the workspace's region."),
      size: text().default(defaultSize).describe("VM size, for example Standard_DS3_v2."),
      create_on_behalf_of: z
        .strictObject({ user_tenant_id: text(), user_object_id: text() })
        .optional()
        .describe("Whose instance it is, when not the creator's."),
      ssh_public_access_enabled: boolean().optional(),
      ssh_settings: z
        .strictObject({ ssh_key_value: text().optional(), admin_username: readOnly(), ssh_port: readOnly() })
        .optional(),
      network_settings: networkSchema().optional(),
      schedules: schedulesSchema().optional().describe("When it is started and stopped."),
      identity: identitySchema().optional(),
      idle_time_before_shutdown: text()
        .optional()
        .describe("The older form of idle_time_before_shutdown_minutes: PT30M."),
      idle_time_before_shutdown_minutes: integer()
        .optional()
        .describe("Minutes without activity after which it stops: 15 to 4320."),
      setup_scripts: setupScriptsSchema().optional(),
      custom_applications: applicationsSchema().optional(),
      enable_node_public_ip: boolean().default(true),
      enable_sso: boolean().default(true),
      enable_root_access: boolean().default(true),
      release_quota_on_stop: boolean().default(false),
      enable_os_patching: boolean().default(false),
      resource_id: text().optional().describe("Accepted for compatibility with az ml; ignored."),
      state: readOnly(),
      last_operation: readOnly(),
      services: readOnly(),
      os_image_metadata: readOnly(),
      ...readOnlyKeys(),
    })
    .describe("A machine for one person, which Azure Machine Learning creates, starts and stops."),
);

type Declared = z.infer<ReturnType<typeof schema>>;

export function read(node: SourceNode, context: ReadContext): ReadResult<ComputeInstance> {
  const { value, problems } = checkShape(schema, node);
  if (value === undefined) return { problems };
  const { scripts, problems: scriptProblems } = readSetupScripts(value.setup_scripts, node, context.checkout);
  const all = [
    ...problems,
    ...nameProblems(value.name, node),
    ...sizeProblems(value.size, node),
    ...idleProblems(value, node),
    ...networkProblems(value.network_settings, node, { emptyIsNone: true }),
    ...scheduleProblems(value.schedules, node),
    ...scriptProblems,
    ...applicationProblems(value.custom_applications, node),
    ...identityProblems(value.identity, node),
  ];
  const target = toTarget(value, scripts, node);
  return { target, problems: [...all, ...lint(target, node)] };
}

function toTarget(value: Declared, scripts: SetupScripts | undefined, node: SourceNode): ComputeInstance {
  const { create_on_behalf_of: user, custom_applications: applications, schedules, identity } = value;
  const { ssh_public_access_enabled: publicAccess, ssh_settings: ssh } = value;
  const idle = idleOf(value);
  // An empty key is none, as in the official client.
  const publicKey = ssh?.ssh_key_value === "" ? undefined : ssh?.ssh_key_value;
  return {
    type: "computeinstance",
    ...readBase(value, node),
    size: value.size,
    ...toSubnet(value.network_settings),
    nodePublicIp: value.enable_node_public_ip,
    ...(publicAccess === undefined && ssh === undefined
      ? {}
      : { ssh: { publicAccess: publicAccess === true, ...(publicKey === undefined ? {} : { publicKey }) } }),
    ...(user === undefined ? {} : { assignedUser: { objectId: user.user_object_id, tenantId: user.user_tenant_id } }),
    ...(schedules === undefined ? {} : { schedules: toSchedules(schedules) }),
    ...(identity === undefined ? {} : { identity: toIdentity(identity) }),
    ...(idle === undefined ? {} : { idleShutdown: idle }),
    ...(scripts === undefined ? {} : { setupScripts: scripts }),
    ...(applications === undefined || applications.length === 0 ? {} : { applications: toApplications(applications) }),
    sso: value.enable_sso,
    rootAccess: value.enable_root_access,
    releaseQuotaOnStop: value.release_quota_on_stop,
    osPatching: value.enable_os_patching,
  };
}

/** The minutes go before the older form; zero and nothing leave it to the service, as in the official client. */
function idleOf({
  idle_time_before_shutdown_minutes: minutes,
  idle_time_before_shutdown: duration,
}: Declared): string | undefined {
  if (minutes !== undefined && minutes !== 0) return `PT${minutes}M`;
  return duration === "" ? undefined : duration;
}

/** Minutes, as the service has them: from a quarter of an hour to three days. */
const idleMinutes = { least: 15, most: 3 * 24 * 60 };

function idleProblems(value: Declared, node: SourceNode): readonly Problem[] {
  const idle = idleOf(value);
  if (idle === undefined) return [];
  const inMinutes = value.idle_time_before_shutdown_minutes !== undefined && idle !== value.idle_time_before_shutdown;
  const key = inMinutes ? "idle_time_before_shutdown_minutes" : "idle_time_before_shutdown";
  const where = positionOf(node, [key]);
  const shown = JSON.stringify(inMinutes ? value.idle_time_before_shutdown_minutes : idle);
  const seconds = fromIsoDuration(idle);
  if (seconds === undefined && !inMinutes) {
    return [
      {
        code: "malformed-duration",
        severity: "error",
        where,
        message: `${shown} is not an ISO 8601 duration.`,
        fix: "Use idle_time_before_shutdown_minutes, or write PT30M for 30 minutes.",
      },
    ];
  }
  if (seconds !== undefined && seconds >= idleMinutes.least * 60 && seconds <= idleMinutes.most * 60) return [];
  return [
    {
      code: "out-of-range",
      severity: "error",
      where,
      message: `${key} is ${shown}.`,
      fix: `Use ${idleMinutes.least} minutes to 3 days (${idleMinutes.most} minutes).`,
    },
  ];
}

/** An instance that nothing ever stops is billed day and night. A warning: the file is valid. */
function lint({ idleShutdown, schedules }: ComputeInstance, node: SourceNode): readonly Problem[] {
  if (idleShutdown !== undefined || stops(schedules ?? [])) return [];
  return [
    {
      code: "billed-while-idle",
      severity: "warning",
      where: positionOf(node),
      message: "Nothing stops this compute instance: it is billed day and night, used or not.",
      fix: "Add idle_time_before_shutdown_minutes: 30, or a schedule that stops it.",
    },
  ];
}
