import * as z from "zod";
import { pythonText } from "../../yaml/python-text.ts";
import { text, version } from "../../yaml/shape.ts";
import { suggestionFor } from "../../yaml/suggestion.ts";
import { listed } from "../../yaml/wording.ts";
import type { PartReader } from "./read-part.ts";

export const sparkResourcesSchema = () =>
  z.strictObject({ instance_type: text().optional(), runtime_version: version().optional() });

/** Serverless Spark runs on these sizes only. Source: azure-ai-ml. */
const sizes = [
  "standard_e4s_v3",
  "standard_e8s_v3",
  "standard_e16s_v3",
  "standard_e32s_v3",
  "standard_e64s_v3",
] as const;

/** In ARM's own shape. */
export type SparkResources = { readonly instanceType: string; readonly runtimeVersion: string };

export function readSparkResources(
  declared: z.infer<ReturnType<typeof sparkResourcesSchema>>,
  { node, add }: PartReader,
): SparkResources | undefined {
  const { instance_type: size, runtime_version: given } = declared;
  if (size === undefined || size === "")
    add("missing-key", ["resources"], "The resources have no instance_type.", `Add one of ${listed(sizes)}.`);
  else if (!(sizes as readonly string[]).includes(size.toLowerCase())) {
    add(
      "wrong-value",
      ["resources", "instance_type"],
      `Serverless Spark does not run on ${JSON.stringify(size)}.${suggestionFor(size, sizes)}`,
      `Use ${listed(sizes)}.`,
    );
  }
  if (given === undefined) {
    add("missing-key", ["resources"], "The resources have no runtime_version.", 'Add runtime_version: "3.4".');
    return undefined;
  }
  const runtimeVersion = pythonText(given, node.document.textAt?.([...node.path, "resources", "runtime_version"]));
  if (!/^\d+(\.\d+)*$/.test(runtimeVersion)) {
    const message = `${JSON.stringify(runtimeVersion)} is not a version of Spark.`;
    add("wrong-value", ["resources", "runtime_version"], message, 'Write numbers with dots, in quotes: "3.4".');
  }
  return size === undefined ? undefined : { instanceType: size, runtimeVersion };
}
