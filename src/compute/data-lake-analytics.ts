import * as z from "zod";
import type { LiveCompute } from "../azure/computes.ts";
import type { Workspace } from "../azure/workspace.ts";
import type { Problem } from "../yaml/problem.ts";
import { boolean, checkShape, text, shape } from "../yaml/shape.ts";
import { positionOf, type SourceNode } from "../yaml/source.ts";
import {
  attachRequest,
  attachedKeys,
  attachedResource,
  resourceComparison,
  type Attached,
  type AttachedKind,
} from "./attached/resource.ts";
import { baseComparisons, differing } from "./compare.ts";
import type { Difference, Hint, ReadContext, ReadResult, Refused } from "./kind.ts";
import { nameProblems } from "./name.ts";
import { readBase } from "./read-base.ts";

/** An account of Azure Data Lake Analytics, a service that is closed. */
export type DataLakeAnalytics = Attached & {
  readonly type: "datalakeanalytics";
  /** True: it is attached although the service behind it is closed. */
  readonly allowRetired: boolean;
};

export const label = "Data Lake Analytics account";
export const otherNames = ["adla", "datalake"];
export const computeType = "DataLakeAnalytics";
export const origin = "attached";
export const users = ["jobs"] as const;
export const runs = [] as const;
export const written = async () => (await import("./attached/written.ts")).writeRetired;
export const whyNothingRuns = "runs nothing any more: its service has closed";

/** @see https://azure.microsoft.com/updates/migrate-to-azure-synapse-analytics/ */
const retired = {
  message: "Azure closed Data Lake Analytics on 2024-02-29: its accounts no longer run jobs.",
  instead: "Use a Spark pool of Azure Synapse Analytics (type: synapsespark) or Azure Databricks (type: databricks)",
};

const attachedKind: AttachedKind = { resourceType: "Microsoft.DataLakeAnalytics/accounts", parts: ["account_name"] };

export const schema = shape(() =>
  z
    .strictObject({
      ...attachedKeys("datalakeanalytics"),
      account_name: text().optional().describe("Name of the account, in place of resource_id."),
      allow_retired: boolean().default(false).describe("Attach it although the service behind it is closed."),
    })
    .describe("An account of Azure Data Lake Analytics, which Azure closed on 2024-02-29."),
);

export function read(node: SourceNode, context: ReadContext): ReadResult<DataLakeAnalytics> {
  const { value, problems } = checkShape(schema, node);
  if (value === undefined) return { problems };
  const resource = attachedResource(attachedKind, value, node, context);
  const all = [
    ...problems,
    ...nameProblems(value.name, node),
    ...resource.problems,
    retirement(value.allow_retired, node),
  ];
  if (resource.id === undefined) return { problems: all };
  const target: DataLakeAnalytics = {
    type: "datalakeanalytics",
    ...readBase(value, node),
    resourceId: resource.id,
    allowRetired: value.allow_retired,
  };
  return { target, problems: all };
}

function retirement(allowed: boolean, node: SourceNode): Problem {
  return {
    code: "retired",
    severity: allowed ? "warning" : "error",
    where: positionOf(node, ["type"]),
    message: retired.message,
    fix: allowed ? `${retired.instead}.` : `${retired.instead}. To attach it anyway, set allow_retired: true.`,
  };
}

export function refusal({ allowRetired }: DataLakeAnalytics): Refused | undefined {
  return allowRetired
    ? undefined
    : { because: "retired", field: "type", reason: `${retired.message} ${retired.instead}.` };
}

export function resourceIdOf(target: DataLakeAnalytics): string {
  return target.resourceId;
}

export function secretsOf(): readonly [] {
  return [];
}

/** Nothing is read of an account whose service is closed. */
export function permissionsOf(): readonly [] {
  return [];
}

export async function toRequest(target: DataLakeAnalytics, workspace: Workspace): Promise<unknown> {
  return attachRequest(target, computeType, workspace);
}

export function toUpdate(): undefined {
  return undefined;
}

export function differencesFrom(target: DataLakeAnalytics, live: LiveCompute): readonly Difference[] {
  return differing([resourceComparison(target, live), ...baseComparisons(target, live, "reattach")], live);
}

export const hints: readonly Hint[] = [
  { when: /DataLakeAnalytics|Data ?Lake ?Analytics/i, advice: `${retired.message} ${retired.instead}.` },
];
