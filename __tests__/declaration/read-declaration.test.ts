import { describe, expect, it } from "@jest/globals";
import { declare } from "../support/declare.ts";
import type { DeclarationRequest } from "../../src/declaration/gathered.ts";
import { checkoutOf } from "../support/step.ts";

const machine = (name: string, id: string) =>
  `- name: ${name}\n  type: virtualmachine\n  ${id}\n  ssh_settings: { admin_username: u, admin_password: { env: P } }\n`;
const id = "/subscriptions/S/resourceGroups/G/providers/Microsoft.Compute/virtualMachines/V";

const codes = (problems: readonly { readonly code: string }[]) => problems.map(({ code }) => code);

describe("two declarations of one resource", () => {
  it.each([
    { how: "by the same id in other letters", other: `resource_id: ${id.toLowerCase()}` },
    { how: "by its parts", other: "subscription_id: s\n  resource_group: g\n  vm_name: v" },
    { how: "by its parts and the workspace's subscription", other: "resource_group: g\n  vm_name: v" },
  ])("are an error that shows both places: $how", async ({ other }) => {
    const yaml = `workspace: { subscription_id: S }\ntargets:\n${machine("first-vm", `resource_id: ${id}`)}${machine("second-vm", other)}`;
    const { problems } = await declare({ "azureml.yml": yaml });
    expect(codes(problems)).toEqual(["duplicate-resource"]);
    expect(problems[0]?.where?.line).toBeGreaterThan(problems[0]?.related?.line ?? 0);
    expect(problems[0]?.related).toEqual({ file: "azureml.yml", line: 5, column: 16 });
  });

  it("are found across files", async () => {
    const { problems } = await declare({
      "azureml.yml": "targets: [compute/*.yml]\n",
      "compute/a.yml": machine("a-vm", `resource_id: ${id}`).replace("- name", "name").replaceAll("\n  ", "\n"),
      "compute/b.yml": machine("b-vm", `resource_id: ${id}`).replace("- name", "name").replaceAll("\n  ", "\n"),
    });
    expect(problems.map(({ code, where, related }) => [code, where?.file, related?.file])).toEqual([
      ["duplicate-resource", "compute/b.yml", "compute/a.yml"],
    ]);
  });
});

describe("files", () => {
  it("of assets and jobs among targets are said to be used elsewhere, and nothing else that a pattern matches", async () => {
    const { problems } = await declare({
      "azureml.yml": "targets: [assets/*.yml]\n",
      "assets/cpu.yml": "name: cpu\ntype: amlcompute\nsize: Standard_DS3_v2\n",
      "assets/data.yml": "name: d\ntype: uri_folder\npath: azureml://datastores/a/paths/b\n",
      "assets/other.yml": "dependencies: [python=3.11]\n",
    });
    expect(problems.filter(({ code }) => code === "not-a-declaration")).toEqual([
      expect.objectContaining({
        severity: "notice",
        where: { file: "assets/data.yml", line: 1, column: 1 },
        fix: "Name the file in the input config, or as run where it is a job; or narrow the pattern.",
      }),
    ]);
  });

  it("without a declaration are skipped where a glob matches them, and refused where they are named", async () => {
    const files = { "a.yml": "name: cpu\ntype: amlcompute\n", "conda.yml": "channels: [conda-forge]\n" };
    const byGlob = await declare(files, { config: ["*.yml"] });
    expect(byGlob.skipped.map(({ file }) => file)).toEqual(["conda.yml"]);
    expect(byGlob.targets.map(({ name }) => name)).toEqual(["cpu"]);
    const byName = await declare(files, { config: ["a.yml", "conda.yml"] });
    expect(codes(byName.problems)).toEqual(["not-a-declaration"]);
  });

  it("of az ml that no command uses here are notices where a glob matches them, and errors where they are named", async () => {
    const job = "command: x\nenvironment: azureml:e:1\n";
    const files = {
      "a.yml": "name: cpu\ntype: amlcompute\n",
      "endpoint.yml": "$schema: https://host/managedOnlineEndpoint.schema.json\nname: clf-ep\n",
      "parallel.yml": "type: parallel\ntask: {}\n",
      "workflow.yml": "on: push\njobs: { a: { runs-on: x } }\n",
      "one-job.yml": job,
      "two-job.yml": `${job}code: nowhere\n`,
    };
    const said = async (request: Partial<DeclarationRequest>) => {
      const { problems, run } = await declare(files, request);
      const lines = problems.map(({ where, severity, code }) => `${where?.file ?? ""} ${severity} ${code}`);
      return { lines, ...(run === undefined ? {} : { file: run.source.document.file }) };
    };
    const unused = ["endpoint.yml notice not-deployed", "parallel.yml notice not-supported-yet"];
    const [two, fault] = ["two-job.yml notice two-runs", "two-job.yml error missing-file"];
    expect(await said({ config: ["**/*.yml"] })).toEqual({
      lines: [...unused.slice(0, 1), "one-job.yml notice two-runs", ...unused.slice(1), two, fault],
    });
    expect(await said({ config: ["**/*.yml"], run: "one-job.yml" })).toEqual({
      lines: [...unused, two, fault],
      file: "one-job.yml",
    });
    expect(await said({ config: ["a.yml", "one*.yml"] })).toEqual({ lines: [], file: "one-job.yml" });
    expect((await said({ config: ["a.yml", "parallel.yml"] })).lines).toEqual(["parallel.yml error not-supported-yet"]);
  });

  it("of an az ml repository that a glob matches stop nothing: what is no YAML is a warning, unless it was meant for us", async () => {
    const files = {
      "azureml.yml": "targets: [{ name: cpu, type: amlcompute }]\n",
      ".github/workflows/ci.yml": "name: ci\non: push\njobs: { a: { runs-on: x, steps: [{ run: 'x' }] } }\n",
      ".github/workflows/broken.yml": "name: ci\non: push\njobs:\n  a: { runs-on: ${{ matrix.os }} }\n",
      "endpoints/endpoint.yml":
        "$schema: https://host/managedOnlineEndpoint.schema.json\nname: clf-ep\nauth_mode: key\n",
      "endpoints/blue.yml":
        "$schema: https://host/managedOnlineDeployment.schema.json\nname: blue\nendpoint_name: clf-ep\nmodel: azureml:m:1\ninstance_type: Standard_DS3_v2\ninstance_count: 1\n",
      "endpoints/broken.yml": "$schema: https://host/managedOnlineDeployment.schema.json\nname: blue\n bad: [\n",
      "pipelines/pipeline.yml":
        "$schema: https://host/pipelineJob.schema.json\ntype: pipeline\ncompute: c\njobs: { a: { component: azureml:x:1 } }\n",
      "pipelines/component.yml":
        "$schema: https://host/commandComponent.schema.json\ntype: command\nname: c\ncommand: x\nenvironment: azureml:e:1\n",
      "data/data.yml": "$schema: https://host/data.schema.json\nname: d\npath: ./x\ntype: uri_folder\n",
      "data/x/a.csv": "1\n",
      "data/MLTable": "paths: []\n",
      "conda.yml": "name: e\nchannels: [conda-forge]\ndependencies: [python=3.10, { pip: [x] }]\n",
      "chart/values.yml": "a: {{ .Values.x }}\n",
      "mkdocs.yml": "markdown_extensions:\n  - x: !!python/name:a.b ''\n",
      "twice.yml": "a: 1\na: 2\n",
    };
    const all = await declare(files, { config: ["**/*.yml", ".github/**/*.yml"] });
    expect(all.problems.filter(({ severity }) => severity === "error")).toEqual([]);
    const warned = all.problems.filter(({ severity }) => severity === "warning");
    expect(warned.map(({ where, code }) => `${where?.file ?? ""}:${where?.line ?? ""} ${code}`)).toEqual([
      ".github/workflows/broken.yml:4 syntax",
      "chart/values.yml:1 syntax",
      "endpoints/broken.yml:3 syntax",
      "mkdocs.yml:2 unknown-tag",
      "twice.yml:2 duplicate-key",
    ]);
    expect(all.skipped).toContainEqual({ file: "twice.yml", reason: "It declares nothing that this action knows." });
    expect(all.targets.map(({ name }) => name)).toEqual(["cpu"]);

    const ours = {
      ...files,
      "compute/gpu.yml": "name: gpu\ntype: amlcompute\n size: x\n",
      "job.yml": "command: |\n x\n  y\n z: {\nenvironment: [\n",
    };
    const broken = await declare(ours, { config: ["**/*.yml"] });
    expect(broken.problems.filter(({ severity }) => severity === "error").map(({ where }) => where?.file)).toEqual([
      "compute/gpu.yml",
      "job.yml",
    ]);
    const named = await declare(files, { config: ["azureml.yml", "twice.yml"] });
    expect(named.problems).toMatchObject([{ code: "duplicate-key", severity: "error" }]);
  });

  it("that are missing are named with the folder that was looked in", async () => {
    const { problems } = await declare({ "azureml.yml": "targets: [compute/none.yml]\n" });
    expect(problems[0]?.message).toMatch(/"compute\/none.yml" does not exist; the folder .*\/compute\.$/);
  });

  it("may have several documents", async () => {
    const { targets } = await declare({
      "azureml.yml": "name: one\ntype: amlcompute\n---\nname: two\ntype: amlcompute\n",
    });
    expect(targets.map(({ name }) => name)).toEqual(["one", "two"]);
  });

  it("are not needed beside inline targets, and are merged with them", async () => {
    const inline = "- { name: inline, type: amlcompute }\n";
    expect((await declare({}, { inlineTargets: inline })).targets.map(({ name }) => name)).toEqual(["inline"]);
    const both = await declare(
      { "azureml.yml": "targets: [{ name: file, type: amlcompute }]\n" },
      { inlineTargets: inline },
    );
    expect(both.targets.map(({ name }) => name)).toEqual(["file", "inline"]);
  });

  it("outside the working directory are refused", async () => {
    const outside = checkoutOf({ "secret.yml": "name: cpu\ntype: amlcompute\n" });
    expect(codes((await declare({}, { config: [`${outside}/secret.yml`] })).problems)).toContain("outside");
  });

  it("of a kind that this version does not support yet are refused at their place", async () => {
    const { problems } = await declare({
      "azureml.yml": "targets: [{ name: cpu, type: amlcompute }]\nrun: parallel.yml\n",
      "parallel.yml": "type: parallel\ntask: {}\n",
    });
    expect(codes(problems)).toEqual(["not-supported-yet"]);
  });
});

it("shows the first thousand problems and counts the rest", async () => {
  const { problems } = await declare({ "azureml.yml": `targets:\n${"- 1\n".repeat(1200)}` });
  expect(problems).toHaveLength(1001);
  expect(problems.at(-1)).toMatchObject({ code: "too-many-problems", severity: "error" });
  expect(problems.at(-1)?.message).toContain("200 more problems");
});

describe("prices", () => {
  it("of all files are joined, ignoring the case of sizes", async () => {
    const { prices, problems } = await declare(
      {
        "azureml.yml": "prices: { Standard_DS3_v2: 0.229 }\ntargets: [{ name: cpu, type: amlcompute }]\n",
        "prices.yml": "prices: { STANDARD_DS3_V2: 0.229, Standard_E4s_v3: '0.25' }\n",
      },
      { config: ["azureml.yml", "prices.yml"] },
    );
    expect(problems).toEqual([]);
    expect([...(prices ?? [])]).toEqual([
      ["standard_ds3_v2", 0.229],
      ["standard_e4s_v3", 0.25],
    ]);
  });

  it.each([
    ["prices: { small: 1 }", "unknown-size-form", 11],
    ["prices: { Standard_DS3_v2: -1 }", "out-of-range", 28],
    ["prices: { Standard_DS3_v2: cheap }", "wrong-value", 28],
    ["prices: { Standard_DS3_v2: 1, standard_ds3_v2: 2 }", "two-prices", 31],
  ])("are refused at their place: %s", async (yaml, code, column) => {
    const { problems } = await declare({ "azureml.yml": `${yaml}\ntargets: [{ name: cpu, type: amlcompute }]\n` });
    expect(problems).toMatchObject([{ code, where: { line: 1, column } }]);
  });
});

describe("overrides", () => {
  it("change a target and the run before they are checked", async () => {
    const files = {
      "azureml.yml":
        "targets: [{ name: cpu, type: amlcompute }]\nrun: { command: 'echo ${{inputs.lr}}', inputs: { lr: 1 } }\n",
    };
    const { targets, run, problems } = await declare(files, {
      set: ["targets.cpu.max_instances=8", "run.inputs.lr=0.01"],
    });
    expect(problems).toEqual([]);
    expect(targets[0]).toMatchObject({ maxInstances: 8 });
    expect(run).toMatchObject({ inputs: { lr: { kind: "literal", value: "0.01" } } });
  });

  it("are sent as they are written, not as what they replace was", async () => {
    const files = {
      "azureml.yml":
        "run: { command: x, inputs: { lr: 1.0 }, environment_variables: { ID: 1, OTHER: 2.50, LIST: 3 } }\n",
    };
    const { run } = await declare(files, {
      set: ["run.inputs.lr=10", "run.environment_variables.ID=12345678901234567890"],
    });
    expect(run).toMatchObject({ inputs: { lr: { kind: "literal", value: "10" } } });
    expect(run).toMatchObject({
      work: { environmentVariables: { ID: "12345678901234567890", OTHER: "2.50", LIST: "3" } },
    });
  });

  it.each([
    ["inputs.lr=2", "Put run. before it: run.inputs.lr=…."],
    ["cpu.max_instances=2", "Put targets. before it: targets.cpu.max_instances=…."],
    ["target.cpu.max_instances=2", "Did you mean targets?"],
  ])("that leave out where they belong are told so: %s", async (line, fix) => {
    const files = {
      "azureml.yml": "targets: [{ name: cpu, type: amlcompute }]\nrun: { command: x, inputs: { lr: 1 } }\n",
    };
    expect((await declare(files, { set: [line] })).problems).toMatchObject([{ code: "wrong-override", fix }]);
  });

  it("of something undeclared are errors with a suggestion", async () => {
    const { problems } = await declare(
      { "azureml.yml": "targets: [{ name: cpu-cluster, type: amlcompute }]\n" },
      { set: ["targets.cpu-clustr.max_instances=8"] },
    );
    expect(problems[0]?.fix).toContain("Did you mean cpu-cluster?");
  });
});

it("keeps only the targets named in only, and suggests names for unknown ones", async () => {
  const files = { "azureml.yml": "targets: [{ name: one, type: amlcompute }, { name: two, type: amlcompute }]\n" };
  expect((await declare(files, { only: ["TWO"] })).targets.map(({ name }) => name)).toEqual(["two"]);
  expect((await declare(files, { only: ["twoo"] })).problems[0]?.message).toContain("Did you mean two?");
  expect((await declare(files, { only: ["t*"] })).problems).toMatchObject([
    { code: "unknown-target", severity: "error", fix: "Declared are one, two." },
  ]);
});

it("calls no target undeclared that is declared with a fault", async () => {
  const files = { "azureml.yml": "targets: [{ name: one, type: amlcompute, sise: small }]\n" };
  expect(codes((await declare(files, { only: ["one"] })).problems)).toEqual(["unknown-key"]);
});

describe("the workspace", () => {
  it("may have no placeholder where a name is to be", async () => {
    const { problems } = await declare({
      "azureml.yml": 'workspace: { subscription_id: <SUB>, resource_group: "{group}", name: ws }\ntargets: []\n',
    });
    expect(problems.map(({ code, where }) => [code, where?.column])).toEqual([
      ["placeholder", 31],
      ["placeholder", 54],
    ]);
  });

  it("is a mapping, of which the keys are said", async () => {
    const { problems } = await declare({ "azureml.yml": "workspace: vision\ntargets: []\n" });
    expect(problems.map(({ message, fix }) => `${message} ${fix}`)).toEqual([
      '"vision" is not a mapping. Write a mapping with subscription_id, resource_group or name here.',
    ]);
  });
});
