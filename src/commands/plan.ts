import { defined } from "../azure/defined.ts";
import { placeOfStep } from "../plan/plan-report.ts";
import { isError } from "../yaml/problem.ts";
import { hasChanges } from "../plan/plan.ts";
import { checked } from "./check-declaration.ts";
import { join, nothing, type CommandContext, type CommandResult } from "./context.ts";
import { planEnvironments } from "./environments.ts";
import { savePlan } from "./plan-file.ts";
import { unknownComputes } from "./run-computes.ts";
import { planAgainst } from "./plan-targets.ts";
import { connect, workspaceReport } from "./workspace.ts";

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
  const unknown = await unknownComputes(declaration, azure);
  const result = join(join(compared, saved), { failures: unknown });
  const refused = planned.plan.steps.filter((step) => step.do === "refuse");
  const isAsDeclared = !(
    hasChanges(planned.plan) || (environments.environments ?? []).some(({ action }) => action !== "none")
  );
  return join(result, {
    failures: [
      ...refused.map((step) => ({
        reason: step.because,
        message: `${step.target.name}: ${step.reason}`,
        ...defined({ where: placeOfStep(step) }),
      })),
      ...(context.inputs.expectNoChanges && !isAsDeclared
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
