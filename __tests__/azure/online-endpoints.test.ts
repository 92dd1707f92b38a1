import { describe, expect, it } from "@jest/globals";
import type { Arm } from "../../src/azure/arm.ts";
import { createOnlineEndpoints } from "../../src/azure/online-endpoints.ts";
import { failed, succeeded, type Outcome } from "../../src/azure/outcome.ts";
import type { Answer } from "../../src/azure/pipeline.ts";
import { sleepingClock } from "../support/clock.ts";
import { workspace } from "../support/targets.ts";

type Sent = { readonly method: string; readonly path: string; readonly apiVersion: string; readonly body?: unknown };

/** The online endpoints of a workspace whose every answer is this one, with what was asked, and what was masked. */
function endpointsAnswering(answer: Outcome<Answer>, pages: Outcome<readonly unknown[]> = succeeded([])) {
  const sent: Sent[] = [];
  const masked: string[] = [];
  const note = (method: string) => async (id: string, apiVersion: string, body?: unknown) => {
    sent.push({ method, path: id.replace(workspace.id, ""), apiVersion, ...(method === "GET" ? {} : { body }) });
    return answer;
  };
  const arm: Partial<Arm> = {
    get: note("GET"),
    put: note("PUT"),
    post: note("POST"),
    remove: (id, apiVersion) => note("DELETE")(id, apiVersion),
    list: async (path, apiVersion) => {
      sent.push({ method: "LIST", path: path.replace(workspace.id, ""), apiVersion });
      return pages;
    },
  };
  const endpoints = createOnlineEndpoints(arm as Arm, workspace, {
    clock: sleepingClock(),
    mask: (secret) => void masked.push(secret),
    entraToken: async () => "entra",
  });
  return { endpoints, sent, masked };
}

const ok = (body: unknown, headers: Readonly<Record<string, string>> = {}) => succeeded({ status: 200, headers, body });
const missing = failed({
  reason: "not-found",
  status: 404,
  error: { code: "ResourceNotFound", message: "no", details: [] },
});

const wire = {
  id: `${workspace.id}/onlineEndpoints/ep`,
  name: "ep",
  location: "eastus",
  tags: { a: "b" },
  identity: { type: "SystemAssigned", principalId: "p" },
  properties: {
    authMode: "Key",
    traffic: { blue: 90, green: 10, red: 0 },
    mirrorTraffic: {},
    provisioningState: "Succeeded",
    scoringUri: "https://ep.eastus.inference.ml.azure.com/score",
    description: null,
    properties: { AzureAsyncOperationUri: "https://management.azure.com/operation" },
  },
};

describe("an endpoint", () => {
  it("is read with its traffic, without shares of 0", async () => {
    const { endpoints, sent } = endpointsAnswering(ok(wire));
    expect(await endpoints.get("ep")).toMatchObject({
      ok: true,
      value: {
        name: "ep",
        traffic: { blue: 90, green: 10 },
        mirrorTraffic: {},
        tags: { a: "b" },
        identity: { type: "SystemAssigned", userAssignedIds: [] },
        scoringUri: "https://ep.eastus.inference.ml.azure.com/score",
      },
    });
    expect(sent).toEqual([{ method: "GET", path: "/onlineEndpoints/ep", apiVersion: "2022-02-01-preview" }]);
  });

  it("that is not there is none, and its deployments are none", async () => {
    const { endpoints } = endpointsAnswering(missing, missing);
    expect(await endpoints.get("ep")).toEqual(succeeded(undefined));
    expect(await endpoints.deployments("ep")).toEqual(succeeded([]));
    expect(await endpoints.removeDeployment("ep", "blue")).toEqual(succeeded({}));
  });

  it.each<unknown>([
    undefined,
    "",
    [],
    {},
    { name: "ep" },
    { ...wire, properties: { ...wire.properties, traffic: { blue: "90" } } },
    { ...wire, properties: { ...wire.properties, traffic: { blue: 190 } } },
    { ...wire, properties: { ...wire.properties, traffic: [90] } },
    { ...wire, properties: { ...wire.properties, mirrorTraffic: 5 } },
    { ...wire, tags: "a" },
    { ...wire, properties: { ...wire.properties, provisioningState: 5 } },
  ])("is not what is answered as %j: no traffic is moved on the ground of it", async (body) => {
    const { endpoints } = endpointsAnswering(ok(body), succeeded([wire, body]));
    expect(await endpoints.get("ep")).toMatchObject({ ok: false, failure: { reason: "unreachable" } });
    expect(await endpoints.list()).toMatchObject({ ok: false, failure: { error: { code: "BrokenReply" } } });
  });

  it.each([
    { authMode: "Key", body: { primaryKey: "one", secondaryKey: "two" }, path: "listKeys", secret: "one" },
    { authMode: "AMLToken", body: { accessToken: "token" }, path: "token", secret: "token" },
  ])("gives what requests prove themselves with, masked: $authMode", async ({ authMode, body, path, secret }) => {
    const { endpoints, sent, masked } = endpointsAnswering(ok(body));
    expect(await endpoints.credential({ name: "ep", authMode })).toEqual(succeeded(secret));
    expect(masked).toEqual([secret]);
    expect(sent.map((one) => one.path)).toEqual([`/onlineEndpoints/ep/${path}`]);
  });

  it("of Entra ID is asked with a token of Entra ID, which nobody else gives out", async () => {
    const { endpoints, sent, masked } = endpointsAnswering(ok({}));
    expect(await endpoints.credential({ name: "ep", authMode: "AADToken" })).toEqual(succeeded("entra"));
    expect([sent, masked]).toEqual([[], ["entra"]]);
  });

  it.each(["Key", "AMLToken", "Password"])("without a credential is a failure: %s", async (authMode) => {
    const { endpoints, masked } = endpointsAnswering(ok({}));
    expect((await endpoints.credential({ name: "ep", authMode })).ok).toBe(false);
    expect(masked).toEqual([]);
  });
});

describe("a deployment", () => {
  const deployment = {
    id: `${wire.id}/deployments/blue`,
    name: "blue",
    location: "eastus",
    sku: { name: "Default", capacity: 2 },
    kind: "Managed",
    systemData: { createdBy: "somebody" },
    properties: {
      endpointComputeType: "Managed",
      model: "/models/clf/versions/1",
      provisioningState: "Succeeded",
      properties: { "azureml-targets.digest": "d" },
    },
  };

  it("is read with what it takes to put it back as it was", async () => {
    const { endpoints } = endpointsAnswering(ok(deployment));
    const live = await endpoints.deployment("ep", "blue");
    expect(live).toMatchObject({
      ok: true,
      value: { name: "blue", model: "/models/clf/versions/1", properties: { "azureml-targets.digest": "d" } },
    });
    const { provisioningState: _, ...settings } = deployment.properties;
    expect(live.ok && live.value?.request).toEqual({
      location: "eastus",
      sku: { name: "Default", capacity: 2 },
      kind: "Managed",
      properties: settings,
    });
  });

  it("is written with the official client's version, and followed by its operation", async () => {
    const headers = {
      "azure-asyncoperation": "https://management.azure.com/operation",
      location: "https://x",
      "retry-after": "5",
    };
    const { endpoints, sent } = endpointsAnswering(ok(deployment, headers));
    expect(await endpoints.putDeployment("ep", "blue", { a: 1 })).toEqual(
      succeeded({ operationUrl: "https://management.azure.com/operation", retryAfterSeconds: 5 }),
    );
    expect(sent).toEqual([
      { method: "PUT", path: "/onlineEndpoints/ep/deployments/blue", apiVersion: "2023-04-01-preview", body: { a: 1 } },
    ]);
  });

  it("gives the last lines of a container, and no log where the answer has none", async () => {
    const { endpoints, sent } = endpointsAnswering(ok({ content: "a\nb" }));
    expect(await endpoints.logs("ep", "blue", "StorageInitializer", 5)).toEqual(succeeded("a\nb"));
    expect(sent[0]?.body).toEqual({ containerType: "StorageInitializer", tail: 5 });
    expect((await endpointsAnswering(ok({})).endpoints.logs("ep", "blue", "InferenceServer", 5)).ok).toBe(false);
  });
});
