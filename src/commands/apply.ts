import { isError } from "../yaml/problem.ts";
import { checked } from "./check-declaration.ts";
import { join, type CommandContext, type CommandResult } from "./context.ts";
import { ensureDeclared } from "./ensure-targets.ts";
import { givenPlan } from "./plan-file.ts";
import { connect, workspaceReport } from "./workspace.ts";

/** Brings every declared target to its declared state: attached or created exactly once. */
export async function apply(context: CommandContext): Promise<CommandResult> {
  const declaration = await context.declare();
  const base = checked(declaration);
  if (declaration.problems.some(isError)) return base;
  const given = await givenPlan(context, declaration);
  if (given.result.failures.length > 0) return join(base, given.result);
  const azure = await connect(context, declaration);
  const { run: _, deployments: __, ...wanted } = declaration;
  const { result } = await ensureDeclared(azure, { ...wanted, declared: wanted.targets }, context, given.plan);
  return join(base, { ...result, workspace: workspaceReport(azure) });
}
