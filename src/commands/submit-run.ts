import type { IdentityOfReference } from "../asset/asset.ts";
import type { AssetDeps } from "../asset/kind.ts";
import { withLeases } from "../attach/lease.ts";
import type { Azure } from "../azure/azure.ts";
import { defined } from "../azure/defined.ts";
import { cancelled, failed, type Outcome } from "../azure/outcome.ts";
import type { Declaration } from "../declaration/declaration.ts";
import { workflowAttempt } from "../github/context.ts";
import type { Job } from "../job/job.ts";
import type { Repetition, Submitted } from "../run/submit.ts";
import { submitJob } from "../run/submit-job.ts";
import type { Exclusively } from "../run/submit-v1-pipeline.ts";
import { fallbackExperiment } from "./run-defaults.ts";
import type { LiveNames } from "./ensure-targets.ts";
import { configurationOf } from "./configuration.ts";
import type { CommandContext } from "./context.ts";

/** The workspace, and what of it the declared targets and assets have become. */
export type Prepared = {
  readonly azure: Azure;
  readonly liveNames: LiveNames;
  readonly isRunPermitted: boolean;
  readonly identityOfReference?: IdentityOfReference;
};

/**
 * Submits the declared job once, under a name that is derived from the commit and the definition.
 *
 * @param beforeWriting asked before the first write that is not the job's own.
 * @param repeats where it is submitted in the place of one that was preempted.
 */
export async function submitRun(
  job: Job,
  declaration: Pick<Declaration, "runDefaults">,
  context: CommandContext,
  { azure, liveNames, identityOfReference }: Omit<Prepared, "isRunPermitted">,
  beforeWriting: NonNullable<AssetDeps["beforeWriting"]>,
  repeats?: Repetition,
): Promise<Outcome<Submitted>> {
  const { github, inputs, log, clock, signal, state } = context;
  return submitJob(
    {
      job,
      github,
      configuration: await configurationOf(job, context),
      workflowAttempt: workflowAttempt(github),
      rerun: inputs.rerun,
      ...defined({ repeats }),
      fallbackExperiment: fallbackExperiment(context, declaration),
      liveNames,
      ...defined({ identityOfReference }),
    },
    {
      assets: azure.assets,
      blobs: azure.blobs,
      datastores: azure.datastores,
      jobs: azure.jobs,
      workspaceId: azure.workspace.id,
      resolveSecret: context.resolveSecretWith(azure),
      clock,
      signal,
      beforeWriting,
      onProgress: (message) => log.info(message),
      v1: {
        pipelines: azure.v1Pipelines,
        runs: azure.v1Runs,
        snapshots: azure.v1Snapshots,
        computes: azure.computes,
        newId: context.newId,
        exclusively: takingTurns(azure, context),
      },
      beforeSubmit: (name) => state.runStarting({ name, workspace: azure.workspace }),
    },
  );
}

/** By a lease in the workspace's own store, as for the writes of targets. */
export function takingTurns(
  { leases }: Pick<Azure, "leases">,
  { clock, newId, signal, deadline, log }: CommandContext,
): Exclusively {
  return async (key, work) => {
    const deps = { leases, clock, newId, signal, deadline, onProgress: (message: string) => log.info(message) };
    const outcome = await withLeases([key], deps, ({ isHeld }) => work(isHeld), "nothing");
    if ("ok" in outcome) return outcome;
    if (outcome.state === "failed") return failed({ reason: "unreachable", error: outcome.error });
    if (outcome.why === "cancelled") return cancelled();
    const message = "Another workflow run kept submitting the same run until the time limit.";
    return failed({ reason: "unreachable", error: { code: "Busy", message, details: [] } });
  };
}
