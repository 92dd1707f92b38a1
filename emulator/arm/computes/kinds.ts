import type { EmulatedKind } from "./kind.ts";
import { aks } from "./kinds/aks.ts";
import { amlCompute } from "./kinds/aml-compute.ts";
import { batch } from "./kinds/batch.ts";
import { computeInstance } from "./kinds/compute-instance.ts";
import { dataFactory } from "./kinds/data-factory.ts";
import { dataLakeAnalytics } from "./kinds/data-lake-analytics.ts";
import { databricks } from "./kinds/databricks.ts";
import { hdInsight } from "./kinds/hdinsight.ts";
import { kubernetes } from "./kinds/kubernetes.ts";
import { synapseSpark } from "./kinds/synapse-spark.ts";
import { virtualMachine } from "./kinds/virtual-machine.ts";

const all: readonly EmulatedKind[] = [
  virtualMachine,
  hdInsight,
  batch,
  databricks,
  dataLakeAnalytics,
  dataFactory,
  aks,
  kubernetes,
  synapseSpark,
  amlCompute,
  computeInstance,
];

/** Every kind that the emulator knows, by its discriminator in lower case. */
export const emulatedKinds: ReadonlyMap<string, EmulatedKind> = new Map(
  all.map((kind) => [kind.computeType.toLowerCase(), kind]),
);

/** @param properties of a compute, or of a request for one. */
export function kindOf(properties: Readonly<Record<string, unknown>>): EmulatedKind | undefined {
  return emulatedKinds.get(String(properties["computeType"]).toLowerCase());
}
