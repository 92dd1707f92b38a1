import { describe, expect, it } from "@jest/globals";
import { marked, type Tokens } from "marked";
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

/** What the README says is supported is, what it says is not is refused, and what it shows can be copied. */
const root = join(import.meta.dirname, "..");
const readme = readFileSync(join(root, "README.md"), "utf8");
const { inputs, outputs } = parse(readFileSync(join(root, "action.yml"), "utf8")) as Readonly<
  Record<"inputs" | "outputs", object>
>;
const blocks = marked
  .lexer(readme)
  .filter((token): token is Tokens.Code => token.type === "code" && token.lang === "yaml")
  .map(({ text }, index) => [`${index + 1}: ${text.split("\n")[0] ?? ""}`, parse(text) as unknown, text] as const);
type Step = { readonly uses?: string; readonly with?: Readonly<Record<string, unknown>> };

/** Every step of this action, wherever it stands in a block. */
function stepsIn(value: unknown): readonly Step[] {
  if (typeof value !== "object" || value === null) return [];
  const { uses } = value as Step;
  if (typeof uses === "string") return uses.startsWith("OWNER/azureml-targets@") ? [value] : [];
  return Object.values(value).flatMap(stepsIn);
}

async function errorsOf(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const { problems } = await declare(files, { subscriptionId: "S" });
  return problems.filter(isError).map(formatProblem);
}

describe("a block of YAML", () => {
  const workflows = blocks.filter(([, value]) => stepsIn(value).length > 0);
  const declarations = blocks.filter(([, value]) => Array.isArray((value as { targets?: unknown }).targets));

  it("is a workflow or a declaration", () => {
    expect(workflows.length).toBeGreaterThan(4);
    expect(declarations).toHaveLength(1);
    expect(workflows.length + declarations.length).toBe(blocks.length);
  });

  it.each(workflows)("of a workflow names inputs that there are, with values that they take. %s", (_, value) => {
    for (const { with: given = {} } of stepsIn(value)) {
      // What an expression gives is known to GitHub alone.
      const plain = Object.entries(given).filter(([, input]) => !String(input).includes("${{"));
      expect(Object.keys(inputs)).toEqual(expect.arrayContaining(Object.keys(given)));
      readInputs(Object.fromEntries(plain.map(([name, input]) => [`INPUT_${name.toUpperCase()}`, String(input)])));
    }
  });

  it.each(declarations)("of a declaration has no error beside the files that it names. %s", async (_, __, text) => {
    expect(
      await errorsOf({
        "azureml.yml": text,
        "compute/one.yml": "name: one-more\ntype: amlcompute\n",
        "jobs/train.yml": "command: python t.py\nenvironment: azureml:e:1\ncompute: azureml:cpu-cluster\n",
      }),
    ).toEqual([]);
  });
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
  /** Each phrase of the README's sentence, and a job that makes use of it. */
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
  const [, sentence = "", refusal = ""] = /\*\*Runs\*\*: (.*?build\s+context)\. (.*?)\./s.exec(readme) ?? [];
  const [, others = ""] = /Besides there\s+are (.*?)\.\n/s.exec(readme) ?? [];
  const types = ["spark", "parallel", "automl"];
  const examples = [...others.matchAll(/\]\((examples\/[^)]+)\)/g)].map(([, file = ""]) => file);
  const words = (text: string) => text.replaceAll(/\s+/g, " ");

  it("are what the README says, each of it", async () => {
    const said = words(sentence).split(/, (?:with |and environments from )?| or /);
    expect(said).toEqual(["az ml command and sweep jobs", ...Object.keys(supported)]);
    for (const yaml of Object.values(supported)) expect(await errorsOf({ ...files, "job.yml": yaml })).toEqual([]);
  });

  it("may be pipelines with the steps that the README names", async () => {
    const steps = /steps are of the types ([^:]*?), written/.exec(words(refusal))?.[1]?.split(/, | and /);
    expect(steps?.toSorted()).toEqual(Object.keys(nodeTypes).toSorted());
    const pipeline =
      "type: pipeline\ncompute: azureml:cpu-cluster\njobs:\n  a: { command: x, environment: { image: ubuntu } }\n";
    expect(await errorsOf({ ...files, "job.yml": pipeline })).toEqual([]);
  });

  it("of other types are those that have an example", () => {
    const named = examples.map((file) => /^type: (\w+)$/m.exec(readFileSync(join(root, file), "utf8"))?.[1]);
    expect(named).toEqual(
      Object.keys(jobTypes).filter((type) => !["command", "sweep", "pipeline", "v1_pipeline", "v1_run"].includes(type)),
    );
  });

  it.each(types.filter((type) => !Object.hasOwn(jobTypes, type)))(
    "of the type %s are refused by name",
    async (type) => {
      expect(words(refusal)).toMatch(/^Other job types are refused by name, but for pipelines: /);
      const errors = await errorsOf({ ...files, "job.yml": `type: ${type}\n${job}${image}` });
      expect(errors.join("\n")).toMatch(new RegExp(`${type}.*not supported yet`, "i"));
    },
  );
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
