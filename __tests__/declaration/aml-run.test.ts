import { describe, expect, it } from "@jest/globals";
import { formatProblem } from "../../src/yaml/problem.ts";
import { declare } from "../support/declare.ts";

const runJson = ".cloud/.azure/run.json";
const runConfiguration = {
  "code/train/run_config.yml": "script: train.py\ntarget: cluster\n",
  "code/train/train.py": "",
};
const read = (json: unknown, files: Readonly<Record<string, string>> = runConfiguration, path = runJson) =>
  declare({ ...files, [path]: JSON.stringify(json, undefined, 1) }, { run: path });

describe("a run.json of aml-run", () => {
  it("is the run configuration that it names, with its experiment and tags, and what it says of waiting and downloads", async () => {
    const { run, runDefaults, problems } = await read(
      {
        experiment_name: "house-prices",
        tags: { team: "pricing" },
        wait_for_completion: false,
        download_artifacts: true,
        runconfig_yaml_file: "other/config.yml",
      },
      { "other/config.yml": "script: train.py\ntarget: cluster\n", "other/train.py": "" },
    );
    expect(problems.map(formatProblem)).toEqual([]);
    expect(run).toMatchObject({
      work: { command: "python train.py" },
      compute: "cluster",
      experimentName: "house-prices",
      tags: { team: "pricing" },
      source: { document: { file: "other/config.yml" } },
    });
    expect(runDefaults).toEqual({ wait: false, download: ["**"], experimentOfBranch: false });
  });

  it.each([
    ["empty, at its default place", {}],
    ["a list of one", [{ wait_for_completion: true }]],
  ])("that is %s has aml-run's defaults", async (_, json) => {
    const { run, runDefaults, problems } = await read(json);
    expect(problems.map(formatProblem)).toEqual([]);
    expect(run).toMatchObject({ work: { command: "python train.py" } });
    expect(runDefaults).toEqual({ wait: true, download: [], experimentOfBranch: true });
  });

  it.each([
    ["config", { config: [runJson] }, {}],
    ["the key run", {}, { "azureml.yml": `run: ${runJson}\n` }],
    ["a pattern that matches its run configuration too", { config: ["code/**/*.yml", `${runJson.slice(0, -4)}*`] }, {}],
  ])("may be named by %s", async (_, request, files) => {
    const { run, runDefaults, problems } = await declare(
      { ...runConfiguration, [runJson]: '{ "wait_for_completion": false, "experiment_name": "named" }', ...files },
      request,
    );
    expect(problems.map(formatProblem)).toEqual([]);
    expect(run).toMatchObject({ experimentName: "named" });
    expect(runDefaults?.wait).toBe(false);
  });

  it.each([
    ["where nothing else is declared", {}, {}, "named"],
    ["not beside azureml.yml", {}, { "azureml.yml": "run: job.yml\n" }, "other"],
    ["not beside the input run", { run: "job.yml" }, {}, "other"],
    ["not beside the input targets", { inlineTargets: "[{ name: here, type: local }]" }, {}, undefined],
    ["not where config names something", { config: ["job.yml"] }, {}, "other"],
  ])("is found at its own place by itself: %s", async (_, request, files, experiment) => {
    const { run, problems } = await declare(
      {
        ...runConfiguration,
        [runJson]: '{ "experiment_name": "named" }',
        "job.yml": "command: echo\nexperiment_name: other\nenvironment: azureml:e:1\n",
        ...files,
      },
      request,
    );
    expect(problems.map(formatProblem)).toEqual([]);
    expect(run?.experimentName).toBe(experiment);
  });

  it("counts for nothing where another run is named", async () => {
    const { run, runDefaults } = await declare(
      {
        ...runConfiguration,
        "config.json": '{ "wait_for_completion": false }',
        "job.yml": "command: ls\nenvironment: azureml:e:1\n",
      },
      { config: ["config.json"], run: "job.yml" },
    );
    expect(run).toMatchObject({ work: { command: "ls" } });
    expect(runDefaults).toBeUndefined();
  });

  const python = { "code/train/run_config.py": "" };
  const pipeline = { "code/train/pipeline.yml": "pipeline: {}\n" };
  it.each([
    ["nothing to run", {}, {}, ["error missing-file 1"]],
    ["a run configuration that is not there", { runconfig_yaml_file: "a.yml" }, {}, ["error missing-file 2"]],
    ["Python alone", { runconfig_python_file: "make.py" }, {}, ["error not-carried-over 2"]],
    ["Python at its default place", {}, python, ["error not-carried-over 1"]],
    ["Python beside", { runconfig_python_file: "make.py" }, runConfiguration, ["warning not-carried-over 2"]],
    [
      "a pipeline beside",
      { pipeline_yaml_file: "code/train/pipeline.yml" },
      { ...runConfiguration, ...pipeline },
      ["warning not-carried-over 2"],
    ],
    [
      "settings of a published pipeline",
      { pipeline_publish: true, pipeline_name: "p", pipeline_version: "1", pipeline_continue_on_step_failure: false },
      runConfiguration,
      ["warning not-carried-over 2", "warning not-carried-over 3", "warning not-carried-over 4"],
    ],
    ["a name that is too long", { experiment_name: "x".repeat(40) }, runConfiguration, ["warning not-carried-over 2"]],
    [
      "the keys of its first versions",
      { experiment: "e", wait_for_completion: 3 },
      runConfiguration,
      ["error unknown-key 2", "error wrong-value 3"],
    ],
    ["tags that are no text", { tags: { a: 1 } }, runConfiguration, ["error wrong-value 3"]],
    ["two runs", [{}, {}], runConfiguration, ["error two-runs 3"]],
  ])("with %s: %j", async (_, json, files, expected) => {
    const { problems } = await read(json, files);
    expect(problems.map(({ severity, code, where }) => `${severity} ${code} ${where?.line ?? 0}`)).toEqual(expected);
    for (const { where } of problems) expect(where?.file).toBe(runJson);
  });

  it.each([
    ["named", { pipeline_yaml_file: "code/train/pipeline.yml" }],
    ["at its default place", {}],
  ])("has a pipeline that is %s as its run, with the places of that file", async (_, json) => {
    const { problems } = await read({ ...json, experiment_name: "e" }, pipeline);
    expect(problems).toEqual([
      expect.objectContaining({ code: "missing-key", where: { file: "code/train/pipeline.yml", line: 1, column: 11 } }),
    ]);
  });

  it("has its paths from the root of the repository, in a working directory below it too", async () => {
    const { run } = await declare({ ...runConfiguration, [runJson]: "{}" }, { run: runJson });
    const root = run?.source.document.folder.replace(/\/code\/train$/, "") ?? "";
    const request = { workingDirectory: `${root}/code`, checkout: root, config: [], targets: undefined };
    const { writeFileSync } = await import("node:fs");
    writeFileSync(`${root}/code/run.json`, '{ "wait_for_completion": true }');
    const below = await declare({}, { ...request, run: "run.json" });
    expect(below.run).toMatchObject({
      work: { command: "python train.py" },
      source: { document: { file: "train/run_config.yml" } },
    });
  });
});
