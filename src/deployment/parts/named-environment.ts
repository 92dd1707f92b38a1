import type { DeclaredAsset } from "../../asset/declared.ts";
import { readEnvironmentAsset } from "../../asset/environment/read.ts";
import { environmentFile, type JobEnvironment } from "../../job/parts/environment.ts";
import type { PartReader } from "../../job/parts/read-part.ts";
import { valueAt } from "../../yaml/source.ts";
import { isMapping } from "../../yaml/wording.ts";

/**
 * An environment that is written inside a deployment with a name: az ml registers it under the name, where one without a name
 * is anonymous.
 *
 * @param environment the same as it was read; its problems are told already.
 */
export function namedEnvironment(
  environment: JobEnvironment | undefined,
  reader: PartReader,
): DeclaredAsset<"environment"> | undefined {
  if (environment?.from !== "inline") return undefined;
  const { node } = reader;
  const written = valueAt(node, ["environment"]);
  const silent = { node, add: () => undefined };
  const at =
    typeof written === "string"
      ? environmentFile(written.slice("file:".length), silent)
      : { document: node.document, path: [...node.path, "environment"] };
  const value = at === undefined ? undefined : valueAt(at);
  if (at === undefined || !isMapping(value) || value["name"] === undefined) return undefined;
  const { asset, problems } = readEnvironmentAsset(at);
  for (const { code, message, fix } of problems)
    if (code === "illegal-name" || code === "illegal-version") reader.add(code, ["environment"], message, fix);
  return asset === undefined ? undefined : { kind: "environment", ...asset };
}
