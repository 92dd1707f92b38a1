import { describe, expect, it } from "@jest/globals";
import { Ajv } from "ajv";
import { deploySchemaNames } from "../../src/deployment/document.ts";
import { kinds } from "../../src/compute/target.ts";
import type { KindFacts } from "../../src/compute/kind.ts";
import { declarationSchema } from "../../src/declaration/declaration-shape.ts";
import { kindOf } from "../../src/declaration/document-kind.ts";
import { fileKinds } from "../../src/json-schema/az-ml.ts";
import { openBook } from "../../src/json-schema/book.ts";
import { deploySchema } from "../../src/json-schema/deployments.ts";
import { described, hoverFiles } from "../../src/json-schema/describe.ts";
import { fromShape } from "../../src/json-schema/from-shape.ts";
import { anyJobSchema, componentTypes } from "../../src/json-schema/jobs.ts";
import { partsOf, type Json } from "../../src/json-schema/json.ts";
import { jobFiles } from "../../src/job/job-files.ts";
import { editorKeywords, schemas } from "../support/schemas.ts";

const paths = [...schemas.keys()];
const schemaAt = (path: string) => schemas.get(path) as Json;

/** Every schema inside of one, but for conditions, with the key below which it stands. */
function* within(schema: Json, at: string): Generator<{ readonly schema: Json; readonly at: string }> {
  const { if: _, ...rest } = schema;
  yield { schema: rest, at };
  for (const [key, member] of Object.entries(rest.properties ?? {})) yield* within(member, `${at}/${key}`);
  for (const [key, definition] of Object.entries(rest.definitions ?? {})) yield* within(definition, `#${key}`);
  const { properties: __, definitions: ___, ...others } = rest;
  for (const part of partsOf(others)) yield* within(part, at);
}

const members = (schema: Json) =>
  [...within(schema, "")].flatMap(({ schema: part, at }) =>
    Object.entries(part.properties ?? {}).map(([key, member]) => ({ key, member, at: `${at}/${key}` })),
  );

const lettersOf = (text: string) => text.toLowerCase().replaceAll(/[^a-z]/g, "");

describe.each(paths)("the schema %s", (path) => {
  it("is compiled by ajv in strict mode, with the keywords for editors alone", () => {
    const ajv = new Ajv({ strict: true });
    ajv.addVocabulary(editorKeywords);
    expect(() => ajv.compile(schemaAt(path))).not.toThrow();
  });

  it("is of draft 7, and its name is that of its file", () => {
    const written = schemaAt(path) as Json & { readonly $schema?: string; readonly $id?: string };
    expect(written.$schema).toBe("http://json-schema.org/draft-07/schema#");
    expect(written.$id).toBe(`${path.split("/").at(-1) ?? ""}.schema.json`);
    expect(written.description).toMatch(/^[A-Z].*\.$/);
  });

  it("says of every key in a sentence what it means", () => {
    const silent = members(schemaAt(path)).flatMap(({ key, member: { description }, at }) => {
      const isSentence =
        description !== undefined &&
        /^[A-Z].*\.$/s.test(description) &&
        description.split(/\s+/).length >= 3 &&
        lettersOf(description) !== lettersOf(key);
      return isSentence ? [] : [`${at}: ${description ?? "nothing"}`];
    });
    expect(silent).toEqual([]);
  });

  it("refers to nothing that is not there", () => {
    const { definitions = {} } = schemaAt(path);
    const text = JSON.stringify(schemaAt(path));
    const references = new Set([...text.matchAll(/"\$ref":"([^"]*)"/g)].map(([, reference = ""]) => reference));
    const missing = [...references].filter((one) => !Object.hasOwn(definitions, one.replace(/^#\/definitions\//, "")));
    const unused = Object.keys(definitions).filter((name) => !references.has(`#/definitions/${name}`));
    expect({ missing, unused }).toEqual({ missing: [], unused: [] });
  });

  it("says of the words of a key all or none", () => {
    const uneven = [...within(schemaAt(path), "")].filter(
      ({ schema: { enum: words, enumDescriptions: meanings } }) =>
        meanings !== undefined && meanings.length !== words?.length,
    );
    expect(uneven).toEqual([]);
  });
});

describe("the texts for editors", () => {
  const book = openBook();
  for (const { schema } of fileKinds) schema(book);
  anyJobSchema(book);
  deploySchema(book);
  const whole: Json = { ...fromShape(declarationSchema()), definitions: book.definitions };

  it("are each of a key that there is", () => {
    const used = new Set<string>();
    described(whole, "azureml", (place) => used.add(place));
    const written = hoverFiles.flatMap((file) => Object.keys(file));
    expect(written.filter((place) => !used.has(place))).toEqual([]);
    expect(new Set(written).size).toBe(written.length);
  });

  it("explain words that there are, and every one of a key's words", () => {
    const explained = hoverFiles
      .flatMap((file) => Object.entries(file))
      .flatMap(([place, hover]) =>
        typeof hover === "string" || hover.words === undefined ? [] : [[place, hover.words] as const],
      );
    const known = new Set(JSON.stringify(described(whole, "azureml")).match(/"[\w,-]+"/g));
    for (const [place, words] of explained)
      expect([place, Object.keys(words).filter((word) => !known.has(JSON.stringify(word)))]).toEqual([place, []]);
    const { definitions = {} } = described(whole, "azureml");
    const typeOf = (name: string) => definitions[name]?.properties?.["type"];
    for (const name of ["target", "job", "step", "deployment"]) {
      const type = name === "deployment" ? definitions[name]?.else?.properties?.["type"] : typeOf(name);
      const listed = type?.anyOf?.[0] ?? type;
      expect([name, listed?.enumDescriptions?.length]).toEqual([name, listed?.enum?.length]);
    }
  });
});

describe("there is a schema", () => {
  const names = fileKinds.map(({ path }) => path.replace("az-ml/", ""));

  it("for every kind of az ml's files that is read, by az ml's own name of it", () => {
    const computes = Object.values<KindFacts>(kinds).flatMap(({ azmlSchemas = [] }) => azmlSchemas);
    const jobs = Object.entries(jobFiles).flatMap(([type, { schemaName }]) =>
      type.startsWith("v1_") ? [] : schemaName,
    );
    const assets = ["environment", "data", "model", ...componentTypes.keys()];
    for (const name of [...computes, "compute", ...jobs, ...assets, ...deploySchemaNames])
      expect(names).toContain(name);
  });

  it("whose own address tells the action what a file is", () => {
    const told = names
      .filter((name) => !["runconfig", "aml-run", "aml-deploy"].includes(name))
      .map((name) => kindOf({ value: { $schema: `https://example.org/v1/schema/az-ml/${name}.schema.json` } }).is);
    expect(new Set(told)).toEqual(new Set(["target", "job", "asset", "deploy-document"]));
  });
});
