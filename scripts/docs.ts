import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { codesPage } from "./reference/codes.ts";
import { checkedOnlyTable } from "./reference/checked-only.ts";
import { declarationPages } from "./reference/declaration.ts";
import { inputsPage, type ActionInput } from "./reference/inputs.ts";
import { outputsPage, type ActionOutput } from "./reference/outputs.ts";
import { limitsPage } from "./reference/limits.ts";
import { schemasTable } from "./reference/schemas.ts";
import { exampleWorkflows } from "./example-workflows.ts";
import { generated } from "./generated.ts";

/**
 * Writes the reference: inputs and outputs from `action.yml`, declarations from their shapes, codes from their texts; and the
 * tables of pages that are written by hand besides, and the workflows of the guides.
 */
const root = join(import.meta.dirname, "..");
const action = parse(readFileSync(join(root, "action.yml"), "utf8")) as {
  readonly inputs: Readonly<Record<string, ActionInput>>;
  readonly outputs: Readonly<Record<string, ActionOutput>>;
};
const pages = {
  "docs/codes.md": codesPage(),
  "docs/limits.md": limitsPage(),
  "docs/reference/inputs.md": inputsPage(action.inputs),
  "docs/reference/outputs.md": outputsPage(action.outputs),
  ...declarationPages(),
  ...exampleWorkflows(),
  "docs/editors.md": withTable("docs/editors.md", "schemas", schemasTable()),
  "docs/checking.md": withTable("docs/checking.md", "checked-only", checkedOnlyTable()),
};
for (const [path, text] of Object.entries(pages)) generated(path, text, "npm run docs");

/** The page with a table in its place. */
function withTable(page: string, name: string, table: string): string {
  const text = readFileSync(join(root, page), "utf8");
  const pattern = new RegExp(`<!-- ${name}-start -->[\\s\\S]*?<!-- ${name}-end -->`);
  if (!pattern.test(text)) throw new Error(`${page} has no place for ${name}.`);
  return text.replace(pattern, () => `<!-- ${name}-start -->\n\n${table}\n\n<!-- ${name}-end -->`);
}
