import { describe, expect, it } from "@jest/globals";
import { renderHtml } from "../../../src/report/render/html.ts";
import { markdownSections } from "../../../src/report/render/markdown.ts";
import { reportOf } from "../../../src/report/report.ts";
import type { RunReport } from "../../../src/report/result.ts";
import { bare } from "../../support/results.ts";

const completed: RunReport = {
  name: "run-1",
  status: "Completed",
  conclusion: "success",
  reused: false,
  compute: "cpu",
  metrics: [],
  gates: [],
};

describe("a metric that a run has logged at each of its steps", () => {
  it("is reported however many they are, with its lowest and its highest value", () => {
    const points = Array.from({ length: 300_000 }, (_, step) => ({ step, value: Math.abs(step - 150_000) / 1000 }));
    const report = reportOf({ ...bare, run: { ...completed, metrics: [{ name: "loss", last: 149.999, points }] } });
    const summary = markdownSections(report).map(({ text }) => text);
    expect(summary.join("\n")).toContain('x-axis "step" 0 --> 299999');
    const html = renderHtml(report);
    expect(html).toContain("over steps 0 to 299999");
    expect([...html.matchAll(/<td[^>]*>([^<]*)<\/td>/g)].map(([, cell]) => cell)).toEqual(
      expect.arrayContaining(["149.999", "0", "150", "300000"]),
    );
  });
});
