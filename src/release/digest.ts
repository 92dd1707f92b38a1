import { createHash } from "node:crypto";
import { canonicalJson } from "../canonical-json.ts";

/** The property that tells one definition from another, of deployments and services. */
export const digestProperty = "azureml-targets.digest";

/** Over everything that a request holds, by content and without what we add: two of the same are one deployment. */
export function digestOf(request: unknown): string {
  return createHash("sha256").update(canonicalJson(request)).digest("hex");
}
