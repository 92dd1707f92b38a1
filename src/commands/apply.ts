import type { Azure } from "../azure/azure.ts";
import { apply as carryOut } from "../attach/apply.ts";
import { summarizeStep } from "../attach/target-report.ts";
import type { Declaration } from "../declaration/declaration.ts";
import { isError } from "../declaration/problem.ts";
import { join, type CommandContext, type CommandResult } from "./context.ts";
import { ensureEnvironments } from "./environments.ts";
import { planAgainst, planOptions } from "./plan.ts";
import { attachPorts, connect, workspaceReport } from "./session.ts";
import { checked } from "./validate.ts";

/** Brings every declared target to its declared state: attached or created exactly once. */
export async function apply(context: CommandContext): Promise<CommandResult> {
  const declaration = await context.declare();
  const base = checked(declaration);
  if (declaration.problems.some(isError)) return base;
  const azure = await connect(context, declaration);
  const [applied, environments] = await Promise.all([
    ensureTargets(azure, declaration, context),
    ensureEnvironments(azure, declaration, context),
  ]);
  return join(join(base, { ...applied.result, workspace: workspaceReport(azure) }), environments);
}

/** Names under which the declared targets are live: another one where an existing attachment was adopted. */
export type LiveNames = ReadonlyMap<string, string>;

/** Plans and carries the plan out. */
export async function ensureTargets(
  azure: Azure,
  declaration: Pick<Declaration, "targets" | "prices">,
  context: CommandContext,
): Promise<{ readonly result: CommandResult; readonly liveNames: LiveNames }> {
  const planned = await planAgainst(azure, declaration, context);
  if (planned.plan === undefined) return { result: planned.result, liveNames: new Map() };
  const outcomes = await carryOut(
    planned.plan,
    {
      ...planOptions(context),
      parallel: context.inputs.parallel,
      wait: context.inputs.wait,
      force: context.inputs.force,
      exactly: false,
    },
    attachPorts(context, azure),
  );
  const summaries = outcomes.map(summarizeStep);
  const liveNames = new Map(
    outcomes.map(({ step, end }) => {
      const compute = "compute" in end ? end.compute : undefined;
      return [step.target.name.toLowerCase(), compute?.name ?? step.target.name];
    }),
  );
  return {
    liveNames,
    result: join(planned.result, {
      targets: summaries.map(({ report }) => report),
      failures: summaries.flatMap(({ failure }) => failure ?? []),
      leftGoing: summaries.flatMap(({ leftGoing }) => leftGoing ?? []),
    }),
  };
}
