import { createHash } from "node:crypto";
import { canonicalJson } from "../canonical-json.ts";

/** The property that tells one definition from another, of deployments and services. */
export const digestProperty = "azureml-targets.digest";

/**
 * The digest that a live deployment says it has. It is written as a tag as well, and the tag counts: the service's own
 * description calls properties add-only (2026-05-01), so an update in place may leave the property as it was.
 */
export function digestOfLive({
  tags,
  properties,
}: {
  readonly tags: Readonly<Record<string, string>>;
  readonly properties: Readonly<Record<string, string>>;
}): string | undefined {
  const from = Object.hasOwn(tags, digestProperty) ? tags : properties;
  return Object.hasOwn(from, digestProperty) ? from[digestProperty] : undefined;
}

/** Over everything that a request holds, by content and without what we add: two of the same are one deployment. */
export function digestOf(request: unknown): string {
  return createHash("sha256").update(canonicalJson(request)).digest("hex");
}
