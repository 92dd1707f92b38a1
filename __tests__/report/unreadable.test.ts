import { describe, expect, it } from "@jest/globals";
import { readdirSync } from "node:fs";
import { plainText, type Document, type Section } from "../../src/report/document.ts";
import { renderHtml } from "../../src/report/render/html.ts";
import { markdownSections } from "../../src/report/render/markdown.ts";
import { reportOf, withoutUnreadable } from "../../src/report/report.ts";
import { failuresSection } from "../../src/report/sections/failures.ts";
import type { Result } from "../../src/report/result.ts";
import { everyResult } from "../support/results.ts";

/** One result with everything in it that a report can say. */
const whole: Result = {
  ...(Object.assign({}, ...[...everyResult()].reverse().map(({ result }) => result)) as Result),
  conclusion: "failure",
  failures: ["The workspace could not be read."],
};

const sections = readdirSync("src/report/sections")
  .map((file) => file.replace(/\.ts$/, ""))
  // Shared by two sections, and no section itself.
  .filter((name) => name !== "role-commands");

/** The member that a section reads, and the parts that are lost with it. */
const reads: Readonly<Record<string, { readonly member: keyof Result; readonly parts: readonly string[] }>> = {
  deployments: { member: "deployments", parts: ["first screen", "deployments"] },
  doctor: { member: "doctor", parts: ["checks"] },
  assets: { member: "assets", parts: ["assets"] },
  failures: { member: "failures", parts: ["failures"] },
  files: { member: "skipped", parts: ["files"] },
  findings: { member: "plan", parts: ["plan"] },
  heading: { member: "startedAt", parts: ["time"] },
  images: { member: "run", parts: ["first screen", "run", "trials", "steps", "metrics", "images", "timeline", "log"] },
  metrics: { member: "run", parts: ["first screen", "run", "trials", "steps", "metrics", "images", "timeline", "log"] },
  plan: { member: "plan", parts: ["plan"] },
  problems: { member: "problems", parts: ["problems"] },
  run: { member: "run", parts: ["first screen", "run", "trials", "steps", "metrics", "images", "timeline", "log"] },
  steps: { member: "run", parts: ["first screen", "run", "trials", "steps", "metrics", "images", "timeline", "log"] },
  targets: { member: "targets", parts: ["first screen", "targets"] },
  timeline: { member: "targets", parts: ["timeline"] },
  trials: { member: "run", parts: ["first screen", "run", "trials", "steps", "metrics", "images", "timeline", "log"] },
};

/** The same result, of which one member cannot be read. */
function without(member: keyof Result): Result {
  return new Proxy(whole, {
    get: (result, name) => {
      if (name === member) throw new TypeError(`${member} is not what it should be`);
      return Reflect.get(result, name) as unknown;
    },
  });
}

const isNotShown = ({ blocks: [first] }: Section) =>
  first?.kind === "heading" && plainText(first.content) === "Not shown";
const textOf = (document: Document) => JSON.stringify(document);

describe("a section that cannot be made", () => {
  it("is tried here for every section that there is", () => {
    expect(Object.keys(reads).sort()).toEqual([...sections].sort());
  });

  it.each(Object.entries(reads))("is replaced by a sentence, and the rest is whole: %s", (_, { member, parts }) => {
    const report = reportOf(without(member));
    const lost = report.filter(isNotShown);
    for (const part of parts) expect(textOf(lost)).toContain(`The part '${part}' of this report could not be written`);
    const kept = report.filter((section) => !isNotShown(section)).map((section) => JSON.stringify(section));
    const before = reportOf(whole).map((section) => JSON.stringify(section));
    expect(before.filter((section) => !kept.includes(section)).length).toBeLessThan(before.length);
    // What failed is gathered from all parts: of those that can be read it is still said.
    const failures = failuresSection(without(member === "failures" ? "run" : member)).map((one) => JSON.stringify(one));
    expect(kept.filter((section) => !before.includes(section) && !failures.includes(section))).toEqual([]);
    if (member !== "failures") expect(kept).toEqual(expect.arrayContaining(failures));
    // And it can be shown like any other.
    expect(() => [markdownSections(report), renderHtml(report)]).not.toThrow();
  });

  it.each([7, null, {}, [7], "x"])("is one where a member is %j, in whatever section", (value) => {
    for (const member of Object.keys(whole) as (keyof Result)[]) {
      const report = withoutUnreadable(reportOf({ ...whole, [member]: value }), [
        (part) => markdownSections(part),
        renderHtml,
      ]);
      expect(() => [markdownSections(report), renderHtml(report)]).not.toThrow();
      expect(report.length).toBeGreaterThan(3);
    }
  });
});

describe("a failed run", () => {
  it("is shown with its leaf cause first, then the last lines of its log, then the rest", () => {
    // More than what is shown with the run, which the end of the report repeats.
    const epochs = Array.from({ length: 6 }, (_, epoch) => `epoch ${epoch}`);
    const tail = [
      ...epochs,
      "loading",
      "Traceback (most recent call last):",
      "ModuleNotFoundError: No module named 'sklearn'",
    ];
    const run: NonNullable<Result["run"]> = {
      ...{ name: "run-1", status: "Failed", conclusion: "failure", reused: false, compute: "cpu" },
      ...{ metrics: [], gates: [], logTail: tail.join("\n") },
      error: {
        code: "UserError",
        message: '{"NonCompliant":"Traceback"}',
        details: [{ code: "ExecutionFailed", message: "ModuleNotFoundError: No module named 'sklearn'", details: [] }],
      },
    };
    const report = reportOf({ ...whole, conclusion: "failure", run, failures: ["The run 'run-1' ended as Failed."] });
    const text = markdownSections(report)
      .map((section) => section.text)
      .join("\n");
    const at = (part: string) => text.indexOf(part);
    const cause = at("No module named &#39;sklearn&#39; &#91;ExecutionFailed");
    const lines = at("\nloading\nTraceback (most recent call last):");
    expect(cause).toBeGreaterThan(0);
    expect(lines).toBeGreaterThan(cause);
    expect(text).not.toContain("NonCompliant");
    // The failures stand above every part, and the cause is said there alone.
    expect(at("###")).toBeGreaterThan(cause);
    expect(text.indexOf("No module named &#39;sklearn&#39; ", cause + 1)).toBe(-1);
    for (const later of ["End of the log", "### Identity"]) expect(text.indexOf(later)).toBeGreaterThan(lines);
  });
});
