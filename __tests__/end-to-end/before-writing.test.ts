import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { Emulator } from "../../emulator/emulator.ts";
import { machineId } from "../../emulator/resources/machines.ts";
import { workspacePath } from "../../emulator/settings.ts";
import { formatPosition } from "../../src/yaml/problem.ts";
import { run, type RunOptions } from "../faults/run.ts";
import { loadSource, type Source } from "../faults/source.ts";
import { openStands, type Stand } from "../faults/stand.ts";
import { checkoutOf } from "../support/step.ts";

/** What can be known by reading is known before the first write: in this process, against one emulator. */
let stand: Stand;
let emulator: Emulator;
let source: Source;
beforeAll(async () => {
  const [first] = await openStands(1);
  if (first === undefined) throw new Error("There is no stand.");
  stand = first;
  emulator = stand.emulator;
  source = await loadSource();
});
afterAll(async () => {
  await stand[Symbol.asyncDispose]();
});
beforeEach(() => stand.restore([]));

type Files = Readonly<Record<string, string>>;
type Options = Omit<Partial<RunOptions>, "command"> & { readonly without?: readonly string[] };

function call(command: Parameters<typeof run>[1]["command"], files: Files, { without = [], ...options }: Options = {}) {
  const environment = Object.fromEntries(
    Object.entries({ ...stand.environment, ...options.environment }).filter(([name]) => !without.includes(name)),
  );
  return run(source, { command, checkout: checkoutOf(files), ...options, environment });
}

/** Requests that change something; a sign-in, a lease and a read that is sent as POST are none. */
const writes = () =>
  emulator
    .journal()
    .filter(({ method }) => ["PUT", "POST", "PATCH", "DELETE"].includes(method))
    .map(({ method, path }) => `${method} ${path}`)
    .filter((request) => !/\/oauth2\/|\/azureml-targets\/|\/listSecrets$|\/_github\//i.test(request));
const reads = (path: RegExp) => emulator.journal().filter((entry) => entry.method === "GET" && path.test(entry.path));

const machine = (name: string, more = "") => `  - name: ${name}
    type: virtualmachine
    resource_id: ${machineId("vm1")}
    ssh_settings: { admin_username: azureuser, admin_password: { env: DSVM_PASSWORD }${more} }
`;
const cluster = "targets:\n  - { name: cpu, type: amlcompute }\n";
const job = (lines: readonly string[]) => ["command: echo once", "compute: azureml:cpu", ...lines, ""].join("\n");
const withJob = (...lines: readonly string[]): Files => ({
  "azureml.yml": `${cluster}run: jobs/train.yml\n`,
  "jobs/train.yml": job(lines),
});

type Answer = Awaited<ReturnType<typeof call>>;
const places = ({ result }: Answer) =>
  result.problems.map(
    ({ severity, code, where }) => `${severity} ${code} ${where === undefined ? "" : formatPosition(where)}`,
  );

describe("what a run refers to", () => {
  const missing = withJob(
    "environment: azureml:skl:1",
    "inputs:",
    "  table: { type: uri_file, path: azureml:table:7 }",
    "  newest: { type: mltable, path: azureml:nothing@latest }",
    "  model: { type: custom_model, path: azureml:net:2 }",
    "  files: { path: azureml://datastores/lake/paths/in/ }",
    "  again: { path: azureml://datastores/lake/paths/other/ }",
    `  id: { path: "azureml:${workspacePath}/data/table/versions/9" }`,
    "outputs:",
    "  out: { path: azureml://datastores/workspaceblobstor/paths/out/ }",
  );

  it.each(["plan", "up", "train"] as const)(
    "and is not there is found by %s: all at once, each at its place",
    async (command) => {
      emulator.putAsset("environments", "sk", "1");
      emulator.putAsset("data", "table", "3");
      const answer = await call(command, missing);
      expect(answer.result.failureReason).toBe("invalid-declaration");
      expect(places(answer)).toEqual([
        "error missing-asset jobs/train.yml:3:14",
        "error missing-asset jobs/train.yml:5:34",
        "error missing-asset jobs/train.yml:6:34",
        "error missing-asset jobs/train.yml:7:38",
        "error missing-asset jobs/train.yml:10:15",
        "error missing-datastore jobs/train.yml:8:18",
        "error missing-datastore jobs/train.yml:9:18",
        "error missing-datastore jobs/train.yml:12:16",
      ]);
      const said = answer.text;
      expect(said).toContain("The workspace has no environment 'skl'. Did you mean sk?");
      expect(said).toContain("The data asset 'table' has no version 7; its newest is 3.");
      expect(said).toContain("Did you mean workspaceblobstore?");
      expect(said).toContain(
        "8 things that are referred to are not there, listed with their places. Nothing was written.",
      );
      expect(writes()).toEqual([]);
      // Each thing once, however many refer to it.
      expect(reads(/\/datastores\/lake$/)).toHaveLength(1);
    },
  );

  it("and is there, or is registered by the same call, is no problem, and costs one read", async () => {
    emulator.putAsset("data", "table", "3");
    const files = {
      "azureml.yml": `${cluster}run: jobs/train.yml\n`,
      "env.yml": "$schema: https://host/environment.schema.json\nname: mine\nimage: ubuntu\n",
    };
    const using = (environment: string) => ({
      ...files,
      "jobs/train.yml": job([
        `environment: ${environment}`,
        "inputs: { a: { type: uri_file, path: azureml:table:3 }, b: { type: uri_file, path: azureml:table@latest } }",
      ]),
    });
    const inputs = { config: "azureml.yml, env.yml" };
    for (const environment of ["azureml:mine@latest", "azureml:mine:1", "azureml:AzureML-sklearn@latest"]) {
      expect(places(await call("plan", using(environment), { inputs }))).toEqual([]);
      expect(reads(/\/data\/table\/versions\/3$/)).toHaveLength(1);
      emulator.clearJournal();
    }
    const other = await call("up", using("azureml:mine:5"), { inputs });
    expect(places(other)).toEqual(["error missing-asset jobs/train.yml:3:14"]);
    // With `only` no environment is registered.
    const only = await call("up", using("azureml:mine:1"), { inputs: { ...inputs, only: "cpu" } });
    expect(places(only)).toEqual(["error missing-asset jobs/train.yml:3:14"]);
    expect(writes()).toEqual([]);
  });

  it.each([
    [
      "data",
      "/data/table/versions/3$",
      "environment: azureml:sk:1\ninputs: { t: { type: uri_file, path: azureml:table:3 } }",
    ],
    [
      "a datastore",
      "/datastores/lake$",
      "environment: azureml:sk:1\ninputs: { t: { path: azureml://datastores/lake/paths/x/ } }",
    ],
    ["the compute", "/computes/other$", "environment: azureml:sk:1"],
  ])("and may not be read is a notice, and the command goes on: %s", async (_, path, lines) => {
    emulator.putAsset("environments", "sk", "1");
    emulator.faults.add({ method: "GET", path, kind: "status", status: 403, times: 9 });
    const files = withJob(lines);
    const ofOther = path.includes("other")
      ? { ...files, "jobs/train.yml": (files["jobs/train.yml"] ?? "").replace("azureml:cpu", "azureml:other") }
      : files;
    const answer = await call("plan", ofOther);
    expect(answer.result.conclusion).toBe("success");
    expect(places(answer).map((place) => place.split(" ").slice(0, 2).join(" "))).toEqual(["notice not-checked"]);
  });

  it("is a datastore that takes no uploads", async () => {
    const files = {
      ...withJob("environment: azureml:sk:1", "inputs: { t: { path: data, datastore: lake } }"),
      "jobs/data/a.csv": "1",
    };
    emulator.putAsset("environments", "sk", "1");
    const properties = { datastoreType: "AzureDataLakeGen2", accountName: "a", filesystem: "f" };
    emulator.faults.add({
      method: "GET",
      path: "/datastores/lake$",
      kind: "status",
      status: 200,
      times: 9,
      body: { properties },
    });
    const answer = await call("up", files);
    expect(places(answer)).toEqual(["error missing-datastore jobs/train.yml:4:39"]);
    expect(writes()).toEqual([]);
  });

  it.each(["plan", "up", "train"] as const)("is a compute that is nowhere: %s", async (command) => {
    emulator.putAsset("environments", "sk", "1");
    const files = withJob("environment: azureml:sk:1");
    const answer = await call(command, {
      ...files,
      "azureml.yml": `${(files["azureml.yml"] ?? "").replace("cpu", "cpux")}`,
    });
    expect(places(answer)).toEqual(["error missing-compute jobs/train.yml:2:10"]);
    expect(answer.text).toContain("Did you mean cpux?");
    expect(writes()).toEqual([]);
  });
});

describe("secrets", () => {
  const files: Files = {
    "azureml.yml": `targets:\n  - { name: cpu, type: amlcompute }\n${machine("dsvm")}run: jobs/train.yml\n`,
    "jobs/train.yml": job([
      "environment: { image: ubuntu }",
      "environment_variables: { TOKEN: { env: NOT_SET }, OTHER: { env: NOR_THIS } }",
    ]),
  };
  const found = (severity: string) => [
    `${severity} missing-secret azureml.yml:6:64`,
    `${severity} missing-secret jobs/train.yml:4:33`,
    `${severity} missing-secret jobs/train.yml:4:58`,
  ];

  it("of targets and of the run that are not there are found by up: all at once, each at its place", async () => {
    const answer = await call("up", files, { without: ["DSVM_PASSWORD"] });
    expect(answer.result.failureReason).toBe("secret-unavailable");
    expect(places(answer).filter((place) => place.startsWith("error"))).toEqual(found("error"));
    expect(answer.text).toContain("dsvm, { env: DSVM_PASSWORD }");
    expect(answer.text).toContain("The run's TOKEN, { env: NOT_SET }");
    expect(writes()).toEqual([]);
  });

  it("are found by train before the run's target is made, and are not what apply needs", async () => {
    const trained = await call("train", files);
    expect(trained.result.failureReason).toBe("secret-unavailable");
    expect(writes()).toEqual([]);
    expect((await call("apply", files)).result.conclusion).toBe("success");
  });

  it("are no matter of plan, which only says that they will be needed and asks no vault", async () => {
    const vault = machine("dsvm").replace(
      "{ env: DSVM_PASSWORD }",
      '{ key_vault: "https://v.vault.azure.net/secrets/x" }',
    );
    const answer = await call("plan", files, { without: ["DSVM_PASSWORD"] });
    expect(answer.result.conclusion).toBe("success");
    expect(places(answer).filter((place) => place.includes("missing"))).toEqual(found("notice"));
    expect(places(await call("plan", { "azureml.yml": `targets:\n${vault}` }))).toEqual([]);
  });

  it("of a run on the runner are found before its neighbours are made", async () => {
    const local = (files["jobs/train.yml"] ?? "").replace("azureml:cpu", "local");
    const answer = await call("up", { ...files, "jobs/train.yml": local });
    expect(answer.result.failureReason).toBe("secret-unavailable");
    expect(writes()).toEqual([]);
  });
});

it("a name to detach that matches nothing is found, and no other name is detached", async () => {
  expect((await call("apply", { "azureml.yml": cluster })).result.conclusion).toBe("success");
  emulator.clearJournal();
  const answer = await call("detach", {}, { inputs: { only: "cpu, cpx", "allow-delete": "true" } });
  expect(answer.result.failureReason).toBe("invalid-input");
  expect(answer.text).toContain("Did you mean cpu?");
  expect(writes()).toEqual([]);
});
