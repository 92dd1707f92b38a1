import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { generated } from "./generated.ts";

/** Puts the tables of inputs and outputs into the README, from `action.yml`. */
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

let readme = readFileSync(join(root, "README.md"), "utf8");
readme = between(readme, "inputs", ["| Input | Default | Meaning |", "| --- | --- | --- |", ...inputs].join("\n"));
readme = between(readme, "outputs", ["| Output | Meaning |", "| --- | --- |", ...outputs].join("\n"));
generated("README.md", readme, "npm run docs");

/** Prettier would align the tables, and every change of one description would then change every line. */
function between(text: string, name: string, content: string): string {
  const pattern = new RegExp(`<!-- ${name}-start -->[\\s\\S]*?<!-- ${name}-end -->`);
  if (!pattern.test(text)) throw new Error(`README.md has no place for ${name}.`);
  const ignored = `<!-- prettier-ignore-start -->\n${content}\n<!-- prettier-ignore-end -->`;
  return text.replace(pattern, () => `<!-- ${name}-start -->\n\n${ignored}\n\n<!-- ${name}-end -->`);
}
