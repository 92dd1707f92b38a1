import type { Azure } from "../azure/azure.ts";
import { apply } from "../attach/apply.ts";
import { mayWrite } from "../attach/reconcile.ts";
import { summarizeStep } from "../attach/target-report.ts";
import type { Declaration } from "../declaration/declaration.ts";
import type { Plan } from "../plan/step.ts";
import type { PlanFile } from "../plan/plan-file.ts";
import { join, type CommandContext, type CommandResult } from "./context.ts";
import { ensureEnvironments, planEnvironments } from "./environments.ts";
import { outdated, withSkipped } from "./plan-file.ts";
import { planAgainst, planOptions } from "./plan-targets.ts";
import { missingSecrets } from "./secrets-before-writing.ts";
import { withProgress } from "./with-progress.ts";

/** Names under which the declared targets are live: another name where an existing attachment was adopted. */
export type LiveNames = ReadonlyMap<string, string>;

export type Ensured = { readonly result: CommandResult; readonly liveNames: LiveNames };

/** Targets and environments, as they are declared; with a plan file exactly as it says, or not at all. */
export async function ensureDeclared(
  azure: Azure,
  declaration: Pick<Declaration, "targets" | "environments">,
  context: CommandContext,
  given?: PlanFile,
): Promise<Ensured> {
  if (given !== undefined) return ensurePlanned(azure, declaration, context, given);
  const [targets, environments] = await Promise.all([
    ensureTargets(azure, declaration, context),
    ensureEnvironments(azure, declaration, context),
  ]);
  return { liveNames: targets.liveNames, result: join(targets.result, environments) };
}

async function ensurePlanned(
  azure: Azure,
  declaration: Pick<Declaration, "targets" | "environments">,
  context: CommandContext,
  given: PlanFile,
): Promise<Ensured> {
  const [planned, environments] = await Promise.all([
    planAgainst(azure, declaration, context),
    planEnvironments(azure, declaration, context),
  ]);
  const stop = (result: CommandResult): Ensured => ({ result, liveNames: new Map() });
  if (planned.plan === undefined || environments.failures.length > 0)
    return stop(join(planned.result, { ...environments, environments: [] }));
  const changes = await outdated(given, planned.plan, environments.environments ?? [], azure);
  if (changes.failures.length > 0) return stop(join(planned.result, changes));
  const missing = await missingSecrets(planned.plan, undefined, azure, context);
  if (missing.length > 0) return stop(join(planned.result, { failures: missing }));
  const [targets, ensured] = await Promise.all([
    carryOutPlan(planned.plan, azure, context, given),
    ensureEnvironments(azure, declaration, context),
  ]);
  return { liveNames: targets.liveNames, result: join(join(planned.result, targets.result), ensured) };
}

/** Plans and carries the plan out. */
export async function ensureTargets(
  azure: Azure,
  declaration: Pick<Declaration, "targets" | "prices">,
  context: CommandContext,
): Promise<Ensured> {
  const planned = await planAgainst(azure, declaration, context);
  if (planned.plan === undefined) return { result: planned.result, liveNames: new Map() };
  const missing = await missingSecrets(planned.plan, undefined, azure, context);
  if (missing.length > 0) return { result: join(planned.result, { failures: missing }), liveNames: new Map() };
  const done = await carryOutPlan(planned.plan, azure, context);
  return { liveNames: done.liveNames, result: join(planned.result, done.result) };
}

async function carryOutPlan(plan: Plan, azure: Azure, context: CommandContext, given?: PlanFile): Promise<Ensured> {
  const { inputs } = context;
  const options = {
    ...planOptions(context),
    parallel: inputs.parallel,
    wait: inputs.wait,
    force: inputs.force,
    exactly: given !== undefined,
  };
  const names = plan.steps.filter(mayWrite).map(({ target }) => target.name);
  const outcomes = await withProgress(names, context, azure, (deps) => apply(plan, options, deps));
  const summaries = outcomes.map((outcome) => summarizeStep(outcome, azure.workspace.location));
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
