import { expect, it } from "@jest/globals";
import fc from "fast-check";
import { heading } from "../../src/report/document.ts";
import { markdownSections } from "../../src/report/render/markdown.ts";
import { bytesOf, truncate, type RankedText } from "../../src/report/render/size-limit.ts";

const row = fc.string({ unit: "grapheme", maxLength: 60 }).map((text) => `| ${text.replaceAll(/[\n|]/g, " ")} |`);
const section: fc.Arbitrary<RankedText> = fc.record({
  rank: fc.integer({ min: 0, max: 7 }),
  text: fc.array(row, { maxLength: 60 }).map((rows) => ["### T", "", "| a |", "| --- |", ...rows, ""].join("\n")),
  hasRows: fc.boolean(),
});

it("always fits, cuts only between lines, and says where the rest is", () => {
  fc.assert(
    fc.property(
      fc.array(section, { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 200, max: 4000 }),
      (sections, limit) => {
        const whole = sections.map(({ text }) => text).join("\n");
        const text = truncate(sections, limit, "It is in report.md.");
        expect(bytesOf(text)).toBeLessThanOrEqual(limit);
        if (text !== whole) expect(text).toContain("It is in report.md.");
        const lines = new Set(whole.split("\n"));
        for (const line of text.split("\n"))
          expect(lines.has(line) || line.startsWith("> This report was cut")).toBe(true);
      },
    ),
  );
});

it("leaves out a block of code as a whole: one that lost its end would swallow what follows", () => {
  const table = "| a |\n| --- |\n| b |\n".repeat(40);
  const sections = markdownSections([
    { rank: 0, blocks: [heading(1, "Report")] },
    { rank: 6, blocks: [heading(2, "End of the log"), { kind: "code", text: table, language: "text" }] },
  ]);
  const text = truncate(sections, 400, "It is in report.md.");
  expect(text).toBe("## Report\n\n> This report was cut to fit GitHub's limit. It is in report.md.\n");
});

it("keeps what matters most", () => {
  const text = truncate(
    [
      { rank: 0, text: "failures", hasRows: false },
      { rank: 7, text: "x".repeat(500), hasRows: false },
    ],
    300,
    "More.",
  );
  expect(text).toContain("failures");
});
