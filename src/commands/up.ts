import type { Declaration } from "../declaration/declaration.ts";
import { isError } from "../yaml/problem.ts";
import { ensureDeclared } from "./ensure-targets.ts";
import { join, nothing, type CommandContext, type CommandResult } from "./context.ts";
import { givenPlan } from "./plan-file.ts";
import { connect, workspaceReport } from "./workspace.ts";
import type { releaseDeclared } from "./release-declared.ts";
import { needsWorkspace, runDeclared } from "./run-declared.ts";
import { checked } from "./check-declaration.ts";

/** Everything that is declared: the targets first, then the run, then what is deployed. */
export async function up(context: CommandContext): Promise<CommandResult> {
  const declaration = await context.declare();
  const base = checked(declaration);
  if (declaration.problems.some(isError)) return base;
  // A plan belongs to a workspace, so a given one needs it even where everything else happens on the runner.
  if (context.inputs.planFile === undefined && !needsWorkspace(declaration)) {
    const ran = join(base, await runDeclared(declaration, context));
    return ran.failures.length > 0
      ? ran
      : join(ran, await released(declaration, ran, context, { liveNames: new Map() }));
  }
  const given = await givenPlan(context, declaration);
  if (given.result.failures.length > 0) return join(base, given.result);
  if (given.plan !== undefined && declaration.deployments.length > 0)
    context.log.annotate("notice", "The plan file covers targets and assets. Deployments are planned again.");
  const azure = await connect(context, declaration);
  const applied = await ensureDeclared(azure, { ...declaration, declared: declaration.targets }, context, given.plan);
  const result = join(base, { ...applied.result, workspace: workspaceReport(azure) });
  if (result.failures.length > 0) return result;
  const ran = join(result, await runDeclared(declaration, context, applied));
  return ran.failures.length > 0 ? ran : join(ran, await released(declaration, ran, context, applied));
}

/** A run that was only submitted has brought nothing yet: what it would bring is not deployed, and neither is the rest. */
async function released(
  { deployments }: Pick<Declaration, "deployments">,
  { run }: CommandResult,
  context: CommandContext,
  prepared: Parameters<typeof releaseDeclared>[2],
): Promise<CommandResult> {
  if (deployments.length === 0) return nothing;
  const { releaseDeclared: release, releasedRun } = await import("./release-declared.ts");
  if (run?.conclusion !== "in-progress") return release(deployments, context, prepared, releasedRun(run));
  context.log.annotate(
    "notice",
    `Nothing was deployed: the run ${run.name} is still running, and deployments follow it.`,
  );
  const what = `The deployments that follow the run ${run.name} have not started.`;
  return { failures: [], leftGoing: [{ what, next: "Run the same command again once the run has ended." }] };
}
