import { refersTo } from "../asset/reference.ts";
import type { Declaration } from "../declaration/declaration.ts";
import { assetsOf, computesOf } from "../job/job.ts";
import { isError } from "../yaml/problem.ts";
import { ensureTargets } from "./ensure-targets.ts";
import { failureOf } from "../report/failure.ts";
import { join, nothing, type CommandContext, type CommandResult } from "./context.ts";
import { ensureEnvironments } from "./environments.ts";
import { followToReport } from "./follow-run.ts";
import { isOurs, needsWorkspace, runDeclared } from "./run-declared.ts";
import { unknownComputes } from "./run-computes.ts";
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
  if (!needsWorkspace(declaration)) return join(base, await runDeclared(declaration, context));
  const azure = await connect(context, declaration);
  const unknown = await unknownComputes(declaration, azure);
  if (unknown.length > 0) return join(base, { workspace: workspaceReport(azure), failures: unknown });
  const { targets, environments, prices } = usedByRun(declaration);
  const ensured =
    targets.length === 0
      ? { result: nothing, liveNames: new Map() }
      : await ensureTargets(azure, { targets, ...(prices === undefined ? {} : { prices }) }, context);
  const registered = await ensureEnvironments(azure, { environments }, context);
  const result = join(join(base, { ...ensured.result, workspace: workspaceReport(azure) }), registered);
  if (result.failures.length > 0) return result;
  return join(result, await runDeclared(declaration, context, { azure, liveNames: ensured.liveNames }));
}

/** Of what is declared, the part that the run uses. */
function usedByRun(declaration: Declaration): Pick<Declaration, "targets" | "environments" | "prices"> {
  const { run, targets, environments } = declaration;
  const computes = run === undefined ? [] : computesOf(run).map((compute) => compute.toLowerCase());
  const references = (run === undefined ? [] : assetsOf(run)).flatMap((use) =>
    use.kind === "environment" && "reference" in use ? [use.reference] : [],
  );
  return {
    ...declaration,
    targets: targets.filter(({ name }) => computes.includes(name.toLowerCase())),
    environments: environments.filter(({ name }) => references.some((reference) => refersTo(reference, name))),
  };
}

/** Follows a run that was left running, whatever is declared; submits nothing. */
async function resume(name: string, declaration: Declaration, context: CommandContext): Promise<CommandResult> {
  const azure = await connect(context, declaration);
  const job = await azure.jobs.get(name);
  const report = { workspace: workspaceReport(azure) };
  if (!job.ok) return { ...report, failures: [failureOf(job.failure, `The run '${name}' could not be read`)] };
  if (job.value === undefined) {
    const message = `The workspace has no run '${name}', which the input 'run-name' names.`;
    return { ...report, failures: [{ reason: "invalid-input", message }] };
  }
  const compute = job.value.computeId?.split("/").at(-1) ?? "serverless";
  const started = { job: job.value, reused: true, compute, ours: isOurs(job.value, context) };
  return join({ ...report, failures: [] }, await followToReport(started, declaration, context, azure));
}
