import { describe, expect, it } from "@jest/globals";
import { anonymousVersion } from "../../src/asset/environment/request.ts";
import { read as readCommandJob } from "../../src/job/command.ts";
import { pythonText } from "../../src/yaml/python-text.ts";
import { nodeOf } from "../support/documents.ts";

const read = (yaml: string) => {
  const { node } = nodeOf(`run:\n${yaml.replaceAll(/^(?=.)/gm, "  ")}`);
  if (node === undefined) throw new Error("The example is no YAML.");
  return readCommandJob({ ...node, path: ["run"] });
};

describe("the short cuts of an inline run", () => {
  it("make a conda specification of packages, with the client that logs metrics", () => {
    const { job, problems } = read("command: python t.py\npip_packages: [scikit-learn]\nconda_packages: [numpy]\n");
    expect(problems).toEqual([]);
    if (job?.environment.from !== "inline") throw new Error("The environment is not inline.");
    expect(anonymousVersion(job.environment.definition, undefined).body).toMatchObject({
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
    expect(job?.environment).toMatchObject({ definition: { image: expect.stringContaining("cuda") as unknown } });
  });

  it("do not go together with an environment that is referred to", () => {
    expect(read("command: x\nenvironment: azureml:e:1\npip_packages: [a]\n").problems.map(({ code }) => code)).toEqual([
      "two-environments",
    ]);
  });
});

it.each([
  [{ yaml: "command: echo ${{inputs.lr}}\n" }, ["unknown-binding"]],
  [{ yaml: "command: echo ${{outputs.model}}\noutputs: { modell: { type: uri_folder } }\n" }, ["unknown-binding"]],
  [{ yaml: "command: x\nenvironment_variables: { TOKEN: { env: TOKEN } }\n" }, ["visible-secret"]],
  [{ yaml: "command: x\ninputs: { d: { type: uri_file, path: absent.csv } }\n" }, ["missing-file"]],
  [{ yaml: "command: x\ninputs: { d: { type: uri_file, path: / } }\n" }, ["wrong-type"]],
  [{ yaml: "command: x\ninputs: { d-e: 1 }\n" }, ["illegal-name"]],
  [{ yaml: "command: x\ncode: git+https://github.com/octo-org/octo-repo\n" }, ["git-code"]],
  [{ yaml: "command: x\nenvironment: { build: { path: absent } }\n" }, ["missing-file"]],
  [{ yaml: "command: x\nenvironment: { image: a, build: { path: / } }\n" }, ["image-and-build"]],
  [{ yaml: "command: x\nenvironment: azureml:name-alone\n" }, ["missing-version"]],
  [{ yaml: "command: x\nenvironment: { name: unused, image: a }\n" }, ["unused-name"]],
  [{ yaml: "command: x\nenvironment: { conda_file: absent.yml }\n" }, ["missing-file"]],
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

it("wants an environment of a job file, as az ml does", () => {
  const { node } = nodeOf("command: x\n");
  expect(node && readCommandJob(node).problems.map(({ code }) => code)).toEqual(["missing-key"]);
});
