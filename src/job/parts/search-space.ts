import * as z from "zod";
import { integer, number, shape, text } from "../../yaml/shape.ts";
import type { NodePath } from "../../yaml/source.ts";
import { isMapping, listed } from "../../yaml/wording.ts";
import type { PartReader } from "./read-part.ts";

/** Booleans are none: az ml takes no other text than text. */
const option = () => z.union([z.string(), z.number()]);

/** Inside a mapping, text that is a number is one, as the official client has it. */
const member = () => z.union([number(), text()]);

const bounds = { min_value: number(), max_value: number() };
const normal = { mu: number(), sigma: number() };

const continuous = () =>
  [
    z.strictObject({ type: z.literal(["uniform", "loguniform"]), ...bounds }),
    z.strictObject({ type: z.literal(["quniform", "qloguniform"]), ...bounds, q: number() }),
    z.strictObject({ type: z.literal(["normal", "lognormal"]), ...normal }),
    z.strictObject({ type: z.literal(["qnormal", "qlognormal"]), ...normal, q: number() }),
    z.strictObject({ type: z.literal("randint"), upper: integer() }),
  ] as const;

const choiceOf = <Value extends z.ZodType>(value: Value) =>
  z.strictObject({ type: z.literal("choice"), values: z.array(value) });

/** Words of `type` in any case, as az ml's. */
const inAnyCase = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess(
    (value) =>
      isMapping(value) && typeof value["type"] === "string" ? { ...value, type: value["type"].toLowerCase() } : value,
    schema,
  );

const distributionOf = <Value extends z.ZodType>(value: Value) =>
  inAnyCase(z.discriminatedUnion("type", [choiceOf(value), ...continuous()]));

/** Options are often mappings of parameters, each a value or a distribution; three levels are more than anybody writes. */
const mappingsOf = <Value extends z.ZodType>(value: Value) =>
  z.union([option(), z.record(z.string(), z.union([distributionOf(value), member()]))]);

const distributionSchema = shape(() => distributionOf(mappingsOf(mappingsOf(option()))));

export const searchSpaceSchema = () =>
  z
    .record(z.string(), distributionSchema())
    .describe("The parameters of the trials: ${{search_space.NAME}} in the command stands for a value of each.");

type Bounds = { readonly min_value: number; readonly max_value: number };
type Normal = { readonly mu: number; readonly sigma: number };
type Distribution =
  | { readonly type: "choice"; readonly values: readonly Option[] }
  | ({ readonly type: "uniform" | "loguniform" } & Bounds)
  | ({ readonly type: "quniform" | "qloguniform"; readonly q: number } & Bounds)
  | ({ readonly type: "normal" | "lognormal" } & Normal)
  | ({ readonly type: "qnormal" | "qlognormal"; readonly q: number } & Normal)
  | { readonly type: "randint"; readonly upper: number };
type Option = string | number | { readonly [name: string]: string | number | Distribution };
export type SearchSpace = Readonly<Record<string, Distribution>>;

/** What the shapes cannot say: names, and bounds that leave nothing to sample. */
export function checkSearchSpace(space: SearchSpace, reader: PartReader): void {
  const { add } = reader;
  if (Object.keys(space).length === 0) {
    add(
      "missing-key",
      ["search_space"],
      "The search space has no parameter.",
      "Add one, for example lr: { type: uniform, min_value: 0.001, max_value: 0.1 }.",
    );
  }
  for (const [name, distribution] of Object.entries(space)) {
    const path = ["search_space", name];
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      add(
        "illegal-name",
        path,
        `${JSON.stringify(name)} is not a valid name for a parameter.`,
        "Use letters, digits and underscores, beginning with a letter or an underscore.",
      );
    }
    checkDistribution(distribution, path, reader);
  }
}

function checkDistribution(distribution: Distribution, path: NodePath, reader: PartReader): void {
  if (distribution.type === "choice") {
    checkChoice(distribution.values, path, reader);
    return;
  }
  if ("min_value" in distribution) checkBounds(distribution, path, reader);
  const positive = {
    ...("sigma" in distribution ? { sigma: distribution.sigma } : {}),
    ...("q" in distribution ? { q: distribution.q } : {}),
    ...("upper" in distribution ? { upper: distribution.upper } : {}),
  };
  for (const [key, value] of Object.entries(positive)) {
    if (value > 0) continue;
    reader.add("out-of-range", [...path, key], `${key} is ${value}.`, "Give a number above 0.");
  }
}

function checkBounds({ min_value: min, max_value: max }: Bounds, path: NodePath, { add }: PartReader): void {
  if (min < max) return;
  add(
    "min-above-max",
    [...path, "min_value"],
    `min_value is ${min}, and max_value is ${max}: there is nothing between them to sample.`,
    min === max
      ? `Use a choice of one value: { type: choice, values: [${min}] }.`
      : "Exchange the two, or correct one.",
  );
}

function checkChoice(values: readonly Option[], path: NodePath, reader: PartReader): void {
  const { add } = reader;
  if (values.length === 0)
    add("missing-key", [...path, "values"], "The choice has no values.", "List the values to choose from.");
  values.forEach((value, index) => {
    const at = [...path, "values", index];
    if (typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value)) {
      add(
        "out-of-range",
        at,
        "The number has more digits than can be sent as they are written.",
        "Put it in quotes: a trial gets text in any case.",
      );
    }
    if (typeof value !== "object") return;
    for (const [name, part] of Object.entries(value))
      if (typeof part === "object") checkDistribution(part, [...at, name], reader);
  });
}

/** Parameters that the command does not hold: as a rule a slip of the pen. The trial has them in its environment as well. */
export function checkUse(space: SearchSpace, command: string, { add }: PartReader): void {
  const used = new Set(
    [...command.matchAll(/\$\{\{\s*search_space\.(\w+)|AZUREML_SWEEP_(\w+)/g)].flatMap(([, a, b]) => a ?? b ?? []),
  );
  for (const name of Object.keys(space)) {
    if (used.has(name)) continue;
    add(
      "unused-parameter",
      ["search_space", name],
      `The command does not use the parameter ${JSON.stringify(name)}.`,
      `Write \${{search_space.${name}}} in the command, or read the variable AZUREML_SWEEP_${name} in the script.`,
      "warning",
    );
  }
}

/** The parameters whose distribution is none of these, by name. */
export function parametersBeside(space: SearchSpace, types: readonly Distribution["type"][]): readonly string[] {
  return Object.entries(space).flatMap(([name, { type }]) => (types.includes(type) ? [] : [`${name} (${type})`]));
}

/** For messages: `lr (uniform) and wd (normal)`. */
export const namesOf = (parameters: readonly string[]) => listed(parameters, "and");

/** ARM's form: `["uniform", [0.1, 1]]`. */
export function toSearchSpace(space: SearchSpace): Readonly<Record<string, readonly unknown[]>> {
  return Object.fromEntries(Object.entries(space).map(([name, distribution]) => [name, toDistribution(distribution)]));
}

function toDistribution(distribution: Distribution): readonly unknown[] {
  return [distribution.type, parametersOf(distribution)];
}

function parametersOf(distribution: Distribution): readonly unknown[] {
  switch (distribution.type) {
    case "choice":
      return [distribution.values.map(toOption)];
    case "uniform":
    case "loguniform":
      return [distribution.min_value, distribution.max_value];
    case "quniform":
    case "qloguniform":
      return [distribution.min_value, distribution.max_value, distribution.q];
    case "normal":
    case "lognormal":
      return [distribution.mu, distribution.sigma];
    case "qnormal":
    case "qlognormal":
      return [distribution.mu, distribution.sigma, distribution.q];
    case "randint":
      return [distribution.upper];
  }
}

function toOption(option: Option): unknown {
  if (typeof option !== "object") return option;
  return Object.fromEntries(
    Object.entries(option).map(([name, part]) => [name, typeof part === "object" ? toDistribution(part) : part]),
  );
}
