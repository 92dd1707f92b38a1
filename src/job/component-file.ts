import type { AssetUse } from "../asset/asset.ts";
import type { ComponentDefinition } from "../asset/component.ts";
import type { NamedAsset } from "../asset/kind.ts";
import { versionText } from "../asset/version.ts";
import { defined } from "../azure/defined.ts";
import type { Problem } from "../yaml/problem.ts";
import { valueAt, type SourceNode } from "../yaml/source.ts";
import { isMapping, listed } from "../yaml/wording.ts";
import { schemaNameOf } from "../yaml/schema-name.ts";
import { nodeTypes, readerOfAll } from "./node/nodes.ts";

/** An az ml component file, to be registered under its name; or every problem at its place. */
export function readComponentAsset(node: SourceNode): {
  readonly asset?: NamedAsset<ComponentDefinition<AssetUse>>;
  readonly problems: readonly Problem[];
} {
  const value = valueAt(node);
  const mapping = isMapping(value) ? value : {};
  const schema = schemaNameOf(mapping["$schema"]);
  const types = Object.values(nodeTypes).filter(({ component }) => component !== undefined);
  const named = typeof mapping["type"] === "string" ? mapping["type"].toLowerCase() : undefined;
  const type = types.find(({ name, component }) =>
    named === undefined ? component?.schemaName === (schema ?? "commandComponent") : name === named,
  );
  const { reader, problems: all } = readerOfAll(node);
  const { add } = reader;
  if (type?.component === undefined) {
    const known = types.map(({ name }) => name);
    add(
      "wrong-value",
      ["type"],
      `${JSON.stringify(named)} is not a type of component that this action knows.`,
      `Use ${listed(known)}.`,
    );
    return { problems: all() };
  }
  const component = type.component.read(reader, "YAML.COMPONENT");
  const name = mapping["name"];
  if (name === undefined) add("missing-key", [], 'The key "name" is missing.', "Add name.");
  else if (typeof name === "string" && !/^[a-z][a-z\d_]*$/.test(name))
    add(
      "illegal-name",
      ["name"],
      `${JSON.stringify(name)} is not a valid component name.`,
      "Use lower-case letters, digits and underscores, beginning with a letter.",
    );
  const problems = all();
  if (component === undefined || typeof name !== "string") return { problems };
  const written = mapping["version"];
  const version = versionText(
    typeof written === "string" || typeof written === "number" || typeof written === "boolean" ? written : undefined,
    node,
  );
  const definition = { ...component.definition, ...defined({ version }) };
  return { asset: { source: node, name, ...defined({ version }), definition }, problems };
}
