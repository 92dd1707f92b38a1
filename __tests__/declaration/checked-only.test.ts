import { describe, expect, it } from "@jest/globals";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkedOnly, checkedOnlyOf } from "../../src/declaration/checked-only/kinds.ts";
import { formatProblem } from "../../src/yaml/problem.ts";
import { declare } from "../support/declare.ts";

const fixtures = join(import.meta.dirname, "../fixtures/checked-only");
const beside = Object.fromEntries(
  readdirSync(join(fixtures, "beside")).map((file) => [file, readFileSync(join(fixtures, "beside", file), "utf8")]),
);
const problemsOf = async (yaml: string, file = "file.yml") =>
  (await declare({ ...beside, "spec/FeatureSetSpec.yaml": "features: []\n", [file]: yaml }, { config: [file] }))
    .problems;

/** What files of each kind look like without a schema, as their authors write them: valid ones. */
const valid = readdirSync(join(fixtures, "ok")).map((file) => ({
  file,
  yaml: readFileSync(join(fixtures, "ok", file), "utf8"),
}));

describe("a file that no command does anything with", () => {
  it.each(valid)("is checked, and said to be so: $file", async ({ file, yaml }) => {
    const problems = await problemsOf(yaml, file);
    expect(problems.map(({ severity, code }) => [severity, code])).toEqual([["notice", "not-submitted"]]);
    expect(problems[0]?.message).toMatch(/^This is (an|the) .* It is checked only: no command of this action \w+ /);
  });

  it("has an example of each kind", async () => {
    const kinds = await Promise.all(
      valid.map(async ({ file, yaml }) =>
        (await problemsOf(yaml, file))[0]?.message.replace(/^This is (.*?)\. It .*$/, "$1"),
      ),
    );
    expect(new Set(kinds)).toEqual(new Set(checkedOnly.map(({ what }) => what)));
  });

  it("is told by the name of its schema, whatever keys it has", () => {
    for (const kind of checkedOnly)
      for (const schema of kind.schemas) expect([schema, checkedOnlyOf({}, schema)]).toEqual([schema, kind]);
  });

  const invalid = readdirSync(join(fixtures, "err")).filter((file) => !file.endsWith(".out"));
  it.each(invalid)("%s is refused at its place, with what to write instead", async (file) => {
    const problems = await problemsOf(readFileSync(join(fixtures, "err", file), "utf8"), file);
    const out = `${problems
      .filter(({ severity }) => severity !== "notice")
      .map(formatProblem)
      .join("\n")}\n`.replaceAll(/looked in is \S+\./g, "looked in is FOLDER.");
    const expected = join(fixtures, "err", `${file}.out`);
    // A new case is written once by UPDATE_GOLDEN=1, and read before it is committed.
    if (process.env["UPDATE_GOLDEN"] === "1" && !existsSync(expected)) writeFileSync(expected, out);
    expect(problems.some(({ severity }) => severity === "error")).toBe(true);
    expect(out).toBe(readFileSync(expected, "utf8"));
  });

  it("is told of what is wrong in the job that it schedules, at the place in that file", async () => {
    const { problems } = await declare(
      {
        "schedule.yml": "name: s\ntrigger: { type: cron, expression: 0 3 * * * }\ncreate_job: jobs/nightly.yml\n",
        "jobs/nightly.yml":
          "type: pipeline\nsettings: { default_compute: azureml:cpu }\njobs:\n  a: { component: ./part.yml }\n",
        "jobs/part.yml": "type: command\nname: part\nversion: '1'\ncommnd: echo\nenvironment: azureml:env:1\n",
      },
      { config: ["schedule.yml"] },
    );
    expect(problems.map(formatProblem)).toEqual([
      expect.stringMatching(/^jobs\/part\.yml:1:1: The key "command" is missing\./),
      expect.stringMatching(/^jobs\/part\.yml:4:1: Unknown key "commnd"\. Did you mean command\?/),
      expect.stringMatching(/^schedule\.yml:1:1: This is an az ml schedule\./),
    ]);
  });

  it.each([
    ["a secret", "abc", [["warning", "literal-secret"]]],
    ["what its author has still to put in", "<ACCOUNT_KEY>", []],
  ])("is warned of %s in it as it needs", async (_, key, expected) => {
    const problems = await problemsOf(
      `name: b\ntype: azure_blob\naccount_name: a\ncontainer_name: c\ncredentials: { account_key: ${key} }\n`,
    );
    expect(problems.slice(1).map(({ severity, code }) => [severity, code])).toEqual(expected);
  });

  it("is no run", async () => {
    const tuning = "type: finetuning\ntask: chat_completion\nmodel: { path: m }\nmodel_provider: custom\n";
    const { problems } = await declare({ "azureml.yml": "run: tune.yml\n", "tune.yml": tuning });
    expect(problems.map(formatProblem).join("\n")).toContain(
      "This is an az ml fine-tuning job, and no command of this action submits a fine-tuning job. Name a job.",
    );
  });
});
