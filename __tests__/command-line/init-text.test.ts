import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { comment, fileText, itemLines, yamlLines } from "../../src/command-line/init/text.ts";
import { readDocuments } from "../../src/yaml/yaml.ts";

const read = (text: string) => {
  const { documents, problems } = readDocuments(text, { file: "azureml.yml", folder: "/checkout" });
  expect(problems).toEqual([]);
  return documents[0]?.value;
};
// What YAML of two versions and PyYAML take for something else than a text.
const odd = ["on", "No", "~", "null", "0o17", "017", "1_000", "1e3", "12:30", "2026-01-31", ".inf", "0x1F", "=", "!x"];
const signs = [
  "\u00a0",
  "\u3000",
  "::error::x",
  "##[group]y",
  "a: b",
  "- c",
  "# d",
  "\u001b[2J",
  "\u2028",
  "\ud83d\ude00",
  "'",
  '"',
  "\\",
  "\t",
];
// The library writes `<<` as what it is in a key, another mapping: init reads back what it writes, and leaves such a one out.
const anyText = fc
  .oneof(
    fc.constantFrom(...odd),
    fc.string({ unit: "grapheme" }),
    fc.array(fc.constantFrom(...odd, ...signs, "\n", " "), { maxLength: 8 }).map((parts) => parts.join("")),
  )
  .filter((text) => text !== "<<");

describe("what init writes", () => {
  it("is read as the values that were given, whatever texts are in them", () => {
    fc.assert(
      fc.property(fc.dictionary(anyText, fc.oneof(anyText, fc.array(anyText))), (value) => {
        expect(read(yamlLines({ list: [value] }).join("\n"))).toEqual({ list: [value] });
      }),
      { numRuns: 200 },
    );
  });

  it("has no line that a runner takes for a command, and no sign that a terminal acts on", () => {
    fc.assert(
      fc.property(anyText, anyText, (text, said) => {
        const file = fileText("a test", [
          ["targets:", ...itemLines({ name: text, tags: { [text]: said } }, [said])],
          comment(text),
        ]);
        expect(file).not.toMatch(/^\s*::|##\[|[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028]/m);
        expect(read(file)).toEqual({ targets: [{ name: text, tags: { [text]: said } }] });
      }),
      { numRuns: 200 },
    );
  });

  it.each(["\u00a0", "\u2003", "a\u00a0", "\u3000b"])("keeps space of any script at the ends of a text: %j", (text) => {
    expect(read(yamlLines({ list: [text] }).join("\n"))).toEqual({ list: [text] });
    expect(read(yamlLines({ [text]: text }).join("\n"))).toEqual({ [text]: text });
  });

  it("leaves out what has no value", () => {
    expect(yamlLines({ a: undefined, b: { c: undefined, d: 1 } })).toEqual(["b:", "  d: 1"]);
  });
});
