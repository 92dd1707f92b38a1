import { describe, expect, it } from "@jest/globals";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { failureReasons } from "../../src/report/failure-reasons.ts";
import type { CodeEntry } from "../../src/yaml/code-entry.ts";
import { problemCodes } from "../../src/yaml/problem-codes.ts";

const root = join(import.meta.dirname, "../..");
const source = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
  .filter(
    (path) =>
      path.endsWith(".ts") &&
      !/(problem-codes|target-codes|job-codes|workspace-codes|failure-reasons|report\/result)\.ts$/.test(path),
  )
  .map((path) => readFileSync(join(root, "src", path), "utf8"))
  .join("\n");
const page = readFileSync(join(root, "docs/codes.md"), "utf8");

const problems = Object.entries<CodeEntry>(problemCodes).map(([code, entry]) => ({ code, entry, anchor: code }));
const reasons = Object.entries(failureReasons).map(([code, entry]) => ({ code, entry, anchor: `failure-${code}` }));

describe.each([
  { of: "problem", all: problems },
  { of: "failure", all: reasons },
])("every code of a $of", ({ all }) => {
  it.each(all)("$code is given by something in the source", ({ code }) => {
    const written = new RegExp(`(?:"${code}"|\\b${code}(?=: "))`);
    expect(source).toMatch(written);
  });

  it.each(all)("$code is explained in full sentences, and documented once at its anchor", ({ entry, anchor }) => {
    for (const text of Object.values<string>(entry)) expect(text).toMatch(/^[A-Za-z].*\.$/);
    expect(page.split(`<a id="${anchor}"></a>`)).toHaveLength(2);
  });
});

it("codes are lower-case words joined by dashes", () => {
  for (const { code } of [...problems, ...reasons]) expect(code).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
});
