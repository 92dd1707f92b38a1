import type { Declaration } from "../declaration/declaration.ts";
import { computesOf } from "../job/job.ts";
import { childEnvironment } from "../run/on-runner/child-environment.ts";
import { findConda } from "../run/on-runner/conda.ts";
import { findEngine } from "../run/on-runner/container/engine.ts";
import { isOnRunner } from "../run/on-runner/is-on-runner.ts";
import { someMachine } from "../run/on-runner/this-machine.ts";
import { findPython } from "../run/on-runner/virtual-environment.ts";
import { error, fine, type Check } from "./check.ts";

/** What a run on the runner needs there: a container engine where it asks for one, else conda or Python. */
export async function runnerChecks(
  { run, targets }: Pick<Declaration, "run" | "targets">,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<readonly Check[]> {
  if (run === undefined || !isOnRunner(run, targets)) return [];
  const computes = computesOf(run);
  const { usesContainer } = someMachine(targets);
  const checks = [
    ...(computes.some(usesContainer) ? [await engineCheck(environment)] : []),
    ...(computes.every(usesContainer) ? [] : [await pythonCheck(environment)]),
  ];
  return checks;
}

async function engineCheck(environment: Readonly<Record<string, string | undefined>>): Promise<Check> {
  const engine = await findEngine(environment);
  return engine === undefined
    ? error(
        "environment-failed",
        "container engine",
        "The run is to be in a container on this runner, where neither docker nor podman answers.",
        "Start one, or remove container: true from the target.",
      )
    : fine("container engine", `The run happens in a container on this runner, by ${engine.is} ${engine.version}.`);
}

async function pythonCheck(environment: Readonly<Record<string, string | undefined>>): Promise<Check> {
  const conda = await findConda(environment, childEnvironment(environment));
  if (conda !== undefined)
    return fine("conda", `The run happens on this runner, with ${conda.is} ${conda.version} for its environment.`);
  const python = await findPython(environment["PATH"] ?? "");
  return python === undefined
    ? error(
        "environment-failed",
        "python",
        "The run happens on this runner, which has no Python 3.9 or newer with venv.",
        "Add actions/setup-python before this step.",
      )
    : fine("python", `The run happens on this runner, with Python ${python.version}.`);
}
