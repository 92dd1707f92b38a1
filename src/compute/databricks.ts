import * as z from "zod";
import type { LiveCompute } from "../azure/computes.ts";
import { textOf } from "../azure/members.ts";
import { parseResourceId } from "../azure/resource-id.ts";
import type { Workspace, WorkspaceRef } from "../azure/workspace.ts";
import type { Problem } from "../yaml/problem.ts";
import type { ResolveSecret, SecretReference } from "../secret/secret.ts";
import { secret } from "../secret/reference.ts";
import { boolean, checkShape, text, shape } from "../yaml/shape.ts";
import { positionOf, valueAt, type SourceNode } from "../yaml/source.ts";
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
import type { Difference, Finding, Hint, Permission, ReadContext, ReadResult, Refused } from "./kind.ts";
import { nameProblems } from "./name.ts";
import { readBase } from "./read-base.ts";
import { readBehind, readsBehind } from "./attached/behind.ts";

/** An Azure Databricks workspace, entered with a personal access token of it. Pipeline steps of the first SDK use it. */
export type Databricks = Attached & {
  readonly type: "databricks";
  readonly accessToken: SecretReference;
  /** True: it may lie in another subscription than the workspace. */
  readonly allowOtherSubscription: boolean;
};

export const label = "Databricks workspace";
export const computeType = "Databricks";
export const origin = "attached";
export const users = ["jobs"] as const;
export const runs = ["databricks-step"] as const;
export const written = async () => (await import("./databricks-written.ts")).writeDatabricks;

const attachedKind: AttachedKind = { resourceType: "Microsoft.Databricks/workspaces", parts: ["workspace_name"] };

/** az ml has no such kind. `access_token` is the first SDK's word. */
export const schema = shape(() =>
  z
    .strictObject({
      ...attachedKeys("databricks"),
      workspace_name: text().optional().describe("Name of the Databricks workspace, in place of resource_id."),
      access_token: secret().describe("Reference to a personal access token of the Databricks workspace."),
      allow_other_subscription: boolean()
        .default(false)
        .describe("Allow it to be in another subscription than the workspace; the identity needs Contributor on it."),
    })
    .describe("An Azure Databricks workspace, entered with a personal access token."),
);

export function read(node: SourceNode, context: ReadContext): ReadResult<Databricks> {
  const { value, problems } = checkShape(schema, node);
  if (value === undefined) return { problems };
  const resource = attachedResource(attachedKind, value, node, context);
  const all = [...problems, ...nameProblems(value.name, node), ...resource.problems];
  if (resource.id === undefined) return { problems: all };
  const target: Databricks = {
    type: "databricks",
    ...readBase(value, node),
    resourceId: resource.id,
    accessToken: { ...value.access_token, where: positionOf(node, ["access_token"]) },
    allowOtherSubscription: value.allow_other_subscription,
  };
  return { target, problems: [...all, ...subscriptionProblems(target, context)] };
}

/** Known before anything is read, where the workspace's subscription is. */
function subscriptionProblems(target: Databricks, { subscriptionId }: ReadContext): readonly Problem[] {
  const reason = subscriptionId === undefined ? undefined : otherSubscription(target, subscriptionId);
  if (reason === undefined) return [];
  const named = valueAt(target.source) as { readonly resource_id?: unknown };
  const where = positionOf(target.source, [named.resource_id === undefined ? "subscription_id" : "resource_id"]);
  return [{ code: "other-subscription", severity: "error", where, ...reason }];
}

function otherSubscription(
  { resourceId, allowOtherSubscription }: Databricks,
  subscriptionId: string,
): { readonly message: string; readonly fix: string } | undefined {
  const own = parseResourceId(resourceId)?.subscriptionId;
  if (allowOtherSubscription || own?.toLowerCase() === subscriptionId.toLowerCase()) return undefined;
  return {
    message: `The Databricks workspace is in the subscription ${own ?? "of its id"}, and the Azure ML workspace in ${subscriptionId}.`,
    fix: "Correct the id, or set allow_other_subscription: true and give the identity Contributor on the Databricks workspace.",
  };
}

export function refusal(target: Databricks, { subscriptionId }: WorkspaceRef): Refused | undefined {
  const reason = otherSubscription(target, subscriptionId);
  return reason === undefined
    ? undefined
    : { because: "other-subscription", field: "resource_id", reason: `${reason.message} ${reason.fix}` };
}

export function resourceIdOf(target: Databricks): string {
  return target.resourceId;
}

export function secretsOf({ accessToken }: Databricks): readonly SecretReference[] {
  return [accessToken];
}

export function permissionsOf({ resourceId }: Databricks): readonly Permission[] {
  return readsBehind(resourceId, "Microsoft.Databricks/workspaces/read");
}

export async function toRequest(target: Databricks, workspace: Workspace, resolve: ResolveSecret): Promise<unknown> {
  return attachRequest(target, computeType, workspace, { databricksAccessToken: await resolve(target.accessToken) });
}

/** The token cannot be read back, so an update in place would replace it by nothing: there is none. */
export function toUpdate(): undefined {
  return undefined;
}

/** `workspaceUrl`, which the service finds out by itself, is not compared. */
export function differencesFrom(target: Databricks, live: LiveCompute): readonly Difference[] {
  return differing([resourceComparison(target, live), ...baseComparisons(target, live, "reattach")], live);
}

export async function preflight(target: Databricks, reads: ResourceReads): Promise<readonly Finding[]> {
  const behind = await readBehind(reads, label, target.resourceId, "2026-01-01");
  const elsewhere =
    parseResourceId(target.resourceId)?.subscriptionId.toLowerCase() !== reads.workspace.subscriptionId.toLowerCase();
  return [
    ...("resource" in behind ? workspaceFindings(behind.resource) : behind.findings),
    ...(elsewhere ? [inOtherSubscription] : []),
  ];
}

const inOtherSubscription: Finding = {
  severity: "note",
  code: "databricks-other-subscription",
  message: "The Databricks workspace is in another subscription than the Azure ML workspace.",
  advice: "The identity needs Contributor on the Databricks workspace.",
};

function workspaceFindings(workspace: Readonly<Record<string, unknown>>): readonly Finding[] {
  const at = (key: string) => textOf(member(workspace, "properties", key));
  const findings: Finding[] = [];
  const state = at("provisioningState");
  if (state !== undefined && state.toLowerCase() !== "succeeded") {
    findings.push({
      severity: "error",
      code: "databricks-not-ready",
      message: `The Databricks workspace's provisioning state is ${state}.`,
      advice: "Wait until it is Succeeded, or repair the workspace in the portal.",
    });
  }
  if (at("computeMode")?.toLowerCase() === "serverless") {
    findings.push({
      severity: "warning",
      code: "databricks-serverless",
      message: "The Databricks workspace is serverless, and Azure ML steps run on a cluster.",
      advice: "Attach a workspace in which clusters can be created.",
    });
  }
  if (at("publicNetworkAccess")?.toLowerCase() === "disabled") {
    findings.push({
      severity: "warning",
      code: "databricks-no-public-access",
      message: "The Databricks workspace does not accept calls from public networks.",
      advice: "Make sure that Azure Machine Learning can reach it, or enable its public network access.",
    });
  }
  if (textOf(member(workspace, "sku", "name"))?.toLowerCase() === "standard") {
    findings.push({
      severity: "warning",
      code: "databricks-standard-tier",
      message: "The Databricks workspace is on the standard tier, which Azure retires on 2026-10-01.",
      advice: "Upgrade it to the premium tier.",
    });
  }
  return findings;
}

export const hints: readonly Hint[] = [
  {
    when: /databricks.*(token|unauthori[sz]ed|forbidden|\b40[13]\b)|(invalid|expired) access token/i,
    advice:
      "Databricks refused the access token. Create a new one in the Databricks workspace, store it where access_token refers to, and raise credentials_version.",
    fields: ["access_token"],
  },
];

export const afterDetach = "The access token stays valid until it is revoked in the Databricks workspace.";
