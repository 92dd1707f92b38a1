import { describe, expect, it } from "@jest/globals";
import { formatPosition } from "../../src/yaml/problem.ts";
import { declare } from "../support/declare.ts";

const run = "run: { command: echo, environment: { image: ubuntu }, inputs: { lr: 1 } }\n";
const read = async (text: string, files: Readonly<Record<string, string>> = {}, config = ["azureml.yml"]) => {
  const { problems, ...declaration } = await declare({ "azureml.yml": `${run}${text}`, ...files }, { config });
  return {
    ...declaration,
    problems: problems.map(({ code, where }) => `${code} ${where === undefined ? "" : formatPosition(where)}`),
  };
};

describe("limits", () => {
  it.each([
    ["45s", 45],
    ["30m", 1800],
    ["2h", 7200],
    ["1.5d", 129_600],
    ["90", 90],
    ['"90"', 90],
  ])("of %s are %s seconds", async (written, seconds) => {
    const { limits, problems } = await read(`limits: { queue: ${written}, total: 1d }\n`);
    expect([limits, problems]).toEqual([{ queueSeconds: seconds, totalSeconds: 86_400 }, []]);
  });

  it.each(["0", "-5", "10 minutes", "1w", '""', "PT1H"])("of %s are refused at their place", async (written) => {
    const { limits, problems } = await read(`limits: { total: ${written} }\n`);
    expect([limits, problems]).toEqual([{}, ["wrong-value azureml.yml:2:18"]]);
  });

  it("have no other keys, and one place", async () => {
    expect((await read("limits: { totl: 1 }\n")).problems).toEqual(["unknown-key azureml.yml:2:11"]);
    const { problems } = await read(
      "limits: { total: 1h }\n",
      { "other.yml": "targets: []\nlimits: { total: 2h }\n" },
      ["azureml.yml", "other.yml"],
    );
    expect(problems).toEqual(["two-runs other.yml:2:1"]);
  });
});

describe("retries", () => {
  it("say how often", async () => {
    expect((await read("retries: { preempted: 2 }\n")).retries).toEqual({ preempted: 2 });
  });

  it.each([
    ["{ preempted: -1 }", "out-of-range azureml.yml:2:23"],
    ["{ preempted: 1000 }", "out-of-range azureml.yml:2:23"],
    ["{ preempted: often }", "wrong-value azureml.yml:2:23"],
    ["{ failed: 1 }", "unknown-key azureml.yml:2:12"],
  ])("%s is refused at its place", async (written, problem) => {
    expect((await read(`retries: ${written}\n`)).problems).toEqual([problem]);
  });
});

describe("overrides", () => {
  it("are what the input set says with run. before it, and it wins", async () => {
    const { run: job } = await declare(
      { "azureml.yml": `${run}overrides: { inputs.lr: 0.25, command: python x.py }\n` },
      { set: ["run.command=python y.py"] },
    );
    expect(job).toMatchObject({ work: { command: "python y.py" }, inputs: { lr: { kind: "literal", value: "0.25" } } });
  });

  it("say at their place what cannot be put in", async () => {
    const { problems } = await declare({
      "azureml.yml": "targets: [{ name: a, type: local }]\noverrides: { compute: x }\n",
    });
    expect(problems.map(({ code, where }) => [code, where?.line, where?.column])).toEqual([["wrong-override", 2, 14]]);
  });
});

describe("the input set", () => {
  it.each(["workspace.nmae=x", "workspace.name=7", "workspace.name={a: b}", "workspace.constructor=x"])(
    "%s is refused",
    async (line) => {
      const { problems } = await declare({ "azureml.yml": run }, { set: [line] });
      expect(problems.map(({ code }) => code)).toEqual(["wrong-override"]);
    },
  );
});
