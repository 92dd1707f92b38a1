import { describe, expect, it } from "@jest/globals";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { problemCodes } from "../../src/yaml/problem-codes.ts";
import { failureReasons } from "../../src/report/failure-reasons.ts";

const root = join(import.meta.dirname, "../..");
const page = readFileSync(join(root, "docs/threat-model.md"), "utf8");
const [, threats = ""] = page.split("## Threats");
const rows =
  threats
    .split("## ")[0]
    ?.split("\n")
    .filter((line) => line.startsWith("| "))
    .slice(2)
    .map((line) => line.split(" | ")) ?? [];

describe("The threat model", () => {
  it("has threats, each with what holds its mitigation", () => {
    expect(rows.length).toBeGreaterThan(15);
    expect(rows.filter((cells) => cells.length !== 3 || !/\]\(\.\.\/.+\)/.test(cells[2] ?? ""))).toEqual([]);
  });

  it("links only to files that there are, and tests that test something", () => {
    const files = [...page.matchAll(/\]\(\.\.\/([^)#]+)\)/g)].map(([, file = ""]) => file);
    expect(files.length).toBeGreaterThan(20);
    expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
    const tests = files.filter((file) => file.endsWith(".test.ts"));
    expect(tests.filter((file) => !/\bexpect\(/.test(readFileSync(join(root, file), "utf8")))).toEqual([]);
  });

  it("names only codes that there are", () => {
    const codes = [...page.matchAll(/`((?:plan|reserved|visible)-[a-z-]+)`/g)].map(([, code = ""]) => code);
    const known: readonly string[] = [...Object.keys(problemCodes), ...Object.keys(failureReasons)];
    expect(codes.length).toBeGreaterThan(3);
    expect(codes.filter((code) => !known.includes(code))).toEqual([]);
  });

  it("is linked by SECURITY.md", () => {
    expect(readFileSync(join(root, "SECURITY.md"), "utf8")).toContain("(docs/threat-model.md)");
  });
});
