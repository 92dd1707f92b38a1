import type { NodePath } from "../../yaml/source.ts";
import { suggestionFor } from "../../yaml/suggestion.ts";
import type { PartReader } from "./read-part.ts";

/** Names of inputs and outputs become variables; the inputs of a pipeline may be in groups. */
export function checkGroupedName(name: string, path: NodePath, reader: PartReader): void {
  for (const part of name.split(".")) checkBindingName(part, path, reader);
}

/** Names of inputs and outputs become variables. */
export function checkBindingName(name: string, path: NodePath, { add }: PartReader): void {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return;
  add(
    "illegal-name",
    path,
    `${JSON.stringify(name)} is not a valid name for an input or output.`,
    "Use letters, digits and underscores, beginning with a letter or an underscore.",
  );
}

/**
 * The command as it is sent: `{inputs.x}`, the form of the first previews, becomes `${{inputs.x}}`, as the official client
 * makes it. Braces around anything else, doubled ones, and ones with blanks inside are text.
 */
export function withTodaysPlaceholders(command: string, { add }: PartReader): string {
  const old = /(?<!\{)\{((?:inputs|outputs|search_space)\.[^{}]*)\}(?!\})/g;
  const [first] = command.match(old) ?? [];
  if (first === undefined) return command;
  add(
    "deprecated-placeholder",
    ["command"],
    `The command has the placeholder ${first} in single braces, which is deprecated.`,
    `Write \${${first}}; that is what is sent.`,
    "warning",
  );
  return command.replaceAll(old, (_, binding: string) => `\${{${binding}}}`);
}

/**
 * `${{inputs.x}}` in a command has to be declared, as the official client demands; `$[[…]]` marks what may be absent. The
 * name is everything up to the braces: what an input holds has no members.
 *
 * @param parameters of a search space around the command, which are easily taken for inputs.
 * @param key of the job, where it calls its command otherwise: `args`.
 */
export function checkBindings(
  command: string,
  inputs: readonly string[],
  outputs: readonly string[],
  { add }: PartReader,
  parameters: readonly string[] = [],
  key = "command",
): void {
  const certain = withoutOptional(command);
  for (const [, section, text = ""] of certain.matchAll(/\$\{\{\s*(inputs|outputs)\.([^{}]+)\}\}/g)) {
    const known = section === "inputs" ? inputs : outputs;
    const name = text.trim();
    if (known.includes(name)) continue;
    const beginning = /^\w+(?=\W)/.exec(name)?.[0] ?? "";
    const near = known.includes(beginning) ? ` Did you mean ${beginning}?` : suggestionFor(name, known);
    add(
      "unknown-binding",
      [key],
      `${key === "command" ? "The command" : `The key ${key}`} uses \${{${section}.${name}}}, and no such ${section === "inputs" ? "input" : "output"} is declared.${near}`,
      parameters.includes(name)
        ? `It is a parameter of the search space: write \${{search_space.${name}}}.`
        : `Declare it under ${section}, or fix the name.`,
    );
  }
}

/** `${{search_space.x}}` has to be a parameter: the official client sends anything, and every trial fails. */
export function checkParameterBindings(
  command: string,
  parameters: readonly string[],
  inputs: readonly string[],
  { add }: PartReader,
): void {
  for (const [, text = ""] of command.matchAll(/\$\{\{\s*search_space\.([^{}]+)\}\}/g)) {
    const name = text.trim();
    // A choice between mappings has parameters below it.
    if (parameters.includes(/^\w+/.exec(name)?.[0] ?? "")) continue;
    add(
      "unknown-binding",
      ["command"],
      `The command uses \${{search_space.${name}}}, and the search space has no such parameter.${suggestionFor(name, parameters)}`,
      inputs.includes(name)
        ? `It is an input: write \${{inputs.${name}}}.`
        : "Declare it under search_space, or fix the name.",
    );
  }
}

/** A component knows nothing but its own inputs and outputs: what stands around its step reaches it through these. */
export function checkSections(command: string, inputs: readonly string[], { add }: PartReader, key = "command"): void {
  for (const [whole, section = "", name = ""] of command.matchAll(/\$\{\{\s*([^\s{}.]+)\.?(\S*?)\s*\}\}/g)) {
    if (section === "inputs" || section === "outputs") continue;
    add(
      "unknown-binding",
      [key],
      `${key === "command" ? "The command" : `The key ${key}`} uses ${whole}, and a component has inputs and outputs only.`,
      inputs.includes(name) ? `Write \${{inputs.${name}}}.` : "Declare an input, and give the step its value.",
    );
  }
}

/** A command without the marks of what may be absent: a component has to have the inputs that are named there, too. */
export function withoutMarks(command: string): string {
  return command.replaceAll("$[[", "").replaceAll("]]", "");
}

/** A command without what may be absent. Looked for from left to right, since a pattern would begin anew at every sign. */
function withoutOptional(command: string): string {
  const parts: string[] = [];
  let from = 0;
  for (;;) {
    const start = command.indexOf("$[[", from);
    const end = start < 0 ? -1 : command.indexOf("]]", start);
    if (end < 0) return parts.join("") + command.slice(from);
    parts.push(command.slice(from, start));
    from = end + 2;
  }
}

/** @param before what of the command stands before the value. */
type ValueOf = (name: string, before: string) => string;

/**
 * A command with its bindings put in, as the service does it.
 *
 * @param parameter of a search space; the name may have a part behind a point. Without it, such bindings are text.
 */
export function withBindings(
  command: string,
  { input, output, parameter }: { readonly input: ValueOf; readonly output: ValueOf; readonly parameter?: ValueOf },
): string {
  const valueOf: Readonly<Record<string, ValueOf | undefined>> = { inputs: input, outputs: output };
  return command.replaceAll(
    /\$\{\{\s*(?:(inputs|outputs)\.([A-Za-z0-9_]+)|search_space\.([A-Za-z0-9_.]+))\s*\}\}/g,
    (binding, section: string | undefined, name: string, ofSpace: string, at: number) => {
      const before = command.slice(0, at);
      return (section === undefined ? parameter?.(ofSpace, before) : valueOf[section]?.(name, before)) ?? binding;
    },
  );
}
