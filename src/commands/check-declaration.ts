import type { Declaration } from "../declaration/declaration.ts";
import { isError, type Problem } from "../yaml/problem.ts";
import type { FailureReason } from "../report/result.ts";
import type { CommandResult } from "./context.ts";

/** The part of the result that comes from reading the declarations: files, problems, and a failure where one is an error. */
export function checked(declaration: Pick<Declaration, "files" | "skipped" | "problems">): CommandResult {
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
                  ? "The declaration has 1 error, listed with its place."
                  : `The declarations have ${errors.length} errors, each listed with its place.`,
            },
          ],
  };
}

/** Problems that are a reason of their own when there is nothing else to fix. */
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
