import { describe, expect, it } from "@jest/globals";
import { globSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { kindOf } from "../../src/declaration/document-kind.ts";
import { computesOf, type Job } from "../../src/job/job.ts";
import { formatProblem } from "../../src/yaml/problem.ts";
import { readDocuments } from "../../src/yaml/yaml.ts";
import { declare } from "../support/declare.ts";
import { nodeOf } from "../support/documents.ts";

const files = {
  ".azureml/train.runconfig":
    "script: train.py\narguments: [--lr, $AZUREML_DATAREFERENCE_d]\ntarget: cluster\ndataReferences:\n  d: { dataStoreName: store }\nenvironmentVariables: { A: 1 }\n",
  "train.py": "",
};
const commandOf = (run: Job | undefined) => (run?.type === "command" ? run.work.command : undefined);

describe("a run configuration is the run", () => {
  it.each([
    ["the key run", { "azureml.yml": "run: .azureml/train.runconfig\n" }, {}],
    ["the input run", {}, { run: ".azureml/train.runconfig" }],
    ["config", {}, { config: [".azureml/train.runconfig"] }],
    ["a pattern in config", {}, { config: [".azureml/*"] }],
  ])("that %s names", async (_, more, request) => {
    const { run, problems, files: read } = await declare({ ...files, ...more }, request);
    expect(problems.map(formatProblem)).toEqual([]);
    expect(commandOf(run)).toBe("python train.py --lr ${{inputs.d}}");
    expect(run && computesOf(run)).toEqual(["cluster"]);
    expect(run?.source.document.file).toBe(".azureml/train.runconfig");
    expect(read).toContain(".azureml/train.runconfig");
  });

  it("of which set and overrides change what they would change of a job", async () => {
    const { run, problems } = await declare(
      {
        ...files,
        "azureml.yml":
          "run: .azureml/train.runconfig\noverrides: { compute: local, environment_variables.A: b, environment_variables.B: c }\n",
      },
      { set: ["run.environment_variables.B=d"] },
    );
    expect(problems).toEqual([]);
    expect(run).toMatchObject({ compute: "local", work: { environmentVariables: { A: "b", B: "d" } } });
  });

  it("of which an expression of GitHub is refused at its line", async () => {
    const { problems } = await declare(
      { "a.runconfig": "script: train.py\ntarget: ${{ vars.COMPUTE }}\n", "train.py": "" },
      { run: "a.runconfig" },
    );
    expect(problems).toMatchObject([
      { code: "expression-in-file", where: { file: "a.runconfig", line: 2, column: 9 } },
    ]);
  });

  it("that is reported on when the code changed that it runs, and not for other changes", async () => {
    const { run } = await declare({
      "project/.azureml/train.runconfig": "script: train.py\npriority: 1\n",
      "project/train.py": "",
      "azureml.yml": "run: project/.azureml/train.runconfig\n",
    });
    const root = dirname(run?.source.document.folder ?? "");
    const codes = async (changed: string) => {
      const request = { workingDirectory: root, checkout: root, changed: [`${root}/${changed}`] };
      return (await declare({}, request)).problems.map(({ code }) => code);
    };
    expect(await codes("project/train.py")).toEqual(["not-carried-over"]);
    expect(await codes("other/file.txt")).toEqual([]);
  });
});

describe("what is told by its keys to be a run configuration", () => {
  it.each([
    "script: a.py\nframework: Python\n",
    "script: a.py\ntarget: local\n",
    "script: a.py\narguments: []\n",
    "framework: Python\ntarget: x\n",
    "framework: Python\nenvironment: { python: {} }\n",
    "command: ls\nnodeCount: 2\n",
    "command: ls\ncommunicator: None\n",
  ])("%j", (text) => {
    const { node } = nodeOf(text);
    expect(node && kindOf(node.document)).toEqual({ is: "run-configuration" });
  });

  it.each([
    ["command: ls\ncompute: x\nnodeCount: 2\n", "job"],
    ["type: command\ncommand: ls\nnodeCount: 2\n", "job"],
    ["command: ls\nenvironment: azureml:e:1\n", "job"],
    ["script: a.py\n", "unknown"],
    ["name: conda\ndependencies: [python]\n", "unknown"],
    ["- framework\n", "unknown"],
  ])("not %j", (text, is) => {
    const { node } = nodeOf(text);
    expect(node && kindOf(node.document)).toMatchObject({ is });
  });

  it("no file of the examples", () => {
    const kinds = globSync("{examples,.github/workflows}/**/*.{yml,json}").flatMap((file) =>
      readDocuments(readFileSync(file, "utf8"), { file, folder: "." }).documents.map(kindOf),
    );
    expect(kinds.length).toBeGreaterThan(10);
    expect(kinds.filter(({ is }) => is === "run-configuration")).toEqual([]);
  });
});
