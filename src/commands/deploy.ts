import { askedOnce } from "../azure/asked-once.ts";
import { isError } from "../yaml/problem.ts";
import { checked } from "./check-declaration.ts";
import { join, type CommandContext, type CommandResult } from "./context.ts";
import { ensureDeclared } from "./ensure-targets.ts";
import { releaseDeclared, usedByDeployments } from "./release-declared.ts";
import { needsWorkspace } from "./run-declared.ts";
import { connect, MissingInput, workspaceReport } from "./workspace.ts";

/** Ensures the targets that the deployments name, registers, deploys, tests, moves traffic; and takes it back on failure. */
export async function deploy(context: CommandContext): Promise<CommandResult> {
  const declaration = await context.declare();
  const base = checked(declaration);
  if (declaration.problems.some(isError)) return base;
  const { deployments, assetsToDeploy } = declaration;
  if (deployments.length === 0 && assetsToDeploy.length === 0)
    throw new MissingInput(
      "Nothing to deploy is declared. Declare deploy: in the declaration file, or name a file with the input 'deploy'.",
    );
  if (assetsToDeploy.length === 0 && !needsWorkspace({ targets: [], assets: [], gates: [], deployments }))
    return join(base, await releaseDeclared(deployments, context, { liveNames: new Map() }));
  const connected = await connect(context, declaration);
  const azure = { ...connected, assets: askedOnce(connected.assets) };
  const ensured = await ensureDeclared(azure, usedByDeployments(declaration), context);
  const result = join(base, { ...ensured.result, workspace: workspaceReport(azure) });
  if (result.failures.length > 0) return result;
  return join(result, await releaseDeclared(deployments, context, ensured));
}
