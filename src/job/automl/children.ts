import type { LiveJob, Objective } from "../../azure/jobs.ts";
import { isMapping } from "../../yaml/wording.ts";
import type { ChildrenKind } from "../kind.ts";

/**
 * The models that an AutoML job tries are trials: each says in its own properties which algorithm it is. What sets the data
 * up before them, and explains the best of them afterwards, are runs beside them.
 *
 * @see https://learn.microsoft.com/azure/machine-learning/how-to-auto-train-models-v1 — `run_algorithm` and `iteration` of
 *   the runs below, `primary_metric` of the run above.
 */
export function childrenOf({ properties }: Pick<LiveJob, "properties">): ChildrenKind {
  const objective = objectiveOf(properties);
  return {
    are: "trials",
    ...(objective === undefined ? {} : { objective }),
    isTrial: (child) =>
      Object.hasOwn(child.properties, "run_algorithm") || child.properties["runTemplate"] === "automl_child",
    parametersOf: (child) =>
      Object.fromEntries(
        Object.entries({ algorithm: "run_algorithm", preprocessor: "run_preprocessor" }).flatMap(([shown, key]) => {
          const value = child.properties[key];
          return value === undefined || value === "" ? [] : [[shown, value]];
        }),
      ),
  };
}

/** Which end of the metric is good stands in the settings that the service has made of the job. */
function objectiveOf(properties: LiveJob["properties"]): Objective | undefined {
  const primaryMetric = properties["primary_metric"];
  if (primaryMetric === undefined || primaryMetric === "") return undefined;
  const operation = operationIn(properties["AMLSettingsJsonString"]);
  if (operation === "minimize" || operation === "maximize") return { primaryMetric, goal: operation };
  // Of AutoML's primary metrics the errors are the ones that are to be small.
  return { primaryMetric, goal: primaryMetric.endsWith("_error") ? "minimize" : "maximize" };
}

function operationIn(settings: string | undefined): unknown {
  try {
    const value: unknown = JSON.parse(settings ?? "");
    return isMapping(value) ? value["metric_operation"] : undefined;
  } catch {
    return undefined;
  }
}
