import type * as z from "zod";
import { defined } from "../../azure/defined.ts";
import { text } from "../../yaml/shape.ts";
import { texts, whole, words } from "./shape.ts";
import type { StepReader } from "./step.ts";

/** The keys that say on which cluster a step on Databricks runs. */
export const clusterShape = () => ({
  existing_cluster_id: text().optional(),
  permit_cluster_restart: text().optional(),
  spark_version: text().optional(),
  node_type: text().optional(),
  instance_pool_id: text().optional(),
  num_workers: whole().optional(),
  min_workers: whole().optional(),
  max_workers: whole().optional(),
  spark_env_variables: words().optional(),
  spark_conf: words().optional(),
  init_scripts: texts().optional(),
  cluster_log_dbfs_path: text().optional(),
});

export type Cluster = z.infer<z.ZodObject<ReturnType<typeof clusterShape>>>;
export type Values = Readonly<Record<string, string | number | boolean>>;

export const clusterKeys = [
  "existing_cluster_id",
  "spark_version",
  "node_type",
  "instance_pool_id",
  "num_workers",
  "min_workers",
  "max_workers",
  "spark_env_variables",
  "spark_conf",
  "init_scripts",
  "cluster_log_dbfs_path",
] as const;

function textOf(value: number | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}

/** As they are sent, with what the official client fills in for a new cluster. */
export function clusterSettings(
  cluster: Cluster,
  pairs: (key: "spark_conf" | "spark_env_variables", values: Values) => string,
): Readonly<Record<string, string>> {
  if (cluster.existing_cluster_id !== undefined)
    return defined({
      existing_cluster_id: cluster.existing_cluster_id,
      permit_cluster_restart: cluster.permit_cluster_restart,
    });
  const isPool = cluster.instance_pool_id !== undefined && cluster.node_type === undefined;
  return defined({
    spark_version: cluster.spark_version ?? "10.4.x-scala2.12",
    node_type_id: isPool ? undefined : (cluster.node_type ?? "Standard_D3_v2"),
    instance_pool_id: isPool ? cluster.instance_pool_id : undefined,
    ...(cluster.num_workers === undefined
      ? { max_workers: textOf(cluster.max_workers), min_workers: textOf(cluster.min_workers) }
      : { num_workers: textOf(cluster.num_workers) }),
    spark_env_vars: pairs(
      "spark_env_variables",
      cluster.spark_env_variables ?? { PYSPARK_PYTHON: "/databricks/python3/bin/python3" },
    ),
    spark_conf: cluster.spark_conf && pairs("spark_conf", cluster.spark_conf),
    init_scripts: cluster.init_scripts?.join(","),
    cluster_log_dbfs_path: cluster.cluster_log_dbfs_path,
  });
}

/** An existing cluster, or how to make one. */
export function checkCluster({ value, add }: Pick<StepReader<Cluster>, "value" | "add">): void {
  if (value.existing_cluster_id !== undefined) {
    for (const key of clusterKeys)
      if (key !== "existing_cluster_id" && value[key] !== undefined)
        add(
          "unused-key",
          [key],
          `The cluster exists, so ${key} is not sent.`,
          "Remove it, or existing_cluster_id.",
          "warning",
        );
    return;
  }
  if (value.permit_cluster_restart !== undefined)
    add(
      "missing-key",
      ["permit_cluster_restart"],
      "Only a cluster that exists can be restarted, and existing_cluster_id is not given.",
      "Add existing_cluster_id, or remove this key.",
    );
  if (value.node_type !== undefined && value.instance_pool_id !== undefined)
    add(
      "wrong-value",
      ["instance_pool_id"],
      "A cluster takes its nodes from a type or from a pool.",
      "Remove node_type or instance_pool_id.",
    );
  const { num_workers: fixed, min_workers: least, max_workers: most } = value;
  if (fixed !== undefined && (least ?? most) !== undefined)
    add(
      "wrong-value",
      [least === undefined ? "max_workers" : "min_workers"],
      "num_workers fixes the number of workers, and min_workers and max_workers let it vary.",
      "Keep num_workers, or min_workers and max_workers.",
    );
  else if (fixed === undefined && (least === undefined || most === undefined))
    add(
      "missing-key",
      least === undefined && most === undefined ? [] : [least === undefined ? "max_workers" : "min_workers"],
      "The cluster does not say how many workers it has.",
      "Add num_workers; or min_workers and max_workers.",
    );
}
