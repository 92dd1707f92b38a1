import * as z from "zod";
import type { ProblemCode } from "../../yaml/problem-codes.ts";
import type { Problem } from "../../yaml/problem.ts";
import { secret, type UnplacedSecret } from "../../secret/reference.ts";
import type { SecretReference } from "../../secret/secret.ts";
import { boolean, checkShape, integer, oneOf, shape, text, version } from "../../yaml/shape.ts";
import { positionOf, valueAt, type SourceNode } from "../../yaml/source.ts";
import type { ReadContext, ReadResult, TargetBase } from "../kind.ts";
import { identityProblems, identitySchema, toIdentity, type Identity } from "../managed/identity.ts";
import { sizeProblems } from "../managed/size.ts";
import { networkProblems, networkSchema, toSubnet, type Subnet } from "../managed/subnet.ts";
import { nameProblems } from "../name.ts";
import { firstKeys, readBase, readOnlyKeys } from "../read-base.ts";

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

const defaultIdleSeconds = 120;

/** True where the declaration itself has the key, and not only its default. */
export function says({ source }: Pick<AmlCompute, "source">, key: string): boolean {
  return valueAt(source, [key]) !== undefined;
}

/** Another time than the default is declared wherever it is found. */
export function saysIdleTime(target: AmlCompute): boolean {
  return target.idleSeconds !== defaultIdleSeconds || says(target, "idle_time_before_scale_down");
}

/** The official client's default, which it sends when a file names no size. */
const defaultSize = "STANDARD_DS3_V2";

export const schema = shape(() =>
  z
    .strictObject({
      ...firstKeys("amlcompute"),
      location: text().optional().describe("Region of the cluster. Default: the workspace's."),
      size: text().default(defaultSize).describe("VM size of a node, for example Standard_DS3_v2."),
      tier: oneOf(["dedicated", "low_priority"]).optional(),
      min_instances: integer().default(0).describe("Nodes that are kept running, and billed, while idle."),
      max_instances: integer().default(4),
      idle_time_before_scale_down: integer()
        .default(defaultIdleSeconds)
        .describe("Seconds a node stays idle before it is released."),
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
      resource_id: text().optional().describe("Accepted for compatibility with az ml; ignored."),
      credentials_version: version()
        .optional()
        .describe("Raise it after the SSH password was rotated: the cluster is deleted and created again."),
      ...readOnlyKeys(),
    })
    .describe("A cluster that Azure Machine Learning creates and scales."),
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
