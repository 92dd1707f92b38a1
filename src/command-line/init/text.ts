import { stringify } from "yaml";

/** Where editors find what a declaration may say. The repository's owner is a person's to fill in, as in the README. */
const schemaLine =
  "# yaml-language-server: $schema=https://raw.githubusercontent.com/OWNER/azureml-targets/v1/schema/azureml.schema.json";

/** The parts of a workspace that are known. */
export type KnownWorkspace = {
  readonly subscriptionId?: string | undefined;
  readonly resourceGroup?: string | undefined;
  readonly name?: string | undefined;
};

/**
 * A declaration file of some parts; an empty part is left out.
 *
 * @param from ends the sentence "Written by azureml-targets init from …".
 */
export function fileText(from: string, parts: readonly (readonly string[])[]): string {
  const filled = [[schemaLine, ...comment(`Written by azureml-targets init from ${from}.`)], ...parts].filter(
    (lines) => lines.length > 0,
  );
  return `${filled.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

/** The workspace, and how the rest of it is given where it is not all known. */
export function workspaceLines({ subscriptionId, resourceGroup, name }: KnownWorkspace): readonly string[] {
  const keys = { subscription_id: subscriptionId, resource_group: resourceGroup, name };
  const missing = Object.entries(keys).flatMap(([key, value]) => (value === undefined ? [key] : []));
  const open =
    missing.length === 0
      ? []
      : comment(
          `Not found: ${missing.join(", ")}. Write ${missing.length === 1 ? "it" : "them"} below workspace:, or set AZURE_SUBSCRIPTION_ID, AZURE_RESOURCE_GROUP and AZURE_ML_WORKSPACE.`,
        );
  return missing.length === 3 ? open : [...open, ...yamlLines({ workspace: keys })];
}

/** A value as lines of YAML that this action and az ml read alike; members without a value are left out. */
export function yamlLines(value: unknown): readonly string[] {
  // PyYAML reads version 1.1, in which `on`, `1_000` and `12:30` are no texts: they are put in quotes for it.
  const text = stringify(withoutUndefined(value), {
    version: "1.1",
    lineWidth: 0,
    aliasDuplicateObjects: false,
    singleQuote: false,
  });
  return text.trimEnd().split("\n");
}

/** One item of a list below a key, with comments above it. */
export function itemLines(value: unknown, comments: readonly string[] = []): readonly string[] {
  return indented([...comments.flatMap(comment), ...yamlLines([value])]);
}

export function indented(lines: readonly string[]): readonly string[] {
  return lines.map((line) => (line === "" ? "" : `  ${line}`));
}

/** A comment of one line, whatever the text holds: it may come from Azure. */
export function comment(text: string): readonly string[] {
  return [`# ${text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]+/g, " ").trim()}`];
}

function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) => (member === undefined ? [] : [[key, withoutUndefined(member)]])),
  );
}
