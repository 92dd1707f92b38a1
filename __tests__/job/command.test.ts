import { describe, expect, it } from "@jest/globals";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { anonymousVersion } from "../../src/asset/environment/request.ts";
import { assetsOf, computesOf, read as readCommandJob } from "../../src/job/command.ts";
import { pythonText } from "../../src/yaml/python-text.ts";
import { nodeOf } from "../support/documents.ts";
import { checkoutOf } from "../support/step.ts";

const folder = checkoutOf({ "data/a.csv": "", ".git/config": "" });
symlinkSync("/etc/hostname", join(folder, "link"));

const read = (yaml: string) => {
  const { node } = nodeOf(`run:\n${yaml.replaceAll(/^(?=.)/gm, "  ")}`, folder);
  if (node === undefined) throw new Error("The example is no YAML.");
  return readCommandJob({ ...node, path: ["run"] });
};

describe("the short cuts of an inline run", () => {
  it("make a conda specification of packages, with the client that logs metrics", () => {
    const { job, problems } = read("command: python t.py\npip_packages: [scikit-learn]\nconda_packages: [numpy]\n");
    expect(problems).toEqual([]);
    if (job?.work.environment.from !== "inline") throw new Error("The environment is not inline.");
    expect(anonymousVersion(job.work.environment.definition, undefined).body).toMatchObject({
      properties: {
        image: "mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:latest",
        condaFile:
          "channels:\n- conda-forge\ndependencies:\n- python=3.10\n- numpy\n- pip\n- pip:\n  - scikit-learn\n  - mlflow\n  - azureml-mlflow\nname: job\n",
        isAnonymous: true,
      },
    });
  });

  it("take the GPU image for gpu: true", () => {
    const { job } = read("command: nvidia-smi\ngpu: true\n");
    expect(job?.work.environment).toMatchObject({ definition: { image: expect.stringContaining("cuda") as unknown } });
  });

  it("do not go together with an environment that is referred to", () => {
    expect(read("command: x\nenvironment: azureml:e:1\npip_packages: [a]\n").problems.map(({ code }) => code)).toEqual([
      "two-environments",
    ]);
  });
});

const three = (code: string) => [code, code, code];

it.each([
  [{ yaml: "command: echo ${{inputs.lr}}\n" }, ["unknown-binding"]],
  [{ yaml: "command: echo ${{outputs.model}}\noutputs: { modell: { type: uri_folder } }\n" }, ["unknown-binding"]],
  [{ yaml: "command: x\nenvironment_variables: { TOKEN: { env: TOKEN } }\n" }, ["visible-secret"]],
  [
    { yaml: "command: x\nenvironment_variables: { T: { env: ACTIONS_ID_TOKEN_REQUEST_TOKEN } }\n" },
    ["reserved-secret"],
  ],
  [{ yaml: "command: x\nenvironment_variables: { T: { env: github_token } }\n" }, ["reserved-secret"]],
  [{ yaml: "command: x\ninputs: { d: { type: uri_file, path: absent.csv } }\n" }, ["missing-file"]],
  [{ yaml: "command: x\ninputs: { d: { type: uri_file, path: data } }\n" }, ["wrong-type"]],
  [{ yaml: "command: x\ninputs: { d: { type: uri_file, path: /etc/hostname } }\n" }, ["outside"]],
  [{ yaml: "command: x\ninputs: { d: { type: uri_file, path: link } }\n" }, ["outside"]],
  [{ yaml: "command: x\ninputs: { d: { type: uri_file, path: .git/config } }\n" }, ["outside"]],
  [{ yaml: "command: x\ncode: /etc\n" }, ["outside"]],
  [{ yaml: "command: x\nenvironment: 'file:../home/env.yml'\n" }, ["outside"]],
  [{ yaml: "command: x\nenvironment: { image: a, conda_file: ../../home/.azure/msal.json }\n" }, ["outside"]],
  [{ yaml: "command: x\nenvironment: { image: a, conda_file: link }\n" }, ["outside"]],
  [{ yaml: "command: x\nenvironment: { build: { path: .. } }\n" }, ["outside"]],
  [{ yaml: "command: x\ninputs: { d-e: 1 }\n" }, ["illegal-name"]],
  [{ yaml: "command: x\ncode: git+https://github.com/octo-org/octo-repo\n" }, ["git-code"]],
  [{ yaml: "command: x\nenvironment: { build: { path: absent } }\n" }, ["missing-file"]],
  [{ yaml: "command: x\nenvironment: { image: a, build: { path: data } }\n" }, ["image-and-build"]],
  [{ yaml: "command: x\nenvironment: azureml:name-alone\n" }, ["missing-version"]],
  [{ yaml: "command: x\nenvironment: { name: unused, image: a }\n" }, ["unused-name"]],
  [{ yaml: "command: x\nenvironment: { conda_file: absent.yml }\n" }, ["missing-file"]],
  [
    { yaml: "command: echo ${{inputs.a.b}} ${{inputs.a-b}}\ninputs: { a: 1 }\n" },
    ["unknown-binding", "unknown-binding"],
  ],
  [{ yaml: "command: x\ninputs: { 1x: 1 }\noutputs: { 2y: }\n" }, ["illegal-name", "illegal-name"]],
  [{ yaml: "command: x\noutputs: { o: { version: 3 } }\n" }, ["missing-key"]],
  [
    { yaml: "command: x\noutputs: { o: { name: n.m }, p: { name: 'n:1' }, q: { name: a b } }\n" },
    three("illegal-name"),
  ],
  [{ yaml: `command: x\noutputs: { o: { name: ${"n".repeat(256)} } }\n` }, ["illegal-name"]],
  [{ yaml: "command: x\ncode: azureml://x/y\n" }, ["wrong-reference"]],
  [{ yaml: "command: x\ncode: https://host/code.zip\n" }, ["wrong-reference"]],
  [{ yaml: "command: x\ncode: ''\n" }, ["wrong-value"]],
])("finds in %j %j", ({ yaml }, codes) => {
  expect(read(yaml).problems.map(({ code }) => code)).toEqual(codes);
});

it.each([
  [1, "1", "1"],
  [10, "10.0", "10.0"],
  [0.00001, "1.0e-05", "1e-05"],
  [1e16, "1.0e+16", "1e+16"],
  [0.0001, "0.0001", "0.0001"],
  [true, "true", "True"],
  [Number.NaN, ".nan", "nan"],
])("writes the literal %p (%s) as Python does: %s", (value, source, text) => {
  expect(pythonText(value, source)).toBe(text);
});

describe("the path of an input", () => {
  const input = (path: string) => read(`command: x\ninputs: { d: { path: ${JSON.stringify(path)} } }\n`);

  it.each([
    ["azureml:d:1/data", "wrong-reference"],
    ["azureml:a/b:1", "wrong-reference"],
    ["a/b@latest", "wrong-reference"],
    ["runs:/r1/model", "wrong-reference"],
    ["models:/m/1", "wrong-reference"],
    ["dbfs:/x", "wrong-reference"],
    ["azureml:", "wrong-reference"],
    ["azureml://", "wrong-reference"],
    ["azureml:d:", "wrong-reference"],
    ["https:///x", "wrong-reference"],
    ["azureml:d", "missing-version"],
    ["", "wrong-value"],
    ["  ", "wrong-value"],
  ])("%j is an error at the path: %s", (path, code) => {
    expect(input(path).problems).toMatchObject([{ code, where: { line: 3, column: 24 } }]);
  });

  it.each([
    ["d:1", "azureml:d:1"],
    ["d@latest", "azureml:d@latest"],
    ["azureml:d:1", "azureml:d:1"],
    ["azureml:/subscriptions/s/x", "azureml:/subscriptions/s/x"],
    ["dbfs://host/x", "dbfs://host/x"],
    ["abfss://c@account.dfs.core.windows.net/x", "abfss://c@account.dfs.core.windows.net/x"],
  ])("%j refers to %j", (path, reference) => {
    const { job, problems } = input(path);
    expect(problems).toEqual([]);
    expect(job && assetsOf(job)).toContainEqual(expect.objectContaining({ kind: "data", reference }));
  });
});

it.each([
  ["python t.py {inputs.lr} {outputs.o}", "python t.py ${{inputs.lr}} ${{outputs.o}}", 1],
  ["echo {search_space.x}", "echo ${{search_space.x}}", 1],
  ["echo {{inputs.lr}}", "echo {{inputs.lr}}", 0],
  ["echo { inputs.lr } {lr} {inputs}", "echo { inputs.lr } {lr} {inputs}", 0],
  ["echo ${{inputs.lr}}", "echo ${{inputs.lr}}", 0],
])("sends the command %j as %j, with %i warnings", (command, sent, warnings) => {
  const { job, problems } = read(`command: "${command}"\ninputs: { lr: 1 }\noutputs: { o: }\n`);
  expect(job?.work.command).toBe(sent);
  expect(problems.map(({ code, severity }) => [code, severity])).toEqual(
    Array(warnings).fill(["deprecated-placeholder", "warning"]),
  );
});

it.each([
  ["12345678901234567890", "12345678901234567890"],
  ["1.0", "1.0"],
  ["5", "5"],
  ["010", "010"],
  ["1_000", "1_000"],
  ["1e3", "1e3"],
  ["true", "true"],
  ["yes", "yes"],
  ["'5'", "5"],
  ["&id 007", "007"],
])("sends the environment variable %s as the text %j", (written, sent) => {
  const { job, problems } = read(`command: x\nenvironment_variables:\n  A: ${written}\n`);
  expect(problems).toEqual([]);
  expect(job?.work.environmentVariables).toEqual({ A: sent });
});

it("sends an environment variable that is an alias as its anchor is written", () => {
  const { job } = read("command: x\nenvironment_variables: { A: &id 1.50, B: *id }\n");
  expect(job?.work.environmentVariables).toEqual({ A: "1.50", B: "1.50" });
});

it("looks for the names of old placeholders too", () => {
  expect(read("command: echo {inputs.nope}\n").problems.map(({ code }) => code)).toEqual([
    "deprecated-placeholder",
    "unknown-binding",
  ]);
});

it("spells the keys of resources.properties as the service does", () => {
  const { job } = read(
    "command: x\nresources: { properties: { Singularity: { a: 1 }, ITP: {}, Target_Selector: {}, OtherKey: 1 } }\n",
  );
  expect(job?.work.resources).toEqual({
    properties: { AISuperComputer: { a: 1 }, itp: {}, target_selector: {}, OtherKey: 1 },
  });
});

it("wants an environment of a job file, as az ml does", () => {
  const { node } = nodeOf("command: x\n");
  expect(node && readCommandJob(node).problems.map(({ code }) => code)).toEqual(["missing-key"]);
});

describe("a command job", () => {
  it("names every asset that it uses, each by its place", () => {
    const { node } = nodeOf(
      [
        "command: x",
        "code: .",
        "environment: { build: { path: . } }",
        "inputs:",
        "  local: { path: . }",
        "  table: { type: mltable, path: 'azureml:table:1' }",
        "  model: { type: custom_model, path: ., datastore: azureml:models }",
        "  remote: { type: uri_file, path: 'https://host/file' }",
        "  rate: 0.1",
        "  bound: { path: '${{parent.inputs.data}}' }",
        "",
      ].join("\n"),
      process.cwd(),
    );
    const { job } = node === undefined ? {} : readCommandJob(node);
    expect(job && assetsOf(job)).toMatchObject([
      { kind: "code", where: "code", declared: { from: "local", path: "." } },
      { kind: "environment", where: "environment", declared: { build: { context: { from: "local" } } } },
      { kind: "data", where: "inputs.local", declared: { type: "uri_folder", local: process.cwd() } },
      { kind: "data", where: "inputs.table", reference: "azureml:table:1" },
      { kind: "model", where: "inputs.model", declared: { local: process.cwd(), datastore: "models" } },
      { kind: "data", where: "inputs.remote", reference: "https://host/file" },
    ]);
  });

  it.each([
    ["code: azureml:code:1", { kind: "code", reference: "azureml:code:1" }],
    ["environment: { image: a }", { kind: "environment", declared: { image: "a", tags: {} } }],
    ["environment: azureml:env@latest", { kind: "environment", reference: "azureml:env@latest" }],
  ])("uses, with %s, %j", (line, use) => {
    const { job } = read(`command: x\n${line}\n`);
    expect(job && assetsOf(job)).toContainEqual(expect.objectContaining(use));
  });

  it.each([
    ["", []],
    ["compute: azureml:gpu", ["gpu"]],
    ["compute: local", ["local"]],
  ])("names, with %j, the computes %j", (line, computes) => {
    const { job } = read(`command: x\n${line}\n`);
    expect(job && computesOf(job)).toEqual(computes);
  });
});

describe("what is said of a code folder", () => {
  const src = { "j/src/train.py": "", "j/src/a.csv": "" };
  const said = (files: Readonly<Record<string, string>>, links: Readonly<Record<string, string>> = {}) => {
    const root = checkoutOf({ ...src, ...files });
    for (const [name, target] of Object.entries(links)) symlinkSync(target, join(root, name));
    const { node } = nodeOf("command: x\ncode: src\nenvironment: { image: a }\n", join(root, "j"), "j/t.yml");
    if (node === undefined) throw new Error("The example is no YAML.");
    return readCommandJob({ ...node, document: { ...node.document, root } }).problems.map(
      ({ code, severity, where }) => `${severity} ${code} ${where?.line ?? 0}`,
    );
  };

  it.each<[string, Readonly<Record<string, string>>, Readonly<Record<string, string>>, readonly string[]]>([
    ["nothing where all is well", {}, {}, []],
    ["that nothing is left", { "j/src/.amlignore": "*\n" }, {}, ["warning nothing-left 2", "error upload-refused 2"]],
    ["that the ignore file alone is left", { "j/src/.gitignore": "*.py\n*.csv\n" }, {}, ["warning nothing-left 2"]],
    ["nothing where something is let in", { "j/src/.amlignore": "*\n!*.py\n" }, {}, []],
    ["which files Git leaves out", { ".gitignore": "*.csv\n" }, {}, ["notice ignored-by-git 2"]],
    ["nothing of files that do not go up", { ".gitignore": "*.csv\n", "j/src/.amlignore": "*.csv\n" }, {}, []],
    ["that a link is broken", {}, { "j/src/x": "absent" }, ["error upload-refused 2"]],
    ["that a link leads out", {}, { "j/src/x": "/etc" }, ["error upload-refused 2"]],
    ["nothing of a link that is left out", { "j/src/.amlignore": "x\n" }, { "j/src/x": "/etc" }, []],
    ["nothing of a link that leads in", { "shared/util.py": "" }, { "j/src/util.py": "../../shared/util.py" }, []],
    ["nothing of a circle", {}, { "j/src/up": ".." }, []],
  ])("is %s", (_, files, links, expected) => {
    expect(said(files, links)).toEqual(expected);
  });
});
