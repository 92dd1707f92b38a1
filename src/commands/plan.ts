import type { Azure } from "../azure/azure.ts";
import type { Declaration } from "../declaration/declaration.ts";
import { isError } from "../declaration/problem.ts";
import { plan as planTargets, type Plan, type PlanOptions } from "../plan/plan.ts";
import { planReport } from "../plan/plan-report.ts";
import { runPreflights, withFindings } from "../plan/preflight.ts";
import { planLines } from "../report/log-text.ts";
import { failureOf } from "./azure-failure.ts";
import { join, type CommandContext, type CommandResult } from "./context.ts";
import { planEnvironments } from "./environments.ts";
import { connect, workspaceReport } from "./session.ts";
import { checked } from "./validate.ts";

/** Compares what is declared with the live workspace and reports what `apply` would do. Changes nothing. */
export async function plan(context: CommandContext): Promise<CommandResult> {
  const declaration = await context.declare();
  const base = checked(declaration);
  if (declaration.problems.some(isError)) return base;
  const azure = await connect(context, declaration);
  const planned = await planAgainst(azure, declaration, context);
  const environments = await planEnvironments(azure, declaration, context);
  const result = join(join(base, { ...planned.result, workspace: workspaceReport(azure) }), environments);
  if (planned.plan === undefined) return result;
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
  const findings = await runPreflights(compared, azure.resources, context.inputs.parallel);
  const planned = withFindings(compared, findings);
  const report = planReport(planned, findings, declaration.prices);
  context.log.group("Plan", planLines(report));
  return { plan: planned, result: { plan: report, failures: [] } };
}

export function planOptions({ inputs }: CommandContext): PlanOptions {
  return { onDrift: inputs.onDrift, onConflict: inputs.onConflict, allowDelete: inputs.allowDelete };
}
