import * as z from "zod";
import { bindingText } from "../job/node/io.ts";
import { booleanWords, integerText, numberText } from "../yaml/shape.ts";
import { withParts, type Json } from "./json.ts";
import { inAnyCase, wordsSchema } from "./spelling.ts";
import { byWord, eitherOf, oneOfSeveral } from "./union.ts";

/** Marks that the library carries along until the whole is finished. */
type Marked = Omit<Json, "type"> & {
  type?: string | readonly string[];
  /** The key by which the members of a union are told. */
  "~discriminator"?: string;
  /** Name of the test that says which spellings of its words are taken. */
  "~spellings"?: string;
};

type Tests = Map<string, (word: string) => boolean>;

/**
 * The JSON Schema of a shape: what the shape takes, the schema takes, other spellings and numbers written as text too.
 * Which of them a shape takes is found out by trying, so that nothing is said twice.
 */
export function fromShape(shape: z.ZodType): Json {
  const tests: Tests = new Map();
  const { definitions = {}, ...made } = z.toJSONSchema(shape, {
    target: "draft-7",
    // What comes out of the readings is what an editor should propose; what else goes in is added here.
    io: "output",
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }) => override(zodSchema, jsonSchema as Marked, tests),
  }) as Marked;
  return finished(made, { tests, definitions });
}

function override(zod: z.core.$ZodType, json: Marked, tests: Tests): void {
  if (zod instanceof z.ZodObject) json.required = requiredOf(zod);
  else if (zod instanceof z.ZodDiscriminatedUnion) json["~discriminator"] = zod.def.discriminator;
  else if (zod instanceof z.ZodCustom && isOfBindings(zod)) replace(json, binding);
  else if (zod instanceof z.ZodPipe && zod.def.in instanceof z.ZodTransform) prepared(zod, json, tests);
}

/** A key with a default need not be written. */
export function requiredOf({ shape }: z.ZodObject): readonly string[] {
  return Object.entries(shape as Readonly<Record<string, z.ZodType>>).flatMap(([key, member]) =>
    member.safeParse(undefined).success ? [] : [key],
  );
}

export const integerSchema: Json = {
  anyOf: [{ type: "integer" }, { type: "string", pattern: integerText.source }],
};
export const numberSchema: Json = { anyOf: [{ type: "number" }, { type: "string", pattern: numberText.source }] };
export const booleanSchema: Json = eitherOf([
  { type: "boolean" },
  { type: "string", pattern: inAnyCase(booleanWords) },
  { type: "integer", minimum: 0, maximum: 1 },
]);
const binding: Json = { type: "string", pattern: bindingText.source };

function isOfBindings(zod: z.ZodType): boolean {
  return zod.safeParse("${{parent.inputs.x}}").success && !zod.safeParse("x").success;
}

/** A shape that makes something of a value before it is checked. */
function prepared(zod: z.ZodPipe, json: Marked, tests: Tests): void {
  const out = outOf(zod);
  const takes = (value: unknown) => zod.safeParse(value).success;
  if (out instanceof z.ZodNumber && takes("7")) replace(json, takes(0.5) ? numberSchema : integerSchema);
  else if (out instanceof z.ZodBoolean && takes("yes")) replace(json, booleanSchema);
  else if (out instanceof z.ZodEnum || out instanceof z.ZodLiteral)
    replace(json, wordsSchema(wordsOfShape(out), takes));
  else if (out instanceof z.ZodDiscriminatedUnion) {
    const { discriminator } = out.def;
    const name = String(tests.size);
    tests.set(name, (word) => {
      const { issues = [] } = zod.safeParse({ [discriminator]: word }).error ?? {};
      // A word by which no member is told.
      return !issues.some(
        ({ code, path }) => code === "invalid_union" && path.length === 1 && path[0] === discriminator,
      );
    });
    json["~spellings"] = name;
  }
}

/** What a chain of preparations ends in. */
function outOf(zod: z.ZodPipe): unknown {
  const { out } = zod.def;
  return out instanceof z.ZodPipe ? outOf(out) : out;
}

function wordsOfShape(zod: z.ZodEnum | z.ZodLiteral): readonly string[] {
  return zod instanceof z.ZodEnum ? zod.options.map(String) : [...zod.values].map(String);
}

function replace(json: Marked, schema: Json): void {
  for (const key of Object.keys(json)) if (key !== "description") delete json[key as keyof Marked];
  Object.assign(json, schema);
}

type Beside = { readonly tests: Tests; readonly definitions: Readonly<Record<string, Marked>> };

/** Without what the library says for programs, and with unions in the form in which editors say what is wrong. */
function finished(referring: Marked, beside: Beside): Json {
  const marked = withoutReference(referring, beside);
  const { "~discriminator": discriminator, "~spellings": spellings, type } = marked;
  const { anyOf: _, oneOf: __, ...plain } = known(marked);
  const around = withParts(typeof type === "string" ? { type, ...plain } : plain, (part) => finished(part, beside));
  if (around.required?.length === 0) delete around.required;
  const types = typeof type === "object" ? type.map((one): Json => ({ type: one })) : undefined;
  const branches = types ?? alternativesOf(marked, beside)?.map((branch) => finished(branch, beside));
  if (branches === undefined) return around;
  if (discriminator === undefined) return { ...around, ...oneOfSeveral(branches) };
  const isTaken = spellings === undefined ? undefined : beside.tests.get(spellings);
  return { ...around, ...byWord(discriminator, branches, isTaken) };
}

/** What the library has put apart stands where it is used: what is the same in several places is found out later. */
function withoutReference(marked: Marked, beside: Beside): Marked {
  const [only, ...others] = marked.allOf ?? [];
  const reference = marked.$ref ?? (others.length === 0 ? only?.$ref : undefined);
  const definition = beside.definitions[reference?.replace("#/definitions/", "") ?? ""];
  if (definition === undefined) return marked;
  const { $ref: _, allOf: __, ...own } = marked;
  return { ...withoutReference(definition, beside), ...own };
}

/** The branches of a union, with those of unions inside it that say nothing more. */
function alternativesOf({ anyOf, oneOf }: Marked, beside: Beside): readonly Marked[] | undefined {
  return ((anyOf ?? oneOf) as readonly Marked[] | undefined)?.flatMap((referring) => {
    const branch = withoutReference(referring, beside);
    const isPlain = Object.keys(branch).every((key) => ["anyOf", "oneOf", "description", "id"].includes(key));
    return (isPlain ? alternativesOf(branch, beside) : undefined) ?? [branch];
  });
}

const keywords = [
  ...["description", "default", "examples", "readOnly", "const", "enum", "pattern", "minItems", "maxItems"],
  ...["properties", "required", "additionalProperties", "items", "allOf", "errorMessage"],
] as const;

/** The keywords of JSON Schema alone, without bounds of numbers that every number keeps. */
function known(marked: Marked): Json {
  const { minimum, maximum } = marked;
  const kept = Object.entries(marked).filter(([key]) => (keywords as readonly string[]).includes(key));
  return {
    ...Object.fromEntries(kept),
    ...(minimum === undefined || minimum === Number.MIN_SAFE_INTEGER ? {} : { minimum }),
    ...(maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? {} : { maximum }),
  };
}
