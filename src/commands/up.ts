import { folderInRepository } from "../yaml/files.ts";
import { isError, type Problem } from "../yaml/problem.ts";
import { ensureDeclared } from "./ensure-targets.ts";
import { join, type CommandContext, type CommandResult } from "./context.ts";
import { givenPlan } from "./plan-file.ts";
import { connect, workspaceReport } from "./workspace.ts";
import { needsWorkspace, runDeclared } from "./run-declared.ts";
import { checked } from "./check-declaration.ts";

/** Everything that is declared: the targets first, then the run. */
export async function up(context: CommandContext): Promise<CommandResult> {
  const declaration = await context.declare();
  const unsupported = declaration.deploy === undefined ? [] : [deployNotSupported(declaration.deploy)];
  for (const problem of unsupported) context.log.problem(problem, await folderInRepository(context));
  const problems = [...declaration.problems, ...unsupported];
  const base = checked({ ...declaration, problems });
  if (problems.some(isError)) return base;
  // A plan belongs to a workspace, so a given one needs it even where everything else happens on the runner.
  if (context.inputs.planFile === undefined && !needsWorkspace(declaration))
    return join(base, await runDeclared(declaration, context));
  const given = await givenPlan(context, declaration);
  if (given.result.failures.length > 0) return join(base, given.result);
  const azure = await connect(context, declaration);
  const applied = await ensureDeclared(azure, { ...declaration, declared: declaration.targets }, context, given.plan);
  const result = join(base, { ...applied.result, workspace: workspaceReport(azure) });
  if (declaration.run === undefined || result.failures.length > 0) return result;
  return join(result, await runDeclared(declaration, context, applied));
}

function deployNotSupported(where: NonNullable<Problem["where"]>): Problem {
  return {
    code: "not-supported-yet",
    severity: "error",
    where,
    message: "A deployment is declared, and deployments are not supported yet.",
    fix: "Remove deploy, or use the commands apply and train, which ignore it.",
  };
}
