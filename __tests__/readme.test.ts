import { describe, expect, it } from "@jest/globals";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { nodeTypes } from "../src/job/node/nodes.ts";
import { readInputs } from "../src/inputs.ts";
import { jobTypes } from "../src/job/job.ts";
import { outputsOf } from "../src/report/outputs.ts";
import { formatProblem, isError } from "../src/yaml/problem.ts";
import { everyResult } from "./support/results.ts";
import { declare } from "./support/declare.ts";

/** What the README and docs/runs.md say is supported is, and what they say is not is refused. */
const root = join(import.meta.dirname, "..");
const readme = readFileSync(join(root, "README.md"), "utf8");
const { inputs, outputs } = parse(readFileSync(join(root, "action.yml"), "utf8")) as Readonly<
  Record<"inputs" | "outputs", object>
>;
const runs = readFileSync(join(root, "docs/runs.md"), "utf8");

async function errorsOf(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const { problems } = await declare(files, { subscriptionId: "S" });
  return problems.filter(isError).map(formatProblem);
}

it("the README is read in one sitting", () => {
  expect(readme.split("\n").length).toBeLessThanOrEqual(201);
});

describe("commands", () => {
  const command = (name: string) => () => readInputs({ INPUT_COMMAND: name }).command;
  const table = [...readme.matchAll(/^\| `([a-z]+)`\s+\| (?:none|reads|writes) /gm)].map(([, name = ""]) => name);

  it("of the table are there", () => {
    expect(table).toEqual(["validate", "plan", "apply", "train", "deploy", "up", "detach", "doctor"]);
    for (const name of table) expect(command(name)()).toBe(name);
  });
});

describe("runs", () => {
  const job = "compute: azureml:cpu-cluster\ncommand: python t.py\n";
  const image = "environment: { image: ubuntu }\n";
  /** Each phrase of the row of command jobs, and a job that makes use of it. */
  const supported: Readonly<Record<string, string>> = {
    "local code": `${job}${image}code: src\n`,
    "local data inputs": `${job}${image}inputs: { table: { type: uri_file, path: src/t.py } }\n`,
    "an image": `${job}${image}`,
    "a conda file": `${job}environment: { image: ubuntu, conda_file: conda.yml }\n`,
    "a Docker build context": `${job}environment: { build: { path: docker } }\n`,
  };
  const files = {
    "azureml.yml": "run: job.yml\n",
    "src/t.py": "",
    "docker/Dockerfile": "FROM ubuntu\n",
    "conda.yml": "dependencies: [python=3.11]\n",
  };
  const rows = new Map(
    [...runs.matchAll(/^\| (\w+)\s+\| (.+?)\s+\| \[file\]\(\.\.\/([^)]+)\)\s*\|$/gm)].map(
      ([, type = "", what = "", example = ""]) => [type, { what, example }] as const,
    ),
  );

  it("of commands are what docs/runs.md says, each of it", async () => {
    const said = rows.get("command")?.what.split(/, |; an environment from | or /);
    expect(said).toEqual([...Object.keys(supported), "a reference"]);
    for (const yaml of Object.values(supported)) expect(await errorsOf({ ...files, "job.yml": yaml })).toEqual([]);
  });

  it("may be pipelines with the steps that docs/runs.md names", async () => {
    const steps = /^steps of the types (.*?), written/.exec(rows.get("pipeline")?.what ?? "")?.[1]?.split(/, | and /);
    expect(steps?.toSorted()).toEqual(Object.keys(nodeTypes).toSorted());
    const pipeline =
      "type: pipeline\ncompute: azureml:cpu-cluster\njobs:\n  a: { command: x, environment: { image: ubuntu } }\n";
    expect(await errorsOf({ ...files, "job.yml": pipeline })).toEqual([]);
  });

  it("of each type have a row and an example of that type, in docs/runs.md and in the README", () => {
    const types = Object.keys(jobTypes).filter((type) => !["v1_pipeline", "v1_run"].includes(type));
    expect([...rows.keys()].toSorted()).toEqual(types.toSorted());
    for (const [type, { example }] of rows) {
      const { type: declared = "command" } = parse(readFileSync(join(root, example), "utf8")) as { type?: string };
      expect(declared).toBe(type);
      expect(readme).toMatch(new RegExp(`^\\| ${type} .*\\(${example}\\)`, "m"));
    }
  });

  it.each(["parallel"])("of the type %s are refused by name", async (type) => {
    expect(runs).toContain("Other job types are refused by name.");
    const errors = await errorsOf({ ...files, "job.yml": `type: ${type}\n${job}${image}` });
    expect(errors.join("\n")).toMatch(new RegExp(`${type}.*not supported yet`, "i"));
  });
});

describe("the reference of inputs and outputs", () => {
  const reference = ["inputs", "outputs"].map((name) => readFileSync(join(root, `docs/reference/${name}.md`), "utf8"));
  const rows = [
    ...reference.join("\n").matchAll(/^\| (?:<a id="[^"]*"><\/a>)?`([a-z-]+)` \|(?: (?:`[^`]*`)? \|)? (.*) \|$/gm),
  ];
  const meaning = (name: string) => rows.find(([, row]) => row === name)?.[2] ?? "";

  it("say of every input that is refused, and of no other, that it is not supported yet", () => {
    const refused = Object.keys(inputs).filter((name) => {
      try {
        readInputs({ [`INPUT_${name.toUpperCase()}`]: "true" });
        return false;
      } catch (error) {
        return /not supported yet/.test(String(error));
      }
    });
    const said = Object.keys(inputs).filter((name) =>
      / (is|are) not supported yet\.$|\. Not supported yet\.$/.test(meaning(name)),
    );
    expect(refused).toEqual(said);
  });

  it("say of every output that is never set, and of no other, that it is not set yet", () => {
    const set = new Set(everyResult().flatMap(({ result }) => Object.keys(outputsOf(result))));
    const never = Object.keys(outputs).filter(
      (name) => !set.has(name) && !/^(report|report-html|result)-path$/.test(name),
    );
    expect(never).toEqual(Object.keys(outputs).filter((name) => meaning(name) === "Not set yet."));
  });
});
