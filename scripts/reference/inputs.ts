import { commandNames, inputTable } from "../../src/inputs.ts";
import { usedInputs } from "./used-inputs.ts";
import { cell, table } from "./markdown.ts";

export type ActionInput = { readonly description: string; readonly default: string };

/** The page of inputs: what each means, and which commands use it. */
export function inputsPage(inputs: Readonly<Record<string, ActionInput>>): string {
  const names = Object.keys(inputTable) as (keyof typeof inputTable)[];
  const meanings = names.map((name) => {
    const { description, default: value } = inputs[name] ?? { description: "", default: "" };
    return [`<a id="${name}"></a>\`${name}\``, value === "" ? "" : `\`${value}\``, cell(description)];
  });
  const uses = names.map((name) => [
    `[\`${name}\`](#${name})`,
    ...commandNames.map((command) => (usedInputs[name].includes(command) ? "●" : "")),
  ]);
  return `# Inputs

\`npm run docs\` generates this page from \`action.yml\`. A declaration takes the place of most inputs: see
[declaration files](declaration.md).

## What each input means

Blank lines and spaces around entries do not count. An input with a value that is not allowed fails the step before anything
is read or sent, and all such inputs are named at once.

${table(["Input", "Default", "Meaning"], meanings)}

## Which command uses which input

● the command uses the input. Other inputs may be given and change nothing, with two exceptions: \`plan-file\` is an error with
a command that does not use a plan, and \`sarif-path\` is a notice.

${table(["Input", ...commandNames.map((command) => `\`${command}\``)], uses)}
`;
}
