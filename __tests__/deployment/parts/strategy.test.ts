import { describe, expect, it } from "@jest/globals";
import * as z from "zod";
import {
  readStrategy,
  strategySchema,
  type Strategy,
  type StrategyName,
} from "../../../src/deployment/parts/strategy.ts";
import { problemsAt } from "../../../src/compute/problems-at.ts";
import { formatProblem } from "../../../src/yaml/problem.ts";
import { checkShape, shape } from "../../../src/yaml/shape.ts";
import { nodeOf } from "../../support/documents.ts";

const schema = shape(() => z.strictObject({ strategy: strategySchema().optional() }));
const all = ["replace", "blue-green", "canary", "shadow"] as const;

function read(
  yaml: string,
  allowed: readonly StrategyName[] = all,
): { readonly strategy?: Strategy | undefined; readonly problems: readonly string[] } {
  const { node } = nodeOf(`strategy: ${yaml}\n`);
  if (node === undefined) throw new Error("no YAML");
  const { value, problems } = checkShape(schema, node);
  if (value === undefined) return { problems: problems.map(formatProblem) };
  const { found, add } = problemsAt(node);
  const strategy = readStrategy(value.strategy, { node, add }, allowed, "managed online deployment");
  return { strategy, problems: found.map(formatProblem) };
}

describe("strategy", () => {
  it.each([
    ["replace", { type: "replace" }],
    ["blue-green", { type: "blue-green", keepOld: false }],
    ["{ type: blue-green, keep_old: true }", { type: "blue-green", keepOld: true }],
    ["canary", { type: "canary", steps: [10, 50, 100], waitSeconds: 300, keepOld: false }],
    [
      "{ type: canary, steps: [5, 100], wait: 0, keep_old: true }",
      { type: "canary", steps: [5, 100], waitSeconds: 0, keepOld: true },
    ],
    [
      "{ type: shadow, mirror: 50, wait: 60, promote: true }",
      { type: "shadow", mirror: 50, waitSeconds: 60, promote: true, keepOld: false },
    ],
    ["shadow", { type: "shadow", mirror: 10, waitSeconds: 3600, promote: false, keepOld: false }],
  ])("%s is taken", (yaml, strategy) => {
    expect(read(yaml)).toEqual({ strategy, problems: [] });
  });

  it.each([
    [
      "blue",
      'file.yml:1:11: "blue" is not one of the values allowed here. Did you mean blue-green? Use replace, blue-green, canary or shadow. [wrong-value]',
    ],
    [
      "{ type: canary, steps: [] }",
      "file.yml:1:34: The canary has no steps. Write steps: [10, 50, 100]. [wrong-steps]",
    ],
    [
      "{ type: canary, steps: [10, 50] }",
      "file.yml:1:39: The last step is 50 %, so that the release would never end. Write steps: [10, 50, 100]. [wrong-steps]",
    ],
    [
      "{ type: canary, steps: [50, 10, 100] }",
      "file.yml:1:39: A step of 10 % does not follow one of 50 %. Write steps: [10, 50, 100]. [wrong-steps]",
    ],
    [
      "{ type: canary, steps: [0, 100] }",
      "file.yml:1:35: A step of 0 % is not a share of the traffic from 1 to 100. Write steps: [100]. [wrong-steps]",
    ],
    [
      "{ type: canary, steps: [10, 100, 100] }",
      "file.yml:1:44: A step of 100 % does not follow one of 100 %. Write steps: [10, 100]. [wrong-steps]",
    ],
    ["{ type: shadow, mirror: 51 }", "file.yml:1:35: mirror is 51. Use a percentage from 1 to 50. [out-of-range]"],
    ["{ type: canary, wait: -1 }", "file.yml:1:33: wait is -1. Give seconds, 0 or more. [out-of-range]"],
    [
      "{ type: replace, keep_old: true }",
      'file.yml:1:28: Unknown key "keep_old". It is for type blue-green, canary or shadow; remove it, or change the type. [unknown-key]',
    ],
  ])("%s is refused at its place", (yaml, problem) => {
    expect(read(yaml).problems).toEqual([problem]);
  });

  it("is refused where deployments of the type cannot do it", () => {
    expect(read("canary", ["replace"]).problems).toEqual([
      "file.yml:1:11: A managed online deployment cannot be released by canary. Use replace, or remove strategy. [wrong-value]",
    ]);
    expect(read("{ type: shadow }", ["replace", "blue-green"]).problems).toEqual([
      "file.yml:1:19: A managed online deployment cannot be released by shadow. Use replace or blue-green. [wrong-value]",
    ]);
  });
});
