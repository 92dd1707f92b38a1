import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { condaText } from "../../../src/asset/environment/conda-text.ts";
import { readDocuments } from "../../../src/yaml/yaml.ts";

type Pair = { readonly specification: Record<string, unknown>; readonly text: string };

/** Written by PyYAML 6: `yaml.dump(specification, sort_keys=True)`. */
const pairs = JSON.parse(readFileSync(join(import.meta.dirname, "conda-texts.json"), "utf8")) as readonly Pair[];

describe("the text of a conda specification", () => {
  it.each(pairs.map((pair, index) => [index, pair] as const))(
    "is what PyYAML writes: %i",
    (_, { specification, text }) => {
      expect(condaText(specification)).toBe(text);
    },
  );

  it("keeps a float a float, a date a date, and a repeated list one list", () => {
    const { documents } = readDocuments("v: 2.0\nd: 2001-01-01\na: &x [1]\nb: *x\n", { file: "c.yml", folder: "/" });
    const [document] = documents;
    expect(condaText(document?.value as Record<string, unknown>, document?.textAt)).toBe(
      "a: &id001\n- 1\nb: *id001\nd: 2001-01-01\nv: 2.0\n",
    );
  });

  it("reads back as the same specification", () => {
    const leaf = fc.oneof(fc.string(), fc.string({ unit: "grapheme" }), fc.integer(), fc.boolean(), fc.constant(null));
    const words = fc.array(fc.lorem({ maxCount: 1 }), { maxLength: 40 }).map((list) => list.join(" "));
    const specification = fc.dictionary(
      fc.stringMatching(/^[a-z]{1,8}$/),
      fc.oneof(leaf, words, fc.array(fc.oneof(leaf, words))),
    );
    fc.assert(
      fc.property(specification, (value) => {
        if (Object.keys(value).length === 0) return;
        const { documents, problems } = readDocuments(condaText(value), { file: "c.yml", folder: "/" });
        expect(problems).toEqual([]);
        expect(documents[0]?.value).toEqual({ ...value });
      }),
    );
  });
});
