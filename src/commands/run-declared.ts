import { environmentWord } from "../asset/asset.ts";
import type { Azure } from "../azure/azure.ts";
import { defined } from "../azure/defined.ts";
import type { LiveJob } from "../azure/jobs.ts";
import type { AzureFailure } from "../azure/outcome.ts";
import { originOf } from "../compute/target.ts";
import type { Declaration } from "../declaration/declaration.ts";
import { isOnRunner as isServedHere } from "../deployment/family.ts";
import { needsWorkspace as servesFromWorkspace } from "../deployment/local/definition.ts";
import { workflowAttempt } from "../github/context.ts";
import { assetsOf, computesOf, isOfFirstSdk, liveStepsOf, stepsOf, type Job } from "../job/job.ts";
import { isComparison } from "../run/gates.ts";
import { cancelSuperseded } from "../run/superseded.ts";
import { cancelRun, lookForSubmission } from "../run/cancel.ts";
import { isOnRunner } from "../run/on-runner/is-on-runner.ts";
import { stillRunning } from "../run/still-running.ts";
import { preemptionsBefore, runTags } from "../run/provenance.ts";
import type { Repetition } from "../run/submit.ts";
import { sentenceOf } from "../report/failure.ts";
import { failureAt } from "../report/refused-field.ts";
import { configurationOf } from "./configuration.ts";
import { fallbackExperiment } from "./run-defaults.ts";
import { nothing, type CommandContext, type CommandResult } from "./context.ts";
import { followToReport } from "./follow-run.ts";
import { writesOfRun } from "./permissions-before-writing.ts";
import { submitRun, type Prepared } from "./submit-run.ts";
import { trainLocally } from "./train-locally.ts";
import { connect } from "./workspace.ts";

/** True unless everything that is declared happens on the runner. */
export function needsWorkspace({
  run,
  targets,
  assets,
  gates,
  deployments,
}: Pick<Declaration, "targets" | "assets" | "gates" | "deployments"> & Partial<Pick<Declaration, "run">>): boolean {
  const onRunner = run === undefined || isOnRunner(run, targets);
  // What a run of the runner is compared with is in the workspace.
  const compares = run !== undefined && gates.some(isComparison);
  return (
    deployments.some((deployment) => !isServedHere(deployment) || servesFromWorkspace(deployment)) ||
    !onRunner ||
    compares ||
    assets.length > 0 ||
    targets.some((target) => originOf(target) !== "none")
  );
}

/** Runs what is declared: on the runner, or in the workspace. */
export async function runDeclared(
  declaration: Declaration,
  context: CommandContext,
  prepared?: Prepared,
): Promise<CommandResult> {
  const { run, targets, gates } = declaration;
  if (run === undefined) return nothing;
  const connected = async () => prepared?.azure ?? (await connect(context, declaration));
  if (isOnRunner(run, targets))
    return trainLocally(run, declaration, context, {
      isChecked: prepared !== undefined,
      ...defined({ azure: gates.some(isComparison) ? await connected() : prepared?.azure }),
    });
  const azure = await connected();
  return runInWorkspace(run, declaration, context, {
    liveNames: new Map(),
    isRunPermitted: false,
    ...prepared,
    azure,
  });
}

/**
 * A run whose machines were taken away is submitted anew, as often as the declaration lets it. How often that was, the runs
 * tell themselves: a process before this one may have begun with it, and another may do the same beside it.
 */
async function runInWorkspace(
  job: Job,
  declaration: Declaration,
  context: CommandContext,
  prepared: Prepared,
): Promise<CommandResult> {
  if (context.inputs.cancelSuperseded) await endSuperseded(job, declaration, context, prepared.azure);
  const most = declaration.retries?.preempted ?? 0;
  for (let repeats: Repetition | undefined; ;) {
    const { result, preemptions } = await submitAndFollow(job, declaration, context, prepared, repeats);
    const name = result.run?.name;
    const isPreempted = result.failures.some(({ reason }) => reason === "preempted");
    if (!isPreempted || name === undefined || preemptions >= most) return result;
    repeats = { of: name, number: preemptions + 1 };
    context.log.info(
      `The run ${name} was preempted; submitting it again (${repeats.number} of at most ${most} times).`,
    );
  }
}

/** What cannot be cancelled goes on beside the new run, and is named. */
async function endSuperseded(job: Job, declaration: Declaration, context: CommandContext, azure: Azure): Promise<void> {
  const { github, log, clock } = context;
  const ended = await cancelSuperseded(github, await configurationOf(job, context), {
    jobs: azure.jobs,
    clock,
    ...defined({
      experiment: isOfFirstSdk(job) ? (job.experimentName ?? fallbackExperiment(context, declaration)) : undefined,
    }),
  });
  const sorry = (what: string, failure: AzureFailure) =>
    log.annotate("warning", `${what} (cancel-superseded): ${sentenceOf(failure.error)}.`);
  if (!ended.ok) return sorry("Earlier runs of the pull request could not be read", ended.failure);
  for (const { name, failure } of ended.value)
    if (failure === undefined) log.info(`Requested the cancellation of ${name}: this run supersedes it.`);
    else sorry(`The run ${name}, which this one supersedes, could not be cancelled`, failure);
}

async function submitAndFollow(
  job: Job,
  declaration: Declaration,
  context: CommandContext,
  prepared: Prepared,
  repeats?: Repetition,
): Promise<{ readonly result: CommandResult; readonly preemptions: number }> {
  const { azure, isRunPermitted } = prepared;
  const unsubmitted = (result: CommandResult) => ({ result, preemptions: repeats?.number ?? 0 });
  const gate = writesOfRun(job, azure, isRunPermitted);
  const submitted = await submitRun(job, declaration, context, prepared, gate.beforeWriting, repeats);
  if (!submitted.ok) {
    const lacking = gate.lacking();
    if (lacking.length > 0) return unsubmitted({ failures: lacking });
    const failure = failureAt(submitted.failure, "The run could not be submitted", job.source);
    if (failure.reason === "cancelled") {
      if (submitted.failure.undone !== true) return unsubmitted(await cancelledWhileSubmitting(context, azure));
      context.state.runEnded();
      return unsubmitted(cancelledBefore);
    }
    const isOfIdentity = failure.reason === "not-authorized" || failure.reason === "authentication-failed";
    return unsubmitted({ failures: [isOfIdentity ? failure : { ...failure, reason: "submission-failed" }] });
  }
  const { job: live, reused, reason } = submitted.value;
  context.log.info(reused ? `Joined the run ${live.name}: ${reason ?? ""}` : `Submitted the run ${live.name}.`);
  if (live.studioUrl !== undefined) context.log.info(`Studio: ${live.studioUrl}`);
  const environment = environmentWord(assetsOf(job));
  const started = {
    ...submitted.value,
    compute: computesOf(job).join(", ") || "serverless",
    ...(environment === undefined ? {} : { environment }),
    ours: !reused || isOurs(live, context),
    source: job.source,
    ...defined({ steps: stepsOf(job) ?? liveStepsOf(live) }),
  };
  return { result: await followToReport(started, declaration, context, azure), preemptions: preemptionsBefore(live) };
}

/** True for a run that this attempt of the workflow has submitted, in this process or in an earlier one. */
export function isOurs(job: LiveJob, { github }: CommandContext): boolean {
  return job.tags[runTags.workflowAttempt] === workflowAttempt(github);
}

const cancelledBefore: CommandResult = {
  failures: [{ reason: "cancelled", message: "The workflow was cancelled before a run was submitted." }],
};

/** The workflow was cancelled while the run was being submitted: the cancellation finds out whether it was created. */
async function cancelledWhileSubmitting(context: CommandContext, azure: Azure): Promise<CommandResult> {
  const name = context.state.startedRun();
  if (name === undefined) return cancelledBefore;
  const asked = await cancelRun(name, azure.jobs, context.clock, lookForSubmission.inGrace);
  // One that is not there yet may still come: the post step looks again.
  if (asked.ok) context.state.runEnded();
  const isMissing = !asked.ok && asked.failure.reason === "not-found";
  const what = asked.ok
    ? "cancellation requested"
    : isMissing
      ? "the workspace does not show it yet, and the end of this job looks for it once more"
      : `it could not be cancelled: ${sentenceOf(asked.failure.error)}`;
  return {
    failures: [
      {
        reason: "cancelled",
        message: `The workflow was cancelled while the run '${name}' was being submitted; ${what}.`,
      },
    ],
    leftGoing: asked.ok || isMissing ? [] : [stillRunning(name)],
  };
}
