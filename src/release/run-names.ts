import { failed, succeeded, type Outcome } from "../azure/outcome.ts";
import { namesRun, withRuns } from "../deployment/parts/model.ts";
import type { ReleasedRun } from "./kind.ts";

/**
 * The address of a model with the names of the runs that it means, in place of their placeholders.
 *
 * @returns `undefined` where the run is still to come.
 */
export function withRunNames(
  address: string,
  { run, isRunToCome = false }: { readonly run?: ReleasedRun | undefined; readonly isRunToCome?: boolean | undefined },
): Outcome<string | undefined> {
  if (!namesRun(address)) return succeeded(address);
  if (run === undefined)
    return isRunToCome
      ? succeeded(undefined)
      : noRun(`The model's path names a run (${address}), but this command has trained or joined none.`);
  const faults: string[] = [];
  const text = withRuns(address, (wanted) => {
    const name = "step" in wanted ? run.steps.get(wanted.step) : wanted.is === "best" ? run.bestTrial : run.name;
    if (name === undefined)
      faults.push(
        "step" in wanted
          ? `The run ${run.name} has no step ${JSON.stringify(wanted.step)}.`
          : `The run ${run.name} has no best trial: it is not a sweep, or none of its trials has logged the metric.`,
      );
    return name ?? "";
  });
  const [fault] = faults;
  return fault === undefined ? succeeded(text) : noRun(fault);
}

export function noRun(message: string): Outcome<never> {
  return failed({
    reason: "not-found",
    error: {
      code: "NoRun",
      message: `${message} Declare run and use the command up, or write the name of a run.`,
      target: "model.path",
      details: [],
    },
  });
}
