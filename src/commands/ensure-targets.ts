import type { IdentityOfReference } from "../asset/asset.ts";
import { identityAmong } from "../asset/declared.ts";
import type { Azure } from "../azure/azure.ts";
import { apply } from "../attach/apply.ts";
import { mayWrite } from "../attach/reconcile.ts";
import { startedAtOf, summarizeStep } from "../attach/target-report.ts";
import { sendsWrite } from "../plan/plan.ts";
import type { Plan } from "../plan/step.ts";
import type { PlanFile } from "../plan/plan-file.ts";
import { isOnRunner } from "../run/on-runner/is-on-runner.ts";
import { foundBeforeWriting, readBeforeWriting, type Wanted } from "./before-writing.ts";
import { join, nothing, type CommandContext, type CommandResult } from "./context.ts";
import { collectionsOfWrites, registerDeclaredAssets } from "./declared-assets.ts";
import { outdated, withSkipped } from "./plan-file.ts";
import { missingPermissions } from "./permissions-before-writing.ts";
import { planOptions } from "./plan-targets.ts";
import { withProgress } from "./with-progress.ts";

/** Names under which the declared targets are live: another name where an existing attachment was adopted. */
export type LiveNames = ReadonlyMap<string, string>;

export type Ensured = {
  readonly result: CommandResult;
  readonly liveNames: LiveNames;
  /** Whether what the run needs to be written was looked at with the rest. */
  readonly isRunPermitted: boolean;
  /** The workspace, as it is with the versions of assets that were registered. */
  readonly azure: Azure;
  readonly identityOfReference: IdentityOfReference;
};

/**
 * Targets and assets, as they are declared; with a plan file exactly as it says, or not at all. Everything that can
 * be known by reading, of the run too, is known before the first write, and all of it at once.
 */
export async function ensureDeclared(
  azure: Azure,
  wanted: Wanted,
  context: CommandContext,
  given?: PlanFile,
): Promise<Ensured> {
  const { planned, registrations, problems } = await readBeforeWriting(wanted, azure, context);
  const { plan } = planned;
  const registers = collectionsOfWrites(registrations);
  // Where nothing is written before the run but what it uses itself, that is looked at when it is not there.
  const isRunPermitted = plan !== undefined && (registers.length > 0 || plan.steps.some(sendsWrite));
  const nothingWritten = {
    isRunPermitted,
    liveNames: new Map<string, string>(),
    azure,
    identityOfReference: () => undefined,
  };
  const found = await foundBeforeWriting(problems, context, registrations.refusal);
  const changes =
    given === undefined || plan === undefined ? nothing : await outdated(given, plan, registrations.assets, azure);
  const lacking =
    plan === undefined || !isRunPermitted
      ? []
      : await missingPermissions({ plan, registers, ...submitted(wanted) }, azure);
  const before = [planned.result, { failures: registrations.failures }, changes, found, { failures: lacking }].reduce(
    join,
  );
  if (context.signal.aborted) {
    const message = "The workflow was cancelled before anything was written.";
    return { ...nothingWritten, result: join(before, { failures: [{ reason: "cancelled", message }] }) };
  }
  if (plan === undefined || before.failures.length > 0) return { ...nothingWritten, result: before };
  const [carriedOut, registered] = await Promise.all([
    carryOutPlan(plan, azure, context, given),
    registerDeclaredAssets(registrations, azure, context),
  ]);
  const result = [before, carriedOut.result, registered.result].reduce(join);
  return {
    liveNames: carriedOut.liveNames,
    isRunPermitted,
    azure: registered.azure,
    identityOfReference: identityAmong(registrations.steps),
    result,
  };
}

function submitted({ run, declared }: Wanted): Pick<Wanted, "run"> {
  return run === undefined || isOnRunner(run, declared) ? {} : { run };
}

async function carryOutPlan(
  plan: Plan,
  azure: Azure,
  context: CommandContext,
  given?: PlanFile,
): Promise<Pick<Ensured, "result" | "liveNames">> {
  const { inputs } = context;
  const options = {
    ...planOptions(context),
    parallel: inputs.parallel,
    wait: inputs.wait,
    force: inputs.force,
    exactly: given !== undefined,
  };
  const names = plan.steps.filter(mayWrite).map(({ target }) => target.name);
  const startedAt = new Date(context.clock.now()).toISOString();
  const outcomes = await withProgress(names, context, azure, (deps) => apply(plan, options, deps));
  const summaries = outcomes.map((outcome) => startedAtOf(summarizeStep(outcome, azure.workspace.location), startedAt));
  const liveNames = new Map(
    outcomes.map(({ step, end }) => {
      const compute = "compute" in end ? end.compute : undefined;
      return [step.target.name.toLowerCase(), compute?.name ?? step.target.name];
    }),
  );
  return {
    liveNames,
    result: {
      targets: summaries.map(({ report }) => (given === undefined ? report : withSkipped(report, given))),
      failures: summaries.flatMap(({ failure }) => failure ?? []),
      leftGoing: summaries.flatMap(({ leftGoing }) => leftGoing ?? []),
    },
  };
}
