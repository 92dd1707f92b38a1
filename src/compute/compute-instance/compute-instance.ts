import * as z from "zod";
import type { LiveCompute } from "../../azure/computes.ts";
import type { ServiceError } from "../../azure/outcome.ts";
import { serviceErrorOf } from "../../azure/service-error.ts";
import type { Workspace, WorkspaceRef } from "../../azure/workspace.ts";
import type { Problem } from "../../yaml/problem.ts";
import { boolean, checkShape, integer, oneOf, readOnly, tags, text, shape } from "../../yaml/shape.ts";
import { positionOf, type SourceNode } from "../../yaml/source.ts";
import { baseComparisons, differing, member, type Comparison } from "../compare.ts";
import { fromIsoDuration } from "../../azure/iso-duration.ts";
import {
  identityComparison,
  identityProblems,
  identitySchema,
  toIdentity,
  type Identity,
} from "../managed/identity.ts";
import {
  applicationProblems,
  applicationsRequest,
  applicationsSchema,
  declaredApplications,
  liveApplications,
  otherVariables,
  toApplications,
  type Application,
} from "./applications.ts";
import {
  declaredSchedules,
  liveSchedules,
  liveStops,
  scheduleProblems,
  schedulesRequest,
  schedulesSchema,
  stops,
  toSchedules,
  type Schedule,
} from "./schedules.ts";
import {
  readSetupScripts,
  setupScriptComparisons,
  setupScriptsRequest,
  setupScriptsSchema,
  type SetupScripts,
} from "./setup-scripts.ts";
import type { ResourceReads } from "../../azure/resource-reads.ts";
import type {
  Capacity,
  Difference,
  Finding,
  Hint,
  NodeRange,
  ReadContext,
  ReadResult,
  Readiness,
  TargetBase,
  Update,
} from "../kind.ts";
import { nameProblems } from "../name.ts";
import { readBase, readOnlyKeys } from "../read-base.ts";
import { sizeProblems } from "../managed/size.ts";
import {
  networkFindings,
  networkProblems,
  networkSchema,
  publicIpComparison,
  subnetId,
  toSubnet,
  type Subnet,
} from "../managed/subnet.ts";

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

export const label = "compute instance";
export const computeType = "ComputeInstance";
export const origin = "managed";

/**
 * The name is part of the instance's address. The documentation says it of every compute that the service makes; of
 * clusters the same names are seen in many workspaces of a region.
 * @see https://learn.microsoft.com/azure/machine-learning/how-to-create-compute-instance
 */
export const isNamedByRegion = true;

/** The official client's default, which it sends when a file names no size. */
const defaultSize = "STANDARD_DS3_V2";

export const schema = shape(() =>
  z
    .strictObject({
      $schema: text().optional(),
      type: oneOf(["computeinstance"]),
      name: text().describe("3 to 24 letters, digits and dashes, of its own in the region."),
      description: text().optional(),
      tags: tags().optional(),
      location: text()
        .optional()
        .describe("Taken and not used, as az ml does: an instance stands in the workspace's region."),
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
      resource_id: text().optional().describe("Taken and not used, as az ml does."),
      state: readOnly(),
      last_operation: readOnly(),
      services: readOnly(),
      os_image_metadata: readOnly(),
      ...readOnlyKeys(),
    })
    .describe("A machine for one person, which Azure Machine Learning makes, starts and stops."),
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

export function resourceIdOf(): undefined {
  return undefined;
}

export function secretsOf(): readonly [] {
  return [];
}

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

function accessWord(open: boolean): string {
  return open ? "Enabled" : "Disabled";
}

const idleField = "idle_time_before_shutdown_minutes";

/** The idle time has a request of its own; everything else is fixed once the instance exists. */
export function toUpdate({ idleShutdown }: ComputeInstance, differences: readonly Difference[]): Update | undefined {
  if (idleShutdown === undefined || !differences.every(({ field }) => field === idleField)) return undefined;
  return {
    method: "POST",
    action: "updateIdleShutdownSetting",
    body: { idleTimeBeforeShutdown: idleShutdown },
  };
}

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
  const at = (...path: readonly string[]) => member(live.properties, ...path);
  const fixed = (field: string, declared: unknown, liveValue: unknown, ignoreCase = false): Comparison => ({
    field,
    declared,
    live: liveValue,
    means: "recreate",
    ignoreCase,
  });
  const liveKey = at("sshSettings", "adminPublicKey");
  const liveIdle = at("idleTimeBeforeShutdown");
  // An instance that nobody else was made the user of is its creator's.
  const user = (assigned: string, creator: string) =>
    at("personalComputeInstanceSettings", "assignedUser", assigned) ?? at("createdBy", creator) ?? undefined;
  const [liveUser, liveTenant] = [user("objectId", "userId"), user("tenantId", "userOrgId")];
  const variables = otherVariables(applications ?? [], at("customServices"));
  return differing([
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
      live: typeof liveIdle === "string" ? minutesOf(liveIdle) : undefined,
      means: "in-place",
    },
    fixed(
      "schedules",
      schedules && declaredSchedules(schedules).join("; "),
      schedules && liveSchedules(at("schedules"), schedules).join("; "),
    ),
    ...setupScriptComparisons(target.setupScripts, live.properties),
    fixed(
      "custom_applications",
      applications && declaredApplications(applications).join("; "),
      applications && liveApplications(at("customServices")).join("; "),
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
  ]);
}

function minutesOf(duration: string): number | string {
  const seconds = fromIsoDuration(duration);
  return seconds === undefined ? duration : seconds / 60;
}

/** The network is there. */
export function preflight(target: ComputeInstance, reads: ResourceReads): Promise<readonly Finding[]> {
  return networkFindings(target, reads);
}

/** A stopped instance holds its quota too. */
export function capacityOf({ size }: ComputeInstance): Capacity {
  return { size, minimum: 1, maximum: 1, computeType };
}

/** It is billed while it runs: with something that stops it, not at all at its least. */
export function nodesOf({ size, idleShutdown, schedules }: ComputeInstance): NodeRange {
  return { size, minimum: idleShutdown !== undefined || stops(schedules ?? []) ? 0 : 1, maximum: 1 };
}

export function liveNodesOf({ properties }: LiveCompute): NodeRange | undefined {
  const { vmSize: size, idleTimeBeforeShutdown: idle, schedules } = properties;
  if (typeof size !== "string") return undefined;
  return { size, minimum: typeof idle === "string" || liveStops(schedules) ? 0 : 1, maximum: 1 };
}

/** States in which nobody can work on the instance, though its provisioning succeeded. */
const faults: Readonly<Record<string, string>> = {
  createfailed: "It could not be created.",
  setupfailed: "Its setup did not come to its end.",
  usersetupfailed: "The setup for its user did not come to its end.",
  unusable: "It is out of order.",
};

/** The instance has a `state` of its own beside the provisioning; `lastOperation` and `errors` tell why it is in it. */
export function faultOf({ properties }: LiveCompute): ServiceError | undefined {
  const { state, errors } = properties;
  const sentence = typeof state === "string" ? faults[state.toLowerCase()] : undefined;
  if (typeof state !== "string" || sentence === undefined) return undefined;
  const name = member(properties, "lastOperation", "operationName");
  const status = member(properties, "lastOperation", "operationStatus");
  const last =
    typeof name === "string"
      ? ` Its last operation was ${name}${typeof status === "string" ? `: ${status}` : ""}.`
      : "";
  const details = Array.isArray(errors)
    ? errors.map((error: unknown) => serviceErrorOf(error, { code: state, message: sentence }))
    : [];
  return { code: state, message: `The compute instance is ${state}. ${sentence}${last}`, details };
}

/** States on the way to one that lasts. */
const passing = new Set(["creating", "settingup", "usersettingup", "starting", "restarting", "resizing"]);

/** As long as setup scripts may take, and the start before them. Our choice. */
export const longestReadinessSeconds = 30 * 60;

/** Provisioning may be over while the instance is still being set up; what stands in the end decides. */
export function readiness(live: LiveCompute): Readiness {
  const error = faultOf(live);
  if (error !== undefined) return { state: "failed", error };
  const { state } = live.properties;
  return typeof state === "string" && passing.has(state.toLowerCase())
    ? { state: "waiting", progress: state }
    : { state: "ready" };
}

export const hints: readonly Hint[] = [
  {
    when: /\b(User)?SetupFailed\b/i,
    advice:
      "A setup script failed. Its output is under the instance's Logs in Azure ML studio; correct the script, then run apply with allow-delete: true to have the instance made anew.",
  },
  {
    when: /\b(CreateFailed|Unusable)\b/i,
    advice: "Run apply with allow-delete: true to have the instance deleted and created again.",
  },
];
