import { expect, it } from "@jest/globals";
import { Ajv } from "ajv";
import formats from "ajv-formats";
import fc from "fast-check";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Problem } from "../../src/yaml/problem.ts";
import { problemCodes, type ProblemCode } from "../../src/yaml/problem-codes.ts";
import { sarifOf, type SarifFacts } from "../../src/report/render/sarif.ts";

/** The schema is of draft 4, of which it has only the spelling of its own address, and expressions without Unicode. */
const {
  id: _,
  $schema: __,
  ...schema
} = JSON.parse(readFileSync(join(import.meta.dirname, "../fixtures/sarif/sarif-2.1.0-rtm.5.json"), "utf8")) as Record<
  string,
  unknown
>;
const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
formats.default(ajv);
const isSarif = ajv.compile(schema);

const facts: SarifFacts = {
  folder: "ml",
  fallbackFile: ".github/workflows/ci.yml",
  version: "0.1.0",
  completed: true,
  digest: (text) => `digest of ${text}`,
};
type Log = {
  readonly runs: readonly {
    readonly tool: {
      readonly driver: {
        readonly rules: readonly {
          readonly id: string;
          readonly helpUri?: string;
          readonly help: { readonly text: string };
        }[];
      };
    };
    readonly results: readonly {
      readonly ruleId: string;
      readonly ruleIndex: number;
      readonly level: string;
      readonly locations: readonly unknown[];
      readonly partialFingerprints: Readonly<Record<string, string>>;
    }[];
  }[];
};
const runOf = (problems: readonly Problem[], change: Partial<SarifFacts> = {}) => {
  const [run] = (sarifOf(problems, { ...facts, ...change }) as Log).runs;
  if (run === undefined) throw new Error("There is no run.");
  return run;
};
const problem: Problem = {
  code: "unknown-key",
  severity: "error",
  where: { file: "compute/größe #1.yml", line: 3, column: 5 },
  message: "Unknown key.",
  fix: "Remove it.",
};

it("tells each problem with its place, its rule and what helps", () => {
  const { results, tool } = runOf([
    problem,
    { ...problem, code: "duplicate-name", severity: "warning", related: { file: "a.yml", line: 1, column: 1 } },
    { ...problem, code: "unused-name", severity: "notice" },
  ]);
  expect(results.map(({ ruleId, level }) => [ruleId, level])).toEqual([
    ["unknown-key", "error"],
    ["duplicate-name", "warning"],
    ["unused-name", "note"],
  ]);
  for (const { ruleId, ruleIndex } of results) expect(tool.driver.rules[ruleIndex]?.id).toBe(ruleId);
  for (const { help } of tool.driver.rules) expect(help.text).not.toBe("");
  expect(results[0]).toMatchObject({
    message: { text: "Unknown key. Remove it." },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: "ml/compute/gr%C3%B6%C3%9Fe%20%231.yml" },
          region: { startLine: 3, startColumn: 5 },
        },
      },
    ],
  });
  expect(results[1]).toMatchObject({
    relatedLocations: [{ physicalLocation: { artifactLocation: { uri: "ml/a.yml" } } }],
  });
});

it("puts what has no place in a file at the workflow, as code scanning wants one", () => {
  const { where: ___, ...unplaced } = problem;
  const inline = { ...problem, where: { file: "targets", line: 4, column: 1 } };
  for (const { locations } of runOf([unplaced, inline]).results) {
    expect(locations).toEqual([
      { physicalLocation: { artifactLocation: { uri: ".github/workflows/ci.yml" }, region: { startLine: 1 } } },
    ]);
  }
});

it("keeps a problem's identity when it moves to other lines, and tells equal ones apart", () => {
  const moved = { ...problem, where: { file: "compute/größe #1.yml", line: 30, column: 1 } };
  const [before] = runOf([problem]).results;
  const [after] = runOf([moved]).results;
  expect(after?.partialFingerprints).toEqual(before?.partialFingerprints);
  const [first, second] = runOf([problem, moved]).results;
  expect(first?.partialFingerprints).not.toEqual(second?.partialFingerprints);
});

it("says what every code stands for, and links to its place in the documentation", () => {
  const codes = Object.keys(problemCodes) as ProblemCode[];
  const codesPage = "https://github.com/octo-org/azureml-targets/blob/v1/docs/codes.md";
  const all = codes.map((code) => ({ ...problem, code }));
  const { rules } = runOf(all, { codesPage }).tool.driver;
  expect(rules.map(({ id, helpUri }) => [id, helpUri])).toEqual(
    [...codes].sort().map((code) => [code, `${codesPage}#${code}`]),
  );
  const log = sarifOf(all, { ...facts, codesPage });
  expect([isSarif(log), isSarif.errors]).toEqual([true, null]);
  expect(runOf(all).tool.driver.rules.some((rule) => "helpUri" in rule)).toBe(false);
});

it("is SARIF 2.1.0 whatever the problems are", () => {
  const text = fc.string({ unit: "binary", maxLength: 40 });
  const position = fc.record({ file: text, line: fc.nat(), column: fc.nat() });
  const any: fc.Arbitrary<Problem> = fc.record(
    {
      code: fc.constantFrom("syntax", "unknown-key", "unused-name"),
      severity: fc.constantFrom("error", "warning", "notice"),
      where: position,
      related: position,
      message: text,
      fix: text,
    },
    { requiredKeys: ["code", "severity", "message", "fix"] },
  );
  fc.assert(
    fc.property(fc.array(any, { maxLength: 12 }), (problems) => {
      const log = sarifOf(problems, facts);
      expect([isSarif(log), isSarif.errors]).toEqual([true, null]);
    }),
  );
});
