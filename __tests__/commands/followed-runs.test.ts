import { describe, expect, it } from "@jest/globals";
import { readFileSync } from "node:fs";
import { seeded, workspacePath } from "../../emulator/settings.ts";
import { fastClock } from "../faults/fast-clock.ts";
import { run } from "../faults/run.ts";
import { loadSource } from "../faults/source.ts";
import { cpuCluster } from "../faults/stand.ts";
import { checkoutOf } from "../support/step.ts";
import { putArtifacts } from "../support/storage.ts";
import { sweepFiles } from "../support/trials.ts";
import { useStand } from "../support/use-stand.ts";

/** Runs that are followed by their names, whoever submitted them: nothing of them is declared here. */
const source = await loadSource();
const stand = useStand([cpuCluster]);

function act(checkout: Readonly<Record<string, string>>, inputs: Readonly<Record<string, string>> = {}) {
  return run(source, { command: "train", checkout: checkoutOf(checkout), environment: stand.environment, inputs });
}
const follow = (name: string, beside = "") => act({ "azureml.yml": `workspace: {}\n${beside}` }, { "run-name": name });

type Body = Readonly<Record<string, unknown>>;

/** Answers of the service for paths that end so; everything else is the emulator's. */
function answering(answers: Readonly<Record<string, (query: URLSearchParams) => Body>>): void {
  stand.alter(({ path, query }, reply) => {
    const found = Object.entries(answers).find(([end]) => path.endsWith(end))?.[1];
    return found === undefined ? reply : { status: 200, body: found(query) };
  });
}

const metricsOf = (values: Readonly<Record<string, Readonly<Record<string, number>>>>) => (query: URLSearchParams) => ({
  run: {
    data: {
      metrics: Object.entries(values[query.get("run_id") ?? ""] ?? {}).map(([key, value]) => ({ key, value, step: 0 })),
    },
  },
});

describe("a run whose submission the service throttles", () => {
  it("is not there, and not cancelled, where the workflow is cancelled meanwhile", async () => {
    const controller = new AbortController();
    const clock = fastClock();
    const headers = { "retry-after": "30" };
    stand.endpoint.faults.add({ method: "PUT", path: "/jobs/", kind: "status", status: 429, headers, times: 9 });
    const { result, unsettled } = await run(source, {
      command: "train",
      checkout: checkoutOf({
        "azureml.yml": "run: { command: ls, compute: azureml:cpu-cluster, environment: { image: x } }\n",
      }),
      environment: stand.environment,
      signal: controller.signal,
      clock: {
        ...clock,
        sleep: (seconds, signal) => {
          if (seconds >= 30) controller.abort();
          return clock.sleep(seconds, signal);
        },
      },
    });
    expect(result.failures).toEqual(["The workflow was cancelled before a run was submitted."]);
    expect([result.leftGoing, unsettled]).toEqual([[], undefined]);
    expect(stand.requests().filter(({ path }) => path.endsWith("/cancel"))).toEqual([]);
  });
});

describe("a run that is followed by its name", () => {
  it("is shown with the graph of its steps where it is a pipeline", async () => {
    const step = (name: string, rest: string) =>
      `  ${name}:\n    command: ls\n    environment: { image: ubuntu }\n${rest}`;
    const files = {
      "azureml.yml": "run: pipeline.yml\n",
      "pipeline.yml": `type: pipeline
settings: { default_compute: azureml:cpu-cluster, on_init: start, on_finalize: finish }
jobs:
${step("start", "")}${step("prepare", "    outputs: { data: }\n")}${step(
        "train",
        '    display_name: Training\n    inputs: { data: "${{parent.jobs.prepare.outputs.data}}" }\n',
      )}${step("finish", "")}`,
    };
    const submitted = await act(files);
    const { result, text } = await follow(submitted.result.run?.name ?? "");
    expect(result.failures).toEqual([]);
    expect(result.run?.steps).toEqual([
      { name: "start", after: [] },
      { name: "prepare", after: ["start"] },
      { name: "train", after: ["prepare"] },
      { name: "finish", after: ["train"] },
    ]);
    expect(result.run?.steps).toEqual(submitted.result.run?.steps);
    expect(result.run?.children?.map(({ step }) => step)).toEqual(["start", "prepare", "train", "finish"]);
    expect(text).toContain("```mermaid");
  });

  it("has its trials and the best of them where it is a sweep", async () => {
    const submitted = await act(sweepFiles({ rates: [2, 1] }));
    const name = submitted.result.run?.name ?? "";
    const { result } = await follow(name);
    expect(result.run?.children?.map(({ trial, parameters }) => [trial, parameters])).toEqual([
      [0, { rate: 2 }],
      [1, { rate: 1 }],
    ]);
    expect(result.run?.best?.name).toBe(`${name}_1`);
  });

  it("has the models that it tried as trials where it is an AutoML job, and its gates judge the best of them", async () => {
    const name = "bikes";
    const status = "Completed";
    // As the service describes such a run and those below it; what sets up the data is one of these, and no trial.
    const settings = JSON.stringify({ task_type: "regression", metric_operation: "minimize" });
    const properties = {
      ...{ primary_metric: "normalized_root_mean_squared_error", runTemplate: "AutoML" },
      AMLSettingsJsonString: settings,
    };
    const tags = { automl_best_child_run_id: "bikes_1" };
    const model = (number: number, algorithm: string, preprocessor: string) => ({
      runId: `bikes_${number}`,
      ...{ parentRunId: name, status, displayName: `model ${number}`, tags: {} },
      createdUtc: `2026-11-29T10:0${number}:00Z`,
      properties: { runTemplate: "automl_child", run_algorithm: algorithm, run_preprocessor: preprocessor },
    });
    const setUp = { runId: "bikes_setup", status, properties: {}, tags: {}, createdUtc: "2026-11-29T09:00:00Z" };
    answering({
      [`/jobs/${name}`]: () => ({
        id: `${workspacePath}/jobs/${name}`,
        name,
        properties: { jobType: "AutoML", status, properties, tags, taskDetails: { taskType: "Regression" } },
      }),
      [`/runs/${name}/details`]: () => ({ runId: name, status, properties, tags, logFiles: {}, warnings: null }),
      [`/runs/${name}/children`]: () => ({
        value: [setUp, model(0, "ElasticNet", "MaxAbsScaler"), model(1, "VotingEnsemble", "")],
      }),
      "/runs/get": metricsOf({
        bikes_0: { normalized_root_mean_squared_error: 0.1 },
        bikes_1: { normalized_root_mean_squared_error: 0.08 },
      }),
    });
    const { result } = await follow(name, "gates: [{ metric: normalized_root_mean_squared_error, at_most: 0.09 }]\n");
    expect(result.failures).toEqual([]);
    expect(result.run?.children?.map(({ trial, parameters }) => [trial, parameters])).toEqual([
      [0, { algorithm: "ElasticNet", preprocessor: "MaxAbsScaler" }],
      [1, { algorithm: "VotingEnsemble" }],
    ]);
    expect(result.run?.best).toMatchObject({ name: "bikes_1", goal: "minimize", value: 0.08 });
    expect(result.run?.gates).toMatchObject([{ value: 0.08, passed: true }]);
  });

  it("is one of the first SDK's experiments, which only the run history knows", async () => {
    const { looks } = JSON.parse(readFileSync("__tests__/fixtures/recorded-runs/script-run.json", "utf8")) as {
      readonly looks: readonly Body[];
    };
    const name = String(looks[0]?.["runId"]);
    await putArtifacts(stand, name, { "user_logs/std_log.txt": "trained on the machine\n" });
    let look = 0;
    answering({
      [`/runs/${name}/details`]: () => {
        const seen = looks[Math.min(look, looks.length - 1)] ?? {};
        look += 1;
        const files = Object.keys(seen["logFiles"] ?? {});
        const address = (file: string) =>
          `${stand.endpoint.origin}/${seeded.storageAccount}/azureml/ExperimentRun/dcid.${name}/${file}`;
        return { ...seen, logFiles: Object.fromEntries(files.map((file) => [file, address(file)])) };
      },
      "/runs/get": metricsOf({ [name]: { loss: 0.25 } }),
    });
    const { result, text } = await follow(name, "gates: [{ metric: loss, at_most: 0.3 }]\n");
    expect(result.failures).toEqual([]);
    expect(result.run).toMatchObject({ name, status: "Completed", conclusion: "success", compute: "v1-vmk" });
    expect(result.run).not.toHaveProperty("id");
    expect(result.run?.durationSeconds).toBeCloseTo(4.12, 1);
    expect(result.run?.gates).toMatchObject([{ value: 0.25, passed: true }]);
    expect(text).toContain("trained on the machine");
  });

  it("that nobody knows is an error that names it", async () => {
    const { result } = await follow("nothing-of-that-name");
    expect(result.failures.join("\n")).toContain("no run 'nothing-of-that-name', which the input 'run-name' names");
  });
});
