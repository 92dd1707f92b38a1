import { describe, expect, it } from "@jest/globals";
import { formatPosition, formatProblem } from "../../src/yaml/problem.ts";
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

describe("a gate on a step", () => {
  const trial = "{ command: x, environment: azureml:e:1 }";
  const pipeline = `run:
  type: pipeline
  settings: { default_compute: azureml:serverless }
  jobs:
    train: ${trial}
    tune:
      type: sweep
      trial: { command: "x \${{inputs.rate}}", environment: azureml:e:1, inputs: { rate: { type: number } } }
      sampling_algorithm: random
      search_space: { rate: { type: uniform, min_value: 0, max_value: 1 } }
      objective: { goal: maximize, primary_metric: odd }
      limits: { max_total_trials: 2 }
`;
  const declared = async (run: string, gate: string) => {
    const { gates, problems } = await declare({ "azureml.yml": `targets: []\n${run}gates:\n  - ${gate}\n` });
    return { gates, lines: problems.map(formatProblem).filter((line) => line.includes("gate")) };
  };

  it("names a step that the pipeline has", async () => {
    const { gates, lines } = await declared(pipeline, "{ metric: loss, step: train, at_most: 1 }");
    expect(lines).toEqual([]);
    expect(gates).toMatchObject([{ step: "train" }]);
  });

  it.each<[string, string, string, string]>([
    [
      "that the pipeline has not",
      pipeline,
      "{ metric: loss, step: trian, at_most: 1 }",
      'azureml.yml:15:27: The gate on "loss" names the step "trian", and the pipeline has none of that name. Did you mean train? Its steps are train, tune. [unknown-step]',
    ],
    [
      "of a run that has no steps",
      `run: { command: x, environment: azureml:e:1 }\n`,
      "{ metric: loss, step: train, at_most: 1 }",
      'azureml.yml:4:27: The gate on "loss" names the step "train", and the run is a command job, which has no steps. Remove step: the metric is the run\'s own. [unknown-step]',
    ],
  ])("%s is refused at its place", async (_, run, gate, line) => {
    expect((await declared(run, gate)).lines).toEqual([line]);
  });

  it("is not blamed for a step that could not be read", async () => {
    const broken = pipeline.replace("command: x,", "comand: x,");
    expect((await declared(broken, "{ metric: loss, step: train, at_most: 1 }")).lines).toEqual([]);
  });

  it("of a registered pipeline is left to the service", async () => {
    const registered = "run: { type: pipeline, component: azureml:p:1, compute: azureml:serverless }\n";
    expect((await declared(registered, "{ metric: loss, step: any, at_most: 1 }")).lines).toEqual([]);
  });

  it("that is a sweep has the goal of its primary metric", async () => {
    const { gates, lines } = await declared(pipeline, "{ metric: odd, step: tune, no_worse_than: { branch: main } }");
    expect(lines).toEqual([]);
    expect(gates).toMatchObject([{ goal: "maximize" }]);
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
