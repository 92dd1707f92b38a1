import * as z from "zod";
import type { ProblemCode } from "./problem-codes.ts";
import type { Problem } from "./problem.ts";
import { problemsOf } from "./shape-problems.ts";
import { valueAt, type SourceNode } from "./source.ts";
import { suggestionFor } from "./suggestion.ts";
import { isMapping, listed, mismatch, quoted } from "./wording.ts";

// Shapes check a file or two and are gone: compiling code for each of them would take longer than it saves.
z.config({ jitless: true });

/** A shape that is made when it is first asked for: one call of the action checks few of all the shapes there are. */
export function shape<Schema extends z.ZodType>(make: () => Schema): () => Schema {
  let made: Schema | undefined;
  return () => (made ??= make());
}

/** Text, as az ml's string fields take it: a number or a boolean is not text, it has to be quoted. */
export const text = shape(() => z.string({ error: ({ input }) => mismatch(input, "text") }));

/**
 * Text where files of an older form have a mapping.
 *
 * @param today what such a mapping says, in the form of today; nothing for any other mapping.
 */
export function textOnceMapping(today: (old: Readonly<Record<string, unknown>>) => string | undefined) {
  return z.string({
    error: ({ input }) => {
      const form = isMapping(input) ? today(input) : undefined;
      return form === undefined ? mismatch(input, "text") : `This is the oldest form of az ml. ${form}`;
    },
  });
}

/** Text that is taken for a whole number. */
export const integerText = /^\s*[-+]?\d+\s*$/;

/** A whole number; az ml takes one written as text too. */
export const integer = shape(() =>
  z.preprocess(
    (value) => (typeof value === "string" && integerText.test(value) ? Number(value) : value),
    z.int({ error: ({ input }) => numberFault(input, "a whole number") }),
  ),
);

/** Text that Python's `float` takes: digits with underscores between them, and nothing hexadecimal. */
export const numberText =
  /^\s*[-+]?(?:\d+(?:_\d+)*(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+(?:_\d+)*)(?:[eE][-+]?\d+(?:_\d+)*)?\s*$/;

/** A number; az ml takes one written as text too. */
export const number = shape(() =>
  z.preprocess(
    (value) => (typeof value === "string" && numberText.test(value) ? Number(value.replaceAll("_", "")) : value),
    z.number({ error: ({ input }) => numberFault(input, "a number") }),
  ),
);

function numberFault(input: unknown, expected: string): string {
  return typeof input === "object"
    ? mismatch(input, expected)
    : `${quoted(input)} is not ${expected}. Write it in digits.`;
}

const truthy = new Set(["t", "true", "on", "y", "yes", "1"]);
const falsy = new Set(["f", "false", "off", "n", "no", "0"]);

/** Text that is taken for true or false, in any case. */
export const booleanWords: readonly string[] = [...truthy, ...falsy];

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

/** One of some words in their own case, where az ml takes no other. */
export function exactly<const Word extends string>(words: readonly [Word, ...Word[]]) {
  return z.enum(words, {
    error: ({ input }) =>
      `${quoted(input)} is not one of the values allowed here.${suggestionFor(typeof input === "string" ? input.toLowerCase() : "", words)} Use ${listed(words)}.`,
  });
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

/** What a rule of our own gives as the params of its issue: the code that the problem gets. */
export type RuleParams = { readonly code: ProblemCode };

export type Shaped<Value> = { readonly value?: Value; readonly problems: readonly Problem[] };

/** Checks a node against a shape: the value with its defaults, or every problem, each at its own place. */
export function checkShape<Value>(shapeOf: () => z.ZodType<Value>, node: SourceNode): Shaped<Value> {
  const schema = shapeOf();
  const result = schema.safeParse(valueAt(node));
  if (result.success) return { value: result.data, problems: [] };
  return { problems: problemsOf(result.error.issues, schema, node) };
}
