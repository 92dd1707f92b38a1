import { mayWrite } from "../attach/reconcile.ts";
import type { Azure } from "../azure/azure.ts";
import { isAllowed } from "../azure/grants.ts";
import { assetsOf, type Job } from "../job/job.ts";
import type { Plan } from "../plan/step.ts";
import type { Failure } from "../report/result.ts";

/** What a command is about to write into the workspace. */
export type Writes = {
  readonly plan: Plan;
  /** Whether an environment is to be registered. */
  readonly registers: boolean;
  /** The run that is submitted to the workspace afterwards, if one is. */
  readonly run?: Job;
};

/**
 * The actions that the identity lacks for a later write, where an earlier one would be carried out: a run that may not be
 * submitted must not leave a cluster behind. Where nothing comes before it, the service's own refusal does no harm; nor is
 * an identity refused whose grants cannot be read.
 */
export async function missingPermissions(
  writes: Writes,
  { permissions, workspace }: Pick<Azure, "permissions" | "workspace">,
): Promise<readonly Failure[]> {
  const needed = actionsOf(writes);
  if (needed.length < 2) return [];
  const grants = await permissions(workspace.id);
  if (!grants.ok) return [];
  return needed
    .filter(({ action }) => !isAllowed(grants.value, action, "control"))
    .map(({ action, purpose }) => ({
      reason: "not-authorized",
      message: `The identity lacks the action ${action} on ${workspace.id}, which it needs to ${purpose}. Nothing was written. Run the command doctor: it prints a role that has exactly what is needed.`,
    }));
}

type Needed = { readonly action: string; readonly purpose: string };

/** In the order of writing: each is the action of the request itself, without which the service is bound to refuse it. */
function actionsOf({ plan, registers, run }: Writes): readonly Needed[] {
  const steps = plan.steps.filter((step) => mayWrite(step) && step.do !== "wait");
  const all: readonly (Needed & { readonly when: boolean })[] = [
    { action: "computes/delete", purpose: "remove a target", when: steps.some((step) => "remove" in step) },
    { action: "computes/write", purpose: "create and attach targets", when: steps.length > 0 },
    { action: "environments/versions/write", purpose: "register environments", when: registers },
    { action: "codes/versions/write", purpose: "upload the run's code", when: run !== undefined && hasCode(run) },
    { action: "jobs/write", purpose: "submit the run", when: run !== undefined },
  ];
  return all
    .filter(({ when }) => when)
    .map(({ action, purpose }) => ({
      action: `Microsoft.MachineLearningServices/workspaces/${action}`,
      purpose,
    }));
}

function hasCode(run: Job): boolean {
  return assetsOf(run).some((use) => use.kind === "code" && "declared" in use);
}
