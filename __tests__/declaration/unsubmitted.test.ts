import { describe, expect, it } from "@jest/globals";
import { formatProblem } from "../../src/yaml/problem.ts";
import { declare } from "../support/declare.ts";

const address = "https://azuremlschemas.azureedge.net/latest/";

/** A file of each kind, as its author may write it: without a schema. */
const files: readonly (readonly [what: string, yaml: string, schema?: string])[] = [
  ["datastore", "name: b\ntype: azure_blob\naccount_name: a\ncontainer_name: c\n", "azureBlob"],
  ["datastore", "name: f\ntype: azure_file\naccount_name: a\nfile_share_name: s\n", "azureFile"],
  ["datastore", "name: g\ntype: azure_data_lake_gen2\naccount_name: a\nfilesystem: f\n", "azureDataLakeGen2"],
  ["schedule", "name: s\ntrigger: { type: cron, expression: '0 0 * * *' }\ncreate_job: job.yml\n", "schedule"],
  ["schedule", "name: s\ntrigger: { type: recurrence }\ncreate_monitor: { compute: {} }\n"],
  ["registry", "name: r\nlocation: eastus\nreplication_locations: [{ location: eastus }]\n", "registry"],
  ["feature set", "name: f\nversion: '1'\nspecification: { path: . }\nentities: [azureml:a:1]\n", "featureSet"],
  ["feature store entity", "name: a\nversion: '1'\nindex_columns: [{ name: id, type: string }]\n"],
  ["serverless endpoint", "name: e\nmodel_id: azureml://registries/azureml/models/m\n"],
  ["connection", "name: c\ntype: python_feed\ntarget: https://feed\ncredentials: { type: managed_identity }\n"],
  ["fine-tuning job", "type: finetuning\ntask: chat_completion\nmodel: { path: m }\nmodel_provider: custom\n"],
  [
    "distillation job",
    "type: distillation\ndata_generation_type: label_generation\ndata_generation_task_type: nli\nstudent_model: m\nteacher_model_endpoint_connection: { type: serverless }\n",
  ],
];
const cases = files.flatMap(([what, yaml, schema]) => [
  { what, yaml },
  ...(schema === undefined ? [] : [{ what, yaml: `$schema: ${address}${schema}.schema.json\n${yaml}` }]),
]);

const problemsOf = async (yaml: string) =>
  (await declare({ "file.yml": yaml }, { config: ["file.yml"] })).problems.map((one) => [
    one.severity,
    formatProblem(one),
  ]);

describe("a file that no command submits", () => {
  it.each(cases)("is checked, and said to be so: $what, $yaml", async ({ what, yaml }) => {
    const problems = await problemsOf(yaml);
    expect(problems).toEqual([["notice", expect.stringContaining(what)]]);
    expect(problems[0]?.[1]).toMatch(/no command of this action submits it.* \[not-submitted\]$/);
  });

  it.each([
    [
      "a slip of a key",
      files[0]?.[1].replace("container_name", "container_nam"),
      'Unknown key "container_nam". Did you mean container_name?',
    ],
    ["a key that is missing", files[0]?.[1].replace("container_name: c\n", ""), 'The key "container_name" is missing.'],
    [
      "a schedule of nothing",
      `$schema: ${address}schedule.schema.json\nname: s\ntrigger: { type: cron }\n`,
      "Add create_job, or create_monitor, or import_data.",
    ],
  ])("is told of %s", async (_, yaml = "", expected) => {
    expect((await problemsOf(yaml)).filter(([severity]) => severity === "error").join("\n")).toContain(expected);
  });

  it("is warned of a secret in it", async () => {
    const problems = await problemsOf(`${files[0]?.[1] ?? ""}credentials: { account_key: abc }\n`);
    expect(problems).toContainEqual(["warning", expect.stringMatching(/5:29: account_key is written in the file/)]);
  });

  it("is no run", async () => {
    const { problems } = await declare({ "azureml.yml": "run: tune.yml\n", "tune.yml": files.at(-2)?.[1] ?? "" });
    expect(problems.map(formatProblem).join("\n")).toContain(
      "an az ml fine-tuning job, which no command of this action submits",
    );
  });
});
