import { withBindings } from "../../job/parts/bindings.ts";

/** A command of which every value is a variable of its environment. */
export type SafeCommand = { readonly command: string; readonly variables: Readonly<Record<string, string>> };

/** Signs that mean nothing to a shell, wherever they stand. */
const harmless = /^[\w@%+:,./-]+$/;

/**
 * A command with its values put in as one shell word each: a value is data, whoever has given it. A value of harmless
 * signs stands there as it is; every other is read from a variable, which no shell takes for a part of the command.
 */
export function withShellValues(command: string, valueOf: Parameters<typeof withBindings>[1]): SafeCommand {
  const variables: Record<string, string> = {};
  const put = (value: string, before: string): string => {
    if (harmless.test(value)) return value;
    const name = `AZUREML_TARGETS_VALUE_${Object.keys(variables).length + 1}`;
    variables[name] = value;
    return referenceIn(quotingAfter(before), `\${${name}}`);
  };
  const { parameter } = valueOf;
  const text = withBindings(command, {
    input: (name, before) => put(valueOf.input(name, before), before),
    output: (name, before) => put(valueOf.output(name, before), before),
    ...(parameter === undefined ? {} : { parameter: (name, before) => put(parameter(name, before), before) }),
  });
  return { command: text, variables };
}

type Quoting = "none" | "double" | "single" | "dollar-single";

function referenceIn(quoting: Quoting, reference: string): string {
  switch (quoting) {
    case "none":
      return `"${reference}"`;
    case "double":
      return reference;
    case "single":
      return `'"${reference}"'`;
    case "dollar-single":
      return `'"${reference}"$'`;
  }
}

type State = Quoting | "substitution" | "backtick" | "parenthesis" | "comment";

/** In which quotes of bash a text ends. A mistake about it shows the variable's name, and never runs its value. */
function quotingAfter(text: string): Quoting {
  const stack: State[] = ["none"];
  for (let at = 0; at < text.length; at += 1) {
    const sign = text.charAt(at);
    const state = stack.at(-1) ?? "none";
    if (state === "comment") {
      if (sign === "\n") stack.pop();
      continue;
    }
    if (state === "single") {
      if (sign === "'") stack.pop();
      continue;
    }
    if (sign === "\\") {
      at += 1;
      continue;
    }
    if (state === "dollar-single") {
      if (sign === "'") stack.pop();
      continue;
    }
    const opened = openedBy(text, at, state);
    if (opened !== undefined) {
      stack.push(opened.state);
      at += opened.length - 1;
    } else if (closes(sign, state)) stack.pop();
  }
  const last = stack.at(-1);
  return last === "double" || last === "single" || last === "dollar-single" ? last : "none";
}

function openedBy(text: string, at: number, state: State): { state: State; length: number } | undefined {
  const sign = text.charAt(at);
  if (text.startsWith("$(", at)) return { state: "substitution", length: 2 };
  if (sign === "`" && state !== "backtick") return { state: "backtick", length: 1 };
  if (state === "double") return undefined;
  if (text.startsWith("$'", at)) return { state: "dollar-single", length: 2 };
  if (sign === "'") return { state: "single", length: 1 };
  if (sign === '"') return { state: "double", length: 1 };
  if (sign === "(") return { state: "parenthesis", length: 1 };
  if (sign === "#" && /^$|[\s;&|(]$/.test(text.slice(Math.max(0, at - 1), at))) return { state: "comment", length: 1 };
  return undefined;
}

function closes(sign: string, state: State): boolean {
  if (state === "double") return sign === '"';
  if (state === "backtick") return sign === "`";
  return sign === ")" && (state === "substitution" || state === "parenthesis");
}
