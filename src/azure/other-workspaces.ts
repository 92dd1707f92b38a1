import pLimit from "p-limit";
import type { Clock } from "../clock.ts";
import type { Arm } from "./arm.ts";
import { createComputes, type LiveCompute } from "./computes.ts";
import { canonicalId, parseResourceId } from "./resource-id.ts";
import { workspaceId, type WorkspaceRef } from "./workspace.ts";

/** The computes of another workspace of the subscription. */
export type OtherWorkspace = { readonly workspace: WorkspaceRef; readonly computes: readonly LiveCompute[] };

/** What was read, and how many workspaces did not answer. One that the identity may not read is passed over. */
export type OtherWorkspaces = { readonly read: readonly OtherWorkspace[]; readonly unanswered: number };

/** Workspaces that are read at a time. Our choice: ARM throttles a subscription as a whole. */
const atOnce = 8;

const workspacesVersion = "2023-08-01-preview";

/**
 * Reads every other workspace of the subscription that the identity can read. One list, plus one for each workspace:
 * for `plan` and `doctor`, never on the way to a write.
 */
export async function readOtherWorkspaces(arm: Arm, own: WorkspaceRef, clock: Clock): Promise<OtherWorkspaces> {
  const listed = await arm.list(
    `/subscriptions/${own.subscriptionId}/providers/Microsoft.MachineLearningServices/workspaces`,
    workspacesVersion,
  );
  if (!listed.ok) return { read: [], unanswered: isClosed(listed.failure.status) ? 0 : 1 };
  const others = listed.value.flatMap((item) => refOf(item) ?? []).filter((other) => !isSame(other, own));
  const limit = pLimit(atOnce);
  const answers = await Promise.all(
    others.map((workspace) =>
      limit(async () => ({ workspace, list: await createComputes(arm, workspace, clock).list() })),
    ),
  );
  return {
    read: answers.flatMap(({ workspace, list }) => (list.ok ? [{ workspace, computes: list.value }] : [])),
    unanswered: answers.filter(({ list }) => !list.ok && !isClosed(list.failure.status)).length,
  };
}

/** The identity may not look, or what was listed a moment ago is gone. */
function isClosed(status: number | undefined): boolean {
  return status === 401 || status === 403 || status === 404;
}

function isSame(a: WorkspaceRef, b: WorkspaceRef): boolean {
  return canonicalId(workspaceId(a)) === canonicalId(workspaceId(b));
}

function refOf(item: unknown): WorkspaceRef | undefined {
  const { id } = (item ?? {}) as { readonly id?: unknown };
  const parsed = typeof id === "string" ? parseResourceId(id) : undefined;
  const [name] = parsed?.names ?? [];
  if (parsed === undefined || name === undefined) return undefined;
  return { subscriptionId: parsed.subscriptionId, resourceGroup: parsed.resourceGroup, name };
}
