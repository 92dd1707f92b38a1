import { tableTask } from "./table.ts";
import { regressionAlgorithms, regressionMetrics } from "./words.ts";

export const regression = tableTask({
  task: "regression",
  taskType: "Regression",
  metrics: regressionMetrics,
  defaultMetric: "normalized_root_mean_squared_error",
  algorithms: regressionAlgorithms,
});
