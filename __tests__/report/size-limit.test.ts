import { expect, it } from "@jest/globals";
import fc from "fast-check";
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
