import { describe, expect, it } from "@jest/globals";
import type { JournalEntry } from "../../emulator/journal.ts";
import { workspacePath } from "../../emulator/settings.ts";
import { run } from "../faults/run.ts";
import { loadSource } from "../faults/source.ts";
import { cpuCluster } from "../faults/stand.ts";
import { checkoutOf } from "../support/step.ts";
import { useStand } from "../support/use-stand.ts";

/** Files of data and models, from the file to the version in the workspace, and to the run that reads it. */
const source = await loadSource();
const stand = useStand([cpuCluster]);

type Files = Readonly<Record<string, string>>;

const schema = (name: string) => `$schema: https://azuremlschemas.azureedge.net/latest/${name}.schema.json\n`;
const data = (lines: string) => `${schema("data")}${lines}`;
const model = (lines: string) => `${schema("model")}${lines}`;
const titanic = (more = "") => data(`name: titanic\ntype: uri_file\npath: ./titanic.csv\n${more}`);
const files = (content: string, more = ""): Files => ({
  "assets/titanic.yml": titanic(more),
  "assets/titanic.csv": content,
});

/** One command on these files, with what it has put: versions of assets, blobs, and the job. */
async function does(command: "plan" | "apply" | "up" | "train", given: Files, inputs: Record<string, string> = {}) {
  stand.emulator.clearJournal();
  const { result, text } = await run(source, {
    command,
    checkout: checkoutOf(given),
    inputs: { config: "assets/*.yml", ...inputs },
    environment: stand.environment,
  });
  const puts = stand.emulator.journal().filter(({ method }) => method === "PUT");
  const versions = puts.filter(({ path }) => /\/(?:data|models|environments)\/[^/]+\/versions\//.test(path));
  return {
    result,
    text,
    puts: versions.map(({ path }) => path.replace(`${workspacePath}/`, "")),
    bodies: versions.map(propertiesOf),
    blobs: puts.filter(({ path, query }) => path.includes("/LocalUpload/") && query["comp"] !== "metadata"),
    job: puts.filter(({ path }) => path.startsWith(`${workspacePath}/jobs/`)).map(propertiesOf)[0],
  };
}

function propertiesOf({ body }: JournalEntry): Readonly<Record<string, unknown>> {
  return (body as { readonly properties: Readonly<Record<string, unknown>> }).properties;
}

describe("a file of data", () => {
  it("is planned, registered with its bytes once, and under the next version when they change", async () => {
    const planned = await does("plan", files("1\n"));
    expect(planned.result).toMatchObject({
      failures: [],
      assets: [
        { kind: "data", name: "titanic", version: "1", action: "create", where: { file: "assets/titanic.yml" } },
      ],
      environments: [],
    });
    expect([planned.puts, planned.blobs]).toEqual([[], []]);
    // The log says so as well: without it a plan would read as if nothing had to be done.
    expect(planned.text).toMatch(/^data asset {2}titanic +1 +create *$/m);

    const first = await does("apply", files("1\n"));
    expect(first.result).toMatchObject({ failures: [], assets: [{ id: `${workspacePath}/data/titanic/versions/1` }] });
    expect(first.puts).toEqual(["data/titanic/versions/1"]);
    expect(first.bodies).toEqual([
      {
        dataType: "uri_file",
        dataUri: expect.stringMatching(
          /^azureml:\/\/datastores\/workspaceblobstore\/paths\/LocalUpload\/[0-9a-f]{64}\/titanic\.csv$/,
        ) as unknown,
        isAnonymous: false,
        isArchived: false,
        properties: {},
        tags: {},
      },
    ]);
    expect(first.blobs).toHaveLength(1);

    const again = await does("apply", files("1\n"));
    expect(again.result).toMatchObject({ failures: [], assets: [{ version: "1", action: "none" }] });
    expect([again.puts, again.blobs]).toEqual([[], []]);

    const described = await does("apply", files("1\n", "description: passengers\ntags: { rows: 1 }\n"));
    expect([described.puts, described.blobs]).toEqual([["data/titanic/versions/1"], []]);
    expect((await does("apply", files("1\n", "description: passengers\ntags: { rows: 1 }\n"))).puts).toEqual([]);

    const changed = await does("apply", files("2\n"));
    expect(changed.puts).toEqual(["data/titanic/versions/2"]);
    expect(changed.blobs).toHaveLength(1);
  });

  it("with a version of its own is refused where that version exists with other content", async () => {
    expect((await does("apply", files("1\n", "version: 7\n"))).puts).toEqual(["data/titanic/versions/7"]);
    for (const command of ["plan", "apply"] as const) {
      const { result, puts } = await does(command, files("2\n", "version: 7\n"));
      expect(result).toMatchObject({
        failureReason: "asset-failed",
        problems: [{ code: "version-exists", where: { file: "assets/titanic.yml", line: 5 } }],
      });
      expect(puts).toEqual([]);
    }
  });

  it("that somebody has archived is taken out of the archive", async () => {
    await does("apply", files("1\n"));
    const path = "titanic/versions/1";
    const { bodies } = await does("apply", files("1\n", "description: x\n"));
    stand.emulator.putAsset("data", "titanic", "1", { ...bodies[0], isArchived: true });
    const restored = await does("apply", files("1\n", "description: x\n"));
    expect(restored.puts).toEqual([`data/${path}`]);
    expect(restored.bodies).toMatchObject([{ isArchived: false }]);
  });

  it("without a name is kept once under its content", async () => {
    const unnamed = (content: string) => ({ "assets/d.yml": data("path: d\n"), "assets/d/a.csv": content });
    const { puts, bodies } = await does("apply", unnamed("1\n"));
    expect(puts).toEqual([expect.stringMatching(/^data\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\/versions\/1$/)]);
    expect(bodies).toMatchObject([{ isAnonymous: true, dataType: "uri_folder" }]);
    expect((await does("apply", unnamed("1\n"))).puts).toEqual([]);
    expect((await does("apply", unnamed("2\n"))).puts).not.toEqual(puts);
  });

  it("is registered under the next number where somebody else has just taken its own", async () => {
    await does("apply", files("1\n"));
    let isTaken = false;
    stand.alter(({ method, path }, reply) => {
      if (method !== "GET" || isTaken || !path.endsWith("/data/titanic")) return reply;
      isTaken = true;
      stand.emulator.putAsset("data", "titanic", "2", {
        dataType: "uri_file",
        dataUri: "azureml://datastores/d/paths/x",
      });
      return reply;
    });
    const { result, puts } = await does("apply", files("3\n"));
    expect(result).toMatchObject({ failures: [], assets: [{ version: "3", action: "create" }] });
    expect(puts).toEqual(["data/titanic/versions/2", "data/titanic/versions/3"]);
  });

  it("goes up once where several assets have the same bytes", async () => {
    const twice = { ...files("the same\n"), "assets/other.yml": titanic().replace("titanic\n", "other\n") };
    const { puts, blobs } = await does("apply", twice);
    expect(puts.toSorted()).toEqual(["data/other/versions/1", "data/titanic/versions/1"]);
    expect(blobs).toHaveLength(1);
  });

  it("in a datastore that is not there is a warning, and one that would be uploaded to it an error", async () => {
    const address = data("name: far\npath: azureml://datastores/nowhere/paths/x/\n");
    const { result } = await does("plan", {
      "assets/far.yml": address,
      "assets/near.yml": titanic("datastore: nowhere\n").replace("titanic.csv", "a.csv"),
      "assets/a.csv": "1\n",
    });
    expect(result.problems).toMatchObject([
      { code: "missing-datastore", severity: "error", where: { file: "assets/near.yml", line: 5 } },
      { code: "missing-datastore", severity: "warning", where: { file: "assets/far.yml", line: 3 } },
    ]);
  });
});

describe("a file of a model", () => {
  const folder = (content: string, more = ""): Files => ({
    "assets/model.yml": model(`name: clf\npath: ./clf\ntype: custom_model\n${more}`),
    "assets/clf/model.json": content,
  });

  it("is registered with its folder once, by an address that names the workspace", async () => {
    const first = await does("apply", folder("{}\n", "tags: { k: v }\n"));
    expect(first.puts).toEqual(["models/clf/versions/1"]);
    expect(first.bodies).toEqual([
      {
        modelType: "custom_model",
        modelUri: expect.stringMatching(
          /^azureml:\/\/subscriptions\/.+\/workspaces\/mlw-main\/datastores\/workspaceblobstore\/paths\/LocalUpload\/[0-9a-f]{64}\/clf$/,
        ) as unknown,
        tags: { k: "v" },
        properties: {},
        isAnonymous: false,
        isArchived: false,
      },
    ]);
    expect((await does("apply", folder("{}\n", "tags: { k: v }\n"))).puts).toEqual([]);
    expect((await does("apply", folder('{ "w": 1 }\n'))).puts).toEqual(["models/clf/versions/2"]);
  });
});

describe("a run that refers to files of the same glob", () => {
  const job = (more: string) => `run:
  command: cat \${{inputs.table}}
  compute: azureml:cpu-cluster
  environment: { image: ubuntu }
  inputs:
    table: { type: uri_file, path: "azureml:titanic@latest" }
${more}`;
  const inputs = { config: "azureml.yml, assets/*.yml" };
  const of = (content: string, more = "") => ({ ...files(content), "azureml.yml": job(more) });

  it("reads what the same command registers, also in plan before it is there", async () => {
    const planned = await does("plan", of("1\n"), inputs);
    expect(planned.result).toMatchObject({ failures: [], problems: [] });

    const first = await does("up", of("1\n"), inputs);
    expect(first.result.failures).toEqual([]);
    expect(first.job?.["inputs"]).toEqual({
      table: expect.objectContaining({ uri: `${workspacePath}/data/titanic/versions/1` }) as unknown,
    });
    const second = await does("up", of("2\n"), inputs);
    expect(second.job?.["inputs"]).toEqual({
      table: expect.objectContaining({ uri: `${workspacePath}/data/titanic/versions/2` }) as unknown,
    });
  });

  it("reads the version that was just registered, whatever the service says of the newest", async () => {
    await does("up", of("1\n"), inputs);
    stand.alter(({ method, path }, reply) =>
      method === "GET" && path.endsWith("/data/titanic")
        ? { ...reply, body: { properties: { latestVersion: "1", nextVersion: "2" } } }
        : reply,
    );
    const late = await does("up", of("2\n"), inputs);
    expect(late.job?.["inputs"]).toEqual({
      table: expect.objectContaining({ uri: `${workspacePath}/data/titanic/versions/2` }) as unknown,
    });
  });

  it("has of these only what it refers to registered by train", async () => {
    const more = {
      ...of("1\n"),
      "assets/model.yml": model("name: clf\npath: ./clf\n"),
      "assets/clf/m.json": "{}\n",
    };
    expect((await does("train", more, inputs)).puts.filter((path) => !path.startsWith("environments/"))).toEqual([
      "data/titanic/versions/1",
    ]);
  });

  it("is refused where it asks for a version that the file does not make", async () => {
    const { result, puts } = await does(
      "up",
      { ...files("1\n", "version: 3\n"), "azureml.yml": job("").replace("@latest", ":4") },
      inputs,
    );
    expect(result.problems).toMatchObject([{ code: "missing-asset", where: { file: "azureml.yml", line: 6 } }]);
    expect(puts).toEqual([]);
  });
});

it("train registers what a component refers to with the component", async () => {
  const given = {
    "azureml.yml": `run:
  type: pipeline
  settings: { default_compute: azureml:cpu-cluster }
  jobs: { one: { component: "azureml:prep@latest" } }
`,
    "assets/prep.yml": `${schema("commandComponent")}type: command\nname: prep\ncommand: echo\nenvironment: azureml:prep-env@latest\n`,
    "assets/env.yml": `${schema("environment")}name: prep-env\nimage: ubuntu\n`,
  };
  const { result, puts } = await does("train", given, { config: "azureml.yml, assets/*.yml" });
  expect(result.failures).toEqual([]);
  expect(puts).toEqual(["environments/prep-env/versions/1"]);
});
