import { describe, expect, it } from "@jest/globals";
import * as fc from "fast-check";
import { sampleTrials, samplingFaults, valueAt, type TrialValues } from "../../src/job/parts/sampling.ts";
import type { SearchSpace } from "../../src/job/parts/search-space.ts";

const draws = (space: SearchSpace, seed: number, count = 200) =>
  sampleTrials("random", space, count, seed).map(({ x }) => x as number);

const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 });

describe("random sampling", () => {
  it("gives the same trials for the same seed, and others for another", () => {
    const space: SearchSpace = { x: { type: "uniform", min_value: 0, max_value: 1 } };
    fc.assert(
      fc.property(seeds, (seed) => {
        expect(draws(space, seed)).toEqual(draws(space, seed));
        expect(draws(space, seed, 3)).not.toEqual(draws(space, seed + 1, 3));
      }),
      { numRuns: 20 },
    );
  });

  it("takes the seed of the job before any other", () => {
    const space: SearchSpace = { x: { type: "normal", mu: 0, sigma: 1 } };
    const seeded = (own: number, seed: number) => sampleTrials({ type: "random", seed: own }, space, 5, seed);
    expect(seeded(7, 1)).toEqual(seeded(7, 2));
    expect(seeded(7, 1)).not.toEqual(seeded(8, 1));
  });

  it.each<[SearchSpace[string], (value: number) => boolean]>([
    [{ type: "uniform", min_value: -2, max_value: 3 }, (x) => x >= -2 && x < 3],
    [{ type: "quniform", min_value: 0, max_value: 1, q: 0.1 }, (x) => /^[01](\.\d)?$/.test(String(x))],
    [{ type: "loguniform", min_value: -3, max_value: 0 }, (x) => x >= Math.exp(-3) && x < 1],
    [{ type: "qloguniform", min_value: 0, max_value: 3, q: 2 }, (x) => x % 2 === 0 && x <= 20],
    [{ type: "lognormal", mu: 0, sigma: 1 }, (x) => x > 0],
    [{ type: "qnormal", mu: 0, sigma: 5, q: 3 }, (x) => x % 3 === 0],
    [{ type: "qlognormal", mu: 0, sigma: 1, q: 1 }, (x) => Number.isInteger(x) && x >= 0],
    [{ type: "randint", upper: 5 }, (x) => Number.isInteger(x) && x >= 0 && x < 5],
    [{ type: "choice", values: [1, 2, 4] }, (x) => [1, 2, 4].includes(x)],
  ])("draws what %j holds", (distribution, holds) => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const values = draws({ x: distribution }, seed, 30);
        expect(values.length).toBeGreaterThan(0);
        expect(values.filter((value) => !holds(value))).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  it("reaches the whole of an interval, with the mean and the spread of its distribution", () => {
    const uniform = draws({ x: { type: "uniform", min_value: 0, max_value: 1 } }, 1, 1000);
    expect(mean(uniform)).toBeCloseTo(0.5, 1);
    expect(Math.min(...uniform)).toBeLessThan(0.02);
    expect(Math.max(...uniform)).toBeGreaterThan(0.98);
    const normal = draws({ x: { type: "normal", mu: 10, sigma: 2 } }, 1, 1000);
    expect(Math.abs(mean(normal) - 10)).toBeLessThan(0.2);
    expect(Math.abs(Math.sqrt(mean(normal.map((x) => (x - 10) ** 2))) - 2)).toBeLessThan(0.2);
  });

  it("takes the base of logarithms that the job names", () => {
    const space: SearchSpace = { x: { type: "loguniform", min_value: 1, max_value: 2 } };
    const values = sampleTrials({ type: "random", logbase: 10 }, space, 50, 3).map(({ x }) => x as number);
    expect(values.filter((x) => x < 10 || x > 100)).toEqual([]);
    expect(Math.max(...values)).toBeGreaterThan(50);
  });

  it("ends where a space has no more", () => {
    const space: SearchSpace = { x: { type: "choice", values: ["a", "b"] }, y: { type: "randint", upper: 3 } };
    const trials = sampleTrials("random", space, 100, 5);
    expect(new Set(trials.map((values) => JSON.stringify(values))).size).toBe(6);
    expect(trials).toHaveLength(6);
  });
});

it("grid sampling takes every combination once, up to the limit", () => {
  const space: SearchSpace = {
    a: { type: "choice", values: [1, 2] },
    b: { type: "choice", values: ["x", { deep: "y" }] },
  };
  const all: readonly TrialValues[] = [
    { a: 1, b: "x" },
    { a: 1, b: { deep: "y" } },
    { a: 2, b: "x" },
    { a: 2, b: { deep: "y" } },
  ];
  expect(sampleTrials("grid", space, 100, 0)).toEqual(all);
  expect(sampleTrials({ type: "grid" }, space, 3, 0)).toEqual(all.slice(0, 3));
});

it.each([
  ["lr", "0.5"],
  ["model", '{"name":"tree","depth":3}'],
  ["model.name", "tree"],
  ["model.depth", "3"],
  ["model.nothing", undefined],
  ["lr.part", undefined],
  ["toString", undefined],
])("the value of %s in a command is %s", (name, expected) => {
  expect(valueAt({ lr: 0.5, model: { name: "tree", depth: 3 } }, name)).toBe(expected);
});

it.each<[Parameters<typeof samplingFaults>[0], SearchSpace[string], string | undefined]>([
  ["random", { type: "normal", mu: 0, sigma: 1 }, undefined],
  [{ type: "random", seed: 1, rule: "random" }, { type: "randint", upper: 2 }, undefined],
  [{ type: "random", rule: "sobol" }, { type: "randint", upper: 2 }, "sampling_algorithm.rule"],
  ["bayesian", { type: "choice", values: [1] }, "sampling_algorithm"],
  [{ type: "bayesian" }, { type: "choice", values: [1] }, "sampling_algorithm"],
  ["grid", { type: "choice", values: [1] }, undefined],
  ["grid", { type: "randint", upper: 2 }, "sampling_algorithm"],
  ["grid", { type: "choice", values: [{ a: { type: "randint", upper: 2 } }] }, "sampling_algorithm"],
  [undefined, { type: "choice", values: [1] }, ""],
])("%j of %j is at fault: %s", (sampling, distribution, place) => {
  expect(samplingFaults(sampling, { x: distribution })[0]?.path.join(".")).toBe(place);
});

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
