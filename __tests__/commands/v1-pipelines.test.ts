import { describe, expect, it } from "@jest/globals";
import type { Fault } from "../../emulator/faults.ts";
import { run, type RunOptions } from "../faults/run.ts";
import { loadSource } from "../faults/source.ts";
import { computeDocument, cpuCluster } from "../faults/stand.ts";
import { checkoutOf } from "../support/step.ts";
import { useStand } from "../support/use-stand.ts";

/** Pipelines of the first SDK, from the file to the steps that have run, by the service's own way for them. */
const source = await loadSource();
const below = "/subscriptions/33333333-3333-4333-8333-333333333333/resourceGroups/rg-data/providers";
const attached = (name: string, computeType: string, path: string) =>
  computeDocument(name, { computeType, resourceId: `${below}/${path}`, isAttachedCompute: true, properties: {} });
const stand = useStand([
  cpuCluster,
  attached("dbx", "Databricks", "Microsoft.Databricks/workspaces/dbx1"),
  attached("batch", "Batch", "Microsoft.Batch/batchAccounts/batch1"),
]);

const clean = `    Clean:
      type: DatabricksStep
      name: clean
      compute: dbx
      python_script_name: clean.py
      source_directory: clean
      python_script_params: [hello]
      num_workers: 1
`;
const pack = `    Pack:
      type: AzureBatchStep
      name: pack
      compute: batch
      pool_id: small
      executable: pack.sh
      source_directory: pack
      arguments: ["output:packed"]
      outputs: { packed: { destination: packed, datastore: workspaceblobstore } }
`;
const report = `    Report:
      type: PythonScriptStep
      name: report
      script_name: report.py
      source_directory: report
      arguments: ["input:packed"]
      parameters: { WORD: { source: word } }
      inputs: { packed: { source: packed } }
`;
const pipeline = (steps: string) => `pipeline:
  description: Pack and report
  parameters: { word: { type: string, default: hello } }
  default_compute: cpu-cluster
  steps:
${steps}`;
const scripts = {
  "clean/clean.py": "import sys\nprint('cleaned', sys.argv[1])\n",
  "pack/pack.sh": 'echo packed > "$1/words.txt"\n',
  "report/report.py":
    "import os, sys\nprint(os.environ['AML_PARAMETER_WORD'], open(sys.argv[1] + '/words.txt').read())\nos.makedirs('outputs', exist_ok=True)\nopen('outputs/report.txt', 'w').write('done')\n",
};
const files = (steps: string, declaration = "") => ({
  "azureml.yml": `run: pipeline.yml\noverrides: { experiment_name: words }\n${declaration}`,
  "pipeline.yml": pipeline(steps),
  ...scripts,
});
const whole = clean + pack + report;

async function ran(
  given: Readonly<Record<string, string>>,
  { sha = "1", faults = [], ...options }: Partial<RunOptions> & { sha?: string; faults?: readonly Fault[] } = {},
) {
  for (const fault of faults) stand.emulator.faults.add(fault);
  const before = stand.requests().length;
  const { result, text } = await run(source, {
    command: "train",
    checkout: checkoutOf(given),
    ...options,
    environment: { ...stand.environment, GITHUB_SHA: sha.repeat(40), GITHUB_REF: "refs/heads/main" },
  });
  const asked = stand.requests().slice(before);
  const count = (part: string, method = "POST") =>
    asked.filter((one) => one.method === method && one.path.includes(part)).length;
  return { result, text, count };
}

const stepsOf = ({
  children,
}: { readonly children?: readonly { readonly step?: string; readonly status: string }[] } = {}) =>
  Object.fromEntries((children ?? []).map(({ step = "", status }) => [step, status]));

const submitted = () => stand.emulator.v1Pipelines().submitted.length;

describe("a pipeline of the first SDK", () => {
  it("runs its steps on what they name, with what they pass on, and is reported like every pipeline", async () => {
    const { result, text, count } = await ran(files(whole));
    expect(result.failures).toEqual([]);
    expect(result.run).toMatchObject({ status: "Completed", compute: "dbx, batch, cpu-cluster" });
    expect(result.run?.name).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
    expect(stepsOf(result.run)).toEqual({ clean: "Completed", pack: "Completed", report: "Completed" });
    expect(result.run?.steps).toEqual([
      { name: "clean", after: [] },
      { name: "pack", after: [] },
      { name: "report", after: ["pack"] },
    ]);
    expect(text).toContain("```mermaid\nflowchart LR\n");
    expect(count("/Modules")).toBe(3);
    expect(count("/PipelineRuns/Submit/")).toBe(1);
  });

  it("is joined by the same commit, and shares its modules with the next", async () => {
    const first = await ran(files(whole));
    const again = await ran(files(whole), { runId: "2" });
    expect(again.result.run).toMatchObject({ name: first.result.run?.name, reused: true });
    expect(again.count("/PipelineRuns/")).toBe(0);
    const next = await ran(files(whole), { sha: "2", runId: "3" });
    expect(next.result.run?.name).not.toBe(first.result.run?.name);
    expect([next.count("/Modules"), next.count("/snapshots/"), next.count("/PipelineRuns/Submit/")]).toEqual([0, 0, 1]);
  });

  it("fails by the step that failed, and what reads from it never starts", async () => {
    const { result, text } = await ran({ ...files(pack + report), "pack/pack.sh": "echo no room; exit 3\n" });
    expect(result).toMatchObject({ failureReason: "run-failed", run: { status: "Failed" } });
    expect(stepsOf(result.run)).toEqual({ pack: "Failed" });
    expect(result.run?.error?.message).toContain("status code 3");
    expect(text).toContain("no room");
  });

  it("says of a notebook that nothing here can run it", async () => {
    const step = clean
      .replace("python_script_name: clean.py", "notebook_path: /Shared/clean")
      .replace(/ +(source_directory|python_script_params).*\n/g, "");
    const { result } = await ran(files(step));
    expect(result.run?.error?.message).toContain("no Databricks workspace with /Shared/clean");
  });

  it("hands out the artifacts of its steps, and is left and taken up again by its id", async () => {
    const left = await ran(files(whole), { inputs: { wait: "false" } });
    expect(left.result.leftGoing).toHaveLength(1);
    const name = left.result.run?.name ?? "";
    const resumed = await ran(files(whole), { inputs: { "run-name": name } });
    expect(resumed.result.failures).toEqual([]);
    expect(resumed.result.run).toMatchObject({ name, status: "Completed" });
    expect(stepsOf(resumed.result.run)).toEqual({ clean: "Completed", pack: "Completed", report: "Completed" });
  });

  it("is the run of a run.json of aml-run, with its experiment, its tags, and what is fetched", async () => {
    const json = {
      experiment_name: "from-aml-run",
      tags: { team: "words" },
      pipeline_yaml_file: "code/train/pipeline.yml",
      download_artifacts: true,
    };
    const given = {
      ".cloud/.azure/run.json": JSON.stringify(json),
      "code/train/pipeline.yml": pipeline(pack + report),
      ...Object.fromEntries(Object.entries(scripts).map(([name, text]) => [`code/train/${name}`, text])),
    };
    const { result } = await ran(given, { inputs: { config: ".cloud/.azure/run.json" } });
    expect(result.failures).toEqual([]);
    expect(result.run).toMatchObject({ status: "Completed", experiment: "from-aml-run" });
  });

  it("has gates on the numbers of its steps", async () => {
    const log = `import json, os, ssl, urllib.request
run, uri = os.environ["MLFLOW_RUN_ID"], os.environ["MLFLOW_TRACKING_URI"]
body = json.dumps({"run_id": run, "key": "accuracy", "value": 0.8, "timestamp": 1, "step": 0}).encode()
request = urllib.request.Request(uri + "/api/2.0/mlflow/runs/log-metric", body, {"Authorization": "Bearer " + os.environ["MLFLOW_TRACKING_TOKEN"], "Content-Type": "application/json"})
urllib.request.urlopen(request, context=ssl.create_default_context(cafile=os.environ["MLFLOW_TRACKING_SERVER_CERT_PATH"]))
`;
    const gates = "gates: [{ metric: accuracy, step: report, at_least: 0.9 }]\n";
    const { result } = await ran({ ...files(pack + report, gates), "report/report.py": log });
    expect(result.failureReason).toBe("gate-missed");
    expect(result.run?.gates).toEqual([
      expect.objectContaining({ metric: "accuracy", step: "report", value: 0.8, passed: false }),
    ]);
  });

  it("is cancelled when the time is over, where the inputs say so", async () => {
    const slow = { ...files(pack), "pack/pack.sh": "sleep 60\n" };
    const { result, count } = await ran(slow, { inputs: { "on-timeout": "cancel" }, seconds: 30 });
    expect(result.failureReason).toBe("timeout");
    expect(count("/Execution", "DELETE")).toBe(1);
    const resumed = await ran(slow, { inputs: { "run-name": result.run?.name ?? "" } });
    expect(resumed.result.run).toMatchObject({ status: "Canceled", conclusion: "cancelled" });
  });

  it("is submitted anew after it has failed, with a new attempt of the workflow", async () => {
    const broken = { ...files(pack), "pack/pack.sh": "exit 3\n" };
    const first = await ran(broken);
    const again = await ran(broken, { runId: "2" });
    expect(again.result.run?.name).not.toBe(first.result.run?.name);
    expect(submitted()).toBe(2);
  });

  it("of which an earlier run of the pull request is still running supersedes it", async () => {
    const slow = { ...files(pack), "pack/pack.sh": "sleep 60\n" };
    const pullRequest = 7;
    const first = await ran(slow, { inputs: { wait: "false" }, pullRequest, runId: "1" });
    const second = await ran(files(pack), {
      inputs: { "cancel-superseded": "true" },
      pullRequest,
      sha: "2",
      runId: "2",
    });
    expect(second.text).toContain(`Requested the cancellation of ${first.result.run?.name ?? ""}`);
    expect(second.result.run).toMatchObject({ status: "Completed" });
  });
});

describe("what is wrong with a pipeline of the first SDK", () => {
  it("is found where a compute is of another kind, or missing, before anything is written", async () => {
    const wrong =
      pack.replace("compute: batch", "compute: cpu-cluster") + clean.replace("compute: dbx", "compute: nowhere");
    const { result, count } = await ran(files(wrong));
    const problems = (result.problems ?? []).map(({ code, where }) => `${code} ${where?.line ?? 0}`);
    expect(problems).toEqual(expect.arrayContaining(["wrong-compute 9", "missing-compute 18"]));
    expect(count("/Modules") + count("/PipelineRuns/")).toBe(0);
  });

  it("is found where a datastore is missing", async () => {
    const { result, count } = await ran(files(pack.replace("datastore: workspaceblobstore", "datastore: lake")));
    expect(result.problems).toEqual([
      expect.objectContaining({
        code: "missing-datastore",
        severity: "error",
        where: expect.objectContaining({ line: 14 }),
      }),
    ]);
    expect(count("/Modules")).toBe(0);
  });

  it("is found without a request where the compute is declared as another kind", async () => {
    const target = "targets: [{ name: pool, type: amlcompute, size: Standard_DS3_v2 }]\n";
    const { result } = await ran(files(pack.replace("compute: batch", "compute: pool"), target), { command: "plan" });
    expect(result.problems).toEqual([
      expect.objectContaining({
        code: "wrong-compute",
        where: expect.objectContaining({ file: "pipeline.yml", line: 9 }),
        fix: "Name a target of type batch.",
      }),
    ]);
    expect(stand.requests()).toEqual([]);
  });

  it("is found by plan as well", async () => {
    const { result } = await ran(files(pack.replace("compute: batch", "compute: dbx")), { command: "plan" });
    expect(result.problems).toEqual([expect.objectContaining({ code: "wrong-compute" })]);
  });
});

/** The writes of a submission. */
const writes = {
  "the types of data": "/DataTypes$",
  "the experiment": "/history/v1.0/.*/experiments/[^/]+$",
  "the addresses of files": "/snapshots/getblob$",
  "the snapshot": "/content/v2.0/.*/snapshots/[\\da-f-]{36}$",
  "the module": "/Modules$",
  "the run": "/CreationInfoWithGraph$",
  "the submission": "/PipelineRuns/Submit/",
};
const at = (path: string) => ({ method: "POST", path });
const lost = (path: string): Fault => ({ ...at(path), kind: "lost-reply" });
const badGateway = (path: string): Fault => ({ ...at(path), kind: "status-after", status: 502 });
const all = (fault: (path: string) => Fault) => Object.values(writes).map(fault);

/** What may happen to one write, or to each of them in turn. */
const disturbances: readonly { readonly name: string; readonly faults: readonly Fault[] }[] = [
  { name: "no reply to any write", faults: all(lost) },
  { name: "a broken connection at every write", faults: all((path) => ({ ...at(path), kind: "reset" })) },
  {
    name: "429 to every write",
    faults: all((path) => ({ ...at(path), kind: "status", status: 429, headers: { "Retry-After": "2" } })),
  },
  {
    name: "503 to every write, twice",
    faults: all((path) => ({ ...at(path), kind: "status", status: 503, times: 2 })),
  },
  { name: "502 to every write that is carried out", faults: all(badGateway) },
  ...(["the module", "the run", "the submission"] as const).flatMap((what) => [
    { name: `no reply to ${what}`, faults: [lost(writes[what])] },
    { name: `502 to ${what}, which is carried out`, faults: [badGateway(writes[what])] },
  ]),
  {
    name: "errors of the server at reads",
    faults: [
      { method: "GET", path: "/PipelineRuns/[\\da-f-]{36}$", kind: "status", status: 503, times: 2 },
      { method: "GET", path: "/Modules/Hash/", kind: "status", status: 500 },
    ],
  },
];

describe("a submission that is disturbed", () => {
  it.each(disturbances)("by $name, ends with one run and one module", async ({ faults }) => {
    const { result } = await ran(files(pack), { faults });
    expect(result.failures).toEqual([]);
    expect(result.run).toMatchObject({ status: "Completed" });
    expect(submitted()).toBe(1);
    expect(stand.emulator.v1Pipelines().modules).toEqual(["pack"]);
  });

  it("by somebody who submits the same at the same time, ends with one run for both", async () => {
    const given = files(pack);
    const both = await Promise.all([ran(given, { runId: "1" }), ran(given, { runId: "2" })]);
    expect(both.flatMap(({ result }) => result.failures)).toEqual([]);
    expect(new Set(both.map(({ result }) => result.run?.name)).size).toBe(1);
    expect(submitted()).toBe(1);
  });
});
