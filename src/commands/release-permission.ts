import { isAllowed } from "../azure/grants.ts";
import type { Azure } from "../azure/azure.ts";
import { failed, succeeded, type Outcome } from "../azure/outcome.ts";
import type { Deployment } from "../deployment/deployment.ts";
import { needsOfDeployment } from "../permissions/deployment-needs.ts";
import { workspaces } from "../permissions/writes.ts";

/**
 * Asked before the first write of a release: what may not be finished, or not be taken back, is not begun. The grants are read
 * once; an identity whose grants cannot be read is not refused.
 */
export function mayRelease(
  deployment: Deployment,
  { permissions, workspace }: Pick<Azure, "permissions" | "workspace">,
): () => Promise<Outcome<void>> {
  let asked: Promise<Outcome<void>> | undefined;
  const ask = async (): Promise<Outcome<void>> => {
    const needed = needsOfDeployment(deployment).flatMap(({ actions, purpose, level, plane }) =>
      level === "required" && plane === undefined
        ? actions.map((action) => ({ action: `${workspaces}/${action}`, purpose }))
        : [],
    );
    const grants = await permissions(workspace.id);
    if (!grants.ok) return succeeded(undefined);
    const lacking = needed.filter(({ action }) => !isAllowed(grants.value, action, "control"));
    const [first] = lacking;
    if (first === undefined) return succeeded(undefined);
    const others = lacking.length === 1 ? "" : ` (and ${lacking.length - 1} more)`;
    const message = `The identity lacks the action ${first.action}${others} on ${workspace.id}, which it needs to ${first.purpose}. Nothing was written. Run the command doctor: it prints a role that has exactly what is needed.`;
    return failed({
      reason: "refused",
      status: 403,
      error: { code: "AuthorizationFailed", message, details: [] },
    });
  };
  return () => (asked ??= ask());
}
