import type { NodePath } from "../../yaml/source.ts";
import { suggestionFor } from "../../yaml/suggestion.ts";
import type { PartReader } from "./read-part.ts";

/** Names of inputs and outputs become variables. */
export function checkBindingName(name: string, path: NodePath, { add }: PartReader): void {
  if (/^[A-Za-z0-9_]+$/.test(name)) return;
  add(
    "illegal-name",
    path,
    `${JSON.stringify(name)} is not a valid name for an input or output.`,
    "Use letters, digits and underscores.",
  );
}

/** `${{inputs.x}}` in a command has to be declared, as the official client demands; `$[[…]]` marks what may be absent. */
export function checkBindings(
  command: string,
  inputs: readonly string[],
  outputs: readonly string[],
  { add }: PartReader,
): void {
  const certain = command.replaceAll(/\$\[\[[\s\S]*?\]\]/g, "");
  for (const [, section, name] of certain.matchAll(/\$\{\{\s*(inputs|outputs)\.([A-Za-z0-9_]+)[^}]*\}\}/g)) {
    const known = section === "inputs" ? inputs : outputs;
    if (name === undefined || known.includes(name)) continue;
    add(
      "unknown-binding",
      ["command"],
      `The command uses \${{${section}.${name}}}, and no such ${section === "inputs" ? "input" : "output"} is declared.${suggestionFor(name, known)}`,
      `Declare it under ${section}, or fix the name.`,
    );
  }
}

/** @param before what of the command stands before the value. */
type ValueOf = (name: string, before: string) => string;

/** A command with its bindings put in, as the service does it. */
export function withBindings(
  command: string,
  { input, output }: { readonly input: ValueOf; readonly output: ValueOf },
): string {
  return command.replaceAll(
    /\$\{\{\s*(inputs|outputs)\.([A-Za-z0-9_]+)\s*\}\}/g,
    (_, section: string, name: string, at: number) =>
      (section === "outputs" ? output : input)(name, command.slice(0, at)),
  );
}
