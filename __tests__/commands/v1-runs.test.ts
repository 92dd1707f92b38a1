import { describe, expect, it } from "@jest/globals";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Fault } from "../../emulator/faults.ts";
import { run, type RunOptions } from "../faults/run.ts";
import { loadSource } from "../faults/source.ts";
import { computeDocument, cpuCluster } from "../faults/stand.ts";
import { checkoutOf } from "../support/step.ts";
import { useStand } from "../support/use-stand.ts";

/** Run configurations of the first SDK for an HDInsight cluster, by the service's own way for them. */
const source = await loadSource();
const below = "/subscriptions/33333333-3333-4333-8333-333333333333/resourceGroups/rg-data/providers";
const stand = useStand([
  cpuCluster,
  computeDocument("v1-hdi", {
    computeType: "HDInsight",
    resourceId: `${below}/Microsoft.HDInsight/clusters/hdi1`,
    isAttachedCompute: true,
    properties: {},
  }),
]);

const folder = join(import.meta.dirname, "..", "wire", "v1-run");
const text = (file: string) => readFileSync(join(folder, file), "utf8");
/** As the SDK saves the recorded one, less what is at its default. */
const runconfig = `script: train.py
arguments: [--lr, 0.1]
target: v1-hdi
framework: PySpark
environment:
  environmentVariables: { EXAMPLE_ENV_VAR: EXAMPLE_VALUE }
  python: { userManagedDependencies: true }
  docker: { shmSize: 2g }
`;
const files = (configuration = runconfig, scripts: Readonly<Record<string, string>> = {}) => ({
  "azureml.yml": "run: hdi/hdi.runconfig\noverrides: { experiment_name: exp-v1, tags: { team: words } }\n",
  "hdi/hdi.runconfig": configuration,
  "hdi/.amlignore": "*.runconfig\n.amlignore\n",
  "hdi/train.py": text("train.py"),
  "hdi/score.py": text("score.py"),
  ...scripts,
});

async function ran(
  given: Readonly<Record<string, string>>,
  { sha = "1", faults = [], ...options }: Partial<RunOptions> & { sha?: string; faults?: readonly Fault[] } = {},
) {
  for (const fault of faults) stand.emulator.faults.add(fault);
  const before = stand.emulator.journal().length;
  const { result, text: log } = await run(source, {
    command: "train",
    checkout: checkoutOf(given),
    ...options,
    environment: { ...stand.environment, GITHUB_SHA: sha.repeat(40), GITHUB_REF: "refs/heads/main" },
  });
  const asked = stand.emulator.journal().slice(before);
  const count = (path: string, method = "POST") =>
    asked.filter((one) => one.method === method && one.path.includes(path)).length;
  return { result, log, asked, count };
}

const started = () => stand.emulator.jobs().filter(({ properties }) => properties["jobType"] === "V1Run");

type Exchange = { readonly method: string; readonly path: string; readonly body?: unknown };
const recorded = JSON.parse(text("recorded.json")) as readonly (Exchange & { readonly query: object })[];

/** Without what is made up for each run: ids, times, addresses; without the client's own name, and what we add. */
function comparable({ method, path, body }: Exchange) {
  const ours = /azureml-targets|team/;
  const value = JSON.parse(
    JSON.stringify(body ?? null, (key, member: unknown) =>
      ["timestamp", "BlobUri", "TelemetryValues", "ParentSnapshotId", "Properties", "password"].includes(key) ||
      ours.test(key)
        ? undefined
        : key === "tags"
          ? undefined
          : member,
    )
      .replaceAll("mcr.microsoft.com", "images.example.com")
      .replaceAll(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, "ID")
      .replaceAll(/exp-v1_\d+_[\da-f]{8}|run-1{8}_[\da-f]{12}/g, "RUN"),
  ) as unknown;
  return {
    call: `${method} ${path
      .replaceAll(/exp-v1_\d+_[\da-f]{8}|run-1{8}_[\da-f]{12}/g, "RUN")
      .replaceAll(/snapshots\/[\da-f-]{36}/g, "snapshots/ID")}`,
    value,
  };
}

describe("a PySpark run configuration", () => {
  it("is sent as the official client sends it", async () => {
    const { result, asked } = await ran(files());
    expect(result.failures).toEqual([]);
    const writes = (exchanges: readonly Exchange[]) =>
      exchanges
        .filter(
          ({ method, path }) =>
            method !== "GET" &&
            /^\/(content|execution|history)\//.test(path) &&
            !/:query$|experiments\/[^/]+$/.test(path),
        )
        .map(comparable);
    expect(writes(recorded)).toHaveLength(4);
    expect(writes(asked)).toEqual(writes(recorded));
    expect(asked.find(({ path }) => path.endsWith("/snapshotrun"))?.query).toEqual({ runId: result.run?.name });
  });

  it("runs, and is reported like every run, with its tags and what it printed", async () => {
    const { result, log } = await ran(files());
    expect(result.run).toMatchObject({ status: "Completed", compute: "v1-hdi", experiment: "exp-v1" });
    expect(result.run?.name).toMatch(/^run-1{8}_[\da-f]{12}$/);
    expect(log).toContain("training");
    expect(log).toMatch(/Emulator: .*(plain process|PySpark \d)/);
    expect(started()[0]?.properties).toMatchObject({
      tags: { team: "words", "azureml-targets.commit": "1".repeat(40) },
      properties: { ContentSnapshotId: expect.any(String), "azureml-targets.definition": expect.any(String) },
    });
  });

  it("is joined by the same commit, and is another run with another script", async () => {
    const first = await ran(files());
    const again = await ran(files(), { runId: "2" });
    expect(again.result.run).toMatchObject({ name: first.result.run?.name, reused: true });
    expect([again.count("/snapshotrun"), again.count("/runs/", "PATCH")]).toEqual([0, 0]);
    const other = await ran(files(runconfig, { "hdi/train.py": "print('other')\n" }), { runId: "3" });
    expect(other.result.run?.name).not.toBe(first.result.run?.name);
    expect(started()).toHaveLength(2);
  });

  it("is submitted anew after it has failed, under the next name", async () => {
    const broken = files(runconfig, { "hdi/train.py": "raise SystemExit(3)\n" });
    const first = await ran(broken);
    expect(first.result).toMatchObject({ failureReason: "run-failed", run: { status: "Failed" } });
    const again = await ran(broken, { runId: "2" });
    expect(again.result.run?.name).toBe(`${first.result.run?.name ?? ""}-2`);
  });

  it("is submitted anew after a preemption, no more often than the declaration lets it", async () => {
    stand.emulator.treatJobs({ do: "preempt", names: /^run-[^-]+(-[23])?$/ });
    const given = files();
    const { result } = await ran({ ...given, "azureml.yml": `${given["azureml.yml"]}retries: { preempted: 1 }\n` });
    expect(result).toMatchObject({ failureReason: "preempted", run: { name: expect.stringMatching(/-2$/) } });
    expect(started().map(({ properties }) => properties["tags"])).toEqual([
      expect.not.objectContaining({ "azureml-targets.preemptions": expect.anything() as unknown }),
      expect.objectContaining({ "azureml-targets.preemptions": "1" }),
    ]);
  });

  it.each<{ readonly what: string; readonly fault: Fault }>([
    { what: "no reply", fault: { kind: "lost-reply", method: "POST", path: "/snapshotrun$" } },
    { what: "502", fault: { kind: "status-after", status: 502, method: "POST", path: "/snapshotrun$" } },
    { what: "a broken connection", fault: { kind: "reset", method: "POST", path: "/snapshotrun$" } },
    {
      what: "no reply to the snapshot",
      fault: { kind: "lost-reply", method: "POST", path: "/snapshots/[\\da-f-]{36}$" },
    },
    { what: "no reply to the tags", fault: { kind: "lost-reply", method: "PATCH", path: "/runs/" } },
  ])("is one run after $what", async ({ fault }) => {
    const { result } = await ran(files(), { faults: [fault] });
    expect(result.failures).toEqual([]);
    expect(result.run).toMatchObject({ status: "Completed" });
    expect(started()).toHaveLength(1);
    expect(started()[0]?.properties["tags"]).toMatchObject({ team: "words" });
  });

  it("gets its tags from whoever joins it, where they could not be set", async () => {
    const refused: Fault = { kind: "status", status: 403, method: "PATCH", path: "/runs/" };
    const first = await ran(files(), { faults: [refused] });
    expect(first.result.failures).toEqual([]);
    expect(first.log).toContain("could not be set");
    expect(started()[0]?.properties["tags"]).toEqual({});
    const again = await ran(files(), { runId: "2" });
    expect(again.result.run).toMatchObject({ name: first.result.run?.name, reused: true });
    expect(started()[0]?.properties).toMatchObject({
      tags: { team: "words" },
      properties: { ContentSnapshotId: expect.any(String) },
    });
  });

  it("is one run for two that submit it at the same time", async () => {
    const both = await Promise.all([ran(files(), { runId: "1" }), ran(files(), { runId: "2" })]);
    expect(both.flatMap(({ result }) => result.failures)).toEqual([]);
    expect(started()).toHaveLength(1);
  });

  it("is cancelled by the address that it names, when the time is over", async () => {
    const slow = files(runconfig, { "hdi/train.py": "import time\ntime.sleep(60)\n" });
    const { result, count } = await ran(slow, { inputs: { "on-timeout": "cancel" }, seconds: 30 });
    expect(result.failureReason).toBe("timeout");
    expect(count("/cancel")).toBe(1);
    const resumed = await ran(slow, { inputs: { "run-name": result.run?.name ?? "" } });
    expect(resumed.result.run).toMatchObject({ status: "Canceled", conclusion: "cancelled" });
  });

  it("of which an earlier run of the pull request is still running supersedes it", async () => {
    const slow = files(runconfig, { "hdi/train.py": "import time\ntime.sleep(60)\n" });
    const pullRequest = 7;
    const first = await ran(slow, { inputs: { wait: "false" }, pullRequest, runId: "1" });
    const inputs = { "cancel-superseded": "true" };
    const second = await ran(files(), { inputs, pullRequest, sha: "2", runId: "2" });
    expect(second.log).toContain(`Requested the cancellation of ${first.result.run?.name ?? ""}`);
    expect(second.result.run).toMatchObject({ status: "Completed" });
  });

  it("is the run of a run.json of aml-run, with its experiment and its tags", async () => {
    const json = { experiment_name: "from-aml-run", tags: { team: "rows" }, runconfig_yaml_file: "hdi/hdi.runconfig" };
    const given = { ...files(), "azureml.yml": "run: run.json\n", "run.json": JSON.stringify(json) };
    const { result } = await ran(given);
    expect(result.failures).toEqual([]);
    expect(result.run).toMatchObject({ status: "Completed", experiment: "from-aml-run" });
    expect(started()[0]?.properties["tags"]).toMatchObject({ team: "rows" });
  });

  it("is changed by overrides of what it says", async () => {
    const { result } = await ran(files(), { inputs: { set: "run.runconfig.arguments=[--lr, 0.20]" } });
    expect(result.failures).toEqual([]);
    expect(started()[0]?.properties["configuration"]).toMatchObject({
      arguments: ["--lr", expect.stringMatching(/^0.20?$/)],
    });
  });

  it("is one of a command as well, where its target is declared as such a cluster", async () => {
    const command = "command: echo counted; cat data.txt\ntarget: v1-hdi\nhdi: { yarnDeployMode: client }\n";
    const target = `targets: [{ name: V1-hdi, type: hdinsight, resource_id: ${below}/Microsoft.HDInsight/clusters/hdi1, ssh_settings: { admin_username: sshuser, admin_password: { env: SSH } } }]\n`;
    const given = { ...files(command), "hdi/data.txt": "words\n" };
    const declared = { ...given, "azureml.yml": `${given["azureml.yml"]}${target}` };
    const { result, log, count } = await ran(declared);
    expect(result.failures).toEqual([]);
    expect(result.problems ?? []).toEqual([]);
    expect(result.run).toMatchObject({ status: "Completed" });
    expect(log).toContain("counted");
    expect(count("/snapshotrun")).toBe(1);
    expect(started()[0]?.properties["configuration"]).toMatchObject({ hdi: { yarnDeployMode: "client" } });
  });

  it("is refused on a compute of another kind, with what takes it, before anything is written", async () => {
    const { result, count } = await ran(files(runconfig.replace("v1-hdi", "cpu-cluster")));
    expect(result.problems).toEqual([
      expect.objectContaining({
        code: "wrong-compute",
        where: expect.objectContaining({ file: "hdi/hdi.runconfig", line: 3 }),
        fix: "Name a target of type hdinsight.",
      }),
    ]);
    expect(count("/snapshotrun") + count("/snapshots/")).toBe(0);
  });

  it.each([
    { what: "without a target", of: runconfig.replace("target: v1-hdi\n", ""), code: "wrong-compute" },
    { what: "on a cluster for one run", of: runconfig.replace("v1-hdi", "amlcompute"), code: "wrong-compute" },
    { what: "without its script", of: runconfig.replace("train.py", "absent.py"), code: "missing-file" },
    { what: "with neither script nor command", of: runconfig.replace("script: train.py\n", ""), code: "missing-key" },
    { what: "with a script and a command", of: `${runconfig}command: python train.py\n`, code: "wrong-value" },
    {
      what: "with a password",
      of: runconfig.replace("shmSize: 2g", "baseImageRegistry: { password: Correct-horse-1 }"),
      code: "literal-secret",
    },
  ])("is refused $what, at its line, without a request", async ({ of, code }) => {
    const { result } = await ran(files(of), { command: "plan" });
    expect(result.problems).toEqual([
      expect.objectContaining({ code, where: expect.objectContaining({ file: "hdi/hdi.runconfig" }) }),
    ]);
    expect(stand.requests()).toEqual([]);
  });
});
