import { describe, expect, it } from "@jest/globals";
import { mkdtempSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ownAzurites } from "../../emulator/azurite.ts";
import type { Emulator } from "../../emulator/emulator.ts";
import { workspacePath } from "../../emulator/settings.ts";
import { ask } from "../support/ask-emulator.ts";
import { newEmulator, useEmulator } from "../support/use-emulator.ts";
import { aciBody, aksBody, aksTarget } from "../support/web-services.ts";

type Json = Readonly<Record<string, unknown>>;

const light = { serving: "light", durations: { default: 0.02 } } as const;
const at = (path: string) => `/modelmanagement/v1.0${workspacePath}${path}`;

/** A driver that is there, whatever it says: nobody starts it. */
async function driver(emulator: Emulator) {
  const answer = await ask(
    emulator,
    "POST",
    `/artifact/v2.0${workspacePath}/artifacts/batch/metadata/LocalUpload/0a1b2c3d`,
    { body: { paths: [{ path: "driver.py" }] } },
  );
  const { artifactContentInformation: places } = answer.body as {
    readonly artifactContentInformation: Readonly<Record<string, { readonly contentUri: string }>>;
  };
  const put = await ask(emulator, "PUT", places["driver.py"]?.contentUri ?? "", {
    body: "pass",
    token: undefined,
    headers: { "x-ms-blob-type": "BlockBlob" },
  });
  expect(put.status).toBe(201);
  const url = "aml://artifact/LocalUpload/0a1b2c3d/driver.py";
  return { driverProgram: "driver.py", assets: [{ id: "driver.py", url, mimeType: "application/x-python" }] };
}

async function ended(emulator: Emulator, name: string): Promise<Json> {
  for (let look = 0; look < 5000; look += 1) {
    const { body } = await ask(emulator, "GET", at(`/services/${name}?expand=true`));
    if ((body as Json)["state"] !== "Transitioning") return body as Json;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`Something goes on with ${name} and does not end.`);
}

const deployed = async (emulator: Emulator, body: object): Promise<Json> => {
  expect(await ask(emulator, "POST", at("/services"), { body })).toMatchObject({ status: 202 });
  return ended(emulator, (body as { readonly name: string }).name);
};

/** One request in the clear. @param proxy by which it goes there. */
function askPlain(address: string, { proxy, key }: { readonly proxy?: string; readonly key?: string } = {}) {
  const url = new URL(address);
  const way = proxy === undefined ? url : new URL(proxy);
  return new Promise<{ readonly status: number; readonly text: string }>((resolve, reject) => {
    const sent = request(
      {
        host: way.hostname,
        port: way.port,
        method: "POST",
        path: proxy === undefined ? `${url.pathname}${url.search}` : address,
        headers: { host: url.host, ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) },
      },
      (answer) => {
        let text = "";
        answer.setEncoding("utf8").on("data", (part: string) => (text += part));
        answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text }));
      },
    );
    sent.on("error", reject);
    sent.end('{"data": [1]}');
  });
}

describe("a web service that is served lightly", () => {
  const emulator = useEmulator(light);

  it("answers as somebody has said, or who was asked", async () => {
    const code = await driver(emulator);
    const open = { authEnabled: false };
    const uri = String((await deployed(emulator, aciBody("svc", code, open)))["scoringUri"]);
    expect(JSON.parse((await askPlain(uri)).text)).toEqual({
      service: "svc",
      modelIds: [],
      method: "POST",
      path: "/score",
      received: { data: [1] },
    });
    emulator.putServiceScorer("svc", { status: 500, answer: "broken" });
    expect(await askPlain(uri)).toEqual({ status: 500, text: '"broken"' });
  });

  it("fails as its scorer says, which leaves a group without an answer", async () => {
    const code = await driver(emulator);
    const made = await deployed(emulator, aciBody("svc", code, { authEnabled: false }));
    emulator.putServiceScorer("svc", { fails: { message: "ModuleNotFoundError: No module named 'ruamel'" } });
    const value = aciBody("svc", { ...code, assets: [...code.assets] }, {}).environmentImageRequest;
    const changed = { ...value, environment: { ...value.environment, name: "other" } };
    await ask(emulator, "PATCH", at("/services/svc"), {
      body: [{ op: "replace", path: "/environmentImageRequest", value: changed }],
      headers: { "content-type": "application/json-patch+json" },
    });
    expect(await ended(emulator, "svc")).toMatchObject({
      state: "Failed",
      error: { details: [{ message: expect.stringContaining("No module named 'ruamel'") }] },
    });
    expect(await askPlain(String(made["scoringUri"]))).toMatchObject({ status: 503 });
    expect(await ask(emulator, "GET", at("/services/svc/logs?tail=10&init=False"))).toMatchObject({
      body: { content: expect.stringContaining("ruamel") },
    });
  });

  it("comes up with none of an image that cannot be pulled, and with no name that is taken", async () => {
    const code = await driver(emulator);
    await deployed(emulator, aciBody("one", code, { dnsNameLabel: "octo" }));
    expect(await deployed(emulator, aciBody("two", code, { dnsNameLabel: "octo" }))).toMatchObject({
      state: "Failed",
      error: { details: [{ code: "DnsNameLabelNotAvailable" }] },
    });
    const { environmentImageRequest } = aciBody("three", code);
    emulator.setImageAvailable(environmentImageRequest.environment.docker.baseImage, false);
    expect(await deployed(emulator, aciBody("three", code))).toMatchObject({
      state: "Failed",
      error: {
        code: "EnvironmentBuildFailed",
        details: [{ message: expect.stringContaining("Failed to pull image") }],
      },
    });
    emulator.setImageAvailable(environmentImageRequest.environment.docker.baseImage, true);
  });

  it("is reached by its real name through the proxy, in the clear, and nothing else is", async () => {
    emulator.putCompute(aksTarget);
    const code = await driver(emulator);
    await deployed(emulator, aciBody("svc", code, { authEnabled: false, dnsNameLabel: "octo" }));
    await deployed(emulator, aksBody("svc-aks", code, { authEnabled: false }));
    const proxy = emulator.proxyUrl;
    expect(emulator.environment("proxy")).toMatchObject({ HTTP_PROXY: proxy, NO_PROXY: expect.any(String) });
    for (const uri of ["http://octo.eastus.azurecontainer.io/score", "http://20.0.0.9:80/api/v1/service/svc-aks/score"])
      expect(await askPlain(uri, { proxy })).toMatchObject({ status: 200 });
    expect(await askPlain("http://other.eastus.azurecontainer.io/score", { proxy })).toMatchObject({ status: 502 });
    expect(await askPlain("http://20.0.0.9:80/api/v1/service/other/score", { proxy })).toMatchObject({ status: 404 });
    expect(await askPlain("http://management.azure.com/subscriptions", { proxy })).toMatchObject({ status: 404 });
    expect(await askPlain("http://example.com/", { proxy })).toMatchObject({ status: 403 });
  });

  it("may have been there before, as somebody else's", async () => {
    emulator.putService({ name: "svc", computeType: "ACI", state: "Healthy" });
    const { scoringUri, ...rest } = await ended(emulator, "svc");
    expect(rest).toMatchObject({ id: "svc", kvTags: {}, authEnabled: false });
    expect(rest).not.toHaveProperty("wasProvisioned");
    expect(await askPlain(String(scoringUri))).toMatchObject({ status: 200 });
  });

  it("meets the faults of its endpoint", async () => {
    const made = await deployed(emulator, aciBody("svc", await driver(emulator), { authEnabled: false }));
    const uri = String(made["scoringUri"]);
    emulator.faults.add({ path: "/score$", kind: "status", status: 503 });
    expect(await askPlain(uri)).toMatchObject({ status: 503 });
    emulator.faults.add({ path: "/score$", kind: "reset" });
    await expect(askPlain(uri)).rejects.toThrow();
    expect(await askPlain(uri)).toMatchObject({ status: 200 });
  });

  it("may be asked no longer than it says", async () => {
    emulator.putCompute(aksTarget);
    const body = aksBody("svc", await driver(emulator), { authEnabled: false, scoringTimeoutMs: 50 });
    const made = await deployed(emulator, body);
    emulator.putServiceScorer("svc", { delaySeconds: 0.5 });
    expect(await askPlain(String(made["scoringUri"]))).toMatchObject({ status: 504 });
  });
});

describe("an emulator that is started again", () => {
  it("lets its services answer again, with the keys that they had", async () => {
    const stateFolder = mkdtempSync(join(tmpdir(), "emulator-"));
    // The storage goes on meanwhile: to start one takes longer than all the rest.
    const storage = await ownAzurites.take(join(stateFolder, "blobs"));
    const azurites = { take: () => Promise.resolve(storage), giveBack: () => Promise.resolve() };
    const first = await newEmulator({ ...light, stateFolder, azurites });
    await deployed(
      first,
      aciBody("svc", await driver(first), { keys: { primaryKey: "a-key", secondaryKey: "b-key" } }),
    );
    first.faults.add({ path: "/services$", kind: "operation-never-ends" });
    await ask(first, "POST", at("/services"), { body: aciBody("other", await driver(first)) });
    await first.stop();
    await using second = await newEmulator({ ...light, stateFolder, azurites });
    const again = await ended(second, "svc");
    expect(await askPlain(String(again["scoringUri"]), { key: "a-key" })).toMatchObject({ status: 200 });
    expect(await askPlain(String(again["scoringUri"]))).toMatchObject({ status: 401 });
    expect(await ended(second, "other")).toMatchObject({ state: "Failed" });
    await ownAzurites.giveBack(storage);
  });
});
