import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { codesPage } from "./reference/codes.ts";
import { declarationPages } from "./reference/declaration.ts";
import { inputsPage, type ActionInput } from "./reference/inputs.ts";
import { outputsPage, type ActionOutput } from "./reference/outputs.ts";
import { exampleWorkflows } from "./example-workflows.ts";
import { generated } from "./generated.ts";

/** Writes the reference: inputs and outputs from `action.yml`, declarations from their shapes, codes from their texts; and the workflows of the guides. */
const action = parse(readFileSync(join(import.meta.dirname, "../action.yml"), "utf8")) as {
  readonly inputs: Readonly<Record<string, ActionInput>>;
  readonly outputs: Readonly<Record<string, ActionOutput>>;
};
const pages = {
  "docs/codes.md": codesPage(),
  "docs/reference/inputs.md": inputsPage(action.inputs),
  "docs/reference/outputs.md": outputsPage(action.outputs),
  ...declarationPages(),
  ...exampleWorkflows(),
};
for (const [path, text] of Object.entries(pages)) generated(path, text, "npm run docs");
