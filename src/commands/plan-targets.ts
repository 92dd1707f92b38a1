import { findUsers } from "../attach/in-use.ts";
import type { Azure } from "../azure/azure.ts";
import type { Declaration } from "../declaration/declaration.ts";
import { allowances } from "../plan/allowed-by.ts";
import { elsewhere } from "../plan/elsewhere.ts";
import { plan } from "../plan/plan.ts";
import { planReport } from "../plan/plan-report.ts";
import { joinFindings, runPreflights, withFindings, type Findings } from "../plan/preflight.ts";
import type { Plan, PlanOptions } from "../plan/step.ts";
import { failureOf } from "../report/failure.ts";
import { logGroups } from "../report/render/log.ts";
import { planBlocks } from "../report/sections/plan.ts";
import type { CommandContext, CommandResult } from "./context.ts";

/** One list of the workspace's computes, compared with the declaration. */
export async function planAgainst(
  azure: Azure,
  declaration: Pick<Declaration, "targets" | "prices"> & Partial<Pick<Declaration, "deployments">>,
  context: CommandContext,
): Promise<{ readonly plan?: Plan; readonly result: CommandResult }> {
  const live = await azure.computes.list();
  if (!live.ok)
    return { result: { failures: [failureOf(live.failure, "The computes of the workspace could not be listed")] } };
  const { targets, deployments = [] } = declaration;
  const options = planOptions(context);
  const compared = plan(targets, live.value, azure.workspace, options);
  const findings = joinFindings(...(await findOut(compared, azure, context)));
  const planned = withFindings(compared, findings);
  const allowed = allowances(planned, targets, live.value, azure.workspace, options);
  const report = planReport(planned, findings, declaration.prices, allowed);
  // Where something is deployed, and nothing else is declared, that is the plan.
  const shown = targets.length === 0 && deployments.length > 0 ? [] : logGroups(planBlocks(report));
  for (const { title, lines } of shown) context.log.group(title, lines);
  return { plan: planned, result: { plan: report, failures: [] } };
}

/** Preflights, users of what would be removed, and in `plan` also other workspaces with the same resources or names. */
async function findOut(compared: Plan, azure: Azure, { inputs }: CommandContext): Promise<readonly Findings[]> {
  const { parallel, force } = inputs;
  const onlyShown = inputs.command === "plan";
  return Promise.all([
    runPreflights(compared, azure.resources, parallel),
    // With force it refuses nothing, so only the reader of a plan needs to know.
    force && !onlyShown ? noFindings : findUsers(compared, azure.usersOf, { force, parallel }),
    // Reading the other workspaces of a subscription takes many requests: never before a write.
    onlyShown ? elsewhere(compared.steps, azure.workspace, azure.otherWorkspaces) : noFindings,
  ]);
}

const noFindings: Findings = new Map();

export function planOptions({ inputs }: CommandContext): PlanOptions {
  return { onDrift: inputs.onDrift, onConflict: inputs.onConflict, allowDelete: inputs.allowDelete };
}
