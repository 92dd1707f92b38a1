import type { Json } from "./json.ts";
import { wordsSchema } from "./spelling.ts";

/**
 * Unions as `if` and `then`: of an `anyOf` editors can only say that nothing fits, while here one branch is chosen, and
 * what is wrong is marked at its own key.
 */

/** A mapping whose kind one of its keys says. */
export function byWord(key: string, branches: readonly Json[], isTaken?: (word: string) => boolean): Json {
  const all = branches.map((branch) => ({ branch, words: wordsOf(branch.properties?.[key]) ?? [] }));
  const cases = all.filter(({ words }) => words.length > 0);
  return choice(
    key,
    cases.map(({ branch, words }) => {
      // The word is checked beside the branches: here the key only has to be known.
      const { description, ...own } = branch.properties?.[key] ?? {};
      const member = description === undefined ? {} : { description };
      return {
        words: isTaken === undefined ? bare(own) : wordsSchema(words, isTaken),
        branch: { ...branch, properties: { ...branch.properties, [key]: member } },
      };
    }),
    isTaken === undefined
      ? allWords(cases.map(({ branch }) => branch.properties?.[key] ?? {}))
      : wordsSchema(
          cases.flatMap(({ words }) => words),
          isTaken,
        ),
    branches.find((branch) => branch.required?.includes(key) !== true),
  );
}

/** The words of several schemas, with the spellings that each of them takes. */
function allWords(schemas: readonly Json[]): Json {
  const listed: Json = { type: "string", enum: schemas.flatMap((schema) => wordsOf(schema) ?? []) };
  const spellings = schemas.flatMap(({ anyOf = [] }) => anyOf.flatMap(({ pattern }) => pattern ?? []));
  return spellings.length === 0 ? listed : { anyOf: [listed, { type: "string", pattern: spellings.join("|") }] };
}

type Case = { readonly words: Json; readonly branch: Json };

/**
 * @param words all that the key may say.
 * @param otherwise what holds where the key is not written; without it, the key is required.
 */
export function choice(key: string, cases: readonly Case[], words: Json, otherwise?: Json): Json {
  return {
    type: "object",
    ...(otherwise === undefined ? { required: [key] } : {}),
    properties: { [key]: words },
    allOf: [
      ...cases.map((one) => ({
        if: having(key, bare(one.words)),
        then: one.branch,
      })),
      ...(otherwise === undefined ? [] : [{ if: having(key), else: otherwise }]),
    ],
  };
}

/** True of a mapping that has a key. @param schema of what is written there. */
export function having(key: string, schema: Json = {}): Json {
  return { type: "object", properties: { [key]: schema }, required: [key] };
}

/** A condition describes nothing. */
function bare({ description: _, ...rest }: Json): Json {
  return rest;
}

/** The words that a schema lists; of spellings of them, those that are listed. */
export function wordsOf(schema: Json | undefined): readonly string[] | undefined {
  if (schema === undefined) return undefined;
  if (typeof schema.const === "string") return [schema.const];
  if (schema.enum?.every((word) => typeof word === "string") === true) return schema.enum;
  const [listed, spelt] = schema.anyOf ?? [];
  return spelt?.pattern === undefined ? undefined : wordsOf(listed);
}

/** One of several forms: of at most one mapping, one list and single values each is chosen by what is written. */
export function oneOfSeveral(branches: readonly Json[]): Json {
  const mappings = branches.filter((branch) => formOf(branch) === "object");
  const lists = branches.filter((branch) => formOf(branch) === "array");
  const single = branches.filter((branch) => !mappings.includes(branch) && !lists.includes(branch));
  const [mapping] = mappings.length > 1 ? [oneMapping(mappings)] : mappings;
  const [list] = lists;
  if (lists.length > 1 || single.some((branch) => formOf(branch) === undefined)) return eitherOf(branches);
  const values = single.length === 0 ? undefined : eitherOf(single);
  return byForm([
    ["object", mapping],
    ["array", list],
    [undefined, values],
  ]);
}

/**
 * An `anyOf` of two, in which the second may be one too: of one with more branches the language server for YAML shows no
 * text.
 */
export function eitherOf([first = {}, ...rest]: readonly Json[]): Json {
  return rest.length === 0 ? first : { anyOf: [first, eitherOf(rest)] };
}

function byForm(forms: readonly (readonly [string | undefined, Json | undefined])[]): Json {
  const [[form, first] = [undefined, undefined], ...rest] = forms.filter(([, schema]) => schema !== undefined);
  if (first === undefined) return {};
  if (rest.length === 0) return first;
  return { if: { type: form ?? "string" }, then: first, else: byForm(rest) };
}

/** What a schema is of as a whole; nothing where it may be several. */
function formOf(schema: Json): "object" | "array" | "single" | undefined {
  if (schema.$ref !== undefined || schema.type === "object") return "object";
  if (schema.type === "array") return "array";
  if (schema.type !== undefined || schema.const !== undefined || schema.enum !== undefined) return "single";
  if (schema.oneOf?.every((branch) => formOf(branch) === "object") === true) return "object";
  return schema.anyOf?.every((branch) => formOf(branch) === "single") === true ? "single" : undefined;
}

/** Mappings of which each has a key that says it is there, or a word that says it. */
function oneMapping(mappings: readonly Json[]): Json {
  const key = mappings.map((one) => keyOfWords(one, mappings)).find((one) => one !== undefined);
  if (key !== undefined) return byWord(key, mappings);
  const [last, ...marked] = [...mappings].sort((a, b) => marksOf(a, mappings).length - marksOf(b, mappings).length);
  if (last === undefined || marked.some((one) => marksOf(one, mappings).length === 0)) return { anyOf: mappings };
  return marked.reduce<Json>((otherwise, one) => {
    const [mark = ""] = marksOf(one, mappings);
    return {
      type: "object",
      ...(one.errorMessage === undefined ? {} : { errorMessage: one.errorMessage }),
      // Without it no editor would propose the key by which the branch is chosen.
      properties: { [mark]: one.properties?.[mark] ?? {} },
      if: having(mark),
      then: one,
      else: otherwise,
    };
  }, last);
}

/** The keys that a mapping has to have and that none of the others knows. */
function marksOf(mapping: Json, all: readonly Json[]): readonly string[] {
  const others = all.filter((one) => one !== mapping);
  return (mapping.required ?? []).filter((key) => others.every((one) => one.properties?.[key] === undefined));
}

/** A key that says in each of the mappings another word; one of them may be without it. */
function keyOfWords({ properties = {} }: Json, all: readonly Json[]): string | undefined {
  return Object.keys(properties).find((key) => {
    const having = all.filter((one) => one.properties?.[key] !== undefined);
    const words = having.map((one) => wordsOf(one.properties?.[key]));
    const isDistinct = new Set(words.flat()).size === words.flat().length;
    return having.length >= Math.max(2, all.length - 1) && words.every((list) => list !== undefined) && isDistinct;
  });
}
