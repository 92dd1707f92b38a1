/** What a job, or a step of one, asks of the compute that it runs on. */
export type Workload =
  | "command"
  | "sweep"
  | "parallel"
  | "automl"
  | "spark"
  /** On a Data Factory compute, which no target declares, or serverless. */
  | "data_transfer"
  /** By way of a run configuration of the first SDK. */
  | "pyspark"
  /** Steps of pipelines of the first SDK. */
  | "script-step"
  | "databricks-step"
  | "batch-step";

/** Azure ML starts these in containers of its own, on whatever machines it is given. */
export const containerWorkloads = [
  "command",
  "sweep",
  "parallel",
  "automl",
  "script-step",
] as const satisfies readonly Workload[];

/** For people, several of them. */
export const workloadNames: Readonly<Record<Workload, string>> = {
  command: "command jobs",
  sweep: "sweep jobs",
  parallel: "parallel jobs",
  automl: "AutoML jobs",
  spark: "Spark jobs",
  data_transfer: "data transfers",
  pyspark: "PySpark run configurations",
  "script-step": "the PythonScriptStep of a v1 pipeline",
  "databricks-step": "the DatabricksStep of a v1 pipeline",
  "batch-step": "the AzureBatchStep of a v1 pipeline",
};

export function isWorkload(word: string): word is Workload {
  return Object.hasOwn(workloadNames, word);
}
