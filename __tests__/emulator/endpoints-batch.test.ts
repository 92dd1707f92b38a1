import { describe, expect, it } from "@jest/globals";
import { workspacePath } from "../../emulator/settings.ts";
import { ask, followed, type Answered } from "../support/ask-emulator.ts";
import { properties, reason, type Json } from "../support/online-endpoints.ts";
import { useEmulator } from "../support/use-emulator.ts";

const emulator = useEmulator({ durations: { default: 0.02 } });

const version = "?api-version=2024-04-01";
const endpoints = `${workspacePath}/batchEndpoints`;
const at = (endpoint: string) => `${endpoints}/${endpoint}${version}`;
const below = (deployment: string) => `${endpoints}/ep-batch/deployments/${deployment}${version}`;
const cluster = `${workspacePath}/computes/cpu-cluster`;

const endpointBody = (own: Json = {}) => ({
  location: "eastus",
  tags: {},
  properties: { authMode: "AADToken", ...own },
});

const scoring = [
  "import os, pathlib",
  "def init():",
  "    global model",
  '    model = (pathlib.Path(os.environ["AZUREML_MODEL_DIR"]) / "model.txt").read_text()',
  "def run(mini_batch):",
  '    print("batch of", len(mini_batch))',
  '    return [f"{pathlib.Path(path).name}:{model}:{pathlib.Path(path).read_text()}" for path in mini_batch]',
  "",
].join("\n");

const modelDeployment = (own: Json = {}) => ({
  location: "eastus",
  tags: {},
  properties: {
    model: { referenceType: "Id", assetId: `${workspacePath}/models/clf/versions/1` },
    environmentId: `${workspacePath}/environments/infer/versions/1`,
    codeConfiguration: { codeId: `${workspacePath}/codes/batch/versions/1`, scoringScript: "score.py" },
    compute: cluster,
    miniBatchSize: 2,
    ...own,
  },
});

const pipelineDeployment = (own: Json = {}) => ({
  location: "eastus",
  tags: {},
  properties: {
    deploymentConfiguration: {
      deploymentConfigurationType: "PipelineComponent",
      componentId: { referenceType: "Id", assetId: `${workspacePath}/components/scale/versions/1` },
      settings: { default_compute: "azureml:cpu-cluster", continue_on_step_failure: "False" },
      ...own,
    },
  },
});

async function prepared(script = scoring): Promise<void> {
  await emulator.removeBlobs("azureml/");
  emulator.putCompute({
    id: cluster,
    name: "cpu-cluster",
    location: "eastus",
    tags: null,
    properties: { computeType: "AmlCompute", provisioningState: "Succeeded" },
  });
  emulator.putCompute({
    id: `${workspacePath}/computes/dsvm`,
    name: "dsvm",
    location: "eastus",
    tags: null,
    properties: { computeType: "VirtualMachine", provisioningState: "Succeeded" },
  });
  await emulator.putBlob("batch-code/src/score.py", script);
  await emulator.putBlob("batch-model/model.txt", "m1");
  for (const number of [1, 2, 3]) await emulator.putBlob(`batch-data/in-${number}.txt`, String(number));
  await ask(emulator, "PUT", `${workspacePath}/codes/batch/versions/1${version}`, {
    body: { properties: { codeUri: "https://stmlwmain.blob.core.windows.net/azureml-blobstore/batch-code/src" } },
  });
  emulator.putAsset("models", "clf", "1", {
    modelUri: "azureml://datastores/workspaceblobstore/paths/batch-model/model.txt",
    modelType: "custom_model",
  });
  emulator.putAsset("environments", "infer", "1", { image: "images.example.com/batch:1" });
  await followed(emulator, await ask(emulator, "PUT", at("ep-batch"), { body: endpointBody() }));
}

async function deploy(name: string, body: unknown = modelDeployment()): Promise<Answered> {
  const answer = await ask(emulator, "PUT", below(name), { body });
  if (answer.status < 300) await followed(emulator, answer);
  return answer;
}

const setDefault = (deploymentName: string) =>
  ask(emulator, "PUT", at("ep-batch"), { body: endpointBody({ defaults: { deploymentName } }) });

const invoke = (own: Json, deployment?: string) =>
  ask(emulator, "POST", "/_inference/ep-batch/jobs", {
    token: emulator.accessToken("https://ml.azure.com"),
    body: { properties: own },
    headers: deployment === undefined ? {} : { "azureml-model-deployment": deployment },
  });

const folder = (uri: string): Json => ({ inputData: { data: { jobInputType: "UriFolder", uri } } });
const ours = folder("azureml://datastores/workspaceblobstore/paths/batch-data/");

/** The job of an invocation once it has ended. */
async function ended({ body }: Answered): Promise<Json> {
  const { name } = body as { readonly name: string };
  for (;;) {
    const shown = await ask(emulator, "GET", `${workspacePath}/jobs/${name}${version}`);
    if (["Completed", "Failed", "Canceled"].includes(String(properties(shown)["status"]))) return properties(shown);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function rows(below_: string): Promise<readonly (readonly string[])[]> {
  return (await emulator.blobs(below_)).map(({ text }) => text.trim().split("\n"));
}

describe("a batch endpoint", () => {
  it("is made by an operation, and is then shown with its address", async () => {
    const put = await ask(emulator, "PUT", at("ep-batch"), { body: endpointBody() });
    expect([put.status, properties(put)["provisioningState"]]).toEqual([201, "Creating"]);
    expect(await followed(emulator, put)).toMatchObject({ status: "Succeeded" });
    expect(properties(await ask(emulator, "GET", at("ep-batch")))).toMatchObject({
      scoringUri: `${emulator.origin}/_inference/ep-batch/jobs`,
      authMode: "AADToken",
      defaults: { deploymentName: null },
      provisioningState: "Succeeded",
    });
  });

  it.each([
    [{ authMode: "Key" }, "AuthMode"],
    [{ defaults: { deploymentName: "none" } }, "does not exist"],
  ])("is refused with %j", async (own, says) => {
    const refused = await ask(emulator, "PUT", at("ep-batch"), { body: endpointBody(own) });
    expect([refused.status, reason(refused)]).toEqual([400, expect.stringContaining(says)]);
  });

  it("is refused under the name of an online endpoint", async () => {
    const body = { location: "eastus", properties: { authMode: "Key" } };
    await ask(emulator, "PUT", `${workspacePath}/onlineEndpoints/ep-batch${version}`, { body });
    expect(reason(await ask(emulator, "PUT", at("ep-batch"), { body: endpointBody() }))).toMatch(/already exists/);
  });
});

describe("a batch deployment", () => {
  it("of a model is shown with what the service fills in", async () => {
    await prepared();
    expect((await deploy("nightly")).status).toBe(201);
    expect(properties(await ask(emulator, "GET", below("nightly")))).toMatchObject({
      provisioningState: "Succeeded",
      miniBatchSize: 2,
      outputAction: "AppendRow",
      outputFileName: "predictions.csv",
      errorThreshold: -1,
      retrySettings: { maxRetries: 3, timeout: "PT30S" },
      resources: { instanceCount: 1 },
    });
  });

  it.each([
    ["no compute", modelDeployment({ compute: null }), "Compute"],
    ["a compute that is not there", modelDeployment({ compute: `${cluster}-2` }), "not found"],
    ["a compute of another type", modelDeployment({ compute: `${workspacePath}/computes/dsvm` }), "VirtualMachine"],
    ["no model", modelDeployment({ model: null }), "Model"],
    ["neither code nor an MLflow model", modelDeployment({ codeConfiguration: null }), "CodeConfiguration"],
    ["a component that is not there", pipelineDeployment(), "could not be found"],
  ])("is refused with %s", async (_, body, says) => {
    await prepared();
    const refused = await deploy("nightly", body);
    expect([refused.status, reason(refused)]).toEqual([400, expect.stringContaining(says)]);
  });

  it("is patched in its tags and description, its endpoint in its tags alone", async () => {
    await prepared();
    await deploy("nightly");
    const patched = await ask(emulator, "PATCH", below("nightly"), {
      body: { tags: { a: "b" }, properties: { description: "at night" } },
    });
    expect(patched.status).toBe(202);
    await followed(emulator, patched);
    expect((await ask(emulator, "GET", below("nightly"))).body).toMatchObject({
      tags: { a: "b" },
      properties: { description: "at night", miniBatchSize: 2 },
    });
    const refused = await ask(emulator, "PATCH", at("ep-batch"), { body: { properties: { defaults: {} } } });
    expect(refused.status).toBe(400);
    await followed(emulator, await ask(emulator, "PATCH", at("ep-batch"), { body: { tags: { c: "d" } } }));
    expect((await ask(emulator, "GET", at("ep-batch"))).body).toMatchObject({ tags: { c: "d" } });
  });

  it("goes with its endpoint", async () => {
    await prepared();
    await deploy("nightly");
    await followed(emulator, await ask(emulator, "DELETE", at("ep-batch")));
    expect((await ask(emulator, "GET", below("nightly"))).status).toBe(404);
  });

  it("that is the default of its endpoint cannot be deleted", async () => {
    await prepared();
    await deploy("nightly");
    await deploy("weekly");
    await followed(emulator, await setDefault("nightly"));
    expect(reason(await ask(emulator, "DELETE", below("nightly")))).toMatch(/default deployment/);
    await followed(emulator, await setDefault("weekly"));
    expect((await ask(emulator, "DELETE", below("nightly"))).status).toBe(202);
  });
});

describe("an invocation", () => {
  it("scores every file in mini-batches, as a job that can be followed and listed", async () => {
    await prepared();
    await deploy("nightly");
    await followed(emulator, await setDefault("nightly"));
    const answer = await invoke({ ...ours, properties: { experimentName: "nights" } });
    expect(answer.status).toBe(201);
    expect(await ended(answer)).toMatchObject({ status: "Completed", jobType: "Pipeline", experimentName: "nights" });
    expect(await rows("azureml/")).toEqual([["in-1.txt:m1:1", "in-2.txt:m1:2", "in-3.txt:m1:3"]]);
    const { name } = answer.body as { readonly name: string };
    const [step] = emulator.jobs().filter(({ parent }) => parent === name);
    expect(step).toMatchObject({ status: "Completed", properties: { displayName: "batchscoring" } });
    const list = async (where: string) => {
      const path = `/mferp/managementfrontend${endpoints}/ep-batch${where}/jobs?api-version=2020-09-01-dataplanepreview`;
      return ((await ask(emulator, "GET", path)).body as { value: readonly { name: string }[] }).value;
    };
    expect(await list("")).toEqual([expect.objectContaining({ name })]);
    expect(await list("/deployments/nightly")).toHaveLength(1);
    expect(await list("/deployments/weekly")).toEqual([]);
  });

  it("puts its rows where it says, and takes members in either spelling", async () => {
    await prepared();
    await deploy("nightly");
    const answer = await invoke(
      {
        InputData: {
          data: { JobInputType: "UriFile", Uri: "azureml://datastores/workspaceblobstore/paths/batch-data/in-2.txt" },
        },
        OutputData: {
          score: { JobOutputType: "UriFile", Uri: "azureml://datastores/workspaceblobstore/paths/out/of-mine.csv" },
        },
      },
      "nightly",
    );
    expect(await ended(answer)).toMatchObject({ status: "Completed" });
    expect((await emulator.blobs("out/")).map(({ name, text }) => [name, text])).toEqual([
      ["out/of-mine.csv", "in-2.txt:m1:2\n"],
    ]);
  });

  /** Why the one step of the one job failed. */
  const cause = () => emulator.jobs().find(({ parent }) => parent !== undefined)?.error?.message;

  it("fails with its job where the script fails", async () => {
    await prepared("def init():\n    raise RuntimeError('no model today')\ndef run(files):\n    return files\n");
    await deploy("nightly");
    const answer = await invoke(ours, "nightly");
    expect(await ended(answer)).toMatchObject({ status: "Failed" });
    expect(cause()).toMatch(/^The batch scoring step ended with exit code 1\./);
  });

  it("fails with its job where there are no data", async () => {
    await prepared();
    await deploy("nightly");
    const answer = await invoke(folder("azureml://datastores/workspaceblobstore/paths/nothing/"), "nightly");
    expect(await ended(answer)).toMatchObject({ status: "Failed" });
    expect(cause()).toMatch(/paths\/nothing\/ could not be read: nothing is there/);
  });

  it("needs a token of the service's own audience, a deployment, and data", async () => {
    await prepared();
    await deploy("nightly");
    const arm = await ask(emulator, "POST", "/_inference/ep-batch/jobs", { body: { properties: ours } });
    const noDefault = await invoke(ours);
    const unknown = await invoke(ours, "weekly");
    const noData = await invoke({}, "nightly");
    expect([arm, noDefault, unknown, noData].map(({ status }) => status)).toEqual([401, 400, 404, 400]);
    expect(emulator.jobs()).toEqual([]);
  });

  it("of a pipeline runs its component's steps with the inputs that it is given", async () => {
    await prepared();
    const put = (name: string, componentSpec: Json) =>
      ask(emulator, "PUT", `${workspacePath}/components/${name}/versions/1${version}`, {
        body: { properties: { componentSpec } },
      });
    await put("echo", {
      name: "echo",
      type: "command",
      command: "echo ${{inputs.word}} > ${{outputs.told}}/word.txt",
      environment: `azureml:${workspacePath}/environments/infer/versions/1`,
      inputs: { word: { type: "string" } },
      outputs: { told: { type: "uri_folder" } },
    });
    await put("scale", {
      name: "scale",
      type: "pipeline",
      inputs: { word: { type: "string", default: "hello" } },
      jobs: {
        only: {
          type: "command",
          componentId: `${workspacePath}/components/echo/versions/1`,
          inputs: { word: { job_input_type: "literal", value: "${{parent.inputs.word}}" } },
        },
      },
    });
    expect((await deploy("steps", pipelineDeployment())).status).toBe(201);
    const own = { inputData: { word: { jobInputType: "Literal", value: "moin" } } };
    for (const asked of [{}, own])
      expect(await ended(await invoke(asked, "steps"))).toMatchObject({ status: "Completed" });
    expect((await rows("azureml/")).flat().sort()).toEqual(["hello", "moin"]);
  });
});
