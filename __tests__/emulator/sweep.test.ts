import { describe, expect, it } from "@jest/globals";
import * as fc from "fast-check";
import { stoppedBy } from "../../emulator/arm/jobs/early-termination.ts";
import { createSampler, type SearchSpace } from "../../emulator/arm/jobs/sampling.ts";

const draw = (space: SearchSpace, sampling: Readonly<Record<string, unknown>>, most: number) => {
  const sampler = createSampler(sampling, space);
  if (typeof sampler === "string") return sampler;
  const drawn: unknown[] = [];
  for (let next = sampler(); next !== undefined && drawn.length < most; next = sampler()) drawn.push(next);
  return drawn;
};

describe("the trials of a sweep", () => {
  const choices: SearchSpace = { a: ["choice", [[1, 2]]], b: ["choice", [["x", "y", "z"]]] };

  it("are every combination once, in a grid", () => {
    expect(draw(choices, { samplingAlgorithmType: "Grid" }, 100)).toEqual(
      [1, 2].flatMap((a) => ["x", "y", "z"].map((b) => ({ a, b }))),
    );
  });

  it("are no more than the combinations there are, whatever samples them", () => {
    const drawn = draw(choices, { samplingAlgorithmType: "Random", seed: 3 }, 100);
    expect(drawn).toHaveLength(6);
    expect(new Set(JSON.stringify(drawn).match(/\{[^}]*\}/g))).toHaveProperty("size", 6);
  });

  it("cannot be a grid of what has no grid", () => {
    expect(draw({ lr: ["uniform", [0, 1]] }, { samplingAlgorithmType: "Grid" }, 1)).toBe(
      "Grid sampling supports only choice; the parameter 'lr' is uniform.",
    );
  });

  it("are the same for the same seed, and inside what they are sampled from", () => {
    const space: SearchSpace = {
      uniform: ["uniform", [-2, 3]],
      log: ["loguniform", [-3, -1]],
      step: ["quniform", [0, 10, 2]],
      whole: ["randint", [4]],
      option: ["choice", [[{ n: ["uniform", [5, 6]], m: 1 }]]],
    };
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
        const sampling = { samplingAlgorithmType: "Random", seed };
        const drawn = draw(space, sampling, 5) as readonly Record<string, number>[];
        expect(drawn).toEqual(draw(space, sampling, 5));
        for (const { uniform = 9, log = 9, step = 9, whole = 9, option } of drawn) {
          expect(uniform >= -2 && uniform <= 3).toBe(true);
          expect(log >= Math.exp(-3) && log <= Math.exp(-1)).toBe(true);
          expect([0, 2, 4, 6, 8, 10]).toContain(step);
          expect([0, 1, 2, 3]).toContain(whole);
          const { n, m } = option as unknown as { readonly n: number; readonly m: number };
          expect(n >= 5 && n <= 6 && m === 1).toBe(true);
        }
      }),
    );
  });
});

describe("early termination", () => {
  const courses = [
    { trial: "good", values: [0.5, 0.8] },
    { trial: "near", values: [0.5, 0.7] },
    { trial: "bad", values: [0.1, 0.2] },
  ];

  it.each([
    // 0.7 · 1.2 is more than 0.8, and 0.2 · 1.2 is not.
    [{ policyType: "Bandit", slackFactor: 0.2, evaluationInterval: 1 }, "Maximize", ["bad"]],
    [{ policyType: "Bandit", slackAmount: 0.05, evaluationInterval: 1 }, "Maximize", ["near", "bad"]],
    [{ policyType: "Bandit", slackAmount: 0.05, evaluationInterval: 1, delayEvaluation: 3 }, "Maximize", []],
    [{ policyType: "Bandit", slackAmount: 0.05, evaluationInterval: 3 }, "Maximize", []],
    [{ policyType: "MedianStopping", evaluationInterval: 1 }, "Maximize", ["bad"]],
    [{ policyType: "TruncationSelection", truncationPercentage: 34, evaluationInterval: 1 }, "Maximize", ["bad"]],
    [
      { policyType: "TruncationSelection", truncationPercentage: 67, evaluationInterval: 2 },
      "minimize",
      ["good", "near"],
    ],
    [{ policyType: "TruncationSelection", truncationPercentage: 20, evaluationInterval: 1 }, "Maximize", []],
  ] as const)("%j, to %s, stops %j", (policy, goal, stopped) => {
    expect(stoppedBy(policy, goal, courses, new Map())).toEqual(stopped);
  });

  it("judges a trial once at each interval, and none that is alone", () => {
    const policy = { policyType: "Bandit", slackAmount: 0.05, evaluationInterval: 1 };
    const judged = new Map<string, number>();
    expect(stoppedBy(policy, "Maximize", courses, judged)).toEqual(["near", "bad"]);
    expect(stoppedBy(policy, "Maximize", courses, judged)).toEqual([]);
    const alone = new Map<string, number>();
    expect(stoppedBy(policy, "Maximize", courses.slice(1, 2), alone)).toEqual([]);
    expect(stoppedBy(policy, "Maximize", courses.slice(0, 2), alone)).toEqual(["near"]);
  });
});
