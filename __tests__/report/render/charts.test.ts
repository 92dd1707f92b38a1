import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { Chart, ChartLine, Parallel } from "../../../src/report/document.ts";
import { drawnChart, sampled } from "../../../src/report/render/chart-points.ts";
import { colourLegend, mermaidChart } from "../../../src/report/render/mermaid-chart.ts";
import { svgChart } from "../../../src/report/render/svg-chart.ts";
import { svgParallel } from "../../../src/report/render/svg-parallel.ts";
import { textBar, textShares } from "../../../src/report/render/text-bars.ts";

const course = (...values: readonly number[]) => values.map((value, step) => ({ step, value }));
const chart = (...lines: readonly ChartLine[]): Chart => ({ kind: "chart", title: "loss", description: "loss", lines });
const current = { name: "this run", role: "current", points: course(3, 2, 1) } as const;

describe("a chart of several lines", () => {
  it("has room for all of them, and a level goes through all of it", () => {
    const drawn = drawnChart(
      chart(
        current,
        {
          name: "baseline",
          role: "baseline",
          points: [
            { step: 1, value: 4 },
            { step: 9, value: 0.5 },
          ],
        },
        { name: "gate", role: "gate", level: 0.4 },
      ),
    );
    expect([drawn.firstStep, drawn.lastStep]).toEqual([0, 9]);
    expect(drawn.low).toBeLessThan(0.4);
    expect(drawn.high).toBeGreaterThan(4);
    expect(drawn.lines[2]?.points.map(({ step }) => step)).toEqual([0, 9]);
  });

  it.each([
    ["above", 1000],
    ["below", -1000],
  ])("leaves out a level that would make a flat line of the rest, and says that it is %s", (side, level) => {
    const both = chart(current, { name: "gate", role: "gate", level });
    expect(drawnChart(both)).toMatchObject({ lines: [{}, { off: side, points: [] }] });
    expect(drawnChart(both).high).toBeLessThan(10);
    expect(colourLegend(drawnChart(both))).toEqual([
      { colour: "Blue", text: "this run" },
      { text: `gate (${side} the chart)` },
    ]);
    expect(mermaidChart(both, drawnChart(both)).match(/^ {2}line /gm)).toHaveLength(1);
    expect(svgChart(both, drawnChart(both)).match(/<polyline/g)).toHaveLength(1);
  });

  it("has no legend where there is one line", () => {
    expect(colourLegend(drawnChart(chart(current)))).toEqual([]);
  });

  it("spreads the values of every line evenly for Mermaid: what is between two points is on their line", () => {
    const lines = chart(
      {
        ...current,
        points: [
          { step: 0, value: 0 },
          { step: 4, value: 8 },
        ],
      },
      {
        name: "baseline",
        role: "baseline",
        points: [
          { step: 1, value: 5 },
          { step: 2, value: 7 },
        ],
      },
    );
    const drawn = drawnChart(lines);
    expect(drawn.lines.map(({ points }) => sampled(points, drawn, 5))).toEqual([
      [0, 2, 4, 6, 8],
      [5, 5, 7, 7, 7],
    ]);
  });

  it("draws nothing outside of itself, whatever the values", () => {
    const value = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 });
    const points = fc
      .uniqueArray(fc.tuple(fc.nat(10_000), value), { minLength: 2, maxLength: 60, selector: ([step]) => step })
      .map((all) => all.map(([step, one]) => ({ step, value: one })).sort((a, b) => a.step - b.step));
    fc.assert(
      fc.property(points, points, value, (one, other, level) => {
        const drawn = chart(
          { ...current, points: one },
          { name: "b", role: "baseline", points: other },
          { name: "g", role: "gate", level },
        );
        const svg = svgChart(drawn, drawnChart(drawn));
        for (const [, path = ""] of svg.matchAll(/points="([^"]*)"/g))
          for (const [x = Number.NaN, y = Number.NaN] of path.split(" ").map((pair) => pair.split(",").map(Number))) {
            expect(x).toBeGreaterThanOrEqual(0);
            expect(x).toBeLessThanOrEqual(360);
            expect(y).toBeGreaterThanOrEqual(0);
            expect(y).toBeLessThanOrEqual(200);
          }
      }),
    );
  });
});

describe("parallel coordinates", () => {
  const lines = ["a", "b", "c"].map((label, index) => ({ label, isBest: index === 0 }));
  const parallel = (...axes: Parallel["axes"]) => svgParallel({ kind: "parallel", description: "d", lines, axes });
  const heights = (svg: string) =>
    [...svg.matchAll(/class="trial[^"]*" d="M[\d.]+,([\d.]+)/g)].map(([, y]) => Number(y));

  it("draws the best trial last, over the others", () => {
    const svg = parallel({ title: "x", values: [1, 2, 3] }, { title: "y", values: [1, 2, 3] });
    expect([...svg.matchAll(/class="trial ([a-z]*)"/g)].map(([, kind]) => kind)).toEqual(["", "", "best"]);
  });

  it("puts values over many powers of ten at even distances, and words side by side", () => {
    const [second, third, best] = heights(
      parallel({ title: "rate", values: [1e-4, 1e-3, 1e-2] }, { title: "y", values: [1, 1, 1] }),
    );
    expect((best ?? 0) - (second ?? 0)).toBeCloseTo((second ?? 0) - (third ?? 0), 5);
    const words = heights(
      parallel({ title: "how", values: ["adam", "sgd", "adam"] }, { title: "y", values: [1, 2, 3] }),
    );
    expect(new Set(words).size).toBe(2);
  });

  it("has a gap, in a broken line, where a trial has no value", () => {
    const svg = parallel(
      { title: "x", values: [1, 2, 3] },
      { title: "y", values: [1, undefined, 3] },
      { title: "z", values: [1, 2, 3] },
    );
    const [, path = ""] = /class="trial partial" d="([^"]*)"/.exec(svg) ?? [];
    expect(path.match(/[ML]/g)).toEqual(["M", "M"]);
  });
});

describe("bars of signs", () => {
  const signs = (bar: string, sign: string) => [...bar].filter((one) => one === sign).length;

  it("show a share by its length, the smallest still by one sign, and what has no share as nothing", () => {
    const names = ["blue", "green"];
    const shares = textShares(
      {
        title: "",
        parts: [
          { name: "blue", percent: 99 },
          { name: "green", percent: 1 },
        ],
      },
      names,
    );
    expect([...shares.bar]).toHaveLength(20);
    expect(shares.bar.startsWith("█")).toBe(true);
    const half = textShares({ title: "", parts: [{ name: "green", percent: 50 }] }, names);
    expect([signs(half.bar, "▒"), signs(half.bar, "·")]).toEqual([10, 10]);
    expect(textShares({ title: "", parts: [] }, names).bar).toBe("·".repeat(20));
  });

  it("are always inside of their axis", () => {
    const number = fc.double({ min: 0, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(number, number, number, (from, seconds, more) => {
        const bar = textBar(
          { subject: "", phase: "", tone: "good", from, seconds },
          Math.max(1, from + seconds + more),
        );
        expect([...bar]).toHaveLength(20);
        expect(signs(bar, "█")).toBeGreaterThan(0);
      }),
    );
  });
});
