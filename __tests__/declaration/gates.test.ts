import { describe, expect, it } from "@jest/globals";
import { formatPosition } from "../../src/yaml/problem.ts";
import { declare } from "../support/declare.ts";

const read = async (gate: string) => {
  const { gates, problems } = await declare({
    "azureml.yml": `targets: [{ name: here, type: local }]\ngates:\n  - ${gate}\n`,
  });
  return {
    gates: gates.map(({ where: _, ...rest }) => rest),
    problems: problems.map(({ code, where }) => `${code} ${where === undefined ? "" : formatPosition(where)}`),
  };
};
const comparison = { noWorseThan: { branch: "main" }, tolerance: { absolute: 0 }, required: false };

describe("what a gate may say", () => {
  it.each<[string, object]>([
    ["{ metric: accuracy, at_least: 0.9 }", { metric: "accuracy", atLeast: 0.9 }],
    ["{ metric: loss, at_most: 0 }", { metric: "loss", atMost: 0 }],
    ["{ metric: ratio, between: [0.4, 0.6] }", { metric: "ratio", between: [0.4, 0.6] }],
    ["{ metric: accuracy, step: train, at_least: 0.9 }", { metric: "accuracy", step: "train", atLeast: 0.9 }],
    ["{ metric: loss, no_worse_than: { branch: main } }", { metric: "loss", goal: "minimize", ...comparison }],
    [
      "{ metric: val_f1, no_worse_than: { run: run-1, tolerance: 2% }, required: true }",
      {
        metric: "val_f1",
        goal: "maximize",
        noWorseThan: { run: "run-1" },
        tolerance: { percent: 2 },
        required: true,
      },
    ],
    [
      "{ metric: odd, goal: minimize, no_worse_than: { model: azureml:clf@latest, tolerance: 0.01 } }",
      {
        metric: "odd",
        goal: "minimize",
        noWorseThan: { model: "azureml:clf@latest" },
        tolerance: { absolute: 0.01 },
        required: false,
      },
    ],
  ])("%s", async (text, gate) => {
    expect(await read(text)).toEqual({ gates: [gate], problems: [] });
  });

  it.each<[string, string]>([
    ["{ metric: a }", "gate-condition azureml.yml:3:5"],
    ["{ metric: a, at_least: 1, at_most: 2 }", "gate-condition azureml.yml:3:5"],
    ["{ metric: a, between: [2, 1] }", "out-of-range azureml.yml:3:27"],
    ["{ metric: loss, no_worse_than: {} }", "gate-condition azureml.yml:3:36"],
    ["{ metric: loss, no_worse_than: { branch: main, run: x } }", "gate-condition azureml.yml:3:36"],
    ["{ metric: loss, no_worse_than: { branch: main, tolerance: -1 } }", "wrong-value azureml.yml:3:63"],
    ["{ metric: loss, no_worse_than: { branch: main, tolerance: 2 percent } }", "wrong-value azureml.yml:3:63"],
    ["{ metric: odd, no_worse_than: { branch: main } }", "gate-goal azureml.yml:3:5"],
  ])("%s is refused at its place", async (text, problem) => {
    expect(await read(text)).toEqual({ gates: [], problems: [problem] });
  });

  it("names the key that was meant", async () => {
    const { problems } = await declare({ "azureml.yml": "targets: []\ngates: [{ metric: a, at_leats: 1 }]\n" });
    expect(problems.map(({ message, fix }) => `${message} ${fix}`).join(" ")).toContain("at_least");
  });
});

describe("the goal of a metric whose name tells it", () => {
  it.each<[string, string | undefined]>([
    ["loss", "minimize"],
    ["val_loss", "minimize"],
    ["eval/RMSE", "minimize"],
    ["test-error", "minimize"],
    ["top 1 accuracy", "maximize"],
    ["ner:f1", "maximize"],
    ["val.r2", "maximize"],
    ["loss_ratio", undefined],
    ["losses", undefined],
    ["accuracy2", undefined],
  ])("%s: %s", async (metric, goal) => {
    const { gates } = await declare({
      "azureml.yml": `targets: [{ name: here, type: local }]\ngates: [{ metric: "${metric}", no_worse_than: { branch: main } }]\n`,
    });
    expect(gates.map((gate) => ("goal" in gate ? gate.goal : undefined))).toEqual(goal === undefined ? [] : [goal]);
  });
});
