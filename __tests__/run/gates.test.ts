import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { checkGates, missedGates, type Baseline, type Comparison, type Gate } from "../../src/run/gates.ts";

const where = { file: "azureml.yml", line: 7, column: 5 };
const gate = (condition: object, metric = "accuracy") => ({ metric, where, ...condition }) as Gate;
const comparison = (given: Partial<Comparison> = {}) =>
  gate({ noWorseThan: { branch: "main" }, goal: "maximize", tolerance: { absolute: 0 }, required: false, ...given });
const passes = (one: Gate, value: number | undefined, baseline?: Baseline) =>
  checkGates(
    [one],
    { own: value === undefined ? {} : { [one.metric]: value } },
    new Map(baseline === undefined ? [] : [[0, baseline]]),
  )[0]?.passed;
const other = (value: number): Baseline => ({ run: "earlier", value });

describe("a gate", () => {
  it.each<[string, Gate, number | undefined, boolean]>([
    ["at_least, met exactly", gate({ atLeast: 0.9 }), 0.9, true],
    ["at_least, missed", gate({ atLeast: 0.9 }), 0.89, false],
    ["at_least, infinite", gate({ atLeast: 0.9 }), Infinity, false],
    ["at_most, met exactly", gate({ atMost: 0.2 }), 0.2, true],
    ["at_most, minus infinity", gate({ atMost: 0.2 }), -Infinity, false],
    ["at_most, NaN", gate({ atMost: 0.2 }), NaN, false],
    ["between, lower bound", gate({ between: [0.4, 0.6] }), 0.4, true],
    ["between, upper bound", gate({ between: [0.4, 0.6] }), 0.6, true],
    ["between, below", gate({ between: [0.4, 0.6] }), 0.39, false],
    ["between, above", gate({ between: [0.4, 0.6] }), 0.61, false],
    ["never logged", gate({ atMost: 0.2 }), undefined, false],
  ])("%s", (_, one, value, passed) => {
    expect(passes(one, value)).toBe(passed);
  });

  it("is of a step where it names one, and of the run alone where it names none", () => {
    const values = { own: { loss: 1 }, steps: { train: { loss: 0.1 } } };
    const gates = [gate({ atMost: 0.2, step: "train" }, "loss"), gate({ atMost: 0.2 }, "loss")];
    expect(checkGates(gates, values, new Map()).map(({ passed }) => passed)).toEqual([true, false]);
    const [unknown] = checkGates([gate({ atMost: 0.2, step: "toString" }, "loss")], values, new Map());
    expect(unknown).toMatchObject({ passed: false, step: "toString" });
  });
});

describe("the bounds of a gate", () => {
  const boundsOf = (one: Gate, baseline?: Baseline) =>
    checkGates([one], { own: {} }, new Map(baseline === undefined ? [] : [[0, baseline]]))[0]?.bounds;

  it.each<[string, Gate, Baseline | undefined, object | undefined]>([
    ["at_least", gate({ atLeast: 0.9 }), undefined, { low: 0.9 }],
    ["at_most", gate({ atMost: 0.2 }), undefined, { high: 0.2 }],
    ["between", gate({ between: [0.4, 0.6] }), undefined, { low: 0.4, high: 0.6 }],
    ["higher is better", comparison({ tolerance: { percent: 10 } }), other(0.5), { low: 0.45 }],
    ["lower is better", comparison({ goal: "minimize", tolerance: { absolute: 1 } }), other(3), { high: 4 }],
    ["nothing to compare with", comparison(), { missing: "no run" }, undefined],
  ])("are what is asked for in numbers, also of another run: %s", (_, one, baseline, bounds) => {
    expect(boundsOf(one, baseline)).toEqual(bounds);
  });
});

describe("a comparison with another run", () => {
  it.each<[string, Partial<Comparison>, number, number, boolean]>([
    ["as good", {}, 0.9, 0.9, true],
    ["better", {}, 0.91, 0.9, true],
    ["worse", {}, 0.89, 0.9, false],
    ["lower is better, and lower", { goal: "minimize" }, 0.1, 0.2, true],
    ["lower is better, and higher", { goal: "minimize" }, 0.21, 0.2, false],
    ["within a tolerance", { tolerance: { absolute: 0.02 } }, 0.89, 0.9, true],
    ["beyond a tolerance", { tolerance: { absolute: 0.02 } }, 0.87, 0.9, false],
    ["within per cent", { tolerance: { percent: 10 } }, 0.45, 0.5, true],
    ["beyond per cent", { tolerance: { percent: 10 } }, 0.44, 0.5, false],
    ["per cent of what is below zero", { tolerance: { percent: 10 } }, -11, -10, true],
    ["beyond per cent of what is below zero", { tolerance: { percent: 10 } }, -11.1, -10, false],
    ["below zero, lower is better", { goal: "minimize", tolerance: { percent: 10 } }, -9, -10, true],
    ["beyond, below zero, lower is better", { goal: "minimize", tolerance: { percent: 10 } }, -8.9, -10, false],
  ])("%s", (_, given, value, baseline, passed) => {
    expect(passes(comparison(given), value, other(baseline))).toBe(passed);
  });

  it("passes without another run, unless it is required; a value that is no number never does", () => {
    const missing: Baseline = { missing: "no run of a push to main has completed yet" };
    expect(passes(comparison(), 0.5, missing)).toBe(true);
    expect(passes(comparison({ required: true }), 0.5, missing)).toBe(false);
    expect(passes(comparison(), NaN, missing)).toBe(false);
    expect(passes(comparison(), undefined, missing)).toBe(false);
  });

  it("is missed while it is not known whether there is another run", () => {
    expect(passes(comparison(), 0.5, { unread: "the list of jobs could not be read" })).toBe(false);
  });

  it("says the same of a metric and of its negative with the other goal", () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 });
    const amount = fc.double({ noNaN: true, min: 0, max: 1e6 });
    const tolerance = fc.oneof(
      amount.map((absolute) => ({ absolute })),
      amount.map((percent) => ({ percent })),
    );
    fc.assert(
      fc.property(number, number, tolerance, (value, baseline, allowed) => {
        const up = passes(comparison({ tolerance: allowed }), value, other(baseline));
        const down = passes(comparison({ tolerance: allowed, goal: "minimize" }), -value, other(-baseline));
        expect(up).toBe(down);
        if (value >= baseline) expect(up).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it("names the other run and its value where it is missed", () => {
    const one = comparison({ tolerance: { percent: 2 } });
    const results = checkGates([one], { own: { accuracy: 0.5 } }, new Map([[0, other(0.9)]]));
    expect(missedGates([one], results)).toEqual([
      {
        reason: "gate-missed",
        where,
        message:
          "The gate on accuracy was missed: required no lower than the newest run of main, tolerance 2 % (earlier has 0.9); the run logged 0.5.",
      },
    ]);
  });
});
