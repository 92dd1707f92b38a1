import { giveByEnv } from "../secret/reference.ts";
import { formatPosition, type Problem } from "../yaml/problem.ts";
import { positionOf, valueAt, type NodePath, type SourceNode } from "../yaml/source.ts";
import { isMapping } from "../yaml/wording.ts";

/** What the texts of a file are for: it decides what may be written in them, and how a value gets there otherwise. */
export type Part = "target" | "run" | "asset" | "deploy" | "workspace" | "rest";

/** The contexts of GitHub Actions. Jobs have bindings of their own, `inputs` among them, which are none of these. */
const contexts = ["github", "vars", "secrets", "env", "matrix", "steps", "needs", "runner", "job", "strategy"];

const useOf = (names: readonly string[]) =>
  new RegExp(`(?<![\\w.-])(?:${names.join("|")})\\s*(?:\\.\\s*([\\w-]+(?:\\.[\\w-]+)*)|\\[)`);
const useInRun = useOf(contexts);
const useElsewhere = useOf([...contexts, "inputs"]);

/** A name of its own, or a part of an id: what holds a variable's name there was meant to be replaced. */
const identifiers = ["name", "compute", "environment", "image", "size", "location", "datastore", "path"];
/** For people: a dollar sign is one. */
const prose = ["description", "display_name"];

/**
 * Texts that somebody else would have to evaluate: expressions of GitHub Actions, and variables where no shell comes by.
 * They would be sent as they are written.
 */
export function expressionProblems(node: SourceNode, part: Part): readonly Problem[] {
  const found: Problem[] = [];
  const look = (value: unknown, below: NodePath): void => {
    if (Array.isArray(value)) for (const [index, item] of value.entries()) look(item, [...below, index]);
    else if (isMapping(value)) for (const [key, member] of Object.entries(value)) look(member, [...below, key]);
    else if (typeof value === "string") {
      const written = expressionIn(value, part) ?? variableIn(value, below, part);
      if (written !== undefined) found.push(problemOf(written, node, below, part));
    }
  };
  look(valueAt(node), []);
  return found;
}

/** An expression, or the name of a variable; `given` is what the workflow would write for it. */
type Written = { readonly text: string; readonly what: string; readonly name: string; readonly given: string };

function expressionIn(value: string, part: Part): Written | undefined {
  const context = part === "run" ? useInRun : useElsewhere;
  // Up to the next beginning at most: of many that nothing closes, each would be looked for to the end.
  for (const [text, inside = ""] of value.matchAll(/\$\{\{((?:(?!\$\{\{).)*?)\}\}/gs)) {
    const [use, members] = context.exec(inside) ?? [];
    if (use === undefined) continue;
    const name = (members?.split(".").at(-1) ?? "NAME").replaceAll("-", "_").toUpperCase();
    return { text, what: "an expression of GitHub Actions", name, given: value };
  }
  return undefined;
}

function variableIn(value: string, below: NodePath, part: Part): Written | undefined {
  const keys = below.filter((step) => typeof step === "string");
  const key = keys.at(-1) ?? "";
  // What a shell runs, it expands; prices and gates hold no names.
  if (keys.includes("command") || keys.includes("setup_scripts") || prose.includes(key) || part === "rest")
    return undefined;
  // Of a resource's id its own rules say it.
  if (/^\/subscriptions\//i.test(value)) return undefined;
  const isPart = part === "workspace" || identifiers.includes(key);
  const variable = /\$(?:\{([A-Za-z_]\w*)\}|([A-Z_][A-Z0-9_]*))/.exec(value);
  const [text, braced, plain] = variable ?? [];
  const name = braced ?? plain;
  if (text === undefined || name === undefined || (!isPart && value.trim() !== text)) return undefined;
  return { text, what: "the name of a variable", name, given: value.replace(text, `\${{ env.${name} }}`) };
}

function problemOf({ text, what, name, given }: Written, node: SourceNode, below: NodePath, part: Part): Problem {
  // A scoring script may expand what stands in its variables by itself, as one of Azure's own examples.
  const mayBeMeant = part === "deploy" && below.includes("environment_variables") && !text.startsWith("${{");
  return {
    code: "expression-in-file",
    severity: mayBeMeant ? "warning" : "error",
    where: positionOf(node, below),
    message: `${JSON.stringify(text)} is ${what}, and files are taken as they are: it would be sent as it is written.`,
    fix: fixOf({ name, given }, node, below, part),
  };
}

function fixOf(
  { name, given }: Pick<Written, "name" | "given">,
  node: SourceNode,
  below: NodePath,
  part: Part,
): string {
  const own = "Write the value itself.";
  if (part === "run" && below[0] === "environment_variables" && below.length === 2) {
    const value = /^\s*\$\{\{.*\}\}\s*$/s.test(given) ? given.trim() : `\${{ vars.${name} }}`;
    return giveByEnv(name, value);
  }
  if (/\bsecrets\b/.test(given)) return "Write no secret here: logins and environment_variables take { env: NAME }.";
  const path = below.map(String).join(".");
  switch (part) {
    case "target": {
      const target = (valueAt(node) as { readonly name?: unknown } | undefined)?.name;
      if (typeof target !== "string" || below[0] === "name") return own;
      return `Write a value, and have the input set replace it: targets.${target}.${path}=${given}.`;
    }
    case "run":
      return `Write a value, and have the input set replace it: run.${path}=${given}.`;
    case "deploy":
      return `Write a value, and have the input set replace it: deploy.${path}=${given}.`;
    case "workspace":
      return "Write the value itself, or leave it out and give it by the inputs subscription-id, resource-group and workspace.";
    case "asset":
    case "rest":
      return own;
  }
}

/** Without what is said of a text that is an expression besides: it would be another value once that is mended. */
export function withExpressions(problems: readonly Problem[], expressions: readonly Problem[]): readonly Problem[] {
  const placeOf = ({ where }: Problem) => (where === undefined ? "" : formatPosition(where));
  const said = problems.filter(({ code }) => code === "expression-in-file").map(placeOf);
  const further = expressions.filter((problem) => !said.includes(placeOf(problem)));
  const places = new Set([...said, ...further.map(placeOf)]);
  return [
    ...problems.filter((problem) => problem.code === "expression-in-file" || !places.has(placeOf(problem))),
    ...further,
  ];
}
