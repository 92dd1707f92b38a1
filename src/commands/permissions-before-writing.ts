import { withParts } from "../asset/asset.ts";
import type { Collection } from "../azure/assets.ts";
import type { Azure } from "../azure/azure.ts";
import { failed, succeeded, type Outcome } from "../azure/outcome.ts";
import { isAllowed } from "../azure/grants.ts";
import { assetsOf, isOfFirstSdk, type Job } from "../job/job.ts";
import type { Plan } from "../plan/step.ts";
import type { Failure } from "../report/result.ts";
import { sendsWrite } from "../plan/plan.ts";
import { actionsOfWrites } from "../permissions/writes.ts";

/** What a command is about to write into the workspace. */
export type Writes = {
  readonly plan: Plan;
  /** The collections that assets are registered in. */
  readonly registers: readonly Collection[];
  /** The run that is submitted to the workspace afterwards, if one is. */
  readonly run?: Job;
};

/**
 * The actions that the identity lacks for a later write, where an earlier one would be carried out: a run that may not be
 * submitted must not leave a cluster behind. Where nothing comes before it, the service's own refusal does no harm; nor is
 * an identity refused whose grants cannot be read.
 */
export async function missingPermissions(
  { plan, registers, run }: Writes,
  { permissions, workspace }: Pick<Azure, "permissions" | "workspace">,
): Promise<readonly Failure[]> {
  const steps = plan.steps.filter(sendsWrite);
  const needed = actionsOfWrites({
    removes: steps.some((step) => "remove" in step),
    creates: steps.length > 0,
    registers,
    uploadsCode: run !== undefined && hasCode(run),
    submits: run !== undefined && !isOfFirstSdk(run),
    submitsGraph: run !== undefined && isOfFirstSdk(run),
  });
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

/**
 * The same for a run before which nothing is written but what it uses itself: the grants are read when the first such thing
 * is not there yet, so that a run that is submitted again asks for nothing in vain.
 *
 * @param isPermitted they were read before.
 */
export function writesOfRun(
  run: Job,
  azure: Pick<Azure, "permissions" | "workspace">,
  isPermitted: boolean,
): {
  readonly beforeWriting: () => Promise<Outcome<void>>;
  /** What was lacking, once that was asked. */
  readonly lacking: () => readonly Failure[];
} {
  let asked: Promise<readonly Failure[]> | undefined;
  let lacking: readonly Failure[] = [];
  return {
    beforeWriting: async () => {
      asked ??= isPermitted
        ? Promise.resolve([])
        : missingPermissions({ plan: { steps: [] }, registers: [], run }, azure);
      lacking = await asked;
      const [first] = lacking;
      return first === undefined
        ? succeeded(undefined)
        : failed({
            reason: "refused",
            status: 403,
            error: { code: "AuthorizationFailed", message: first.message, details: [] },
          });
    },
    lacking: () => lacking,
  };
}

function hasCode(run: Job): boolean {
  return withParts(assetsOf(run)).some((use) => use.kind === "code" && "declared" in use);
}
