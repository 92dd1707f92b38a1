import type { Declaration } from "../declaration/declaration.ts";
import { checked } from "./check-declaration.ts";
import type { CommandContext, CommandResult } from "./context.ts";

/**
 * Reads every declaration and reports all problems at once. No credentials, no secret's value, and no network but for
 * `changed-only`, which calls the GitHub API for the pull request's files.
 */
export async function validate(context: CommandContext): Promise<CommandResult> {
  if (!context.inputs.changedOnly) return checked(await context.declare());
  const changed = await context.changedFiles();
  const declaration = await context.declare(changed.known ? changed.files : undefined);
  if (changed.known) context.log.info(looked(declaration));
  else context.log.annotate(changed.severity, `changed-only: ${changed.why} Every declaration was validated.`);
  return checked(declaration);
}

function looked({ files }: Declaration): string {
  if (files.length === 0)
    return "changed-only: the pull request changes no declaration file and no file that one refers to.";
  return `changed-only: these files have changed, or refer to files that have: ${files.join(", ")}.`;
}
