import { beforeEach, describe, expect, it } from "@jest/globals";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { seeded } from "../../emulator/settings.ts";
import { run } from "../faults/run.ts";
import { loadSource } from "../faults/source.ts";
import { cpuCluster } from "../faults/stand.ts";
import { checkoutOf } from "../support/step.ts";
import { useStand } from "../support/use-stand.ts";

/** Named outputs of runs and of the steps that they have started, from the submission to the files on the disk. */
const source = await loadSource();
const stand = useStand([cpuCluster]);

const script = (text: string) => `bash -c '${text}'`;
/** Two steps; the model of the second one is the pipeline's own output. */
const pipeline = `type: pipeline
settings: { default_compute: azureml:cpu-cluster }
outputs:
  trained: { type: mlflow_model }
jobs:
  prepare:
    command: ${script('echo rows > ${{outputs.data}}/rows.csv; mkdir -p outputs ${{outputs.data}}/deep; echo plot > outputs/plot.txt; echo é > "${{outputs.data}}/deep/ä &.txt"')}
    environment: { image: ubuntu }
    outputs: { data: }
  train:
    display_name: Training
    command: ${script("cp ${{inputs.data}}/rows.csv ${{outputs.model}}/MLmodel")}
    environment: { image: ubuntu }
    inputs: { data: "\${{parent.jobs.prepare.outputs.data}}" }
    outputs: { model: "\${{parent.outputs.trained}}" }
`;

const command = `type: command
command: ${script("echo 1 > ${{outputs.model}}/weights; echo 2 > ${{outputs.table}}/part; mkdir -p outputs; echo log > outputs/log.txt")}
environment: { image: ubuntu }
compute: azureml:cpu-cluster
outputs:
  model: { type: custom_model }
  table: { type: uri_folder, path: "azureml://datastores/workspaceblobstore/paths/tables/\${{name}}/" }
`;

let checkout = "";
async function train(job: string, download: string, inputs: Readonly<Record<string, string>> = {}) {
  checkout = checkoutOf({ "azureml.yml": "run: job.yml\n", "job.yml": job });
  const ran = await run(source, {
    command: "train",
    checkout,
    environment: stand.environment,
    inputs: { download, ...inputs },
  });
  const folder = join(checkout, "outputs");
  const there = existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
        .sort()
    : [];
  return { ...ran, there, text: (path: string) => readFileSync(join(folder, path), "utf8") };
}

const blobs = () =>
  stand.requests().filter(({ method, path }) => method === "GET" && path.includes("azureml-blobstore/"));

/** The run history forgets the outputs of all runs, as it does where they were made by older clients. */
function forgetOutputs(): void {
  stand.alter(({ path }, reply) =>
    path.includes("/history/v1.0/") && reply.status === 200
      ? { ...reply, body: { ...(reply.body as object), outputs: {} } }
      : reply,
  );
}

describe("named outputs of a run", () => {
  it("are fetched by their names, from where the service has put them or the job says", async () => {
    const { result, there, text } = await train(command, "named-outputs/**");
    expect(result.failures).toEqual([]);
    expect(there).toEqual(["named-outputs/model/weights", "named-outputs/table/part"]);
    expect(text("named-outputs/model/weights")).toBe("1\n");
    expect(stand.requests().some(({ path }) => path.includes(`/tables/${result.run?.name ?? "?"}/part`))).toBe(true);
  });

  it("are found where the run history does not know them", async () => {
    forgetOutputs();
    const { there } = await train(command, "named-outputs/model/weights, named-outputs/table/*");
    expect(there).toEqual(["named-outputs/model/weights", "named-outputs/table/part"]);
  });

  it("are left where they are by patterns that begin otherwise, which ask for nothing more", async () => {
    const { there } = await train(command, "**");
    expect(there).toContain("outputs/log.txt");
    expect(there.filter((path) => path.startsWith("named-outputs/"))).toEqual([]);
    expect(blobs()).toEqual([]);
    expect(stand.requests().some(({ path }) => path.includes("batchGetResolvedUris"))).toBe(false);
  });

  it("that are in no datastore of the workspace are named with their address", async () => {
    stand.alter(({ path }, reply) => {
      if (!path.endsWith("/dataversion/batchGetResolvedUris")) return reply;
      const { values } = reply.body as { readonly values: Readonly<Record<string, object>> };
      const uri = `azureml://subscriptions/${seeded.subscriptionId}/resourcegroups/x/workspaces/another/datastores/a/paths/b/`;
      return { ...reply, body: { values: Object.fromEntries(Object.keys(values).map((id) => [id, { uri }])) } };
    });
    const { result, there } = await train(command, "named-outputs/table/**");
    expect(result.failures).toEqual([expect.stringMatching(/The output 'table' is at .*another/)]);
    expect(there).toEqual([]);
  });
});

describe("named outputs of a pipeline", () => {
  it("are its own, and those of its steps below their names, with the steps' artifacts", async () => {
    const { result, there, text } = await train(
      pipeline,
      "named-outputs/trained/**, jobs/*/named-outputs/**, jobs/prepare/outputs/*",
    );
    expect(result.failures).toEqual([]);
    expect(there).toEqual([
      "jobs/prepare/named-outputs/data/deep/ä &.txt",
      "jobs/prepare/named-outputs/data/rows.csv",
      "jobs/prepare/outputs/plot.txt",
      "jobs/train/named-outputs/model/MLmodel",
      "named-outputs/trained/MLmodel",
    ]);
    expect(text("named-outputs/trained/MLmodel")).toBe("rows\n");
    expect(text("jobs/prepare/named-outputs/data/deep/ä &.txt")).toBe("é\n");
  });

  it("of one step cost no request for the others", async () => {
    const { result, there } = await train(pipeline, "jobs/train/named-outputs/model/*");
    expect(there).toEqual(["jobs/train/named-outputs/model/MLmodel"]);
    const prepare = result.run?.children?.find(({ step }) => step === "prepare")?.name ?? "?";
    expect(blobs().some(({ path }) => path.includes(prepare))).toBe(false);
  });

  it("have to be there: what there is instead is named", async () => {
    const { result, there } = await train(pipeline, "named-outputs/model/**, jobs/trian/**");
    expect(there).toEqual([]);
    expect(result.failureReason).toBe("download-failed");
    expect(result.failures[0]).toContain(
      "No artifact of the run matches named-outputs/model/**, jobs/trian/**. It has named-outputs/trained/, jobs/prepare/, jobs/train/",
    );
  });

  it("of a step that was taken over from an earlier run are that run's", async () => {
    let first: string | undefined;
    stand.alter(({ path }, reply) => {
      if (!path.endsWith("/children")) return reply;
      const { value } = reply.body as { readonly value: readonly { readonly runId: string; displayName: string }[] };
      first = value.find(({ displayName }) => displayName === "prepare")?.runId;
      const reused = { "azureml.isreused": "true", "azureml.reusedrunid": first };
      const children = value.map((run) => (run.runId === first ? { ...run, runId: "x", properties: reused } : run));
      return { ...reply, body: { value: children } };
    });
    const { there } = await train(pipeline, "jobs/prepare/named-outputs/data/rows.csv");
    expect(there).toEqual(["jobs/prepare/named-outputs/data/rows.csv"]);
  });
});

describe("a body of an output", () => {
  const file = "rows\\.csv$";
  beforeEach(() => stand.endpoint.faults.clear());

  it("that is cut off is fetched again", async () => {
    stand.endpoint.faults.add({ method: "GET", path: file, kind: "truncated", times: 2 });
    const { result, text } = await train(pipeline, "jobs/prepare/named-outputs/data/rows.csv");
    expect(result.failures).toEqual([]);
    expect(text("jobs/prepare/named-outputs/data/rows.csv")).toBe("rows\n");
  });

  it("that never comes whole is not left under its name, and the file is named", async () => {
    stand.endpoint.faults.add({ method: "GET", path: file, kind: "truncated", times: 99 });
    const { result, there } = await train(pipeline, "jobs/prepare/named-outputs/data/rows.csv");
    expect(result.failures).toEqual([expect.stringContaining("jobs/prepare/named-outputs/data/rows.csv: ")]);
    expect(there).toEqual([]);
  });

  it("whose access has run out is fetched with a new one", async () => {
    stand.endpoint.faults.add({
      ...{ method: "GET", path: file, kind: "status", status: 403, times: 1 },
      headers: { "x-ms-error-code": "AuthenticationFailed" },
    });
    const { result } = await train(pipeline, "jobs/prepare/named-outputs/data/rows.csv");
    expect(result.failures).toEqual([]);
    expect(stand.requests().filter(({ path }) => path.endsWith("/listSecrets")).length).toBeGreaterThanOrEqual(2);
  });
});
