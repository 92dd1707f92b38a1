import * as z from "zod";
import { pythonText } from "../../yaml/python-text.ts";
import { boolean, integer, number, text } from "../../yaml/shape.ts";
import type { NodePath } from "../../yaml/source.ts";
import { isMapping } from "../../yaml/wording.ts";
import type { PartReader } from "../parts/read-part.ts";
import { once } from "./once.ts";
import { wordOf, type Words } from "./words.ts";

/** What a parameter of a model takes: a number, a whole number, true or false, text, or one of some words. */
type Form = "number" | "integer" | "boolean" | "text" | Words;
export type Parameters = Readonly<Record<string, Form>>;

/** `stepLRGamma` for `step_lr_gamma`. */
function memberOf(key: string): string {
  return key.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()).replaceAll(/Lr(?=[A-Z])/g, "LR");
}

const single = (form: Form): z.ZodType<number | boolean | string> =>
  form === "number"
    ? number()
    : form === "integer"
      ? integer()
      : form === "boolean"
        ? boolean()
        : form === "text"
          ? text()
          : wordOf(form);

/** One value for each parameter, for a model that is not searched for. */
export const fixedSchema = (parameters: Parameters) =>
  z.strictObject(Object.fromEntries(Object.entries(parameters).map(([key, form]) => [key, single(form).optional()])));

export function toFixed(
  declared: Readonly<Record<string, unknown>>,
  parameters: Parameters,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(declared).flatMap(([key, value]): [string, unknown][] => {
      const form = parameters[key];
      if (value === undefined || form === undefined) return [];
      return [[memberOf(key), typeof form === "object" && typeof value === "string" ? form[value] : value]];
    }),
  );
}

const bounds = { min_value: number(), max_value: number() };
const normal = { mu: number(), sigma: number() };

/** A whole number of a search space is written as one. */
const wholeNumber = () =>
  z.int({ error: ({ input }) => `${JSON.stringify(input)} is not a whole number. Write it in digits.` });

/** What a search space takes for a parameter: a whole number is none in quotes. */
const searched = (form: Form) => (form === "integer" ? wholeNumber() : single(form));

/** The distributions of one form; those of whole numbers are quantized. */
function distributionsOf(form: Form, takesQuantized: boolean) {
  const choice = z.strictObject({
    type: z.literal("choice"),
    values: z.array(searched(form)).min(1, { error: "The choice has no values. List those to choose from." }),
  });
  const upper = z.strictObject({ type: z.literal("randint"), upper: integer() });
  const quantized = [
    z.strictObject({ type: z.literal(["quniform", "qloguniform"]), ...bounds, q: number() }),
    z.strictObject({ type: z.literal(["qnormal", "qlognormal"]), ...normal, q: number() }),
  ] as const;
  if (form === "number")
    return z.discriminatedUnion("type", [
      choice,
      upper,
      ...quantized,
      z.strictObject({ type: z.literal(["uniform", "loguniform"]), ...bounds }),
      z.strictObject({ type: z.literal(["normal", "lognormal"]), ...normal }),
    ]);
  if (form !== "integer") return z.discriminatedUnion("type", [choice]);
  return takesQuantized
    ? z.discriminatedUnion("type", [choice, upper, ...quantized])
    : z.discriminatedUnion("type", [choice, upper]);
}

type Distribution = { readonly type: string } & Readonly<Record<string, unknown>>;

const makeSearchable = (form: Form, takesQuantized: boolean) =>
  z.union([
    searched(form),
    z.preprocess(
      (value) =>
        isMapping(value) && typeof value["type"] === "string" ? { ...value, type: value["type"].toLowerCase() } : value,
      distributionsOf(form, takesQuantized),
    ),
  ]);

/** A value or a distribution. */
function searchable(form: Form, takesQuantized: boolean): z.ZodType {
  const what = typeof form === "object" ? Object.keys(form).join("-") : form;
  const name = form === "integer" && takesQuantized ? "quantized-integer" : what;
  return once(name, () => makeSearchable(form, takesQuantized));
}

/** Values or distributions of parameters, one mapping for each model that is searched. */
export const spacesSchema = (parameters: Parameters, { takesQuantized }: { readonly takesQuantized: boolean }) =>
  z.array(
    z.strictObject(
      Object.fromEntries(
        Object.entries(parameters).map(([key, form]) => [key, searchable(form, takesQuantized).optional()]),
      ),
    ),
  );

/** `{ learningRate: "uniform(0.001,0.1)" }`: the service takes text, spelt as Python does. */
export function toSpaces(
  spaces: readonly Readonly<Record<string, unknown>>[],
  parameters: Parameters,
  reader: PartReader,
  nameOf = memberOf,
): readonly Readonly<Record<string, string>>[] {
  return spaces.map((space, index) =>
    Object.fromEntries(
      Object.entries(space).flatMap(([key, value]): [string, string][] => {
        const form = parameters[key];
        if (value === undefined || form === undefined) return [];
        const path = ["search_space", index, key];
        return [
          [
            nameOf(key),
            isMapping(value)
              ? toDistribution(value as Distribution, form, path, reader)
              : toText(value, form === "number", path, reader, false),
          ],
        ];
      }),
    ),
  );
}

function toDistribution(distribution: Distribution, form: Form, path: NodePath, reader: PartReader): string {
  const { type, values, ...rest } = distribution;
  if (Array.isArray(values)) {
    const written = (index: number) => sourceOf([...path, "values", index], reader);
    // Among numbers one with a point makes points of all.
    const hasPoint = values.some((value, index) => typeof value === "number" && isFloat(value, written(index)));
    const texts = values.map((value, index) =>
      toText(value, form === "number" && hasPoint, [...path, "values", index], reader, true),
    );
    return `${type}(${texts.join(",")})`;
  }
  checkBounds(rest, path, reader);
  const keys = ["min_value", "max_value", "mu", "sigma", "q", "upper"].filter((key) => rest[key] !== undefined);
  return `${type}(${keys.map((key) => toText(rest[key], false, [...path, key], reader, true)).join(",")})`;
}

function checkBounds(rest: Readonly<Record<string, unknown>>, path: NodePath, { add }: PartReader): void {
  const { min_value: min, max_value: max } = rest;
  if (typeof min !== "number" || typeof max !== "number" || min < max) return;
  const message = `min_value is ${min}, and max_value is ${max}: there is nothing between them to sample.`;
  add("min-above-max", [...path, "min_value"], message, "Exchange the two, or correct one.");
}

function sourceOf(path: NodePath, { node }: PartReader): string | undefined {
  return node.document.textAt?.([...node.path, ...path]);
}

function isFloat(value: number, source: string | undefined): boolean {
  return !Number.isInteger(value) || (source !== undefined && source.includes("."));
}

function toText(value: unknown, asFloat: boolean, path: NodePath, reader: PartReader, isInside: boolean): string {
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value !== "number") return isInside ? `'${String(value)}'` : String(value);
  return withoutExponent(pythonText(value, asFloat ? "." : sourceOf(path, reader)));
}

/** `0.0000001` for `1e-07`. */
function withoutExponent(number: string): string {
  const [, sign = "", whole = "", fraction = "", exponent] = /^(-?)(\d+)(?:\.(\d+))?e([+-]\d+)$/.exec(number) ?? [];
  if (exponent === undefined) return number;
  const shift = Number(exponent);
  const digits = whole + fraction;
  if (shift < 0) return `${sign}0.${"0".repeat(-shift - whole.length)}${digits}`;
  return `${sign}${digits.padEnd(whole.length + shift, "0")}`;
}
