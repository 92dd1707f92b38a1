import { withParts } from "../asset/asset.ts";
import { declaredFor } from "../asset/declared.ts";
import type { Declaration } from "../declaration/declaration.ts";
import { defined } from "../azure/defined.ts";
import { assetsOf, computesOf, liveStepsOf } from "../job/job.ts";
import { isError } from "../yaml/problem.ts";
import type { Wanted } from "./before-writing.ts";
import { ensureDeclared } from "./ensure-targets.ts";
import { failureOf } from "../report/failure.ts";
import { join, type CommandContext, type CommandResult } from "./context.ts";
import { followToReport } from "./follow-run.ts";
import { isOurs, needsWorkspace, runDeclared } from "./run-declared.ts";
import { checked } from "./check-declaration.ts";
import { connect, MissingInput, workspaceReport } from "./workspace.ts";

/** Ensures what the run names and the declaration has; submits the run once, follows it, checks its gates. */
export async function train(context: CommandContext): Promise<CommandResult> {
  const declaration = await context.declare();
  const base = checked(declaration);
  if (declaration.problems.some(isError)) return base;
  if (context.inputs.runName !== undefined)
    return join(base, await resume(context.inputs.runName, declaration, context));
  if (declaration.run === undefined) {
    throw new MissingInput(
      "No run is declared. Declare run: in the declaration file, or name a job file with the input 'run'.",
    );
  }
  // What is to be deployed is not this command's.
  if (!needsWorkspace({ ...declaration, deployments: [] })) return join(base, await runDeclared(declaration, context));
  const azure = await connect(context, declaration);
  const ensured = await ensureDeclared(azure, usedByRun(declaration), context);
  const result = join(base, { ...ensured.result, workspace: workspaceReport(azure) });
  if (result.failures.length > 0) return result;
  return join(result, await runDeclared(declaration, context, ensured));
}

/** Of what is declared, the run and the part that it uses. */
function usedByRun(declaration: Declaration): Wanted {
  const { run, targets, assets, prices } = declaration;
  const computes = run === undefined ? [] : computesOf(run).map((compute) => compute.toLowerCase());
  const used = targets.filter(({ name }) => computes.includes(name.toLowerCase()));
  return {
    declared: targets,
    deployments: [],
    assets: run === undefined ? [] : declaredFor(withParts(assetsOf(run)), assets),
    ...(used.length === 0 ? {} : { targets: used }),
    ...(run === undefined ? {} : { run }),
    ...(prices === undefined ? {} : { prices }),
  };
}

/** Follows a run that was left running, whatever is declared; submits nothing. */
async function resume(name: string, declaration: Declaration, context: CommandContext): Promise<CommandResult> {
  const azure = await connect(context, declaration);
  const job = await azure.runs.get(name);
  const report = { workspace: workspaceReport(azure) };
  if (!job.ok) return { ...report, failures: [failureOf(job.failure, `The run '${name}' could not be read`)] };
  if (job.value === undefined) {
    const message = `The workspace has no run '${name}', which the input 'run-name' names.`;
    return { ...report, failures: [{ reason: "invalid-input", message }] };
  }
  const compute = job.value.computeId?.split("/").at(-1) ?? "serverless";
  const started = {
    ...{ job: job.value, reused: true, compute, ours: isOurs(job.value, context) },
    ...defined({ steps: liveStepsOf(job.value) }),
  };
  return join({ ...report, failures: [] }, await followToReport(started, followed(declaration), context, azure));
}

/** What is followed by its name is waited for, whatever the file of the declared run says. */
function followed(declaration: Declaration): Declaration {
  const { runDefaults } = declaration;
  return runDefaults === undefined ? declaration : { ...declaration, runDefaults: { ...runDefaults, wait: true } };
}
