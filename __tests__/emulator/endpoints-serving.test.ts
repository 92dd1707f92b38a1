import { describe, expect, it } from "@jest/globals";
import type { Emulator } from "../../emulator/emulator.ts";
import { workspacePath } from "../../emulator/settings.ts";
import { ask, followed } from "../support/ask-emulator.ts";
import {
  at,
  below,
  deploymentBody,
  endpointBody,
  endpoints,
  share,
  version,
  type Json,
} from "../support/online-endpoints.ts";
import { useEmulator } from "../support/use-emulator.ts";

const emulator = useEmulator({ durations: { default: 0.05 } });

/** What is needed to serve, without anything that a model needs. */
const conda = [
  "dependencies:",
  "  - python=3.11",
  "  - pip",
  "  - pip:",
  "      - azureml-inference-server-http==1.5.1",
  "",
].join("\n");

const scoring = [
  "import json, os, pathlib",
  "from helper import scale",
  "def init():",
  "    global model",
  '    model = json.loads((pathlib.Path(os.environ["AZUREML_MODEL_DIR"]) / "clf" / "model.json").read_text())',
  '    print("loaded", model["factor"])',
  "def run(raw):",
  '    rows = json.loads(raw)["data"]',
  '    return {"predictions": [scale(sum(row), model["factor"]) for row in rows], "of": os.environ["STAGE"]}',
  "",
].join("\n");

type Files = Readonly<Record<string, string>>;

/** Code, model and environment as a client registers them. */
async function register(
  own: Emulator,
  { code = {}, condaFile = conda }: { readonly code?: Files; readonly condaFile?: string } = {},
): Promise<void> {
  const files: Files = {
    "src/score.py": scoring,
    "src/helper.py": "def scale(value, by):\n    return value * by\n",
    ...code,
  };
  for (const [name, text] of Object.entries(files)) await own.putBlob(`code/${name}`, text);
  await own.putBlob("models/1/clf/model.json", '{ "factor": 3 }');
  await ask(own, "PUT", `${workspacePath}/codes/score/versions/1${version}`, {
    body: { properties: { codeUri: "https://stmlwmain.blob.core.windows.net/azureml-blobstore/code/src" } },
  });
  own.putAsset("models", "clf", "1", {
    modelUri: "azureml://datastores/workspaceblobstore/paths/models/1/clf/",
    modelType: "custom_model",
  });
  own.putAsset("environments", "infer", "1", { image: "images.example.com/infer:1", condaFile });
}

/** @returns how the operation of the deployment ended. */
async function deploy(properties: Json = {}): Promise<Json> {
  if ((await ask(emulator, "GET", at("ep-one"))).status === 404)
    await followed(emulator, await ask(emulator, "PUT", at("ep-one"), { body: endpointBody() }));
  const body = deploymentBody({ environmentVariables: { STAGE: "test" }, ...properties });
  return followed(emulator, await ask(emulator, "PUT", below("ep-one", "blue"), { body }));
}

async function logs(): Promise<string> {
  const { body } = await ask(emulator, "POST", below("ep-one", "blue", "/getLogs"), { body: { tail: 200 } });
  return (body as { readonly content: string }).content;
}

describe("a deployment that is really served", () => {
  it("runs the scoring script over the model's files, under Azure ML's own server", async () => {
    await register(emulator);
    expect(await deploy()).toMatchObject({ status: "Succeeded" });
    await share(emulator, { blue: 100 });
    const { body: keys } = await ask(emulator, "POST", `${endpoints}/ep-one/listKeys${version}`);
    const token = (keys as { readonly primaryKey: string }).primaryKey;
    const answer = await ask(emulator, "POST", "/_inference/ep-one/score", {
      token,
      body: { data: [[1, 2], [5]] },
    });
    expect([answer.status, answer.body]).toEqual([200, { predictions: [9, 15], of: "test" }]);
    expect(answer.headers["azureml-model-deployment"]).toBe("blue");
    const swagger = await ask(emulator, "GET", "/_inference/ep-one/swagger.json", { token });
    expect([swagger.status, swagger.body]).toEqual([200, expect.objectContaining({ swagger: "2.0" })]);
    const failing = await ask(emulator, "POST", "/_inference/ep-one/score", { token, body: { rows: [] } });
    expect([failing.status, failing.headers["ms-azureml-model-error-statuscode"]]).toEqual([424, "500"]);
    const text = await logs();
    expect(text).toMatch(/Instance status:\nSystemSetup: Succeeded\n(.*\n)*UserContainerStart: Succeeded/);
    expect(text).toMatch(/azmlinfsrv\.print - loaded 3/);
    expect(text).toContain("KeyError: 'data'");
  });

  it.each([
    [
      "raises in init()",
      "def init():\n    raise RuntimeError('no model today')\ndef run(raw):\n    return raw\n",
      "no model today",
    ],
    [
      "imports what is not installed",
      "import numpy_of_tomorrow\ndef init(): pass\ndef run(raw): return raw\n",
      "No module named 'numpy_of_tomorrow'",
    ],
    ["has no run()", "def init(): pass\n", "does not have a run() function defined"],
    ["is not Python", "def init(:\n", "SyntaxError"],
  ])("fails where the script %s, and keeps the container's log", async (_, script, says) => {
    await register(emulator, { code: { "src/score.py": script } });
    expect(await deploy()).toMatchObject({
      status: "Failed",
      error: {
        code: "ResourceNotReady",
        message:
          "User container has crashed or terminated. Please see troubleshooting guide, available here: https://aka.ms/oe-tsg#error-resourcenotready",
      },
    });
    expect(await logs()).toContain(says);
    const { body } = await ask(emulator, "GET", below("ep-one", "blue"));
    expect(body).toMatchObject({ properties: { provisioningState: "Failed" } });
  });

  it("fails where the scoring script is not in the code", async () => {
    await register(emulator);
    const codeConfiguration = { codeId: `${workspacePath}/codes/score/versions/1`, scoringScript: "scores.py" };
    expect(await deploy({ codeConfiguration })).toMatchObject({ error: { code: "ResourceNotReady" } });
    expect(await logs()).toMatch(/FileNotFoundError.*scores\.py/);
  });

  it("fails where its probes ask at a port at which nobody listens", async () => {
    await register(emulator);
    emulator.putAsset("environments", "infer", "1", {
      image: "images.example.com/infer:1",
      inferenceConfig: { readinessRoute: { path: "/", port: 8080 }, scoringRoute: { path: "/score", port: 8080 } },
    });
    const readinessProbe = { initialDelay: "PT0S", period: "PT1S", failureThreshold: 1 };
    const { error } = (await deploy({ readinessProbe })) as { readonly error: { readonly message: string } };
    expect(error.message).toMatch(/Readiness probe failed: .*127\.0\.0\.1:8080: connect: connection refused/);
  });

  it("fails where the environment has no inference server, as its container would say", async () => {
    await register(emulator, { condaFile: "dependencies:\n  - pip\n" });
    expect(await deploy()).toMatchObject({ error: { code: "ResourceNotReady" } });
    expect(await logs()).toContain("WARNING: Package(s) not found: azureml-inference-server-http");
  });

  it("serves an MLflow model by itself in the environment that it brings along: without MLflow there it says so", async () => {
    await register(emulator);
    await emulator.putBlob("models/flow/MLmodel", "flavors: { python_function: { loader_module: scaled } }\n");
    await emulator.putBlob("models/flow/conda.yaml", "dependencies:\n  - pip\n");
    emulator.putAsset("models", "flow", "1", {
      modelUri: "azureml://datastores/workspaceblobstore/paths/models/flow",
      modelType: "mlflow_model",
    });
    const model = `${workspacePath}/models/flow/versions/1`;
    const ended = await deploy({ model, codeConfiguration: null, environmentId: null });
    expect(ended).toMatchObject({ error: { code: "ResourceNotReady" } });
    expect(await logs()).toContain("ModuleNotFoundError: No module named 'mlflow'");
  });

  it("starts no container of others, and says so", async () => {
    await register(emulator);
    const config = { scoringRoute: { path: "/score", port: 8501 } };
    emulator.putAsset("environments", "infer", "1", { image: "images.example.com/own:1", inferenceConfig: config });
    expect(await deploy({ codeConfiguration: null })).toMatchObject({ error: { code: "NotEmulated" } });
  });

  it("fails where the environment cannot be built, and says where the build's log is", async () => {
    await register(emulator, { condaFile: "dependencies:\n  - cudatoolkit=11.3\n" });
    const { error } = (await deploy()) as { readonly error: { readonly code: string; readonly message: string } };
    expect(error.code).toBe("ImageBuildFailure");
    const [, path] = /under the path '\/azureml\/([^']+)'/.exec(error.message) ?? [];
    expect(path).toBe("ImageLogs/ep-one-blue/build.log");
    expect(await logs()).toContain("Not installable with pip: cudatoolkit=11.3");
  });
});
