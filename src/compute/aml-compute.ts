import * as z from "zod";
import type { LiveCompute } from "../azure/computes.ts";
import type { ServiceError } from "../azure/outcome.ts";
import { serviceErrorOf } from "../azure/service-error.ts";
import type { Workspace, WorkspaceRef } from "../azure/workspace.ts";
import type { ProblemCode } from "../yaml/problem-codes.ts";
import type { Problem } from "../yaml/problem.ts";
import type { ResolveSecret, SecretReference } from "../secret/secret.ts";
import { secret, type UnplacedSecret } from "../secret/reference.ts";
import { boolean, checkShape, integer, oneOf, shape, tags, text, version } from "../yaml/shape.ts";
import { positionOf, type SourceNode } from "../yaml/source.ts";
import { baseComparisons, differing, member } from "./compare.ts";
import { fromIsoDuration, toIsoDuration } from "../azure/iso-duration.ts";
import { identityComparison, identitySchema, identityProblems, toIdentity, type Identity } from "./managed/identity.ts";
import type { ResourceReads } from "../azure/resource-reads.ts";
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
} from "./kind.ts";
import { nameProblems } from "./name.ts";
import { readBase, readOnlyKeys } from "./read-base.ts";
import { region } from "./region.ts";
import { sizeProblems } from "./managed/size.ts";
import {
  networkFindings,
  networkProblems,
  networkSchema,
  publicIpComparison,
  saysPublicIp,
  subnetId,
  toSubnet,
  type Subnet,
} from "./managed/subnet.ts";

/** A cluster that Azure ML starts, scales and stops inside the workspace. */
export type AmlCompute = TargetBase & {
  readonly type: "amlcompute";
  readonly size: string;
  readonly tier?: "low_priority" | "dedicated";
  readonly minInstances: number;
  readonly maxInstances: number;
  /** Seconds a node stays idle before it is released. */
  readonly idleSeconds: number;
  /** Region of the cluster; the workspace's when absent. */
  readonly location?: string;
  readonly sshPublicAccess?: boolean;
  readonly ssh?: {
    readonly adminUsername?: string;
    readonly adminPassword?: SecretReference;
    readonly publicKey?: string;
  };
  /** True: it takes local logins although none is declared, as a cluster that somebody else made. */
  readonly localLogin?: boolean;
  readonly subnet?: Subnet;
  readonly nodePublicIp: boolean;
  readonly identity?: Identity;
};

export const label = "managed cluster";
export const computeType = "AmlCompute";
export const origin = "managed";

/** The official client's default, which it sends when a file names no size. */
const defaultSize = "STANDARD_DS3_V2";

const tiers = { low_priority: "LowPriority", dedicated: "Dedicated" } as const;

export const schema = shape(() =>
  z
    .strictObject({
      $schema: text().optional(),
      type: oneOf(["amlcompute"]),
      name: text().describe("3 to 24 letters, digits and dashes."),
      description: text().optional(),
      tags: tags().optional(),
      location: text().optional().describe("Region of the cluster. Default: the workspace's."),
      size: text().default(defaultSize).describe("VM size of a node, for example Standard_DS3_v2."),
      tier: oneOf(["dedicated", "low_priority"]).optional(),
      min_instances: integer().default(0).describe("Nodes that are kept running, and billed, while idle."),
      max_instances: integer().default(4),
      idle_time_before_scale_down: integer().default(120).describe("Seconds a node stays idle before it is released."),
      ssh_public_access_enabled: boolean().optional(),
      ssh_settings: z
        .strictObject({
          admin_username: text().optional(),
          admin_password: secret().optional(),
          ssh_key_value: text().optional(),
        })
        .optional(),
      network_settings: networkSchema().optional(),
      identity: identitySchema().optional(),
      enable_node_public_ip: boolean().default(true),
      resource_id: text().optional().describe("Taken and not used, as az ml does."),
      credentials_version: version()
        .optional()
        .describe("Raise it after the SSH password was rotated: the cluster is deleted and created again."),
      ...readOnlyKeys(),
    })
    .describe("A cluster that Azure Machine Learning makes and scales."),
);

type Declared = z.infer<ReturnType<typeof schema>>;

export function read(node: SourceNode, _context: ReadContext): ReadResult<AmlCompute> {
  const { value, problems } = checkShape(schema, node);
  if (value === undefined) return { problems };
  const all = [
    ...problems,
    ...nameProblems(value.name, node),
    ...sizeProblems(value.size, node),
    ...rules(value, node),
  ];
  return { target: toTarget(value, node), problems: all };
}

function toTarget(value: Declared, node: SourceNode): AmlCompute {
  const { ssh_settings: ssh, network_settings: network } = value;
  return {
    type: "amlcompute",
    ...readBase(value, node),
    size: value.size,
    ...(value.tier === undefined ? {} : { tier: value.tier }),
    minInstances: value.min_instances,
    maxInstances: value.max_instances,
    idleSeconds: value.idle_time_before_scale_down,
    ...(value.location === undefined ? {} : { location: value.location }),
    ...(value.ssh_public_access_enabled === undefined ? {} : { sshPublicAccess: value.ssh_public_access_enabled }),
    ...(ssh === undefined
      ? {}
      : {
          ssh: {
            ...(ssh.admin_username === undefined ? {} : { adminUsername: ssh.admin_username }),
            ...(ssh.admin_password === undefined ? {} : { adminPassword: placed(ssh.admin_password, node) }),
            ...(ssh.ssh_key_value === undefined ? {} : { publicKey: ssh.ssh_key_value }),
          },
        }),
    ...toSubnet(network),
    nodePublicIp: value.enable_node_public_ip,
    ...(value.identity === undefined ? {} : { identity: toIdentity(value.identity) }),
  };
}

function placed(reference: UnplacedSecret, node: SourceNode): SecretReference {
  return { ...reference, where: positionOf(node, ["ssh_settings", "admin_password"]) };
}

/** What the official client lets pass and the service refuses later. */
function rules(value: Declared, node: SourceNode): readonly Problem[] {
  const problems: Problem[] = [];
  const add = (code: ProblemCode, path: readonly string[], message: string, fix: string) =>
    problems.push({ code, severity: "error", where: positionOf(node, path), message, fix });
  const { min_instances: min, max_instances: max, idle_time_before_scale_down: idle } = value;
  if (min < 0) add("out-of-range", ["min_instances"], `min_instances is ${min}.`, "Set it to 0 or more.");
  if (max < 0) add("out-of-range", ["max_instances"], `max_instances is ${max}.`, "Set it to 0 or more.");
  if (min > max && min >= 0) {
    add(
      "min-above-max",
      ["min_instances"],
      `min_instances is ${min}, above max_instances ${max}.`,
      `Set min_instances to at most ${max}, or raise max_instances.`,
    );
  }
  if (idle < 0) {
    add(
      "out-of-range",
      ["idle_time_before_scale_down"],
      `idle_time_before_scale_down is ${idle}.`,
      "Give the seconds as 0 or more.",
    );
  }
  if (value.ssh_settings !== undefined && value.ssh_settings.admin_username === undefined) {
    add("missing-key", ["ssh_settings"], "ssh_settings has no admin_username.", "Add admin_username.");
  }
  return [
    ...problems,
    ...networkProblems(value.network_settings, node),
    ...identityProblems(value.identity, node),
    ...lint(value, node),
  ];
}

/** What costs money while nobody computes, and what the service has retired. Warnings: the file is valid. */
function lint(value: Declared, node: SourceNode): readonly Problem[] {
  const problems: Problem[] = [];
  const warn = (code: ProblemCode, key: string, message: string, fix: string) =>
    problems.push({ code, severity: "warning", where: positionOf(node, [key]), message, fix });
  const { min_instances: min, max_instances: max } = value;
  if (min > 0 && min <= max) {
    warn(
      "billed-while-idle",
      "min_instances",
      `min_instances is ${min}: ${min === 1 ? "that node is" : "those nodes are"} kept running, and billed, while nothing runs on ${min === 1 ? "it" : "them"}.`,
      "Set it to 0, unless runs cannot wait the minutes that a node takes to start.",
    );
  }
  if (value.tier === "low_priority") {
    warn(
      "retired-tier",
      "tier",
      "Azure Machine Learning retired low-priority machines on 2026-03-31.",
      "Use tier: dedicated; min_instances: 0 and a short idle_time_before_scale_down keep its cost down.",
    );
  }
  return problems;
}

export function resourceIdOf(): undefined {
  return undefined;
}

export function secretsOf(target: AmlCompute): readonly SecretReference[] {
  return target.ssh?.adminPassword === undefined ? [] : [target.ssh.adminPassword];
}

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

function remoteLogin({ sshPublicAccess }: AmlCompute): string {
  if (sshPublicAccess === undefined) return "NotSpecified";
  return sshPublicAccess ? "Enabled" : "Disabled";
}

/** Region, tier, network and the way in are fixed: a PUT that does not repeat them would ask for others. */
export function withImmutableFields(target: AmlCompute, live: LiveCompute): AmlCompute {
  const word = (...path: readonly string[]) => {
    const value = member(live.properties, ...path);
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
    ...(live.properties["enableNodePublicIp"] === false && !saysPublicIp(target) ? { nodePublicIp: false } : {}),
  };
}

const scaleFields = new Set(["min_instances", "max_instances", "idle_time_before_scale_down"]);

/** The service patches the scale and nothing else; every other change in place is a PUT of the whole. */
export function toUpdate(target: AmlCompute, differences: readonly Difference[]): Update | undefined {
  if (!differences.every(({ field }) => scaleFields.has(field))) return undefined;
  return { method: "PATCH", body: { properties: { properties: { scaleSettings: scaleSettings(target) } } } };
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
  const at = (...path: readonly string[]) => member(live.properties, ...path);
  const liveIdle = at("scaleSettings", "nodeIdleTimeBeforeScaleDown");
  const liveUser = at("userAccountCredentials", "adminUserName") ?? undefined;
  // The service may keep the account back with its password; only a cluster that takes no local login surely has none.
  const toldUser = liveUser !== undefined || live.disableLocalAuth === true;
  return differing([
    { field: "size", declared: target.size, live: at("vmSize"), means: "recreate", ignoreCase: true },
    {
      field: "tier",
      declared: target.tier && tiers[target.tier],
      // A dedicated cluster is what comes of no word of the priority.
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
      live: at("scaleSettings", "maxNodeCount"),
      means: "in-place",
    },
    {
      field: "idle_time_before_scale_down",
      declared: target.idleSeconds === 0 ? undefined : target.idleSeconds,
      live: typeof liveIdle === "string" ? fromIsoDuration(liveIdle) : undefined,
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
  ]);
}

/** The network is there. */
export function preflight(target: AmlCompute, reads: ResourceReads): Promise<readonly Finding[]> {
  return networkFindings(target, reads);
}

export function capacityOf(target: AmlCompute): Capacity {
  return {
    size: target.size,
    minimum: target.minInstances,
    maximum: target.maxInstances,
    computeType,
    lowPriority: target.tier === "low_priority",
    ...(target.location === undefined ? {} : { location: target.location }),
  };
}

/** How many nodes there are of those that are wanted. A cluster that rests without nodes has nothing to tell. */
export function progressOf({ properties }: LiveCompute): string | undefined {
  const number = (...path: readonly string[]) => {
    const value = member(properties, ...path);
    return typeof value === "number" ? value : 0;
  };
  const [current, target] = [number("currentNodeCount"), number("targetNodeCount")];
  const allocation = member(properties, "allocationState");
  const state = typeof allocation === "string" ? allocation : "Steady";
  if (current === 0 && target === 0 && state === "Steady") return undefined;
  const others = ["preparing", "unusable", "leaving", "preempted"].flatMap((word) => {
    const nodes = number("nodeStateCounts", `${word}NodeCount`);
    return nodes === 0 ? [] : [`${nodes} ${word}`];
  });
  return `${current} of ${target} nodes${others.length === 0 ? "" : ` (${others.join(", ")})`}, ${state}`;
}

export function nodesOf(target: AmlCompute): NodeRange {
  return { size: target.size, minimum: target.minInstances, maximum: target.maxInstances };
}

export function liveNodesOf({ properties }: LiveCompute): NodeRange | undefined {
  const size = properties["vmSize"];
  const minimum = member(properties, "scaleSettings", "minNodeCount") ?? 0;
  const maximum = member(properties, "scaleSettings", "maxNodeCount");
  return typeof size === "string" && typeof minimum === "number" && typeof maximum === "number"
    ? { size, minimum, maximum }
    : undefined;
}

/** As long as the first SDK waits for nodes. */
export const longestReadinessSeconds = 25 * 60;

/**
 * `Succeeded` says that the cluster is there, not that nodes are: with a minimum above 0 they come afterwards, or never,
 * and then `errors` says why. The first SDK waits in the same way.
 */
export function readiness({ properties }: LiveCompute): Readiness {
  const minimum = member(properties, "scaleSettings", "minNodeCount");
  const current = properties["currentNodeCount"];
  if (typeof minimum !== "number" || minimum <= 0) return { state: "ready" };
  const nodes = typeof current === "number" ? current : 0;
  if (nodes >= minimum) return { state: "ready" };
  const error = nodeError(properties["errors"], `${nodes} of ${minimum} nodes came into being.`);
  if (error !== undefined) return { state: "failed", error };
  return { state: "waiting", progress: `${nodes} of ${minimum} node${minimum === 1 ? "" : "s"}` };
}

/** The cluster's own `errors`, as one: the first, with the others among its details. */
function nodeError(errors: unknown, fallback: string): ServiceError | undefined {
  if (!Array.isArray(errors) || errors.length === 0) return undefined;
  const [first, ...others] = errors.map((error: unknown) =>
    serviceErrorOf(error, { code: "NodesNotAllocated", message: fallback }),
  );
  return first && { ...first, details: [...first.details, ...others] };
}

export const hints: readonly Hint[] = [
  {
    when: /OutOfCapacity|AllocationFailed|SkuNotAvailable|ZonalAllocation/i,
    advice:
      "The region has no machines of this size left at the moment. Try again later, or choose another size or region.",
  },
  {
    when: /ScopeLocked|is locked|cannot perform .* because .* lock/i,
    advice:
      "A lock keeps the service from changing what is below it, and a cluster from scaling. Remove the lock that the message names.",
  },
];
