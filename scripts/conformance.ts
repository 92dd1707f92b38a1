import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StepResult } from "../demo/runner.ts";
import { startEmulator } from "../emulator/emulator.ts";
import { batchAccount } from "../emulator/resources/batch.ts";
import { dataLakeAnalyticsAccount } from "../emulator/resources/data-lake-analytics.ts";
import { databricksWorkspace } from "../emulator/resources/databricks.ts";
import { sparkCluster } from "../emulator/resources/hdinsight.ts";
import { aksCluster, arcCluster, arcId, extensions } from "../emulator/resources/clusters.ts";
import { serverPackage } from "../emulator/serving/environment.ts";
import { sparkPool } from "../emulator/resources/spark-pools.ts";
import { act, password, writesIn } from "../__tests__/support/step.ts";
import { officialClient } from "./official-client.ts";
import { pythonWith } from "./python.ts";

/**
 * Official clients, unmodified, in virtual environments of their own, drive the emulator by its real host names. They read
 * back what the action made; then the action handles what they made.
 */
const scripts = join(import.meta.dirname, "..", "__tests__", "conformance");
// The first SDK pins older versions of what the second one needs.
const second = await officialClient();
const first = await pythonWith("conformance-v1", ["azureml-core==1.61.0.post4"]);

await using emulator = await startEmulator({
  stateFolder: mkdtempSync(join(tmpdir(), "emulator-")),
  durations: { default: 0.2 },
});
const machines = ["py-machine", "py-kept-machine", "v1-machine", "v1-kept-machine"];
for (const machine of machines) emulator.addMachine(machine);
for (const resource of [
  sparkCluster("v1-spark"),
  batchAccount("v1batch"),
  databricksWorkspace("v1-databricks"),
  dataLakeAnalyticsAccount("v1adla"),
  aksCluster("v1-cluster"),
  arcCluster("py-arc"),
  extensions(arcId("py-arc")),
  sparkPool("syn1", "py-pool"),
])
  emulator.putResource(resource);

const results: boolean[] = [];
function promise(client: string, what: string, kept: boolean, detail = ""): void {
  results.push(kept);
  console.log(`${kept ? "ok  " : "FAIL"} ${client}: ${what}${kept ? "" : `: ${detail}`}`);
}

const workspace =
  "workspace: { subscription_id: 33333333-3333-4333-8333-333333333333, resource_group: rg-ml, name: mlw-main }";
/** Clients have defaults of their own for the idle time. */
const cluster = (name: string, most: number, idleSeconds = 120) =>
  `  - { name: ${name}, type: amlcompute, size: Standard_DS3_v2, max_instances: ${most}, idle_time_before_scale_down: ${idleSeconds} }`;
const machine = (name: string, of: string) =>
  `  - { name: ${name}, type: virtualmachine, resource_id: ${emulator.machineId(of)}, ssh_settings: { admin_username: azureuser, admin_password: { env: DSVM_PASSWORD } } }`;
/** The kinds that only the first SDK attaches, as azureml-core attaches them. */
const older = (name: string, resources: { spark: string; batch: string; databricks: string; adla: string }) => [
  `  - { name: ${name}-hdi, type: hdinsight, resource_group: rg-data, cluster_name: ${resources.spark}, ssh_settings: { admin_username: sshuser, admin_password: { env: DSVM_PASSWORD } } }`,
  `  - { name: ${name}-batch, type: batch, resource_group: rg-data, account_name: ${resources.batch} }`,
  `  - { name: ${name}-dbx, type: databricks, resource_group: rg-data, workspace_name: ${resources.databricks}, access_token: { env: DSVM_PASSWORD } }`,
  `  - { name: ${name}-adla, type: datalakeanalytics, resource_group: rg-data, account_name: ${resources.adla}, allow_retired: true }`,
];
const aks = (name: string, settings: string) => `  - { name: ${name}, type: aks, ${settings} }`;
const kubernetes = (name: string, settings: string) =>
  `  - { name: ${name}, type: kubernetes, resource_group: rg-data, ${settings} }`;
const spark = (name: string, pool: string) =>
  `  - { name: ${name}, type: synapsespark, resource_group: rg-data, workspace_name: syn1, pool_name: ${pool}, identity: { type: system_assigned } }`;

const instance = (name: string, rest = "") =>
  `  - { name: ${name}, type: computeinstance, size: Standard_DS3_v2, idle_time_before_shutdown_minutes: 30${rest} }`;
const weekdays =
  ", schedules: { compute_start_stop: [{ action: stop, trigger: { type: recurrence, frequency: week, interval: 1, schedule: { week_days: [friday], hours: [18], minutes: [0] } } }] }";

/** The built action, on these targets. */
function action(
  command: string,
  targets: readonly string[],
  inputs: Readonly<Record<string, string>> = {},
  files: Readonly<Record<string, string>> = {},
): Promise<StepResult> {
  const config = [workspace, ...(targets.length === 0 ? [] : ["targets:", ...targets]), ""].join("\n");
  return act(
    emulator,
    command,
    { "azureml.yml": config, ...files },
    {
      way: "proxy",
      inputs,
      environment: { DSVM_PASSWORD: password },
    },
  );
}

/** Runs a client's script; its lines are promises. */
async function client(
  python: string,
  script: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<void> {
  const child = spawn(python, [join(scripts, script)], {
    env: {
      PATH: process.env["PATH"],
      HOME: process.env["HOME"],
      ...emulator.environment("proxy"),
      ...Object.fromEntries(
        machines.map((name) => [name.toUpperCase().replaceAll("-", "_"), emulator.machineId(name)]),
      ),
      ...environment,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (part: string) => (text += part));
  const code = await ended;
  const lines = text.split("\n").filter((line) => /^(ok {2}|FAIL) /.test(line));
  for (const line of lines) {
    results.push(line.startsWith("ok"));
    console.log(line);
  }
  if (lines.length === 0 || (code !== 0 && !lines.some((line) => line.startsWith("FAIL"))))
    promise(script, "runs to its end", false, `exit code ${code}\n${errors.slice(-2000)}`);
}

// What the action makes.
const own = [
  cluster("cpu-cluster", 4),
  machine("dsvm", "dsvm"),
  ...older("our", { spark: "hdi1", batch: "batch1", databricks: "dbx1", adla: "adla1" }),
  instance("ann-instance", weekdays),
  cluster("warm-cluster", 2).replace("max_instances", "min_instances: 2, max_instances"),
  aks(
    "our-aks",
    "resource_group: rg-data, cluster_name: aks1, cluster_purpose: dev_test, ssl: { cname: a.example.com, cert: { env: DSVM_PASSWORD }, key: { env: DSVM_PASSWORD } }",
  ),
  aks("our-aks-made", "agent_count: 3, agent_vm_size: Standard_D3_v2"),
  kubernetes("our-k8s-a", "cluster_name: aks2, namespace: team-a, identity: { type: system_assigned }"),
  kubernetes("our-k8s-b", "cluster_name: aks2, namespace: team-b"),
  spark("our-spark", "pool1"),
];
const made = await action("apply", own);
promise(
  "azureml-targets",
  "creates clusters and an instance, and attaches one of every other kind",
  made.exitCode === 0,
  made.log.join("\n"),
);
const trained = await action(
  "train",
  own,
  { run: "job.yml" },
  {
    "job.yml": [
      "$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json",
      "code: src",
      // The Python of this environment has the official MLflow client.
      `command: ${second} log.py`,
      "environment: { image: python }",
      "compute: azureml:cpu-cluster",
      "experiment_name: conformance",
      "",
    ].join("\n"),
    "src/log.py": [
      "import mlflow",
      "for step, value in enumerate([1.0, 0.5, 0.25]):",
      '    mlflow.log_metric("loss", value, step=step)',
      "",
    ].join("\n"),
  },
);
promise("azureml-targets", "trains, with metrics logged by MLflow", trained.exitCode === 0, trained.log.join("\n"));
promise(
  "azureml-targets",
  "reads what MLflow logged",
  trained.outputs["run-metrics"] === '{"loss":0.25}',
  trained.outputs["run-metrics"],
);

const tableFile = (name: string, more: string) =>
  `$schema: https://azuremlschemas.azureedge.net/latest/data.schema.json\nname: ${name}\ntype: uri_file\npath: ./table.csv\n${more}`;
const table = { "assets/table.csv": "a,b\n1,2\n" };
const registered = await action(
  "apply",
  [],
  { config: "azureml.yml, assets/*.yml" },
  {
    ...table,
    "assets/table.yml": tableFile("our-table", "description: of the action\ntags: { rows: 2 }\n"),
    "assets/model.yml":
      "$schema: https://azuremlschemas.azureedge.net/latest/model.schema.json\nname: our-model\nversion: 3\npath: clf\nproperties: { trained-by: nobody }\n",
    "assets/clf/model.json": "{}\n",
  },
);
promise("azureml-targets", "registers data and a model", registered.exitCode === 0, registered.log.join("\n"));

const serviceFiles = {
  "deploy.yml": [
    "type: aci",
    "name: our-aci",
    "model: { name: our-clf, path: model/clf.json }",
    "code_configuration: { code: src, scoring_script: score.py }",
    "environment: { name: infer, image: mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04, conda_file: conda.yml }",
    "cpu_cores: 1",
    "memory_gb: 1",
    "auth_enabled: true",
    "dns_name_label: our-octo",
    "tags: { a: b }",
    "tests: [{ request: { data: [1, 2] }, response: [2, 4] }]",
    "",
  ].join("\n"),
  "conda.yml": `name: infer\ndependencies: [python=3.10, { pip: ["${serverPackage}"] }]\n`,
  "model/clf.json": '{"weight": 2}\n',
  "src/score.py": [
    "import json, os",
    "def init():",
    "    global weight",
    '    with open(os.path.join(os.environ["AZUREML_MODEL_DIR"], "clf.json")) as file:',
    '        weight = json.load(file)["weight"]',
    "def run(body):",
    '    return [weight * value for value in json.loads(body)["data"]]',
    "",
  ].join("\n"),
};
const deployed = await action("deploy", [], { deploy: "deploy.yml" }, serviceFiles);
promise(
  "azureml-targets",
  "deploys a web service on ACI, and tests it",
  deployed.exitCode === 0 && deployed.outputs["deployment-state"] === "Healthy",
  deployed.log.join("\n"),
);

const stepsOf = (...steps: readonly string[]) =>
  `type: pipeline\nexperiment_name: conformance\nsettings: { default_compute: azureml:cpu-cluster }\n${steps.join("")}`;
const piped = await action(
  "train",
  own,
  { run: "pipeline.yml", download: "named-outputs/trained/**" },
  {
    "pipeline.yml": stepsOf(
      "outputs: { trained: { type: uri_folder } }\njobs:\n",
      "  prepare:\n    command: echo rows > ${{outputs.data}}/rows.csv\n    environment: { image: python }\n    outputs: { data: }\n",
      `  train:\n    code: src\n    command: ${second} log.py \${{inputs.data}} \${{outputs.model}}\n    environment: { image: python }\n`,
      '    inputs: { data: "${{parent.jobs.prepare.outputs.data}}" }\n    outputs: { model: "${{parent.outputs.trained}}" }\n',
    ),
    "src/log.py": [
      "import mlflow, pathlib, sys",
      "for step, value in enumerate([1.0, 0.5]):",
      '    mlflow.log_metric("loss", value, step=step)',
      'rows = (pathlib.Path(sys.argv[1]) / "rows.csv").read_text()',
      '(pathlib.Path(sys.argv[2]) / "model.txt").write_text(rows)',
      "",
    ].join("\n"),
  },
);
promise(
  "azureml-targets",
  "runs a pipeline, reads what its step logged by MLflow, and downloads its output",
  piped.exitCode === 0 && piped.outputs["run-metrics"] === '{"prepare":{},"train":{"loss":0.5}}',
  [piped.outputs["run-metrics"], ...piped.log].join("\n"),
);
const children = JSON.parse(piped.outputs["children"] ?? "[]") as readonly { name: string; step: string }[];
const sleeping = await action(
  "train",
  own,
  { run: "pipeline.yml", wait: "false" },
  { "pipeline.yml": stepsOf("jobs:\n", "  sleep:\n    command: sleep 120\n    environment: { image: python }\n") },
);
promise("azureml-targets", "leaves a pipeline going", sleeping.exitCode === 0, sleeping.log.join("\n"));
const ofPipeline = {
  PIPELINE_RUN: piped.outputs["run-name"] ?? "",
  STEP_RUN: children.find(({ step }) => step === "train")?.name ?? "",
  SLEEPING_PIPELINE: sleeping.outputs["run-name"] ?? "",
};

/** A release on an online endpoint, with what it needs beside it. */
const online = (endpoint: string) => `  - type: managed
    endpoint: { name: ${endpoint}, auth_mode: key }
    deployment:
      name: blue
      model: { name: our-scale, path: scale/model.json }
      code_configuration: { code: serve, scoring_script: score.py }
      environment: { image: mcr.microsoft.com/azureml/minimal-ubuntu22.04-py39-cpu-inference, conda_file: conda.yml }
      instance_type: Standard_DS3_v2
      instance_count: 1
    tests: [{ request: { data: [[1, 2]] }, response: { predictions: [9] } }]
`;
const nightly = `  - type: batch
    endpoint: { name: our-batch, auth_mode: aad_token }
    deployment:
      name: nightly
      type: model
      model: { name: our-scale, path: scale/model.json }
      code_configuration: { code: serve, scoring_script: batch.py }
      environment: { image: mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04 }
      compute: azureml:cpu-cluster
      resources: { instance_count: 1 }
      settings: { mini_batch_size: 2, output_action: append_row }
    tests: [{ inputs: { data: { type: uri_folder, path: rows/ } } }]
`;
const release = (...deployments: readonly string[]) =>
  action(
    "deploy",
    [],
    {},
    {
      "azureml.yml": [workspace, "deploy:", deployments.join("")].join("\n"),
      "scale/model.json": '{ "factor": 3 }\n',
      "conda.yml": [
        "dependencies:",
        "  - python=3.11",
        "  - pip",
        "  - pip:",
        "      - azureml-inference-server-http==1.5.1",
        "",
      ].join("\n"),
      "rows/1.txt": "1",
      "serve/score.py": [
        "import json, os, pathlib",
        "def init():",
        "    global factor",
        '    path = pathlib.Path(os.environ["AZUREML_MODEL_DIR"]) / "model.json"',
        '    factor = json.loads(path.read_text())["factor"]',
        "def run(raw):",
        '    return {"predictions": [factor * sum(row) for row in json.loads(raw)["data"]]}',
        "",
      ].join("\n"),
      "serve/batch.py": "def init():\n    pass\ndef run(files):\n    return [str(len(files))]\n",
    },
  );
const released = await release(online("our-online"), nightly);
promise(
  "azureml-targets",
  "releases on an online and on a batch endpoint, which answer its tests",
  released.exitCode === 0 && emulator.endpointTraffic().at(-1)?.traffic["blue"] === 100,
  released.log.join("\n"),
);
emulator.clearJournal();
const releasedAgain = await release(online("our-online"), nightly);
promise(
  "azureml-targets",
  "finds the same released, and writes nothing",
  releasedAgain.exitCode === 0 &&
    !emulator.journal().some(({ method, path }) => method !== "GET" && /Endpoints\//.test(path)),
  releasedAgain.log.join("\n"),
);

// What the clients make of it, and make themselves.
await client(second, "azure_ai_ml_assets.py");
await client(second, "azure_ai_ml.py");
await client(second, "azure_ai_ml_sweep.py");
await client(second, "azure_ai_ml_pipeline.py", ofPipeline);
await client(second, "azure_ai_ml_endpoints.py");
await client(second, "azureml_mlflow.py", { RUN_NAME: trained.outputs["run-name"] ?? "", ...ofPipeline });
await client(first, "azureml_core.py", ofPipeline);
await client(first, "azureml_core_services.py");

// What the action makes of theirs.
const theirs = [
  cluster("py-kept", 2),
  machine("py-kept-vm", "py-kept-machine"),
  instance("py-kept-instance"),
  cluster("v1-cluster", 2, 1800),
  machine("v1-vm", "v1-machine"),
  ...older("v1", { spark: "v1-spark", batch: "v1batch", databricks: "v1-databricks", adla: "v1adla" }),
  aks(
    "v1-aks",
    "resource_group: rg-data, cluster_name: v1-cluster, cluster_purpose: dev_test, load_balancer_type: public_ip",
  ),
  aks("v1-aks-new", "agent_count: 3, agent_vm_size: Standard_D3_v2"),
  `  - { name: py-k8s, type: kubernetes, resource_id: ${arcId("py-arc")}, namespace: ml, identity: { type: system_assigned } }`,
  spark("py-spark", "py-pool"),
];
const found = await action(
  "plan",
  [],
  { config: "azureml.yml, assets/*.yml" },
  {
    ...table,
    "assets/py-table.yml": tableFile("py-table", ""),
    "assets/py-model.yml":
      "$schema: https://azuremlschemas.azureedge.net/latest/model.schema.json\nname: py-model\npath: ./table.csv\ntags: { of: the client }\n",
  },
);
promise(
  "azureml-targets",
  "finds data and a model that azure-ai-ml registered as declared",
  found.exitCode === 0 && found.outputs["has-changes"] === "false",
  found.log.join("\n"),
);
emulator.clearJournal();
const planned = await action("plan", theirs, { "on-drift": "fail" });
promise(
  "azureml-targets",
  "finds everything that the clients made as declared",
  planned.exitCode === 0 && planned.outputs["has-changes"] === "false",
  planned.log.join("\n"),
);
const again = await action("apply", theirs);
promise(
  "azureml-targets",
  "writes nothing to what the clients made",
  again.exitCode === 0 && writesIn(emulator.journal()).length === 0,
  writesIn(emulator.journal()).join(", "),
);
const secondName = await action("apply", [machine("our-name", "v1-machine")]);
promise(
  "azureml-targets",
  "refuses a second attachment of a machine that a client attached, and names it",
  secondName.exitCode === 1 && secondName.annotations.some(({ message }) => message.includes("'v1-vm'")),
  secondName.log.join("\n"),
);
const adopted = await action("apply", [machine("our-name", "v1-machine")], { "on-conflict": "adopt" });
promise("azureml-targets", "adopts it", adopted.exitCode === 0, adopted.log.join("\n"));
const updated = await action("apply", [cluster("py-kept", 3), cluster("v1-cluster", 3, 1800)], {
  "on-drift": "update",
});
promise("azureml-targets", "updates their clusters in place", updated.exitCode === 0, updated.log.join("\n"));
const replaced = await action("apply", [machine("our-name", "py-kept-machine")], { "on-conflict": "replace" });
promise("azureml-targets", "replaces an attachment of theirs", replaced.exitCode === 0, replaced.log.join("\n"));
const followed = await action("train", [], { "run-name": "py-kept-job" });
promise(
  "azureml-targets",
  "follows a job that azure-ai-ml submitted",
  followed.exitCode === 0 && followed.outputs["run-status"] === "Completed",
  followed.log.join("\n"),
);
const sweep = await action("train", [], { "run-name": "py-kept-sweep" });
promise(
  "azureml-targets",
  "follows a sweep that azure-ai-ml submitted, to its best trial",
  sweep.exitCode === 0 &&
    sweep.outputs["best-trial"] === "py-kept-sweep_1" &&
    sweep.outputs["run-metrics"] === '{"loss":1}',
  sweep.log.join("\n"),
);
const unchanged = await action("deploy", [], { deploy: "deploy.yml" }, serviceFiles);
promise(
  "azureml-targets",
  "finds its web service as it has left it",
  unchanged.exitCode === 0 && unchanged.outputs["changed"] === "false",
  unchanged.log.join("\n"),
);
const pipeline = await action("train", [], { "run-name": "py-kept-pipeline" });
promise(
  "azureml-targets",
  "follows a pipeline that azure-ai-ml submitted, with the metrics of its steps",
  pipeline.exitCode === 0 && pipeline.outputs["run-metrics"] === '{"first":{"loss":3},"second":{"loss":0.5}}',
  [pipeline.outputs["run-metrics"], ...pipeline.log].join("\n"),
);
const besides = await release(online("py-kept-online"));
promise(
  "azureml-targets",
  "releases beside the live deployment of azure-ai-ml, and moves its traffic",
  besides.exitCode === 0 && besides.outputs["traffic-after"] === '{"green":100}',
  [besides.outputs["traffic-after"], ...besides.log].join("\n"),
);
const detached = await action("detach", [], {
  only: "v1-vm, our-name, v1-aks, py-k8s, py-spark, v1-hdi, v1-batch, v1-dbx, v1-adla",
});
promise("azureml-targets", "detaches what they attached", detached.exitCode === 0, detached.log.join("\n"));
const deleted = await action("detach", [], { only: "v1-aks-new", "allow-delete": "true" });
promise(
  "azureml-targets",
  "deletes the AKS cluster that they had made",
  deleted.exitCode === 0,
  deleted.log.join("\n"),
);
promise(
  "emulator",
  "saw no attachment broken by another",
  emulator.violations().length === 0,
  JSON.stringify(emulator.violations()),
);

await client(second, "azure_ai_ml_after.py");

const kept = results.filter(Boolean).length;
console.log(`conformance: ${kept} kept, ${results.length - kept} not kept`);
process.exitCode = kept === results.length && kept > 0 ? 0 : 1;
