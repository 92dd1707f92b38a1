import * as z from "zod";
import type { ProblemCode } from "./problem-codes.ts";
import type { Problem } from "./problem.ts";
import { positionOf, valueAt, type NodePath, type SourceNode } from "./source.ts";
import { suggestionFor } from "./suggestion.ts";

// Shapes check a file or two and are gone: compiling code for each of them would take longer than it saves.
z.config({ jitless: true });

/** A shape that is made when it is first asked for: one call of the action checks few of all the shapes there are. */
export function shape<Schema extends z.ZodType>(make: () => Schema): () => Schema {
  let made: Schema | undefined;
  return () => (made ??= make());
}

/** Text, as az ml's string fields take it: a number or a boolean is not text, it has to be quoted. */
export const text = shape(() => z.string({ error: ({ input }) => `${quoted(input)} is not text. Put it in quotes.` }));

/** A whole number; az ml takes one written as text too. */
export const integer = shape(() =>
  z.preprocess(
    (value) => (typeof value === "string" && /^\s*[-+]?\d+\s*$/.test(value) ? Number(value) : value),
    z.int({ error: ({ input }) => `${quoted(input)} is not a whole number. Write it in digits.` }),
  ),
);

/** A number; az ml takes one written as text too. */
export const number = shape(() =>
  z.preprocess(
    (value) =>
      typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value)) ? Number(value) : value,
    z.number({ error: ({ input }) => `${quoted(input)} is not a number. Write it in digits.` }),
  ),
);

const truthy = new Set(["t", "true", "on", "y", "yes", "1"]);
const falsy = new Set(["f", "false", "off", "n", "no", "0"]);

/** True or false; az ml takes the usual words for them as text too. */
export const boolean = shape(() =>
  z.preprocess(
    (value) => {
      if (typeof value !== "string" && typeof value !== "number") return value;
      const word = String(value).toLowerCase();
      return truthy.has(word) ? true : falsy.has(word) ? false : value;
    },
    z.boolean({ error: ({ input }) => `${quoted(input)} is neither true nor false. Write true or false.` }),
  ),
);

/**
 * One of some words, in any case, as az ml's enums.
 *
 * @param options.camelCase also take `SystemAssigned` for `system_assigned`.
 */
export function oneOf<const Word extends string>(
  words: readonly [Word, ...Word[]],
  options: { camelCase?: boolean } = {},
) {
  return z.preprocess(
    (value) => {
      if (typeof value !== "string") return value;
      const spelt = options.camelCase === true ? value.replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2") : value;
      return words.find((word) => word.toLowerCase() === spelt.toLowerCase()) ?? value;
    },
    z.enum(words, {
      error: ({ input }) =>
        `${quoted(input)} is not one of the values allowed here.${suggestionFor(typeof input === "string" ? input : "", words)} Use ${listed(words)}.`,
    }),
  );
}

/** Tags and properties: text by text. */
export const tags = shape(() => z.record(z.string(), text()));

/** A version: az ml takes numbers and words too, and writes them as text. */
export const version = shape(() => z.union([text(), z.number(), z.boolean()]));

/** A key that `az ml … show` prints and the service fills in. az ml ignores it, so exported files work. */
export const readOnly = shape(() =>
  z
    .unknown()
    .optional()
    .meta({ readOnly: true, description: "Set by the service. Accepted for compatibility with az ml; ignored." }),
);

/** A value for a message: short, and on one line. */
function quoted(value: unknown): string {
  const json = value === undefined ? "nothing" : JSON.stringify(value);
  return json.length > 80 ? `${json.slice(0, 77)}…` : json;
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1) ?? ""}`;
}

export type Shaped<Value> = { readonly value?: Value; readonly problems: readonly Problem[] };

/** Checks a node against a shape: the value with its defaults, or every problem, each at its own place. */
export function checkShape<Value>(shapeOf: () => z.ZodType<Value>, node: SourceNode): Shaped<Value> {
  const schema = shapeOf();
  const result = schema.safeParse(valueAt(node));
  if (result.success) return { value: result.data, problems: [] };
  return { problems: result.error.issues.flatMap((issue) => problemsOf(issue, [], schema, node)) };
}

type Issue = z.core.$ZodIssue;

function problemsOf(issue: Issue, above: NodePath, schema: z.ZodType, node: SourceNode): readonly Problem[] {
  const path: NodePath = [...above, ...issue.path.map((step) => (typeof step === "symbol" ? String(step) : step))];
  const value = valueAt({ document: node.document, path: [...node.path, ...path] });
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => unknownKey(key, path, schema, node));
    case "invalid_union": {
      if ("options" in issue && Array.isArray(issue.options)) {
        const words = (issue.options as readonly unknown[]).map(String);
        const near = suggestionFor(typeof value === "string" ? value : "", words);
        return [
          problem(
            "wrong-value",
            node,
            path,
            `${quoted(value)} is not one of the values allowed here.${near} Use ${listed(words)}.`,
          ),
        ];
      }
      const best = bestBranch(issue.errors);
      return best.length === 0
        ? [
            problem(
              "wrong-value",
              node,
              path,
              `${quoted(value)} is not valid here. See the schema for the forms that are.`,
            ),
          ]
        : best.flatMap((inner) => problemsOf(inner, path, schema, node));
    }
    case "invalid_type":
    case "invalid_value":
    case "custom":
    default:
      if (value === undefined && path.length > 0) return [missingKey(path, node)];
      return [problem(codeOf(issue), node, path, ownMessage(issue, value))];
  }
}

/** What a rule of our own gives as the params of its issue: the code that the problem gets. */
export type RuleParams = { readonly code: ProblemCode };

function codeOf(issue: Issue): ProblemCode {
  const params = issue.code === "custom" ? (issue.params as Partial<RuleParams> | undefined) : undefined;
  return params?.code ?? "wrong-value";
}

function ownMessage(issue: Issue, value: unknown): string {
  // Messages of the builders above are sentences; zod's own ("Invalid input: expected …") become one here.
  const expected = /^Invalid input: expected ("[^"]*"|\w+)/.exec(issue.message)?.[1];
  if (expected === undefined) return issue.message;
  const names: Readonly<Record<string, string>> = {
    object: "a mapping",
    record: "a mapping",
    array: "a list",
    string: "text",
  };
  return `${quoted(value)} is not ${names[expected] ?? expected}. Write ${names[expected] ?? expected} here.`;
}

/** The branch of a union that matched furthest: its first problem is the deepest, or it has the fewest. */
function bestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] {
  const depth = (issues: readonly Issue[]) =>
    Math.max(0, ...issues.map((issue) => issue.path.length + (issue.code === "unrecognized_keys" ? 1 : 0)));
  return [...branches].sort((a, b) => depth(b) - depth(a) || a.length - b.length).at(0) ?? [];
}

function unknownKey(key: string, path: NodePath, schema: z.ZodType, node: SourceNode): Problem {
  const known = keysAt(schema, path);
  const near = suggestionFor(key, known);
  return {
    code: "unknown-key",
    severity: "error",
    where: positionOf(node, [...path, key], "key"),
    message: `Unknown key ${JSON.stringify(key)}.`,
    fix: near === "" ? (known.length === 0 ? "Remove it." : `Use one of ${known.join(", ")}.`) : `${near.trim()}`,
  };
}

function missingKey(path: NodePath, node: SourceNode): Problem {
  const key = String(path.at(-1));
  return {
    code: "missing-key",
    severity: "error",
    where: positionOf(node, path.slice(0, -1)),
    message: `The key ${JSON.stringify(key)} is missing.`,
    fix: `Add ${key}.`,
  };
}

/** Message and fix are one text in the shapes: what is wrong ends with the first sentence. */
function problem(code: ProblemCode, node: SourceNode, path: NodePath, sentences: string): Problem {
  const cut = sentences.lastIndexOf(". ");
  const message = cut < 0 ? sentences : sentences.slice(0, cut + 1);
  const fix = cut < 0 ? "" : sentences.slice(cut + 2);
  return { code, severity: "error", where: positionOf(node, path), message, fix };
}

/** The keys that a mapping at `path` may have, as far as the shape tells. */
function keysAt(schema: z.ZodType, path: NodePath): readonly string[] {
  let shapes = objectsOf(schema);
  for (const step of path) {
    shapes = shapes.flatMap((object) => {
      const member: unknown = object.shape[String(step)];
      return member instanceof z.ZodType ? objectsOf(member) : [];
    });
  }
  return [...new Set(shapes.flatMap((object) => Object.keys(object.shape)))].filter((key) => key !== "$schema");
}

/** The mappings that a shape may stand for, behind optional, default, preprocess and union. */
function objectsOf(schema: z.ZodType): readonly z.ZodObject[] {
  if (schema instanceof z.ZodObject) return [schema];
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable) {
    return objectsOf(schema.unwrap() as z.ZodType);
  }
  if (schema instanceof z.ZodPipe) return [...objectsOf(schema.in as z.ZodType), ...objectsOf(schema.out as z.ZodType)];
  if (schema instanceof z.ZodUnion) return (schema.options as readonly z.ZodType[]).flatMap(objectsOf);
  if (schema instanceof z.ZodArray) return objectsOf(schema.element as z.ZodType);
  return [];
}
