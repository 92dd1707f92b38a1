import { describe, expect, it } from "@jest/globals";
import { arcId } from "../../emulator/resources/clusters.ts";
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
  properties,
  reason,
  share,
  version,
  type Json,
} from "../support/online-endpoints.ts";
import { useEmulator } from "../support/use-emulator.ts";

describe("an online endpoint", () => {
  const emulator = useEmulator({ serving: "light", durations: { default: 0.05 } });

  it("is made by an operation, and is then shown with addresses and without keys", async () => {
    const put = await ask(emulator, "PUT", at("ep-one"), { body: endpointBody() });
    expect(put.status).toBe(201);
    expect(put.headers["azure-asyncoperation"]).toMatch(/\/mfeOperationsStatus\/oeidp:/);
    expect(put.headers).toMatchObject({ "x-ms-async-operation-timeout": "PT30M" });
    expect(properties(put)).toMatchObject({ provisioningState: "Creating", scoringUri: null });
    expect(await followed(emulator, put)).toMatchObject({ status: "Succeeded", percentComplete: 100 });
    const shown = await ask(emulator, "GET", at("ep-one"));
    expect(shown.body).toMatchObject({ kind: "Managed", identity: { type: "SystemAssigned" }, tags: { a: "b" } });
    expect(properties(shown)).toMatchObject({
      provisioningState: "Succeeded",
      authMode: "Key",
      keys: null,
      traffic: {},
      publicNetworkAccess: "Enabled",
      scoringUri: `${emulator.origin}/_inference/ep-one/score`,
    });
    const again = await ask(emulator, "PUT", at("ep-one"), { body: { ...endpointBody(), tags: { c: "d" } } });
    expect([again.status, (again.body as { readonly tags: Json }).tags]).toEqual([200, { c: "d" }]);
  });

  it("is addressed by its real name behind the proxy", async () => {
    await made(emulator);
    const shown = await ask(emulator, "GET", at("ep-one"), { headers: { host: "management.azure.com" } });
    expect(properties(shown)["scoringUri"]).toBe("https://ep-one.eastus.inference.ml.azure.com/score");
  });

  it.each([
    ["without a location", { properties: { authMode: "Key" } }, "location"],
    ["of an unknown auth mode", endpointBody({ authMode: "Password" }), "AuthMode"],
    ["on a cluster that is not there", endpointBody({ compute: `${workspacePath}/computes/k8s` }), "not found"],
    ["with traffic for what is not there", endpointBody({ traffic: { blue: 100 } }), "does not exist"],
  ])("is refused %s", async (_, body, says) => {
    const refused = await ask(emulator, "PUT", at("ep-one"), { body });
    expect([refused.status, reason(refused)]).toEqual([400, expect.stringContaining(says)]);
    expect((await ask(emulator, "GET", at("ep-one"))).status).toBe(404);
  });

  it.each(["a", "1ab", "ab-", "a_b", "a".repeat(33)])("is refused under the name %s", async (name) => {
    expect((await ask(emulator, "PUT", at(name), { body: endpointBody() })).status).toBe(400);
  });

  it("is refused under a name that somebody else of the region has", async () => {
    emulator.takeEndpointName("ep-one");
    const refused = await ask(emulator, "PUT", at("ep-one"), { body: endpointBody() });
    expect(reason(refused)).toMatch(/^An endpoint with this name already exists\./);
  });

  it("is made on a cluster of the type Kubernetes alone", async () => {
    const compute = (name: string, computeType: string) =>
      emulator.putCompute({
        id: `${workspacePath}/computes/${name}`,
        name,
        location: "eastus",
        tags: null,
        properties: { computeType, provisioningState: "Succeeded", resourceId: arcId("arc1") },
      });
    compute("k8s", "Kubernetes");
    compute("aks", "AKS");
    const put = (name: string) =>
      ask(emulator, "PUT", at("ep-one"), { body: endpointBody({ compute: `${workspacePath}/computes/${name}` }) });
    expect((await put("aks")).status).toBe(400);
    expect((await put("k8s")).body).toMatchObject({ kind: "K8S" });
  });

  it("takes no second write while an operation is in flight", async () => {
    emulator.faults.add({ method: "PUT", path: "onlineEndpoints", kind: "operation-never-ends" });
    await ask(emulator, "PUT", at("ep-one"), { body: endpointBody() });
    expect((await ask(emulator, "PUT", at("ep-one"), { body: endpointBody() })).status).toBe(409);
    expect((await ask(emulator, "DELETE", at("ep-one"))).status).toBe(409);
    emulator.endOperations();
    expect((await ask(emulator, "DELETE", at("ep-one"))).status).toBe(202);
  });

  it("that failed when it was made is not repaired by another PUT", async () => {
    emulator.faults.add({ method: "PUT", path: "onlineEndpoints", kind: "operation-fails", code: "X", message: "no" });
    const failed = await followed(emulator, await ask(emulator, "PUT", at("ep-one"), { body: endpointBody() }));
    expect(failed).toMatchObject({ status: "Failed", error: { code: "X", message: "no" } });
    const refused = await ask(emulator, "PUT", at("ep-one"), { body: endpointBody() });
    expect(reason(refused)).toMatch(/has not been created successfully/);
    const deployment = await ask(emulator, "PUT", below("ep-one", "blue"), { body: deploymentBody() });
    expect(reason(deployment)).toMatch(/has not been created successfully/);
  });

  it("shows its keys to whoever asks for them, and makes new ones", async () => {
    await made(emulator);
    const keys = async () => (await ask(emulator, "POST", `${endpoints}/ep-one/listKeys${version}`)).body as Json;
    const { primaryKey, secondaryKey } = await keys();
    const renewed = await ask(emulator, "POST", `${endpoints}/ep-one/regenerateKeys${version}`, {
      body: { keyType: "Primary" },
    });
    expect(renewed.status).toBe(202);
    await followed(emulator, renewed);
    const after = await keys();
    expect(after["primaryKey"]).not.toBe(primaryKey);
    expect(after["secondaryKey"]).toBe(secondaryKey);
    expect((await ask(emulator, "POST", `${endpoints}/ep-one/token${version}`)).status).toBe(400);
  });

  it("is patched in its tags alone", async () => {
    await made(emulator);
    const patched = await ask(emulator, "PATCH", at("ep-one"), { body: { tags: { c: "d" } } });
    expect(patched.status).toBe(202);
    await followed(emulator, patched);
    expect((await ask(emulator, "GET", at("ep-one"))).body).toMatchObject({ tags: { a: "b", c: "d" } });
    const refused = await ask(emulator, "PATCH", at("ep-one"), { body: { properties: { traffic: {} } } });
    expect(refused.status).toBe(400);
  });

  it("goes with its deployments, and is then not there for a second deletion", async () => {
    await made(emulator);
    await deployed(emulator, ["blue"]);
    const gone = await ask(emulator, "DELETE", at("ep-one"));
    expect([gone.status, gone.body, gone.headers["location"]]).toEqual([
      202,
      null,
      expect.stringMatching(/mfeOperationResults\/oeidp:/),
    ]);
    await followed(emulator, gone);
    expect((await ask(emulator, "GET", below("ep-one", "blue"))).status).toBe(404);
    expect((await ask(emulator, "DELETE", at("ep-one"))).status).toBe(204);
  });

  it("is listed with the others", async () => {
    for (const name of ["ep-one", "ep-two"]) await made(emulator, name);
    const { body } = await ask(emulator, "GET", `${endpoints}${version}`);
    expect((body as { value: readonly { name: string }[] }).value.map(({ name }) => name)).toEqual([
      "ep-one",
      "ep-two",
    ]);
  });
});

describe("an online deployment", () => {
  const emulator = useEmulator({ serving: "light", durations: { default: 0.05 } });

  it("is made by an operation, with what the service fills in", async () => {
    await made(emulator);
    const put = await ask(emulator, "PUT", below("ep-one", "blue"), {
      body: deploymentBody({ livenessProbe: { period: "PT5S" } }),
    });
    expect([put.status, properties(put)["provisioningState"]]).toEqual([201, "Creating"]);
    expect(put.headers["azure-asyncoperation"]).toMatch(/\/mfeOperationsStatus\/odidp:/);
    await followed(emulator, put);
    const shown = await ask(emulator, "GET", below("ep-one", "blue"));
    expect(shown.body).toMatchObject({ kind: "Managed", sku: { name: "Default", capacity: 1 } });
    expect(properties(shown)).toMatchObject({
      provisioningState: "Succeeded",
      scaleSettings: { scaleType: "Default" },
      livenessProbe: { period: "PT5S", failureThreshold: 30 },
      requestSettings: { requestTimeout: "PT5S" },
      environmentVariables: {},
    });
  });

  it("is replaced in everything by another PUT", async () => {
    await made(emulator);
    const put = (own: Json) => ask(emulator, "PUT", below("ep-one", "blue"), { body: deploymentBody(own) });
    await followed(emulator, await put({ environmentVariables: { A: "1" }, description: "first" }));
    const again = await put({});
    expect([again.status, properties(again)["provisioningState"]]).toEqual([200, "Updating"]);
    expect(properties(again)).toMatchObject({ environmentVariables: {}, description: null });
  });

  const gone = `${workspacePath}/models/gone/versions/1`;
  it.each([
    ["a model that is not there", { model: gone }, "could not be found"],
    [
      "an environment that is not there",
      { environmentId: gone.replace("models", "environments") },
      "could not be found",
    ],
    ["a model of another workspace", { model: `${workspacePath}-2/models/clf/versions/1` }, "could not be found"],
    [
      "code that is not there",
      { codeConfiguration: { codeId: gone.replace("models", "codes"), scoringScript: "s.py" } },
      "could not be found",
    ],
    ["no scoring script", { codeConfiguration: { codeId: gone } }, "ScoringScript"],
    ["neither code nor an image that serves by itself", { codeConfiguration: null }, "CodeConfiguration"],
    ["the other type of compute", { endpointComputeType: "Kubernetes" }, "Managed"],
    ["no size", { instanceType: null }, "InstanceType"],
    ["a size that cannot be had for it", { instanceType: "Standard_ND40rs_v2" }, "not supported"],
    [
      "a size without quota",
      { instanceType: "Standard_NC24ads_A100_v4" },
      "Current usage/limit: 0/0. Additional needed: 48",
    ],
  ])("is refused with %s", async (_, own, says) => {
    await made(emulator);
    const refused = await ask(emulator, "PUT", below("ep-one", "blue"), { body: deploymentBody(own) });
    expect([refused.status, reason(refused)]).toEqual([400, expect.stringContaining(says)]);
  });

  it("is refused below an endpoint that is not there", async () => {
    await assets(emulator);
    expect((await ask(emulator, "PUT", below("none", "blue"), { body: deploymentBody() })).status).toBe(404);
  });

  it("that failed when it was made has to be deleted first; one that was up is repaired by another PUT", async () => {
    await made(emulator);
    const put = () => ask(emulator, "PUT", below("ep-one", "blue"), { body: deploymentBody() });
    const fail = () =>
      emulator.faults.add({
        method: "PUT",
        path: "/deployments/",
        kind: "operation-fails",
        code: "OutOfQuota",
        message: "x",
      });
    fail();
    await followed(emulator, await put());
    expect(reason(await put())).toBe(
      "Specified deployment [blue] failed during initial provisioning and is in an unrecoverable state. Delete and re-create.",
    );
    await followed(emulator, await ask(emulator, "DELETE", below("ep-one", "blue")));
    await followed(emulator, await put());
    fail();
    await followed(emulator, await put());
    expect(properties(await ask(emulator, "GET", below("ep-one", "blue")))["provisioningState"]).toBe("Failed");
    expect((await put()).status).toBe(200);
  });

  it("keeps writes on its endpoint away while it is being made, and none on its neighbours", async () => {
    await made(emulator);
    await deployed(emulator, ["blue"]);
    emulator.faults.add({ method: "PUT", path: "/deployments/green", kind: "operation-never-ends" });
    await ask(emulator, "PUT", below("ep-one", "green"), { body: deploymentBody() });
    expect((await ask(emulator, "PUT", below("ep-one", "green"), { body: deploymentBody() })).status).toBe(409);
    expect((await share(emulator, { blue: 100 })).status).toBe(409);
    expect((await ask(emulator, "PUT", below("ep-one", "blue"), { body: deploymentBody() })).status).toBe(200);
    emulator.endOperations();
  });

  it.each([
    ["canceled by the service", { kind: "operation-canceled" }, "Canceled"],
    ["failed at once", { kind: "failed-at-once", code: "X", message: "no" }, "Failed"],
  ] as const)("ends as it is %s", async (_, fault, state) => {
    await made(emulator);
    emulator.faults.add({ method: "PUT", path: "/deployments/", ...fault });
    const put = await ask(emulator, "PUT", below("ep-one", "blue"), { body: deploymentBody() });
    if (fault.kind === "operation-canceled") expect((await followed(emulator, put))["status"]).toBe(state);
    expect(properties(await ask(emulator, "GET", below("ep-one", "blue")))["provisioningState"]).toBe(state);
  });

  it("is shown as it was to a read that lags behind", async () => {
    await made(emulator);
    await deployed(emulator, ["blue"]);
    emulator.faults.add({ method: "GET", path: "/deployments/blue", kind: "lagging" });
    expect((await ask(emulator, "GET", below("ep-one", "blue"))).status).toBe(404);
    expect((await ask(emulator, "GET", below("ep-one", "blue"))).status).toBe(200);
  });

  it("is scaled by a patch", async () => {
    await made(emulator);
    await deployed(emulator, ["blue"]);
    const patched = await ask(emulator, "PATCH", below("ep-one", "blue"), { body: { sku: { capacity: 3 } } });
    await followed(emulator, patched);
    expect((await ask(emulator, "GET", below("ep-one", "blue"))).body).toMatchObject({ sku: { capacity: 3 } });
  });

  it("with traffic, or a mirror of it, cannot be deleted", async () => {
    await made(emulator);
    await deployed(emulator, ["blue", "green"]);
    await share(emulator, { blue: 100 }, { green: 10 });
    const refused = await ask(emulator, "DELETE", below("ep-one", "blue"));
    expect([refused.status, reason(refused)]).toEqual([400, expect.stringContaining("100% of the traffic")]);
    expect((await ask(emulator, "DELETE", below("ep-one", "green"))).status).toBe(400);
    await share(emulator, { green: 100 });
    expect((await ask(emulator, "DELETE", below("ep-one", "blue"))).status).toBe(202);
  });
});

describe("traffic", () => {
  const emulator = useEmulator({ serving: "light", durations: { default: 0.02 } });

  it.each([
    [{ blue: 100 }, {}],
    [{ blue: 90, green: 10 }, {}],
    [{ BLUE: 100, green: 0 }, {}],
    [{}, {}],
    [{ blue: 100 }, { green: 50 }],
  ])("takes %j with the mirror %j", async (traffic, mirror) => {
    await made(emulator);
    await deployed(emulator, ["blue", "green"]);
    expect((await share(emulator, traffic, mirror)).status).toBe(200);
    const kept = Object.fromEntries(
      Object.entries(traffic).flatMap(([name, percentage]) =>
        percentage === 0 ? [] : [[name.toLowerCase(), percentage]],
      ),
    );
    const { at: _, ...last } = emulator.endpointTraffic().at(-1) ?? {};
    expect(last).toEqual({ endpoint: "ep-one", traffic: kept, mirrorTraffic: mirror });
  });

  it.each([
    [{ blue: 90 }, {}, "sum up to 90"],
    [{ blue: 60, green: 60 }, {}, "sum up to 120"],
    [{ blue: 99.5, green: 0.5 }, {}, "whole number"],
    [{ blue: -100, green: 200 }, {}, "whole number"],
    [{ red: 100 }, {}, "'red', which does not exist"],
    [{ blue: 100 }, { green: 51 }, "from 1 to 50"],
    [{ blue: 100 }, { blue: 10 }, "has live traffic"],
    [{ blue: 100 }, { green: 10, red: 10 }, "one deployment only"],
    [{ blue: 100 }, { red: 10 }, "does not exist"],
  ])("refuses %j with the mirror %j", async (traffic, mirror, says) => {
    await made(emulator);
    await deployed(emulator, ["blue", "green"]);
    const refused = await share(emulator, traffic, mirror);
    expect([refused.status, reason(refused)]).toEqual([400, expect.stringContaining(says)]);
    expect(properties(await ask(emulator, "GET", at("ep-one")))["traffic"]).toEqual({});
  });
});
