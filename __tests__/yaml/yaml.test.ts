import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { isYamlTimestamp } from "../../src/yaml/timestamp.ts";
import { readDocuments } from "../../src/yaml/yaml.ts";

const read = (text: string) => readDocuments(text, { file: "a.yml", folder: "/checkout" });

it("takes an unquoted date for a date, not for text", () => {
  const { documents } = read("a: 2026-01-01\nb: '2026-01-01'\nc: 2026-1-1 10:00:00 +01:00");
  expect(documents[0]?.value).toEqual({ a: expect.anything(), b: "2026-01-01", c: expect.anything() });
  const { a, c } = documents[0]?.value as { a: unknown; c: unknown };
  expect([isYamlTimestamp(a), isYamlTimestamp(c), JSON.stringify(a)]).toEqual([true, true, '"2026-01-01"']);
});

describe("scalars", () => {
  // The values of PyYAML 6's safe_load, except dates: az ml has no use for them, so they stay text.
  it.each([
    ["010", 8],
    ["0o10", "0o10"],
    ["0x1F", 31],
    ["0b11", 3],
    ["1_000", 1000],
    ["1:30", 90],
    ["-12", -12],
    ["+3", 3],
    ["1e-3", "1e-3"],
    ["1.0e-3", 0.001],
    ["1.5e3", "1.5e3"],
    [".5", 0.5],
    ["1.", 1],
    [".inf", Number.POSITIVE_INFINITY],
    ["-.INF", Number.NEGATIVE_INFINITY],
    ["yes", true],
    ["Off", false],
    ["y", "y"],
    ["~", null],
    ["null", null],
    ["'010'", "010"],
    ["08", "08"],
  ])("reads %s as PyYAML does", (text, value) => {
    expect(read(`key: ${text}`).documents[0]?.value).toEqual({ key: value });
  });
});

describe("texts in quotes over several lines", () => {
  // Values of PyYAML's safe_load.
  it.each([
    ['a: "x\ny"\nb: 1\n', { a: "x y", b: 1 }],
    ["a: 'x\ny: z'\n", { a: "x y: z" }],
    ['x:\n  p: "a\\n\\\n  b"\n', { x: { p: "a\nb" } }],
    ['- "a\nb"\n- c\n', ["a b", "c"]],
    ['k: {a: "x\ny", b: 2}\n', { k: { a: "x y", b: 2 } }],
  ])("%j may begin its further lines in any column, as for az ml", (text, value) => {
    expect(read(text)).toMatchObject({ documents: [{ value }], problems: [] });
  });

  it("end at the end of a document", () => {
    expect(read('a: "x\n---\ny"\n').problems).toMatchObject([{ code: "syntax" }]);
  });
});

describe("places", () => {
  it("finds keys and values, also behind merges and aliases", () => {
    const [document] = read(
      "base: &base {size: small}\ntarget:\n  <<: *base\n  name: x\nlist:\n  - one\n  - two: 2\n",
    ).documents;
    expect(document?.at(["target", "name"])).toEqual({ file: "a.yml", line: 4, column: 9 });
    expect(document?.at(["target", "name"], "key")).toEqual({ file: "a.yml", line: 4, column: 3 });
    expect(document?.at(["target", "size"])).toEqual({ file: "a.yml", line: 1, column: 20 });
    expect(document?.at(["list", 1, "two"])).toEqual({ file: "a.yml", line: 7, column: 10 });
    expect(document?.at(["list", 1, "absent"])).toEqual({ file: "a.yml", line: 7, column: 5 });
  });

  it.each([
    { what: "a key twice", text: "a: 1\na: 2\n", at: "2:1", code: "duplicate-key" },
    { what: "a tab", text: "a:\n\tb: 1\n", at: "2:1", code: "syntax" },
    { what: "an open list", text: "a: [1, 2\n", at: "2:1", code: "syntax" },
    { what: "an alias without anchor", text: "a: *b\n", at: "1:4", code: "syntax" },
    { what: "a key that is not text", text: "? [1]\n: 2\n", at: "1:3", code: "syntax" },
  ])("says where $what stands", ({ text, at, code }) => {
    const [problem] = read(text).problems;
    expect(problem?.code).toBe(code);
    expect(`${problem?.where?.line ?? 0}:${problem?.where?.column ?? 0}`).toBe(at);
  });

  it("refuses a document that aliases would blow up, and reads the next one", () => {
    const bomb = [
      "a: &a [x,x,x,x,x,x,x,x,x]",
      "b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]",
      "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]",
      "d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]",
      "e: [*d,*d,*d,*d,*d,*d,*d,*d,*d]",
    ];
    const { documents, problems } = read(`${bomb.join("\n")}\n---\nfine: true\n`);
    expect(problems).toHaveLength(1);
    expect(documents.map(({ value }) => value)).toEqual([{ fine: true }]);
  });

  it.each([
    { what: "deep flow", text: "[".repeat(1000) },
    { what: "deep blocks", text: Array.from({ length: 1000 }, (_, depth) => `${" ".repeat(depth)}a:\n`).join("") },
    { what: "deep dashes", text: `${"- ".repeat(1000)}a` },
    { what: "many anchors", text: Array.from({ length: 20_000 }, (_, at) => `a${at}: &a${at} x\n`).join("") },
    { what: "many aliases", text: `a: &a x\nb:\n${"- *a\n".repeat(20_000)}` },
    { what: "many keys", text: Array.from({ length: 50_000 }, (_, at) => `k${at}: 1\n`).join("") },
    { what: "many bytes", text: `a: ${"x".repeat(1_100_000)}\n` },
  ])("refuses $what by a limit", ({ text }) => {
    const { documents, problems } = read(text);
    expect([documents, problems.map(({ code }) => code)]).toEqual([[], ["too-complex"]]);
  });

  it("refuses a value that holds itself", () => {
    const { documents, problems } = read("a: &a [*a]\n");
    expect(documents).toEqual([]);
    expect(problems).toMatchObject([{ code: "syntax", where: { line: 1, column: 8 } }]);
  });

  it.each([
    ["a: !custom b\n", 4],
    ["a: !!js/function 'x'\n", 4],
    ["a: !custom { b: 1 }\n", 4],
  ])("refuses the tag of %j at its place", (text, column) => {
    expect(read(text).problems).toMatchObject([{ code: "unknown-tag", where: { line: 1, column } }]);
  });

  it("names a tag of YAML itself as it is written", () => {
    expect(read("a: !!binary aGk=\n").problems[0]?.message).toMatch(/^The tag !!binary is not one/);
  });

  it.each(["a: !custom b\nc: 1\n", "a: 0\na: b\nc: 1\n"])("goes on behind a tag and a key twice: %j", (text) => {
    expect(read(text).documents.map(({ value }) => value)).toEqual([{ a: "b", c: 1 }]);
  });

  it("takes the tags of YAML itself", () => {
    const { documents, problems } = read("a: !!str 5\nb: !!int '5'\nc: !!map { d: 1 }\n");
    expect(problems).toEqual([]);
    expect(documents[0]?.value).toEqual({ a: "5", b: 5, c: { d: 1 } });
  });

  it("never throws, and never points outside the text", () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom("a", ":", " ", "\n", "-", "[", "{", "&", "*", "'", '"', "\t", "é", "|", "<<", "#", "!"),
        }),
        (text) => {
          const lines = text.split("\n").length;
          for (const { where } of read(text).problems) {
            expect(where?.line).toBeGreaterThanOrEqual(1);
            expect(where?.line).toBeLessThanOrEqual(lines + 1);
            expect(where?.column).toBeGreaterThanOrEqual(1);
          }
        },
      ),
    );
  });
});
