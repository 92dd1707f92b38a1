import type { PartReader } from "./read-part.ts";

/** Spark runs on a pool, or on nodes of its own: exactly one of the two is said. */
export function checkSparkPlace(
  { compute, resources }: { readonly compute?: string | undefined; readonly resources?: unknown },
  what: "job" | "step",
  { add }: PartReader,
): void {
  if (compute !== undefined && compute.trim() === "")
    add(
      "wrong-value",
      ["compute"],
      "The name of the compute is empty.",
      "Name a Synapse Spark pool, or remove the key.",
    );
  else if (compute !== undefined && resources !== undefined) {
    const message = `The ${what} names a pool, and resources of serverless Spark as well.`;
    add("two-computes", ["resources"], message, "Keep compute, or resources.");
  } else if (compute === undefined && resources === undefined) {
    const message = `The ${what} says neither on which pool it runs, nor on which nodes of serverless Spark.`;
    const fix = 'Add compute: azureml:POOL, or resources: { instance_type: standard_e4s_v3, runtime_version: "3.4" }.';
    add("missing-key", [], message, fix);
  }
}
