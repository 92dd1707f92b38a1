import type { Declaration } from "../declaration/declaration.ts";
import { folderInRepository } from "../yaml/files.ts";
import { checked } from "./check-declaration.ts";
import type { CommandContext, CommandResult } from "./context.ts";

/**
 * Reads every declaration and reports all problems at once. No credentials, no secret's value, and no network but for
 * `changed-only`, which calls the GitHub API for the pull request's files.
 */
export async function validate(context: CommandContext): Promise<CommandResult> {
  if (!context.inputs.changedOnly) return checked(await withRunner(await context.declare(), context));
  const changed = await context.changedFiles();
  const declaration = await context.declare(changed.known ? changed.files : undefined);
  if (changed.known) context.log.info(looked(declaration));
  else context.log.annotate(changed.severity, `changed-only: ${changed.why} Every declaration was validated.`);
  return checked(await withRunner(declaration, context));
}

/** What of the run the runner cannot do; the other commands find it with what is missing in the workspace. */
async function withRunner(declaration: Declaration, context: CommandContext): Promise<Declaration> {
  const { run, targets, problems } = declaration;
  if (run === undefined) return declaration;
  const [{ isOnRunner }, { runnerProblems }, { someMachine }] = await Promise.all([
    import("../run/on-runner/is-on-runner.ts"),
    import("../run/on-runner/runner-faults.ts"),
    import("../run/on-runner/this-machine.ts"),
  ]);
  const found = isOnRunner(run, targets) ? runnerProblems(run, someMachine(targets)) : [];
  if (found.length === 0) return declaration;
  const folder = await folderInRepository(context);
  for (const problem of found) context.log.problem(problem, folder);
  return { ...declaration, problems: [...problems, ...found] };
}

function looked({ files }: Declaration): string {
  if (files.length === 0)
    return "changed-only: the pull request changes no declaration file and no file that one refers to.";
  return `changed-only: these files have changed, or refer to files that have: ${files.join(", ")}.`;
}
