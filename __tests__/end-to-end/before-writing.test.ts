import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { machineId } from "../../emulator/resources/machines.ts";
import { workspacePath } from "../../emulator/settings.ts";
import { failureReasons } from "../../src/report/failure-reasons.ts";
import type { FailureReason } from "../../src/report/result.ts";
import { problemCodes } from "../../src/yaml/problem-codes.ts";
import { formatPosition } from "../../src/yaml/problem.ts";
import { run, type RunOptions } from "../faults/run.ts";
import { onceStarted } from "../support/once-started.ts";
import { useStand } from "../support/use-stand.ts";
import { loadSource } from "../faults/source.ts";
import { checkoutOf } from "../support/step.ts";

/** What can be known by reading is known before the first write: in this process, against one emulator. */
const source = await loadSource();
const stand = useStand();
const emulator = onceStarted("The emulator starts", () => stand.emulator);

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

const machine = (name: string, vm = "vm1") => `  - name: ${name}
    type: virtualmachine
    resource_id: ${machineId(vm)}
    ssh_settings: { admin_username: azureuser, admin_password: { env: DSVM_PASSWORD } }
`;
const cluster = "targets:\n  - { name: cpu, type: amlcompute }\n";
const job = (lines: readonly string[]) => ["command: echo once", "compute: azureml:cpu", ...lines, ""].join("\n");
const service = (type: string, more: string) =>
  `{ type: ${type}, name: clf, model: { name: clf, path: model.json }, code_configuration: { code: src, scoring_script: score.py }, environment: { image: ubuntu }, ${more} }`;
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
        "warning missing-datastore jobs/train.yml:8:18",
        "warning missing-datastore jobs/train.yml:9:18",
        "warning missing-datastore jobs/train.yml:12:16",
      ]);
      const said = answer.text;
      expect(said).toContain("The workspace has no environment 'skl'. Did you mean sk?");
      expect(said).toContain("The data asset 'table' has no version 7; its newest is 3.");
      expect(said).toContain("Did you mean workspaceblobstore?");
      expect(said).toContain(
        "5 references name something that does not exist, listed with their places. Nothing was written.",
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

describe("permissions", () => {
  it("that cannot be read, or that the first write alone needs, stop nothing", async () => {
    const files: Files = { "azureml.yml": cluster };
    emulator.grant(workspacePath, [{ actions: ["*/read"] }]);
    expect((await call("apply", files)).result.conclusion).toBe("success");
    expect(reads(/Authorization\/permissions$/)).toEqual([]);
    await stand.restore([]);
    emulator.grant(workspacePath, "forbidden");
    const answer = await call("up", withJob("environment: { image: u }"), { inputs: { wait: "false" } });
    expect(reads(/Authorization\/permissions$/)).toHaveLength(1);
    expect(answer.result.failureReason).toBeUndefined();
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

  it("of a run on the runner, and what it cannot do, are found before its neighbours are made", async () => {
    const local = (files["jobs/train.yml"] ?? "").replace("azureml:cpu", "local");
    const answer = await call("up", { ...files, "jobs/train.yml": local });
    expect(answer.result.failureReason).toBe("secret-unavailable");
    const unfit = `${local}code: azureml:code:1\n`.replace("{ image: ubuntu }", "{ build: { path: docker } }");
    const other = await call("up", { ...files, "jobs/train.yml": unfit, "jobs/docker/Dockerfile": "FROM x\n" });
    expect(other.result.failureReason).toBe("run-failed");
    expect(places(other).filter((place) => place.includes("not-on-runner"))).toEqual([
      "error not-on-runner jobs/train.yml:5:7",
      "error not-on-runner jobs/train.yml:3:14",
    ]);
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

/** A refusal that reading can tell, and what has to be so for it. */
type Case = Options & {
  readonly reason: FailureReason;
  readonly what: string;
  readonly command?: Parameters<typeof call>[0];
  readonly files: Files;
  readonly before?: () => Promise<unknown> | void;
};

const declared = (text: string): Files => ({ "azureml.yml": text });
const refusedRead =
  (path: string, status: number, times = 1) =>
  () =>
    emulator.faults.add({ method: "GET", path, kind: "status", status, times });
const bystander =
  "targets:\n  - { name: bystander-cluster, type: amlcompute, max_instances: 1, size: Standard_DS2_v2 }\n";
const environmentFile = (image: string): Files => ({
  "azureml.yml": cluster,
  "env.yml": `$schema: https://host/environment.schema.json\nname: fixed\nversion: 7\nimage: ${image}\n`,
});
const dataFile = (content: string): Files => ({
  ...declared(cluster),
  "data.yml": "name: d\nversion: 3\ntype: uri_file\npath: d.csv\n",
  "d.csv": content,
});
const withEnvironment = { config: "azureml.yml, env.yml" };
/** A workspace without a write, whatever was put into it before. */
async function done(command: RunOptions["command"], files: Files, options?: Options): Promise<void> {
  expect((await call(command, files, options)).result.conclusion).toBe("success");
  emulator.clearJournal();
}

const cases: readonly Case[] = [
  {
    reason: "invalid-input",
    what: "a plan file that is not there",
    files: declared(cluster),
    inputs: { "plan-file": "none.json" },
  },
  {
    reason: "invalid-input",
    what: "a workspace that is not named",
    files: declared(cluster),
    without: ["AZURE_ML_WORKSPACE"],
  },
  {
    reason: "invalid-input",
    what: "a run to follow that is not there",
    command: "train",
    files: {},
    inputs: { "run-name": "nobody" },
  },
  { reason: "invalid-input", what: "a train without a run", command: "train", files: declared(cluster) },
  {
    reason: "invalid-declaration",
    what: "a fault of one target beside another",
    files: declared(`${cluster}  - { name: b, tpye: amlcompute }\n`),
  },
  {
    reason: "invalid-declaration",
    what: "a target in only that is not declared",
    files: declared(cluster),
    inputs: { only: "cpx" },
  },
  { reason: "invalid-declaration", what: "an asset that is not there", files: withJob("environment: azureml:none:1") },
  {
    reason: "authentication-failed",
    what: "a sign-in that is refused",
    files: declared(cluster),
    before: () =>
      emulator.faults.add({
        path: "/oauth2/v2.0/token$",
        kind: "status",
        status: 401,
        times: 99,
        body: { error: "invalid_client", error_description: "AADSTS700213: No matching record." },
      }),
  },
  {
    reason: "not-authorized",
    what: "a workspace that may not be read",
    files: declared(cluster),
    before: refusedRead("/workspaces/[^/]+$", 403),
  },
  {
    reason: "not-authorized",
    what: "computes that may not be listed",
    files: withJob("environment: { image: u }"),
    before: refusedRead("/computes$", 403),
  },
  {
    reason: "not-authorized",
    what: "an environment that may not be read",
    files: environmentFile("u"),
    inputs: withEnvironment,
    before: refusedRead("/environments/", 403),
  },
  {
    reason: "not-authorized",
    what: "a run that may not be submitted, for a cluster that is made first",
    files: withJob("environment: { image: u }"),
    before: () => emulator.grant(workspacePath, [{ actions: ["*"], notActions: ["*/workspaces/jobs/write"] }]),
  },
  {
    reason: "not-authorized",
    what: "a run that may not be submitted, whose code is uploaded first",
    files: { "job.yml": "command: a\ncode: src\nenvironment: { image: u }\n", "src/a.py": "1\n" },
    inputs: { run: "job.yml" },
    before: () => emulator.grant(workspacePath, [{ actions: ["*"], notActions: ["*/workspaces/jobs/write"] }]),
  },
  {
    reason: "workspace-unavailable",
    what: "a workspace that is not there",
    files: declared(cluster),
    before: refusedRead("/workspaces/[^/]+$", 404),
  },
  {
    reason: "service-unreachable",
    what: "a list that does not come",
    files: declared(cluster),
    before: refusedRead("/computes$", 503, 99),
  },
  {
    reason: "changes-pending",
    what: "a plan that was to find none",
    command: "plan",
    files: declared(cluster),
    inputs: { "expect-no-changes": "true" },
  },
  { reason: "drift", what: "another size", files: declared(bystander) },
  {
    reason: "drift",
    what: "another size, and no leave to delete",
    files: declared(bystander),
    inputs: { "on-drift": "reattach" },
  },
  {
    reason: "conflict",
    what: "a machine that is attached under another name",
    files: declared(`targets:\n${machine("mine", "vm3")}`),
  },
  {
    reason: "conflict",
    what: "a name that another kind has",
    files: declared("targets:\n  - { name: bystander-vm, type: amlcompute }\n"),
  },
  {
    reason: "in-use",
    what: "users that cannot be read",
    files: declared(`targets:\n${machine("mine", "vm3")}`),
    inputs: { "on-conflict": "replace" },
    before: refusedRead("/jobs$", 403, 9),
  },
  {
    reason: "retired",
    what: "a service that is gone",
    files: declared(
      `${cluster}  - { name: adla, type: datalakeanalytics, resource_group: g, account_name: a, subscription_id: s }\n`,
    ),
  },
  {
    reason: "other-subscription",
    what: "a cluster of another subscription",
    files: declared(
      `${cluster}  - { name: scoring, type: kubernetes, resource_id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/k }\n`,
    ),
  },
  {
    reason: "preflight-failed",
    what: "a machine that is not there",
    files: declared(`targets:\n${machine("mine", "nowhere")}`),
  },
  {
    reason: "preflight-failed",
    what: "a size that the region has not",
    files: declared("targets:\n  - { name: big, type: amlcompute, size: Standard_ZZ99_v9 }\n"),
  },
  {
    reason: "provisioning-failed",
    what: "a failed cluster that may not be deleted",
    files: declared("targets:\n  - { name: bystander-cluster, type: amlcompute, max_instances: 1 }\n"),
    before: () => {
      const [cluster] = emulator.computes().filter(({ name }) => name === "bystander-cluster");
      if (cluster === undefined) throw new Error("There is no bystander.");
      emulator.putCompute({ ...cluster, properties: { ...cluster.properties, provisioningState: "Failed" } });
    },
  },
  {
    reason: "secret-unavailable",
    what: "a secret of the second target",
    files: declared(`${cluster}${machine("dsvm")}`),
    without: ["DSVM_PASSWORD"],
  },
  {
    reason: "secret-unavailable",
    what: "a secret of a vault that is not reached",
    files: declared(
      `${cluster}${machine("dsvm").replace("{ env: DSVM_PASSWORD }", '{ key_vault: "https://v.vault.example/secrets/x" }')}`,
    ),
  },
  {
    reason: "environment-failed",
    what: "a version that exists with other content",
    files: environmentFile("ubuntu:24.04"),
    inputs: withEnvironment,
    before: () => done("apply", environmentFile("ubuntu:22.04"), { inputs: withEnvironment }),
  },
  {
    reason: "asset-failed",
    what: "a version of data that exists with other content",
    files: dataFile("2\n"),
    inputs: { config: "azureml.yml, data.yml" },
    before: () => done("apply", dataFile("1\n"), { inputs: { config: "azureml.yml, data.yml" } }),
  },
  {
    reason: "not-supported",
    what: "a job of a type that az ml submits no more",
    files: declared(`${cluster}run: { type: import, source: { type: database }, output: { type: mltable } }\n`),
  },
  {
    reason: "unknown-compute",
    what: "a web service on a cluster that is nowhere",
    files: {
      ...declared(`${cluster}deploy: ${service("aks", "compute: azureml:elsewhere")}\n`),
      "src/score.py": "def init(): pass\ndef run(data): return data\n",
      "model.json": "{}",
    },
  },
];

/** What no reading can tell, and why. */
const onlyByWriting: Partial<Record<FailureReason, string>> = {
  "plan-outdated": "Told before the first write by a test of its own, below: it takes two calls in one checkout.",
  "target-not-verified": "It compares what was written with what is read afterwards.",
  "submission-failed": "The service rejects a run for rules of its own, and says so to the submission alone.",
  "run-failed": "The run has to run for that.",
  "run-canceled": "The run has to run for that.",
  "run-not-responding": "The run has to run for that.",
  "run-state-unknown": "The run has to run for that.",
  "gate-missed": "Metrics come of the run.",
  "download-failed": "Outputs come of the run.",
  "comment-failed": "The comment says what came of everything else, so it is written last.",
  "deployment-failed": "The service provisions what was written.",
  "smoke-test-failed": "Only what is deployed can be tested.",
  preempted: "Machines are taken away while the run has them.",
  "queue-limit": "The time passes while the run waits for nodes.",
  "total-limit": "The time passes while the run goes on.",
  timeout: "The time passes while something that was written is waited for.",
  cancelled: "A workflow may be cancelled at any moment.",
  "internal-error": "Nobody knows of it before.",
};

describe("no write comes before a refusal that reading can tell:", () => {
  it("every reason has a case, or says why only a write can tell", () => {
    const told = new Set([...cases.map(({ reason }) => reason), ...Object.keys(onlyByWriting)]);
    expect([...told].sort()).toEqual(Object.keys(failureReasons).sort());
    expect(cases.filter(({ reason }) => reason in onlyByWriting)).toEqual([]);
  });

  it.each(cases)("$reason, $what", async ({ reason, command = "up", files, before, ...options }) => {
    await before?.();
    const { result, text } = await call(command, files, options);
    expect([result.failureReason, text.includes("Internal error")]).toEqual([reason, false]);
    expect(writes()).toEqual([]);
  });

  it("a plan that is outdated", async () => {
    const checkout = checkoutOf(declared(cluster));
    const options = { checkout, inputs: { "plan-file": "plan.json" } };
    await done("plan", {}, options);
    writeFileSync(join(checkout, "azureml.yml"), cluster.replace("cpu", "other"));
    expect((await call("apply", {}, options)).result.failureReason).toBe("plan-outdated");
    expect(writes()).toEqual([]);
  });

  it.each(["plan", "apply", "up", "train"] as const)(
    "%s asks for nothing at all where a declaration has an error",
    async (command) => {
      const answer = await call(command, { ...withJob("environment: { image: u }", "compte: cpu") });
      expect(answer.result.failureReason).toBe("invalid-declaration");
      expect(emulator.journal()).toEqual([]);
    },
  );

  it("every code of a problem is found in files, without a request, or has a case above", () => {
    const root = join(import.meta.dirname, "../../src");
    const sources = readdirSync(root, { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".ts") && !/-codes\.ts$/.test(path))
      .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
    const inFiles = /^(yaml|secret|declaration|compute|asset|job|deployment)\/|^plan\/plan-file|^commands\/plan-file/;
    const codes = Object.keys(problemCodes).filter(
      (code) => !sources.some(({ path, text }) => inFiles.test(path) && text.includes(`"${code}"`)),
    );
    expect(codes.sort()).toEqual(
      [
        // A notice of a run that is over.
        "no-baseline",
        "missing-asset",
        "missing-compute",
        "missing-datastore",
        "missing-secret",
        "unknown-compute",
        "version-exists",
      ].sort(),
    );
  });
});
