import { describe, expect, it } from "@jest/globals";
import { readJob } from "../../src/job/job.ts";
import { formatProblem } from "../../src/yaml/problem.ts";
import { nodeOf } from "../support/documents.ts";
import { checkoutOf } from "../support/step.ts";

const base = "type: automl\ntask: classification\ntarget_column_name: y\ntraining_data: { path: azureml:d:1 }\n";

function problemsOf(yaml: string, files: Readonly<Record<string, string>> = {}) {
  const { node } = nodeOf(yaml, checkoutOf(files));
  return node === undefined ? [] : readJob(node).problems.map(formatProblem);
}

describe("an AutoML job", () => {
  it.each([
    ["a task that is none", base.replace("classification", "clasification"), /2:7: .*Did you mean classification\?/],
    ["a key of another task", `${base}forecasting: { time_column_name: t }\n`, /5:1: Unknown key "forecasting"/],
    ["a slip of a metric", `${base}primary_metric: acuracy\n`, /5:17: .*Did you mean accuracy\?/],
    [
      "a slip of an algorithm",
      `${base}training: { allowed_training_algorithms: [light_gb] }\n`,
      /Did you mean light_gbm\?/,
    ],
    ["bounds the wrong way round", detection("{ type: uniform, min_value: 2, max_value: 1 }"), /nothing between them/],
    [
      "a distribution that is none",
      detection("{ type: unform, min_value: 1, max_value: 2 }"),
      /Did you mean uniform\?/,
    ],
    [
      "a forecast without its column of time",
      base.replace("classification", "forecasting"),
      /column that holds the time/,
    ],
  ])("is told at its place of %s", (_, yaml, expected) => {
    expect(problemsOf(yaml).join("\n")).toMatch(expected);
  });

  it("is warned of a folder that AutoML could not read", () => {
    const yaml = base.replace("azureml:d:1", "table");
    expect(problemsOf(yaml, { "table/a.csv": "1\n" }).join("\n")).toMatch(/4:24: "table" has no MLTable file/);
    expect(problemsOf(yaml, { "table/MLTable": "paths: []\n" })).toEqual([]);
  });
});

function detection(learningRate: string): string {
  return `${base.replace("classification", "image_object_detection")}search_space:\n- learning_rate: ${learningRate}\n`;
}
