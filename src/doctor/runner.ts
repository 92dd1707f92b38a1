import { isOnRunner } from "../run/on-runner/is-on-runner.ts";
import type { Declaration } from "../declaration/declaration.ts";
import { findPython } from "../run/on-runner/virtual-environment.ts";
import { error, fine, type Check } from "./check.ts";

/** A run on the runner needs Python there. */
export async function runnerChecks(
  { run, targets }: Pick<Declaration, "run" | "targets">,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<readonly Check[]> {
  if (run === undefined || !isOnRunner(run, targets)) return [];
  const python = await findPython(environment["PATH"] ?? "");
  return [
    python === undefined
      ? error(
          "environment-failed",
          "python",
          "The run happens on this runner, which has no Python 3.9 or newer with venv.",
          "Add actions/setup-python before this step.",
        )
      : fine("python", `The run happens on this runner, with Python ${python.version}.`),
  ];
}
