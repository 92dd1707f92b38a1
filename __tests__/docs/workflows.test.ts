import { describe, expect, it } from "@jest/globals";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { inputTable } from "../../src/inputs.ts";
import { root } from "../support/documentation.ts";
import { problemsOfSteps, problemsOfWorkflow } from "../support/snippets.ts";

/** The workflows that are there to be copied or called. `.ci/run` has actionlint look at them too. */
const files = [".github/workflows", "examples/workflows"].flatMap((folder) =>
  readdirSync(join(root, folder)).map((name) => `${folder}/${name}`),
);
const yamlOf = (file: string) => parse(readFileSync(join(root, file), "utf8")) as unknown;

describe("the workflow", () => {
  it.each(files)("%s is what GitHub takes, with inputs that there are", async (file) => {
    const workflow = yamlOf(file);
    expect([...(await problemsOfWorkflow(workflow)), ...(await problemsOfSteps(workflow))]).toEqual([]);
  });

  it.each(files.filter((file) => !file.endsWith("/release.yml")))("%s gives each job no more than it names", (file) => {
    const { permissions, jobs } = yamlOf(file) as {
      permissions?: unknown;
      jobs: Record<string, { permissions?: unknown }>;
    };
    const text = JSON.stringify([permissions, ...Object.values(jobs).map((job) => job.permissions)]);
    expect(text).not.toMatch(/write-all|"contents":"write"|"actions":"write"/);
  });
});

describe("the reusable workflow", () => {
  type Input = { readonly type: string; readonly default: unknown };
  const { on, jobs } = yamlOf(".github/workflows/azureml.yml") as {
    readonly on: { readonly workflow_call: Readonly<Record<"inputs" | "outputs", Readonly<Record<string, Input>>>> };
    readonly jobs: {
      readonly azureml: { readonly outputs: object; readonly steps: readonly { readonly with?: object }[] };
    };
  };
  const { inputs, outputs } = on.workflow_call;
  const { outputs: actionOutputs } = yamlOf("action.yml") as { readonly outputs: object };
  const ofJob = ["runs-on", "environment"];
  const names = Object.keys(inputs).filter((name) => !ofJob.includes(name));

  it("has inputs of the action, with the same defaults, and hands each on", () => {
    const table = inputTable as Readonly<Record<string, { readonly fallback: string }>>;
    expect(Object.fromEntries(names.map((name) => [name, String(inputs[name]?.default)]))).toEqual(
      Object.fromEntries(names.map((name) => [name, table[name]?.fallback])),
    );
    const handedOn = Object.fromEntries(names.map((name) => [name, `\${{ inputs.${name} }}`]));
    expect(jobs.azureml.steps.at(-1)?.with).toEqual(handedOn);
  });

  it("has outputs of the action, each by way of its job", () => {
    expect(Object.keys(actionOutputs)).toEqual(expect.arrayContaining(Object.keys(outputs)));
    expect(Object.keys(jobs.azureml.outputs)).toEqual(Object.keys(outputs));
  });
});
