import { describe, expect, it } from "@jest/globals";
import { spawnSync } from "node:child_process";
import { workspacePath } from "../../emulator/settings.ts";
import { computeDocument } from "../faults/stand.ts";
import { useStand } from "../support/use-stand.ts";
import { aciBody, aksBody, aksTarget, noCode, score, servicesOf, uploadScript } from "../support/web-services.ts";

const cluster = computeDocument("cpu-cluster", {
  computeType: "AmlCompute",
  resourceId: null,
  isAttachedCompute: false,
  properties: { vmSize: "Standard_DS3_v2", scaleSettings: { minNodeCount: 0, maxNodeCount: 1 } },
});
const stand = useStand([aksTarget, cluster], { serves: true });

type Json = Readonly<Record<string, unknown>>;

/** One request to the model management service, as it is. */
async function ask(method: string, path: string, body?: unknown, contentType = "application/json") {
  const { emulator, endpoint } = stand;
  const answer = await fetch(`${endpoint.origin}/modelmanagement/v1.0${workspacePath}${path}`, {
    method,
    headers: { authorization: `Bearer ${emulator.accessToken()}`, "content-type": contentType },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return {
    status: answer.status,
    operation: answer.headers.get("operation-location"),
    body: (text === "" ? undefined : JSON.parse(text)) as Json | undefined,
  };
}

const codesOf = (answer: { readonly body: Json | undefined }) =>
  ((answer.body?.["details"] ?? []) as readonly { readonly code: string }[]).map(({ code }) => code);

/** A service that fails without a container of its own, so that nothing is started. */
async function failed(name: string, more: object = {}): Promise<void> {
  stand.endpoint.faults.add({
    method: "POST",
    path: "/services$",
    kind: "operation-fails",
    code: "CrashLoopBackOff",
    message: "Error in entry script, ModuleNotFoundError: No module named 'ruamel'",
  });
  await ask("POST", "/services", aciBody(name, noCode, more));
  await ended(name);
}

async function ended(name: string): Promise<Json> {
  for (let look = 0; look < 5000; look += 1) {
    const { body } = await ask("GET", `/services/${name}?expand=true`);
    if (body?.["state"] !== "Transitioning") return body ?? {};
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`Something goes on with ${name} and does not end.`);
}

/** Azure ML's server needs a Python with venv, and packages from an index. */
const isServing = spawnSync("python3", ["-c", "import venv, ensurepip"]).status === 0;

describe("what a service is asked to be", () => {
  it.each([
    ["a name of two letters", aciBody("ab"), "InvalidServiceName"],
    ["a name with capitals", aciBody("Service"), "InvalidServiceName"],
    ["a name that ends in a dash", aciBody("service-"), "InvalidServiceName"],
    ["a name of 33 letters", aciBody("a".repeat(33)), "InvalidServiceName"],
    ["another kind of compute", aciBody("svc", noCode, { computeType: "IOT" }), "InvalidComputeType"],
    [
      "no cores",
      aciBody("svc", noCode, { containerResourceRequirements: { cpu: 0 } }),
      "InvalidContainerResourceRequirements",
    ],
    [
      "more than a group has",
      aciBody("svc", noCode, { containerResourceRequirements: { memoryInGB: 17 } }),
      "InvalidContainerResourceRequirements",
    ],
    [
      "a limit below the request",
      aksBody("svc", noCode, { containerResourceRequirements: { cpu: 2, cpuLimit: 1 } }),
      "InvalidContainerResourceRequirements",
    ],
    ["tokens on ACI", aciBody("svc", noCode, { aadAuthEnabled: true }), "InvalidAuth"],
    ["both keys and tokens", aksBody("svc", noCode, { aadAuthEnabled: true }), "InvalidAuth"],
    [
      "replicas beside the autoscaler",
      aksBody("svc", noCode, { numReplicas: 2, autoScaler: { autoscaleEnabled: true } }),
      "InvalidReplicas",
    ],
    ["a compute that is not there", aksBody("svc", noCode, { computeName: "nowhere" }), "ComputeResourceNotFound"],
    ["a compute of another type", aksBody("svc", noCode, { computeName: "cpu-cluster" }), "InvalidComputeResource"],
    ["a model that is not there", aciBody("svc", noCode, {}, ["clf:7"]), "ModelNotFound"],
    [
      "a driver that is not among its files",
      aciBody("svc", { ...noCode, driverProgram: "other.py" }),
      "InvalidDriverProgram",
    ],
    [
      "SSL without a certificate",
      aciBody("svc", noCode, { sslEnabled: true, cname: "a.example.com" }),
      "InvalidSslConfiguration",
    ],
    ["half of a network", aciBody("svc", noCode, { vnetConfiguration: { vnetName: "v" } }), "InvalidRequest"],
  ])("%s is refused, and told beforehand", async (_, body, code) => {
    const refused = await ask("POST", "/services", body);
    expect(refused).toMatchObject({ status: 400, body: { code: "BadRequest", statusCode: 400 } });
    expect(codesOf(refused)).toEqual([code]);
    const asked = await ask("POST", "/services/validate", {
      type: "Create",
      serviceName: body.name,
      createRequest: body,
    });
    expect(asked).toMatchObject({ status: 200, body: { error: { message: expect.any(String) } } });
    expect(await ask("GET", `/services/${body.name}`)).toMatchObject({ status: 404 });
  });

  it("has no room on a small cluster", async () => {
    const body = aksBody("svc", noCode, {
      numReplicas: 13,
      containerResourceRequirements: { cpu: 1 },
      autoScaler: { autoscaleEnabled: false },
    });
    expect(await ask("POST", "/services/validate/resource", body)).toMatchObject({
      status: 200,
      body: { error: { message: expect.stringContaining("13 replica cannot be created") } },
    });
    expect(await ask("POST", "/services/validate/resource", { ...body, numReplicas: 12 })).toMatchObject({ body: {} });
  });
});

describe("a name", () => {
  it("belongs to one service: a second request for it is a conflict unless it overwrites", async () => {
    await failed("svc");
    const second = await ask("POST", "/services", aciBody("svc"));
    expect(second).toMatchObject({ status: 409, body: { code: "Conflict" } });
    expect(codesOf(second)).toEqual(["ServiceExists"]);
    expect(await ask("POST", "/services/validate/name/svc", {})).toMatchObject({
      body: { error: { message: expect.any(String) } },
    });
    expect(await ask("POST", "/services/validate/name/other", {})).toMatchObject({ status: 200, body: {} });
    stand.endpoint.faults.add({ method: "POST", path: "/services$", kind: "operation-fails", code: "A", message: "b" });
    expect(
      await ask("POST", "/services", aciBody("svc", noCode, { overwrite: true, kvTags: { c: "d" } })),
    ).toMatchObject({ status: 202 });
    expect(await ended("svc")).toMatchObject({ kvTags: { c: "d" } });
  });

  it("is overwritten by what its container group can become alone", async () => {
    await failed("svc", { dnsNameLabel: "one" });
    for (const more of [{ containerResourceRequirements: { cpu: 2, memoryInGB: 1 } }, { dnsNameLabel: "two" }]) {
      const refused = await ask(
        "POST",
        "/services",
        aciBody("svc", noCode, { overwrite: true, dnsNameLabel: "one", ...more }),
      );
      expect(codesOf(refused)).toEqual(["InvalidOverwriteRequest"]);
    }
  });

  it("is busy while something happens to its service, and may be deleted all the same", async () => {
    stand.endpoint.faults.add({ path: "/services$", kind: "operation-takes", seconds: 60 });
    stand.endpoint.faults.add({ path: "/services$", kind: "operation-fails", code: "A", message: "b" });
    const created = await ask("POST", "/services", aciBody("svc"));
    const patch = [{ op: "replace", path: "/kvTags", value: {} }];
    expect(await ask("PATCH", "/services/svc", patch, "application/json-patch+json")).toMatchObject({ status: 409 });
    expect(await ask("POST", "/services", aciBody("svc", noCode, { overwrite: true }))).toMatchObject({ status: 409 });
    expect(await ask("DELETE", "/services/svc")).toMatchObject({ status: 200 });
    const id = created.operation?.split("/").at(-1) ?? "";
    expect(await ask("GET", `/operations/${id}`)).toMatchObject({ body: { state: "Cancelled" } });
    expect(await ask("GET", "/services/svc")).toMatchObject({ status: 404 });
    expect(await ask("DELETE", "/services/svc")).toMatchObject({ status: 204 });
  });
});

describe("a service that is read", () => {
  it("shows every member, and none of its secrets", async () => {
    const secrets = { primaryKey: "a-primary-key", secondaryKey: "a-secondary-key" };
    const ssl = { sslEnabled: true, cname: "a.example.com", sslCertificate: "a-certificate", sslKey: "an-ssl-key" };
    await failed("svc", { ...ssl, keys: secrets });
    const { body } = await ask("GET", "/services/svc?expand=true");
    expect(body).toMatchObject({
      keys: { primaryKey: null, secondaryKey: null },
      sslCertificate: null,
      sslKey: null,
      cname: "a.example.com",
      scoringUri: null,
      models: [],
    });
    const arm = await fetch(`${stand.endpoint.origin}${workspacePath}/services?api-version=2021-04-01`, {
      headers: { authorization: `Bearer ${stand.emulator.accessToken()}` },
    });
    const shown = JSON.stringify([
      body,
      (await ask("GET", "/services")).body,
      await arm.json(),
      stand.emulator.journal(),
    ]);
    for (const secret of [...Object.values(secrets), ssl.sslKey]) expect(shown).not.toContain(secret);
    expect(await ask("POST", "/services/svc/listkeys")).toMatchObject({ body: secrets });
  });

  it("says why it failed, and so does its operation", async () => {
    await failed("svc");
    const { body } = await ask("GET", "/services/svc");
    expect(body).toMatchObject({
      state: "Failed",
      error: {
        code: "AciDeploymentFailed",
        statusCode: 400,
        details: [{ code: "CrashLoopBackOff", message: expect.stringContaining("ruamel") }],
      },
    });
    expect(await ask("GET", `/operations/${String(body?.["operationId"])}`)).toMatchObject({
      body: {
        state: "Failed",
        error: { code: "AciDeploymentFailed" },
        operationDetails: { subOperationType: "DeployService" },
      },
    });
  });

  it("is listed by its compute, tags and properties, and uses its cluster in ARM's eyes too", async () => {
    stand.endpoint.faults.add({ path: "/services$", kind: "operation-fails", code: "A", message: "b", times: 2 });
    await ask("POST", "/services", aciBody("one"));
    await ask("POST", "/services", aksBody("two"));
    const names = async (query: string) =>
      ((await ask("GET", `/services?expand=true&${query}`)).body?.["value"] as readonly Json[]).map(({ name }) => name);
    expect(await names("")).toEqual(["one", "two"]);
    expect(await names("computeType=AKS")).toEqual(["two"]);
    expect(await names("tags=a=b")).toEqual(["one"]);
    expect(await names("properties=digest")).toEqual(["one"]);
    const arm = await fetch(`${stand.endpoint.origin}${workspacePath}/services?api-version=2021-04-01`, {
      headers: { authorization: `Bearer ${stand.emulator.accessToken()}` },
    });
    expect(await arm.json()).toMatchObject({
      value: [{ name: "one" }, { name: "two", properties: { computeName: "scoring" } }],
    });
  });
});

describe("an update", () => {
  const patch = (changes: readonly object[]) => ask("PATCH", "/services/svc", changes, "application/json-patch+json");

  it("changes what it names, and nothing where one of its changes is wrong", async () => {
    await failed("svc");
    for (const wrong of [
      [{ op: "replace", path: "/containerResourceRequirements/cpu", value: 2 }],
      [{ op: "replace", path: "/dnsNameLabel", value: "other" }],
      [{ op: "replace", path: "/name", value: "other" }],
      [{ op: "move", path: "/kvTags", from: "/properties" }],
      [{ op: "remove", path: "/properties/none" }],
      [],
    ]) {
      const refused = await patch(
        [{ op: "replace", path: "/kvTags", value: { x: "y" } }, ...wrong].slice(wrong.length === 0 ? 1 : 0),
      );
      expect(codesOf(refused)).toEqual(["InvalidPatch"]);
    }
    expect(await ask("GET", "/services/svc")).toMatchObject({ body: { kvTags: { a: "b" } } });
    stand.endpoint.faults.add({
      method: "PATCH",
      path: "/services/svc",
      kind: "operation-fails",
      code: "A",
      message: "b",
    });
    const taken = await patch([
      { op: "replace", path: "/kvTags", value: { x: "y" } },
      { op: "add", path: "/properties/digest", value: "2" },
      { op: "replace", path: "/authEnabled", value: false },
    ]);
    expect(taken).toMatchObject({
      status: 202,
      body: { kvTags: { x: "y" }, properties: { digest: "2" }, authEnabled: false },
    });
  });

  it("is a JSON Patch, and says so", async () => {
    await failed("svc");
    expect(codesOf(await ask("PATCH", "/services/svc", [{ op: "replace", path: "/kvTags", value: {} }]))).toEqual([
      "UnsupportedMediaType",
    ]);
  });
});

describe("a model", () => {
  it("that either SDK registers is a version for both", async () => {
    const asset = await ask("POST", "/assets", { name: "clf", artifacts: [{ prefix: "LocalUpload/1/model.json" }] });
    const url = `aml://asset/${String(asset.body?.["id"])}`;
    stand.emulator.putAsset("models", "clf", "1", {
      modelUri: "azureml://datastores/workspaceblobstore/paths/model/",
      tags: { of: "v2" },
    });
    const registered = await ask("POST", "/models", {
      name: "clf",
      url,
      kvTags: { of: "v1" },
      mimeType: "application/json",
      unpack: false,
    });
    expect(registered).toMatchObject({ status: 200, body: { id: "clf:2", version: 2, url, kvTags: { of: "v1" } } });
    const arm = await fetch(
      `${stand.endpoint.origin}${workspacePath}/models/clf/versions/2?api-version=2023-08-01-preview`,
      {
        headers: { authorization: `Bearer ${stand.emulator.accessToken()}` },
      },
    );
    expect(await arm.json()).toMatchObject({
      properties: {
        tags: { of: "v1" },
        modelUri: expect.stringMatching(/\/datastores\/workspaceartifactstore\/paths\/LocalUpload\/1\/model\.json$/),
      },
    });
    expect(await ask("GET", "/models?name=clf&count=1")).toMatchObject({ body: { value: [{ id: "clf:2" }] } });
    expect(await ask("GET", "/models/clf:1")).toMatchObject({
      body: { kvTags: { of: "v2" }, url: expect.stringContaining("paths/model/") },
    });
    expect(await ask("GET", "/models/clf:3")).toMatchObject({ status: 404 });
  });

  it("that a service has is not deleted", async () => {
    stand.emulator.putAsset("models", "clf", "1", { modelUri: "azureml://datastores/workspaceblobstore/paths/model/" });
    stand.endpoint.faults.add({ path: "/services$", kind: "operation-fails", code: "A", message: "b" });
    await ask("POST", "/services", aciBody("svc", noCode, {}, ["clf:1"]));
    expect(await ask("GET", "/services/svc?expand=true")).toMatchObject({ body: { models: [{ id: "clf:1" }] } });
    expect(await ask("DELETE", "/models/clf:1")).toMatchObject({ status: 412 });
    await ended("svc");
    await ask("DELETE", "/services/svc");
    expect(await ask("DELETE", "/models/clf:1")).toMatchObject({ status: 200 });
  });
});

const script = (factor: number) => `
import json, os
def init():
    global weight
    with open(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model.json")) as file:
        weight = json.load(file)["weight"]
    print("loaded", weight)
def run(body):
    return {"sums": [weight * ${factor} * sum(row) for row in json.loads(body)["data"]]}
`;

(isServing ? describe : describe.skip)("what is served", () => {
  const model = async () => {
    await stand.emulator.putBlob("models/clf/model.json", '{"weight": 2}');
    stand.emulator.putAsset("models", "clf", "1", {
      modelUri: "azureml://datastores/workspaceblobstore/paths/models/clf/model.json",
    });
  };

  it("answers by a plain address to whoever has a key, and restarts when its code changes", async () => {
    await model();
    const { services } = await servicesOf(stand);
    await services.create(aciBody("svc", await uploadScript(stand, script(1)), { dnsNameLabel: "octo" }, ["clf:1"]));
    const made = await ended("svc");
    expect(made).toMatchObject({ state: "Healthy", error: null });
    const uri = String(made["scoringUri"]);
    expect(uri).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/_web-services\/octo\.eastus\.azurecontainer\.io\/score$/);
    expect(await score(uri)).toMatchObject({ status: 401 });
    expect(await score(uri, "another")).toMatchObject({ status: 401 });
    const keys = await services.keys("svc");
    if (!keys.ok) throw new Error("no keys");
    for (const key of [keys.value.primary, keys.value.secondary])
      expect(await score(uri, key)).toEqual({ status: 200, text: '{"sums": [6]}' });
    expect(await services.logs("svc", 1000)).toMatchObject({ ok: true, value: expect.stringContaining("loaded 2") });

    const { driverProgram, assets } = await uploadScript(stand, script(10));
    const { environmentImageRequest } = aciBody("svc", { driverProgram, assets }, {}, ["clf:1"]);
    await services.update("svc", [{ op: "replace", path: "/environmentImageRequest", value: environmentImageRequest }]);
    expect(await ended("svc")).toMatchObject({ state: "Healthy", scoringUri: uri });
    expect(await score(uri, keys.value.primary)).toEqual({ status: 200, text: '{"sums": [60]}' });
    await services.remove("svc");
    expect(await score(uri, keys.value.primary)).toMatchObject({ status: 502 });
  }, 180_000);

  it("on a cluster answers to whoever has a token, and the old one goes on where the new one fails", async () => {
    await model();
    const { services } = await servicesOf(stand);
    const auth = { authEnabled: false, aadAuthEnabled: true };
    await services.create(aksBody("svc", await uploadScript(stand, script(1)), auth, ["clf:1"]));
    const made = await ended("svc");
    expect(made).toMatchObject({ state: "Healthy", autoScaler: { autoscaleEnabled: true }, authEnabled: false });
    const uri = String(made["scoringUri"]);
    expect(uri).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/api\/v1\/service\/svc\/score$/);
    const token = await services.token("svc");
    if (!token.ok) throw new Error("no token");
    expect(await score(uri)).toMatchObject({ status: 401 });
    expect(await score(uri, stand.emulator.accessToken())).toMatchObject({ status: 401 });
    expect(await score(uri, token.value.token)).toEqual({ status: 200, text: '{"sums": [6]}' });

    const broken = await uploadScript(stand, "import no_such_module\ndef init(): pass\ndef run(body): return body\n");
    const { environmentImageRequest } = aksBody("svc", broken, {}, ["clf:1"]);
    await services.update("svc", [{ op: "replace", path: "/environmentImageRequest", value: environmentImageRequest }]);
    expect(await ended("svc")).toMatchObject({
      state: "Failed",
      error: {
        code: "KubernetesDeploymentFailed",
        details: [{ code: "CrashLoopBackOff", message: expect.stringContaining("No module named 'no_such_module'") }],
      },
    });
    expect(await services.logs("svc", 1000)).toMatchObject({ value: expect.stringContaining("no_such_module") });
    expect(await score(uri, token.value.token)).toEqual({ status: 200, text: '{"sums": [6]}' });
  }, 180_000);

  it("stops where its group is updated to something that does not start", async () => {
    await model();
    const { services } = await servicesOf(stand);
    await services.create(aciBody("svc", await uploadScript(stand, script(1)), { authEnabled: false }, ["clf:1"]));
    const uri = String((await ended("svc"))["scoringUri"]);
    expect(await score(uri)).toMatchObject({ status: 200 });
    const value = aciBody("svc", noCode, {}, ["clf:1"]).environmentImageRequest;
    await services.update("svc", [{ op: "replace", path: "/environmentImageRequest", value }]);
    expect(await ended("svc")).toMatchObject({ state: "Failed", error: { code: "EnvironmentBuildFailed" } });
    expect(await score(uri)).toMatchObject({ status: 503 });
  }, 180_000);
});
