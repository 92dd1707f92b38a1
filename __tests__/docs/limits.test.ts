import { describe, expect, it } from "@jest/globals";
import { constantOf, limitsPage } from "../../scripts/reference/limits.ts";
import { failureReasons } from "../../src/report/failure-reasons.ts";
import { summaryBytes } from "../../src/report/render/size-limit.ts";
import { problemCodes } from "../../src/yaml/problem-codes.ts";
import { largestBytes } from "../../src/yaml/limits.ts";

describe("The page of limits", () => {
  it.each([
    ["yaml/limits.ts", "largestBytes", largestBytes],
    ["report/render/size-limit.ts", "summaryBytes", summaryBytes],
    ["asset/upload/snapshot.ts", "mostBytes", 2 * 1024 ** 3],
    ["yaml/limits.ts", "mostLexemes", 100_000],
  ])("reads from src/%s what %s is", (file, name, value) => {
    expect(constantOf(file, name)).toBe(value);
  });

  it("fails for a constant that is gone", () => {
    expect(() => constantOf("yaml/limits.ts", "mostWishes")).toThrow("src/yaml/limits.ts has no number mostWishes.");
  });

  it("names only codes that there are", () => {
    const codes = [...limitsPage().matchAll(/error `([a-z-]+)`|\| `([a-z-]+)` \|$/gm)].map(([, a, b]) => a ?? b ?? "");
    expect(codes.length).toBeGreaterThan(10);
    const known: readonly string[] = [...Object.keys(problemCodes), ...Object.keys(failureReasons)];
    expect(codes.filter((code) => !known.includes(code))).toEqual([]);
  });
});
