import { withNewVersions } from "../asset/declared.ts";
import type { Azure } from "../azure/azure.ts";
import { defined } from "../azure/defined.ts";
import type { Declaration } from "../declaration/declaration.ts";
import { placeOfStep } from "../plan/plan-report.ts";
import { isError } from "../yaml/problem.ts";
import { hasChanges } from "../plan/plan.ts";
import { namesAfter } from "../plan/step.ts";
import { foundBeforeWriting, readBeforeWriting } from "./before-writing.ts";
import { checked } from "./check-declaration.ts";
import { join, nothing, type CommandContext, type CommandResult } from "./context.ts";
import { collectionsOfWrites } from "./declared-assets.ts";
import { savePlan } from "./plan-file.ts";
import type { planDeployments } from "./release-declared.ts";
import { connect, workspaceReport } from "./workspace.ts";

/** Compares what is declared with the live workspace and reports what `apply` would do. Changes nothing. */
export async function plan(context: CommandContext): Promise<CommandResult> {
  const declaration = await context.declare();
  const base = checked(declaration);
  if (declaration.problems.some(isError)) return base;
  const azure = await connect(context, declaration);
  const wanted = { ...declaration, declared: declaration.targets };
  const { planned, registrations, problems } = await readBeforeWriting(wanted, azure, context);
  const { assets, failures, refusal } = registrations;
  const compared = join(join(base, { ...planned.result, workspace: workspaceReport(azure) }), {
    assets,
    failures,
  });
  if (planned.plan === undefined) return join(compared, await foundBeforeWriting(problems, context, refusal));
  // Half a plan must not look like a whole one.
  const saved =
    failures.length > 0 || registrations.problems.length > 0
      ? nothing
      : await savePlan(planned.plan, assets, context, azure);
  const found = await foundBeforeWriting(problems, context, refusal);
  const result = join(join(compared, saved), found);
  const refused = planned.plan.steps.filter((step) => step.do === "refuse");
  const deployed = await plannedDeployments(declaration, context, {
    azure: { ...azure, assets: withNewVersions(azure.assets, registrations.steps) },
    liveNames: namesAfter(planned.plan),
  });
  const isAsDeclared = !(
    hasChanges(planned.plan) ||
    collectionsOfWrites(registrations).length > 0 ||
    deployed.hasChanges
  );
  return join(withDeployments(result, deployed), {
    failures: [
      ...deployed.failures,
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

type Deployed = Awaited<ReturnType<typeof planDeployments>>;

/** What would be deployed; a run that is declared would come before it. */
async function plannedDeployments(
  { deployments, run }: Pick<Declaration, "deployments" | "run">,
  context: CommandContext,
  place: { readonly azure: Azure; readonly liveNames: ReadonlyMap<string, string> },
): Promise<Deployed> {
  // `only` names targets: whoever asks for those asks for nothing else.
  if (deployments.length === 0 || context.inputs.only.length > 0)
    return { planned: [], hasChanges: false, failures: [] };
  const { planDeployments: plan } = await import("./release-declared.ts");
  return plan(deployments, context, place, run !== undefined);
}

function withDeployments(result: CommandResult, { planned, hasChanges: changes }: Deployed): CommandResult {
  if (planned.length === 0) return result;
  const { plan: report } = result;
  const steps = report?.steps ?? [];
  return {
    ...result,
    plan: { steps, ...report, hasChanges: changes || report?.hasChanges === true, deployments: planned },
  };
}
