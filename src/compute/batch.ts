import * as z from "zod";
import type { LiveCompute } from "../azure/computes.ts";
import { textOf } from "../azure/members.ts";
import type { Workspace } from "../azure/workspace.ts";
import { checkShape, text, shape } from "../yaml/shape.ts";
import type { SourceNode } from "../yaml/source.ts";
import {
  attachRequest,
  attachedKeys,
  attachedResource,
  resourceComparison,
  type Attached,
  type AttachedKind,
} from "./attached/resource.ts";
import { baseComparisons, differing, member } from "./compare.ts";
import type { ResourceReads } from "../azure/resource-reads.ts";
import type { Difference, Finding, Hint, Permission, ReadContext, ReadResult } from "./kind.ts";
import { nameProblems } from "./name.ts";
import { readBase } from "./read-base.ts";
import { readBehind, readsBehind } from "./attached/behind.ts";

/** An Azure Batch account. Pipeline steps of the first SDK run on it. */
export type Batch = Attached & { readonly type: "batch" };

export const label = "Batch account";
export const otherNames = ["azurebatch"];
export const computeType = "Batch";
export const origin = "attached";
export const users = ["jobs"] as const;
export const runs = ["batch-step"] as const;
export const written = async () => (await import("./attached/written.ts")).writeAttached;

/**
 * No published api-version takes the kind; the first SDK attaches it with this unpublished one. Reads and detachments say
 * nothing of the kind, and go by the client's own version.
 */
export const apiVersion = "2020-02-02";

const attachedKind: AttachedKind = { resourceType: "Microsoft.Batch/batchAccounts", parts: ["account_name"] };

export const schema = shape(() =>
  z
    .strictObject({
      ...attachedKeys("batch"),
      account_name: text().optional().describe("Name of the Batch account, in place of resource_id."),
    })
    .describe("An Azure Batch account. Only an unpublished api-version of the service attaches it."),
);

export function read(node: SourceNode, context: ReadContext): ReadResult<Batch> {
  const { value, problems } = checkShape(schema, node);
  if (value === undefined) return { problems };
  const resource = attachedResource(attachedKind, value, node, context);
  const all = [...problems, ...nameProblems(value.name, node), ...resource.problems];
  if (resource.id === undefined) return { problems: all };
  return { target: { type: "batch", ...readBase(value, node), resourceId: resource.id }, problems: all };
}

export function resourceIdOf(target: Batch): string {
  return target.resourceId;
}

export function secretsOf(): readonly [] {
  return [];
}

export function permissionsOf({ resourceId }: Batch): readonly Permission[] {
  return readsBehind(resourceId, "Microsoft.Batch/batchAccounts/read");
}

export async function toRequest(target: Batch, workspace: Workspace): Promise<unknown> {
  return attachRequest(target, computeType, workspace);
}

/** What the service does with a second PUT of the kind is not known: every change is a new attachment. */
export function toUpdate(): undefined {
  return undefined;
}

export function differencesFrom(target: Batch, live: LiveCompute): readonly Difference[] {
  return differing([resourceComparison(target, live), ...baseComparisons(target, live, "reattach")], live);
}

export async function preflight(target: Batch, reads: ResourceReads): Promise<readonly Finding[]> {
  const behind = await readBehind(reads, label, target.resourceId, "2025-06-01");
  return [...("resource" in behind ? accountFindings(behind.resource) : behind.findings), unpublished];
}

const unpublished: Finding = {
  severity: "warning",
  code: "batch-unpublished",
  message: `The kind Batch is in no published api-version of Azure Machine Learning; it is attached by ${apiVersion}, as the first SDK does.`,
  advice: "The service may refuse it at any time. Only pipeline steps of the first SDK use such a target.",
};

function accountFindings(account: Readonly<Record<string, unknown>>): readonly Finding[] {
  const at = (key: string) => textOf(member(account, "properties", key));
  const findings: Finding[] = [];
  const state = at("provisioningState");
  if (state !== undefined && state.toLowerCase() !== "succeeded") {
    findings.push({
      severity: "error",
      code: "batch-not-ready",
      message: `The Batch account's provisioning state is ${state}.`,
      advice: "Wait until it is Succeeded, or repair the account in the portal.",
    });
  }
  if (at("publicNetworkAccess")?.toLowerCase() === "disabled") {
    findings.push({
      severity: "warning",
      code: "batch-no-public-access",
      message: "The Batch account does not accept calls from public networks.",
      advice: "Make sure that Azure Machine Learning can reach it, or enable its public network access.",
    });
  }
  return findings;
}

const noLonger =
  "The service no longer attaches Batch accounts: the kind is in no published api-version, and the unpublished one that took it was refused. Nothing in the declaration is wrong. Remove the target; train on a managed cluster (type: amlcompute), or submit to the Batch account directly.";

/** The service's own refusal of the kind, or of the api-version that knew it: nothing that a declaration could fix. */
export const hints: readonly Hint[] = [
  { when: /(unknown|unsupported|invalid|not supported)[^.]*(?<![./])\bBatch\b(?![/\w])/i, advice: noLonger },
  {
    when: /(?<![./])\bBatch\b(?![/\w])[^.]*(unknown|unsupported|not (supported|valid|recognized|known))/i,
    advice: noLonger,
  },
  { when: /api[- ]version '?2020-02-02'?/i, advice: noLonger },
];

export const afterDetach = "Its pools keep their nodes, and the nodes are billed.";
