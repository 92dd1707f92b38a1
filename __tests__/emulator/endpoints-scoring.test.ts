import { describe, expect, it } from "@jest/globals";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Emulator } from "../../emulator/emulator.ts";
import { workspacePath } from "../../emulator/settings.ts";
import { ask, followed } from "../support/ask-emulator.ts";
import {
  assets,
  at,
  below,
  deployed,
  deploymentBody,
  endpointBody,
  endpoints,
  made,
  share,
  version,
  type Json,
} from "../support/online-endpoints.ts";
import { newEmulator, useEmulator } from "../support/use-emulator.ts";

async function keyOf(emulator: Emulator): Promise<string> {
  const { body } = await ask(emulator, "POST", `${endpoints}/ep-one/listKeys${version}`);
  return (body as { readonly primaryKey: string }).primaryKey;
}

const root = "/_inference/ep-one";

/** One request, with a key unless it is said otherwise. */
async function score(emulator: Emulator, asked: { readonly deployment?: string; readonly path?: string } = {}) {
  const { deployment, path = "/score" } = asked;
  return ask(emulator, "POST", `${root}${path}`, {
    token: await keyOf(emulator),
    body: { data: [[1]] },
    headers: deployment === undefined ? {} : { "azureml-model-deployment": deployment },
  });
}

describe("scoring an online endpoint", () => {
  const emulator = useEmulator({ serving: "light", durations: { default: 0.02 } });

  it("needs one of its keys", async () => {
    await made(emulator);
    await deployed(emulator, ["blue"]);
    await share(emulator, { blue: 100 });
    const { body } = await ask(emulator, "POST", `${endpoints}/ep-one/listKeys${version}`);
    const { primaryKey, secondaryKey } = body as { readonly primaryKey: string; readonly secondaryKey: string };
    const status = async (token: string | undefined) =>
      (await ask(emulator, "POST", `${root}/score`, { token })).status;
    expect(await Promise.all([primaryKey, secondaryKey, "guessed", undefined].map(status))).toEqual([
      200, 200, 401, 401,
    ]);
  });

  it.each(["AMLToken", "AADToken"])("of the auth mode %s needs a token that is for it", async (authMode) => {
    await assets(emulator);
    await followed(emulator, await ask(emulator, "PUT", at("ep-one"), { body: endpointBody({ authMode }) }));
    await deployed(emulator, ["blue"]);
    const { body, status } = await ask(emulator, "POST", `${endpoints}/ep-one/token${version}`);
    const { accessToken, expiryTimeUtc, refreshAfterTimeUtc } = body as Json;
    expect(status).toBe(authMode === "AMLToken" ? 200 : 400);
    if (authMode === "AMLToken") expect(Number(expiryTimeUtc)).toBeGreaterThan(Number(refreshAfterTimeUtc));
    const headers = { "azureml-model-deployment": "blue" };
    const asked = async (token: string) =>
      (await ask(emulator, "POST", `${root}/score`, { token, headers, body: {} })).status;
    expect(await asked(emulator.accessToken("https://ml.azure.com"))).toBe(authMode === "AADToken" ? 200 : 401);
    expect(await asked(emulator.accessToken())).toBe(401);
    if (authMode === "AMLToken") expect(await asked(String(accessToken))).toBe(200);
  });

  it("comes to deployments by their percentages, and says to which", async () => {
    await made(emulator);
    await deployed(emulator, ["blue", "green"]);
    await share(emulator, { blue: 90, green: 10 });
    const counts: Record<string, number> = {};
    for (let request = 0; request < 20; request += 1) {
      const { headers } = await score(emulator);
      const name = headers["azureml-model-deployment"] ?? "";
      counts[name] = (counts[name] ?? 0) + 1;
    }
    expect(counts).toEqual({ blue: 18, green: 2 });
  });

  it("comes to the deployment that the header names, whatever the traffic", async () => {
    await made(emulator);
    await deployed(emulator, ["blue", "green"]);
    await share(emulator, { blue: 100 });
    const answer = await score(emulator, { deployment: "green" });
    expect([answer.status, answer.body]).toEqual([200, expect.objectContaining({ deployment: "green" })]);
    expect(emulator.scored().map(({ deployment, by }) => [deployment, by])).toEqual([["green", "header"]]);
    expect((await score(emulator, { deployment: "red" })).status).toBe(404);
  });

  it("finds nothing where no deployment has traffic", async () => {
    await made(emulator);
    await deployed(emulator, ["blue"]);
    const { status, body } = await score(emulator);
    expect([status, body]).toEqual([404, expect.stringContaining("http-status-codes")]);
  });

  it("sends copies of so many requests to the mirror, and answers with none of them", async () => {
    await made(emulator);
    await deployed(emulator, ["blue", "green"]);
    await share(emulator, { blue: 100 }, { green: 50 });
    for (let request = 0; request < 10; request += 1) {
      expect((await score(emulator)).headers["azureml-model-deployment"]).toBe("blue");
    }
    expect((await score(emulator, { deployment: "blue" })).status).toBe(200);
    const by = (how: string) => emulator.scored().filter((one) => one.by === how).length;
    expect([by("traffic"), by("mirror"), by("header")]).toEqual([10, 5, 1]);
  });

  it("answers a failing model by 424, and says what the model's own answer was", async () => {
    await made(emulator);
    await deployed(emulator, ["blue"]);
    emulator.putScorer("ep-one", "blue", { status: 500, answer: { message: "An unexpected error occurred." } });
    const { status, headers, body } = await score(emulator, { deployment: "blue" });
    expect([status, headers["ms-azureml-model-error-statuscode"], body]).toEqual([
      424,
      "500",
      { message: "An unexpected error occurred." },
    ]);
  });

  it("gives up on a deployment that takes longer than its request timeout", async () => {
    await made(emulator);
    const body = deploymentBody({ requestSettings: { requestTimeout: "PT0.1S" } });
    await followed(emulator, await ask(emulator, "PUT", below("ep-one", "blue"), { body }));
    emulator.putScorer("ep-one", "blue", { delaySeconds: 1 });
    expect((await score(emulator, { deployment: "blue" })).status).toBe(408);
  });

  it("takes more requests at once than a deployment allows from nobody", async () => {
    await made(emulator);
    await deployed(emulator, ["blue"]);
    emulator.putScorer("ep-one", "blue", { delaySeconds: 0.3, answer: {} });
    const answers = await Promise.all([1, 2, 3].map(() => score(emulator, { deployment: "blue" })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 429]);
  });

  it("hands every path on, and `/score` to the scoring route of a container that has one", async () => {
    await made(emulator);
    emulator.putAsset("environments", "triton", "1", {
      image: "images.example.com/triton:1",
      inferenceConfig: { scoringRoute: { path: "/v2/models/clf/infer", port: 8000 } },
    });
    const body = deploymentBody({
      environmentId: `${workspacePath}/environments/triton/versions/1`,
      codeConfiguration: null,
    });
    await followed(emulator, await ask(emulator, "PUT", below("ep-one", "blue"), { body }));
    const asked = async (path: string) => ((await score(emulator, { deployment: "blue", path })).body as Json)["path"];
    expect(await asked("/score")).toBe("/v2/models/clf/infer");
    expect(await asked("/v2/health/ready?x=1")).toBe("/v2/health/ready?x=1");
  });
});

describe("an emulator that is started again", () => {
  it("serves what it served before, and goes on with what it was bringing up", async () => {
    const stateFolder = mkdtempSync(join(tmpdir(), "emulator-"));
    const settings = { serving: "light", durations: { default: 0.02 }, stateFolder } as const;
    const first = await newEmulator(settings);
    await made(first);
    await deployed(first, ["blue"]);
    first.faults.add({ method: "PUT", path: "/deployments/green", kind: "operation-takes", seconds: 0.5 });
    const put = await ask(first, "PUT", below("ep-one", "green"), { body: deploymentBody() });
    await first.stop();
    await using second = await newEmulator(settings);
    const operation = put.headers["azure-asyncoperation"]?.replace(first.origin, second.origin) ?? "";
    expect(await followed(second, { ...put, headers: { "azure-asyncoperation": operation } })).toMatchObject({
      status: "Succeeded",
    });
    for (const deployment of ["blue", "green"]) {
      expect((await score(second, { deployment })).headers["azureml-model-deployment"]).toBe(deployment);
    }
  });
});

describe("a deployment on Kubernetes", () => {
  const emulator = useEmulator({ serving: "light", durations: { default: 0.02 } });

  it("fails with JSON within the message, as the cluster's extension says it", async () => {
    emulator.putCompute({
      id: `${workspacePath}/computes/k8s`,
      name: "k8s",
      location: "eastus",
      tags: null,
      properties: { computeType: "Kubernetes", provisioningState: "Succeeded" },
    });
    await made(emulator, "ep-one", { compute: `${workspacePath}/computes/k8s` });
    const own = deploymentBody({ endpointComputeType: "Kubernetes", instanceType: "defaultinstancetype" });
    const put = () => ask(emulator, "PUT", below("ep-one", "blue"), { body: own });
    emulator.putScorer("ep-one", "blue", {
      fails: { message: "ValueError: no model today", log: ["User's init function failed"] },
    });
    const { error } = (await followed(emulator, await put())) as { readonly error: { readonly message: string } };
    expect(JSON.parse(error.message)).toMatchObject({
      code: "BadRequest",
      details: [{ code: "UserScriptInitFailed", message: expect.stringMatching(/^User container has crashed/) }],
    });
    emulator.putScorer("ep-one", "blue", { status: 500 });
    await followed(emulator, await ask(emulator, "DELETE", below("ep-one", "blue")));
    expect(await followed(emulator, await put())).toMatchObject({ status: "Succeeded" });
    expect((await score(emulator, { deployment: "blue" })).status).toBe(502);
  });
});

describe("a model that says how it answers", () => {
  const emulator = useEmulator({ serving: "light", durations: { default: 0.02 } });

  /** A version whose one file has these members. */
  async function model(version_: string, content: unknown): Promise<string> {
    await emulator.putBlob(`models/clf-${version_}/model.json`, JSON.stringify(content));
    const modelUri = `azureml://datastores/workspaceblobstore/paths/models/clf-${version_}/model.json`;
    emulator.putAsset("models", "own", version_, { modelUri, modelType: "custom_model" });
    return `${workspacePath}/models/own/versions/${version_}`;
  }

  async function deploy(id: string) {
    const put = await ask(emulator, "PUT", below("ep-one", "blue"), { body: deploymentBody({ model: id }) });
    return followed(emulator, put);
  }

  it("does so until another version takes its place", async () => {
    await made(emulator);
    const answers: unknown[] = [];
    for (const [number, predictions] of [["1", [3]] as const, ["2", [4]] as const]) {
      await deploy(await model(number, { emulatorScorer: { answer: { predictions } } }));
      answers.push((await score(emulator, { deployment: "blue" })).body);
    }
    expect(answers).toEqual([{ predictions: [3] }, { predictions: [4] }]);
  });

  it("or that it does not come up, with the log of its container; what it was to replace goes on", async () => {
    await made(emulator);
    await deploy(await model("3", { emulatorScorer: { answer: "old" } }));
    const failed = await deploy(
      await model("4", { emulatorScorer: { fails: { message: "boom", log: ["User's init function failed"] } } }),
    );
    expect(failed).toMatchObject({ status: "Failed", error: { code: "ResourceNotReady" } });
    const { body } = await ask(emulator, "POST", below("ep-one", "blue", "/getLogs"), { body: { tail: 5 } });
    const { content } = body as { readonly content: string };
    expect(content).toContain("UserContainerStart: Failed");
    expect(content.split("\n").slice(-2)).toEqual(["User's init function failed", "boom"]);
    expect((await score(emulator, { deployment: "blue" })).body).toBe("old");
  });

  it("fails where the storage has nothing at its address, and where an image cannot be pulled", async () => {
    await made(emulator);
    emulator.putAsset("models", "own", "9", {
      modelUri: "azureml://datastores/workspaceblobstore/paths/models/nothing/",
    });
    expect(await deploy(`${workspacePath}/models/own/versions/9`)).toMatchObject({
      error: { code: "BadArgument", message: expect.stringMatching(/^Unable to download user model/) },
    });
    const { body } = await ask(emulator, "POST", below("ep-one", "blue", "/getLogs"), {
      body: { containerType: "StorageInitializer", tail: 5 },
    });
    expect((body as { readonly content: string }).content).toContain("Nothing was found");
    emulator.setImageAvailable("images.example.com/infer:1", false);
    const put = await ask(emulator, "PUT", below("ep-one", "green"), { body: deploymentBody() });
    expect(await followed(emulator, put)).toMatchObject({
      error: { code: "BadArgument", message: expect.stringContaining("images.example.com/infer:1") },
    });
  });
});
