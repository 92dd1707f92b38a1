import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { fileKinds } from "../src/json-schema/az-ml.ts";
import { checkedOnly } from "../src/declaration/checked-only/kinds.ts";
import { failureReasons } from "../src/report/failure-reasons.ts";
import type { CodeEntry } from "../src/yaml/code-entry.ts";
import { problemCodes } from "../src/yaml/problem-codes.ts";
import { generated } from "./generated.ts";

/**
 * Puts the tables of inputs and outputs into the README, from `action.yml`, those of codes into docs/codes.md, and that of
 * schemas into docs/editors.md.
 */
const root = join(import.meta.dirname, "..");
const action = parse(readFileSync(join(root, "action.yml"), "utf8")) as {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default: string }>>;
  readonly outputs: Readonly<Record<string, { readonly description: string }>>;
};
const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("\n", " ");
const inputs = Object.entries(action.inputs).map(
  ([name, { description, default: value }]) =>
    `| \`${name}\` | ${value === "" ? "" : `\`${value}\``} | ${cell(description)} |`,
);
const outputs = Object.entries(action.outputs).map(
  ([name, { description }]) => `| \`${name}\` | ${cell(description)} |`,
);

const schemas = [{ path: "azureml", title: "declaration file of this action, `azureml.yml`" }, ...fileKinds].map(
  ({ path, title }) => `| ${cell(title)} | [\`${path}.schema.json\`](../schema/${path}.schema.json) |`,
);

let readme = readFileSync(join(root, "README.md"), "utf8");
readme = between(readme, "inputs", ["| Input | Default | Meaning |", "| --- | --- | --- |", ...inputs].join("\n"));
readme = between(readme, "outputs", ["| Output | Meaning |", "| --- | --- |", ...outputs].join("\n"));
generated("README.md", readme, "npm run docs");
generated(
  "docs/editors.md",
  between(
    readFileSync(join(root, "docs/editors.md"), "utf8"),
    "schemas",
    ["| File | Schema |", "| --- | --- |", ...schemas].join("\n"),
    "docs/editors.md",
  ),
  "npm run docs",
);
generated("docs/codes.md", codesPage(), "npm run docs");
const checking = readFileSync(join(root, "docs/checking.md"), "utf8");
generated("docs/checking.md", between(checking, "checked-only", checkedOnlyTable(), "docs/checking.md"), "npm run docs");

/** What is only checked, from the list that tells it. */
function checkedOnlyTable(): string {
  const rows = checkedOnly.map(({ what, act, schemas }) => {
    // Case is no difference to a reader.
    const names = schemas.filter(
      (schema, index) => schemas.findIndex((one) => one.toLowerCase() === schema.toLowerCase()) === index,
    );
    return `| ${what.replace(/^(an|the) /, "")} | ${names.map((name) => `\`${name}\``).join(", ")} | no command ${act} |`;
  });
  return ["| File | Name of its schema | |", "| --- | --- | --- |", ...rows].join("\n");
}

function codesPage(): string {
  return `# Codes

Codes are stable: workflows can rely on them. This page is generated from the source by \`npm run docs\`.

## Problems

What can be wrong with a declaration. The code follows the message in the log, and is the title of the annotation, a column
in the job summary, and the rule in the SARIF file.

${codeTable("Code", problemCodes, "")}

## Failure reasons

The values of the output \`failure-reason\`.

${codeTable("Reason", failureReasons, "failure-")}
`;
}

function codeTable(title: string, entries: Readonly<Record<string, CodeEntry>>, prefix: string): string {
  const sentence = (text: string) => cell(text).replaceAll(/[*_<$]/g, (sign) => `\\${sign}`);
  const rows = Object.entries(entries)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([code, { title: what, explanation, help }]) =>
        `| <a id="${prefix}${code}"></a>\`${code}\` | **${sentence(what)}** ${sentence(explanation)} | ${sentence(help)} |`,
    );
  return ignored([`| ${title} | What it means | What to do |`, "| --- | --- | --- |", ...rows].join("\n"));
}

function between(text: string, name: string, content: string, page = "README.md"): string {
  const pattern = new RegExp(`<!-- ${name}-start -->[\\s\\S]*?<!-- ${name}-end -->`);
  if (!pattern.test(text)) throw new Error(`${page} has no place for ${name}.`);
  return text.replace(pattern, () => `<!-- ${name}-start -->\n\n${ignored(content)}\n\n<!-- ${name}-end -->`);
}

/** Prettier would align the tables, and every change of one description would then change every line. */
function ignored(content: string): string {
  return `<!-- prettier-ignore-start -->\n${content}\n<!-- prettier-ignore-end -->`;
}
