import { apiVersion as computesVersion } from "../azure/computes.ts";
import { workspaceId, type Workspace } from "../azure/workspace.ts";
import type { Update } from "../compute/kind.ts";
import { mergeWithLive } from "../compute/merge-with-live.ts";
import { kindOf, withImmutableFields, toRequest } from "../compute/target.ts";
import { formatSecretReference, type ResolveSecret } from "../secret/secret.ts";
import type { Step } from "../plan/step.ts";
import type { PlannedRequest } from "../plan/plan-file.ts";
import { removalActionFor } from "./remove.ts";

/** How a step's compute is written. */
export type ComputeWrite =
  | Update
  | { readonly method: "PUT"; /** Absent: the client's own. */ readonly version?: string; readonly body: unknown };

/** What is sent for a step. `apply` and the plan file both take it from here. @throws SecretUnavailable */
export async function writeOf(step: Step, workspace: Workspace, resolve: ResolveSecret): Promise<ComputeWrite> {
  const update = step.do === "update" ? kindOf(step.target).toUpdate(step.target, step.differences) : undefined;
  if (update !== undefined) return update;
  const version = kindOf(step.target).apiVersion;
  const target = step.do === "update" ? withImmutableFields(step.target, step.live) : step.target;
  const request = await toRequest(target, workspace, resolve);
  const body = step.do === "update" ? mergeWithLive(request, step.live) : request;
  return { method: "PUT", body, ...(version === undefined ? {} : { version }) };
}

/** In place of a secret's value wherever nothing is sent: no plan needs the value. */
export const asReference: ResolveSecret = (reference) => Promise.resolve(formatSecretReference(reference));

/** Every request that carries a step out, in the order of sending, with secrets as references. */
export async function plannedRequests(step: Step, workspace: Workspace): Promise<readonly PlannedRequest[]> {
  const computes = `${workspaceId(workspace)}/computes`;
  switch (step.do) {
    case "keep":
    case "adopt":
    case "refuse":
    case "wait":
      return [];
    case "create":
    case "attach":
    case "update":
    case "reattach":
    case "recreate":
    case "replace": {
      const removed = "remove" in step ? step.remove : [];
      const removals = removed.map((compute): PlannedRequest => {
        const action = compute.by ?? removalActionFor(compute);
        return {
          method: "DELETE",
          path: `${computes}/${compute.name}`,
          apiVersion: computesVersion,
          ...(action === undefined ? {} : { query: { underlyingResourceAction: action } }),
        };
      });
      return [...removals, await plannedWrite(step, `${computes}/${step.target.name}`, workspace)];
    }
  }
}

async function plannedWrite(step: Step, path: string, workspace: Workspace): Promise<PlannedRequest> {
  const write = await writeOf(step, workspace, asReference);
  switch (write.method) {
    case "PUT":
      return { method: "PUT", path, apiVersion: write.version ?? computesVersion, body: asJson(write.body) };
    case "PATCH":
      return { method: "PATCH", path, apiVersion: computesVersion, body: asJson(write.body) };
    case "POST":
      return {
        method: "POST",
        path: `${path}/${write.action}`,
        apiVersion: computesVersion,
        body: asJson(write.body),
      };
  }
}

/** As it goes over the wire: without members that are `undefined`. */
export function asJson(body: unknown): unknown {
  return body === undefined ? undefined : (JSON.parse(JSON.stringify(body)) as unknown);
}
