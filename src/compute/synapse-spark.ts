import * as z from "zod";
import type { LiveCompute } from "../azure/computes.ts";
import { textOf } from "../azure/members.ts";
import type { Workspace } from "../azure/workspace.ts";
import { boolean, checkShape, integer, readOnly, text, shape } from "../yaml/shape.ts";
import type { SourceNode } from "../yaml/source.ts";
import {
  attachRequest,
  attachedKeys,
  attachedResource,
  resourceComparison,
  type Attached,
  type AttachedKind,
} from "./attached/resource.ts";
import { baseComparisons, differing, liveMember, member } from "./compare.ts";
import {
  identityComparison,
  identityPermissions,
  identityProblems,
  identitySchema,
  toIdentity,
  type Identity,
} from "./managed/identity.ts";
import type { ResourceReads } from "../azure/resource-reads.ts";
import type { AddProblem, Difference, Finding, Hint, Permission, ReadContext, ReadResult } from "./kind.ts";
import { nameProblems } from "./name.ts";
import { problemsAt } from "./problems-at.ts";
import { provisioningFindings } from "./attached/provisioning-state.ts";
import { readBase } from "./read-base.ts";
import { readBehind, readsBehind } from "./attached/behind.ts";

/** A Spark pool of a Synapse workspace. */
export type SynapseSpark = Attached & {
  readonly type: "synapsespark";
  readonly identity?: Identity;
  readonly autoScale?: { readonly enabled: boolean; readonly minNodes?: number; readonly maxNodes?: number };
  readonly autoPause?: { readonly enabled: boolean; readonly delayMinutes?: number };
  readonly allowRetired: boolean;
};

export const label = "Synapse Spark pool";
export const otherNames = ["spark", "synapse"];
export const computeType = "SynapseSpark";
export const azmlSchemas = ["synapseSparkCompute", "attachedSparkCompute"];
export const origin = "attached";
export const users = ["jobs"] as const;
export const runs = ["spark", "script-step"] as const;
export const written = async () => (await import("./synapse-spark-written.ts")).writeSynapseSpark;
export const scriptStepType = "SynapseSpark";

const attachedKind: AttachedKind = {
  resourceType: "Microsoft.Synapse/workspaces/bigDataPools",
  parts: ["workspace_name", "pool_name"],
};

export const schema = shape(() =>
  z
    .strictObject({
      ...attachedKeys("synapsespark"),
      location: text()
        .optional()
        .describe("Accepted for compatibility with az ml; ignored: an attachment is always in the workspace's region."),
      workspace_name: text().optional().describe("Name of the Synapse workspace, in place of resource_id."),
      pool_name: text().optional().describe("Name of its Spark pool."),
      identity: identitySchema().optional(),
      scale_settings: z
        .strictObject({
          auto_scale_enabled: boolean().optional(),
          min_node_count: integer().optional(),
          max_node_count: integer().optional(),
        })
        .optional()
        .describe("How the pool scales. It is the pool's own setting, and is compared with it."),
      auto_pause_settings: z
        .strictObject({ auto_pause_enabled: boolean().optional(), delay_in_minutes: integer().optional() })
        .optional()
        .describe("When the pool pauses. It is the pool's own setting, and is compared with it."),
      node_family: readOnly(),
      node_size: readOnly(),
      node_count: readOnly(),
      spark_version: readOnly(),
      allow_retired: boolean().optional().describe("Attach a pool although its version of Spark is retired."),
    })
    .describe("A Spark pool of a Synapse workspace."),
);

type Declared = z.infer<ReturnType<typeof schema>>;

export function read(node: SourceNode, context: ReadContext): ReadResult<SynapseSpark> {
  const { value, problems } = checkShape(schema, node);
  if (value === undefined) return { problems };
  const resource = attachedResource(attachedKind, value, node, context);
  const { found, add } = problemsAt(node);
  checkScale(value, add);
  const all = [
    ...problems,
    ...nameProblems(value.name, node),
    ...resource.problems,
    ...identityProblems(value.identity, node),
    ...found,
  ];
  if (resource.id === undefined) return { problems: all };
  const { scale_settings: scale, auto_pause_settings: pause } = value;
  const target: SynapseSpark = {
    type: "synapsespark",
    ...readBase(value, node),
    resourceId: resource.id,
    ...(value.identity === undefined ? {} : { identity: toIdentity(value.identity) }),
    ...(scale === undefined || Object.keys(scale).length === 0
      ? {}
      : {
          autoScale: {
            enabled: scale.auto_scale_enabled ?? true,
            ...(scale.min_node_count === undefined ? {} : { minNodes: scale.min_node_count }),
            ...(scale.max_node_count === undefined ? {} : { maxNodes: scale.max_node_count }),
          },
        }),
    ...(pause === undefined || Object.keys(pause).length === 0
      ? {}
      : {
          autoPause: {
            enabled: pause.auto_pause_enabled ?? true,
            ...(pause.delay_in_minutes === undefined ? {} : { delayMinutes: pause.delay_in_minutes }),
          },
        }),
    allowRetired: value.allow_retired ?? false,
  };
  return { target, problems: all };
}

function checkScale({ scale_settings: scale = {}, auto_pause_settings: pause = {} }: Declared, add: AddProblem): void {
  const { min_node_count: min, max_node_count: max } = scale;
  const atLeast = (least: number, value: number | undefined, ...path: readonly string[]) => {
    if (value !== undefined && value < least)
      add("out-of-range", path, `${path.at(-1) ?? ""} is ${value}.`, `Set it to ${least} or more.`);
  };
  atLeast(0, min, "scale_settings", "min_node_count");
  atLeast(0, max, "scale_settings", "max_node_count");
  atLeast(0, pause.delay_in_minutes, "auto_pause_settings", "delay_in_minutes");
  if (min !== undefined && max !== undefined && min > max && max >= 0) {
    add(
      "min-above-max",
      ["scale_settings", "min_node_count"],
      `min_node_count is ${min}, above max_node_count ${max}.`,
      `Set min_node_count to at most ${max}, or raise max_node_count.`,
    );
  }
}

export function resourceIdOf(target: SynapseSpark): string {
  return target.resourceId;
}

export function secretsOf(): readonly [] {
  return [];
}

export function permissionsOf({ resourceId, identity }: SynapseSpark): readonly Permission[] {
  return [
    ...readsBehind(resourceId, "Microsoft.Synapse/workspaces/bigDataPools/read"),
    ...identityPermissions(identity),
  ];
}

/** Body of `PUT …/computes/{name}`: the official client's, and how the pool scales and pauses where that is declared. */
export async function toRequest(target: SynapseSpark, workspace: Workspace): Promise<unknown> {
  const { identity } = target;
  const properties = poolProperties(target);
  return {
    ...(attachRequest(
      target,
      computeType,
      workspace,
      Object.keys(properties).length === 0 ? undefined : properties,
    ) as object),
    ...(identity === undefined ? {} : { identity }),
  };
}

function poolProperties({ autoScale, autoPause }: SynapseSpark) {
  return {
    ...(autoScale === undefined
      ? {}
      : {
          autoScaleProperties: {
            enabled: autoScale.enabled,
            ...(autoScale.minNodes === undefined ? {} : { minNodeCount: autoScale.minNodes }),
            ...(autoScale.maxNodes === undefined ? {} : { maxNodeCount: autoScale.maxNodes }),
          },
        }),
    ...(autoPause === undefined
      ? {}
      : {
          autoPauseProperties: {
            enabled: autoPause.enabled,
            ...(autoPause.delayMinutes === undefined ? {} : { delayInMinutes: autoPause.delayMinutes }),
          },
        }),
  };
}

/** What changes in place changes by the whole PUT: attaching again under the same name. */
export function toUpdate(): undefined {
  return undefined;
}

/**
 * Attaching again under the same name updates identity and tags; what the attachment tells of the pool comes with a new
 * one.
 * @see https://learn.microsoft.com/azure/machine-learning/how-to-manage-synapse-spark-pool
 */
export function differencesFrom(target: SynapseSpark, live: LiveCompute): readonly Difference[] {
  return differing(
    [
      resourceComparison(target, live),
      ...scaleSettings(target, (...path) => liveMember(live, ...path))
        // What the attachment does not tell of the pool cannot differ, and another attachment would tell no more.
        .filter((one) => isTold(live, one.part))
        .map((one) => ({ ...one, means: "reattach" as const })),
      identityComparison(target.identity, live, "in-place"),
      ...baseComparisons(target, live, "in-place"),
    ],
    live,
  );
}

type Part = "autoScaleProperties" | "autoPauseProperties";

function isTold({ properties }: LiveCompute, part: Part): boolean {
  return properties[part] !== undefined && properties[part] !== null;
}

/** What is declared of scale and pause, each beside what `at` finds under ARM's name for it. */
function scaleSettings({ autoScale, autoPause }: SynapseSpark, at: (...path: readonly string[]) => unknown) {
  const one = (field: string, declared: unknown, part: Part, key: string) => ({
    field,
    declared,
    live: at(part, key),
    part,
  });
  // Of what is switched off, the numbers mean nothing.
  const scales = autoScale?.enabled === true ? autoScale : undefined;
  const pauses = autoPause?.enabled === true ? autoPause : undefined;
  return [
    one("scale_settings.auto_scale_enabled", autoScale?.enabled, "autoScaleProperties", "enabled"),
    one("scale_settings.min_node_count", scales?.minNodes, "autoScaleProperties", "minNodeCount"),
    one("scale_settings.max_node_count", scales?.maxNodes, "autoScaleProperties", "maxNodeCount"),
    one("auto_pause_settings.auto_pause_enabled", autoPause?.enabled, "autoPauseProperties", "enabled"),
    one("auto_pause_settings.delay_in_minutes", pauses?.delayMinutes, "autoPauseProperties", "delayInMinutes"),
  ];
}

/** The last version of Spark that has been retired, on 8 July 2024. */
const retired = { major: 3, minor: 2 };

export async function preflight(target: SynapseSpark, reads: ResourceReads): Promise<readonly Finding[]> {
  const behind = await readBehind(reads, "Spark pool", target.resourceId, "2021-06-01");
  if (!("resource" in behind)) return behind.findings;
  const { resource } = behind;
  return [
    ...provisioningFindings("spark-pool-not-ready", "Spark pool", resource),
    ...versionFindings(textOf(member(resource, "properties", "sparkVersion")), target.allowRetired),
    ...poolFindings(target, resource),
  ];
}

/** @see https://learn.microsoft.com/azure/synapse-analytics/spark/apache-spark-version-support */
function versionFindings(version: string | undefined, isAllowed: boolean): readonly Finding[] {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(version ?? "")?.map(Number) ?? [];
  if (major === undefined || minor === undefined) return [];
  if (major > retired.major || (major === retired.major && minor > retired.minor)) return [];
  return [
    {
      severity: isAllowed ? "warning" : "error",
      code: "spark-retired",
      message: `The pool runs Spark ${version ?? ""}; everything up to Spark 3.2 was retired by July 2024.`,
      advice: isAllowed
        ? "Move to a pool with a newer version."
        : "Attach a pool with a newer version, or set allow_retired: true to attach it anyway.",
    },
  ];
}

/** An attachment does not change the pool behind it. */
function poolFindings(target: SynapseSpark, pool: Readonly<Record<string, unknown>>): readonly Finding[] {
  const at = (...path: readonly string[]) =>
    member(pool, "properties", ...path.map((part) => part.replace(/^(auto\w+)Properties$/, "$1")));
  const different = differing(
    // A resource in another form is a warning more, and stops nothing.
    scaleSettings(target, at).map((one) => ({ ...one, means: "reattach", anyForm: true })),
    target,
  );
  return different.map(({ field, from, to }) => ({
    severity: "warning",
    code: "spark-pool-differs",
    message: `${field} is ${to} in the declaration and ${from} in the pool itself.`,
    advice: "Attaching a pool does not change it. Change the pool (az synapse spark pool update), or the declaration.",
  }));
}

export const hints: readonly Hint[] = [
  {
    when: /synapse.*(not authorized|unauthorized|forbidden|access|permission)|(not authorized|unauthorized|forbidden).*(synapse|spark ?pool|livy)/i,
    advice:
      "The identity of the attached pool lacks a role in Synapse. Give it Synapse Administrator on the pool, in Synapse Studio: it is a Synapse role, not an Azure role.",
  },
];

export const afterDetach =
  "Roles that its identity was given in Synapse Studio stay; whether the pool bills while nothing runs depends on its auto-pause.";
