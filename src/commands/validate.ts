import type { Declaration } from "../declaration/declaration.ts";
import { isError, type Problem } from "../yaml/problem.ts";
import type { FailureReason } from "../report/result.ts";
import type { CommandContext, CommandResult } from "./context.ts";

/**
 * Reads every declaration and reports all problems at once. No credentials, no secret's value, and no network but for
 * `changed-only`, which asks GitHub for the pull request's files.
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
    return "changed-only: the pull request changes no declaration file, and no file that one refers to.";
  return `changed-only: these are changed, or refer to what is changed: ${files.join(", ")}.`;
}

/** What the reading of the declarations contributes: the files, the problems, and a failure when one is an error. */
export function checked(declaration: Declaration): CommandResult {
  const errors = declaration.problems.filter(isError);
  return {
    files: declaration.files,
    skipped: declaration.skipped,
    problems: declaration.problems,
    failures:
      errors.length === 0
        ? []
        : [
            {
              reason: reasonOf(errors),
              message:
                errors.length === 1
                  ? "The declaration has 1 error; it is listed with its place."
                  : `The declarations have ${errors.length} errors; each is listed with its place.`,
            },
          ],
  };
}

/** Problems that are a reason of their own when there is nothing else to mend. */
const ownReasons: Readonly<Record<string, FailureReason>> = {
  "not-supported-yet": "not-supported",
  retired: "retired",
  "other-subscription": "other-subscription",
};

function reasonOf(errors: readonly Problem[]): FailureReason {
  const reasons = new Set(errors.map(({ code }) => ownReasons[code] ?? "invalid-declaration"));
  const [only] = reasons;
  return reasons.size === 1 && only !== undefined ? only : "invalid-declaration";
}
