import { findUsers } from "../attach/in-use.ts";
import type { Azure } from "../azure/azure.ts";
import type { Declaration } from "../declaration/declaration.ts";
import { isError } from "../yaml/problem.ts";
import { elsewhere } from "../plan/elsewhere.ts";
import { plan as planTargets } from "../plan/plan.ts";
import type { Plan, PlanOptions } from "../plan/step.ts";
import { planReport } from "../plan/plan-report.ts";
import { joinFindings, runPreflights, withFindings, type Findings } from "../plan/preflight.ts";
import { logGroups } from "../report/render/log.ts";
import { planBlocks } from "../report/sections/plan.ts";
import { failureOf } from "./azure-failure.ts";
import { join, nothing, type CommandContext, type CommandResult } from "./context.ts";
import { planEnvironments } from "./environments.ts";
import { savePlan } from "./plan-file.ts";
import { connect, workspaceReport } from "./workspace.ts";
import { checked } from "./validate.ts";

/** Compares what is declared with the live workspace and reports what `apply` would do. Changes nothing. */
export async function plan(context: CommandContext): Promise<CommandResult> {
  const declaration = await context.declare();
  const base = checked(declaration);
  if (declaration.problems.some(isError)) return base;
  const azure = await connect(context, declaration);
  const planned = await planAgainst(azure, declaration, context);
  const environments = await planEnvironments(azure, declaration, context);
  const compared = join(join(base, { ...planned.result, workspace: workspaceReport(azure) }), environments);
  if (planned.plan === undefined) return compared;
  // Half a plan must not look like a whole one.
  const saved =
    environments.failures.length > 0
      ? nothing
      : await savePlan(planned.plan, environments.environments ?? [], context, azure);
  const result = join(compared, saved);
  const refused = planned.plan.steps.filter((step) => step.do === "refuse");
  const pending =
    planReport(planned.plan).hasChanges || (environments.environments ?? []).some(({ action }) => action !== "none");
  return join(result, {
    failures: [
      ...refused.map((step) => ({
        reason: step.because,
        message: `${step.target.name}: ${step.reason}`,
      })),
      ...(context.inputs.expectNoChanges && pending
        ? [
            {
              reason: "changes-pending" as const,
              message:
                "expect-no-changes is true, and the workspace is not as declared. Run apply, or change the declaration.",
            },
          ]
        : []),
    ],
  });
}

/** One list of the workspace's computes, compared with the declaration. */
export async function planAgainst(
  azure: Azure,
  declaration: Pick<Declaration, "targets" | "prices">,
  context: CommandContext,
): Promise<{ readonly plan?: Plan; readonly result: CommandResult }> {
  const live = await azure.computes.list();
  if (!live.ok)
    return { result: { failures: [failureOf(live.failure, "The computes of the workspace could not be listed")] } };
  const compared = planTargets(declaration.targets, live.value, azure.workspace, planOptions(context));
  const findings = joinFindings(...(await findOut(compared, azure, context)));
  const planned = withFindings(compared, findings);
  const report = planReport(planned, findings, declaration.prices);
  for (const { title, lines } of logGroups(planBlocks(report))) context.log.group(title, lines);
  return { plan: planned, result: { plan: report, failures: [] } };
}

/** What is behind the targets, what still uses what would be taken away, and in `plan` who else holds their resources or has their names. */
async function findOut(compared: Plan, azure: Azure, { inputs }: CommandContext): Promise<readonly Findings[]> {
  const { parallel, force } = inputs;
  const onlyShown = inputs.command === "plan";
  return Promise.all([
    runPreflights(compared, azure.resources, parallel),
    // With force it changes nothing, so only who reads the plan needs to know.
    force && !onlyShown ? noFindings : findUsers(compared, azure.usersOf, { force, parallel }),
    // The other workspaces of a subscription are many requests: never on the way to a write.
    onlyShown ? elsewhere(compared.steps, azure.workspace, azure.otherWorkspaces) : noFindings,
  ]);
}

const noFindings: Findings = new Map();

export function planOptions({ inputs }: CommandContext): PlanOptions {
  return { onDrift: inputs.onDrift, onConflict: inputs.onConflict, allowDelete: inputs.allowDelete };
}
