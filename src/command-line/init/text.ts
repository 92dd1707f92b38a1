import { Document, Scalar, visit } from "yaml";
import { escapedSign } from "../terminal.ts";

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

/** What a runner takes for a command wherever it is in a line. */
const commandSign = "##[";
/** Signs that YAML takes as they are, and nobody sees. */
const unseen = /[\u007f-\u009f\u2028\u2029\ufeff]/g;
/** What is written in quotes besides what has to be. */
const inQuotes = /##\[|^::|^\s|\s$|[\u007f-\u009f\u2028\u2029\ufeff]/;

/** A value as lines of YAML that this action and az ml read alike; members without a value are left out. */
export function yamlLines(value: unknown): readonly string[] {
  // PyYAML reads version 1.1, in which `on`, `1_000` and `12:30` are no texts: they are put in quotes for it.
  const document = new Document(withoutUndefined(value), { version: "1.1", aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (_, scalar) => {
      if (typeof scalar.value === "string" && inQuotes.test(scalar.value)) scalar.type = Scalar.QUOTE_DOUBLE;
    },
  });
  // In quotes a text of several lines is one line, and none of them can be taken for a command where this is printed.
  const text = document.toString({ lineWidth: 0, singleQuote: false, blockQuote: false, doubleQuotedAsJSON: true });
  return text.replace(/\n$/, "").replaceAll(commandSign, "#\\x23[").replaceAll(unseen, escapedSign).split("\n");
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
  return [
    `# ${text
      .replaceAll(commandSign, "## [")
      .replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]+/g, " ")
      .trim()}`,
  ];
}

function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) => (member === undefined ? [] : [[key, withoutUndefined(member)]])),
  );
}
