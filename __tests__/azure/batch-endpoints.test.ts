import { describe, expect, it } from "@jest/globals";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Arm } from "../../src/azure/arm.ts";
import { batchVersions, createBatchEndpoints } from "../../src/azure/batch-endpoints.ts";
import type { Cloud } from "../../src/azure/cloud.ts";
import { failed, succeeded } from "../../src/azure/outcome.ts";
import { sleepingClock } from "../support/clock.ts";
import { workspace } from "../support/targets.ts";

const publicCloud: Cloud = {
  name: "AzureCloud",
  resourceManager: "https://management.azure.com",
  authority: "https://login.microsoftonline.com",
  armScope: "https://management.azure.com/.default",
  mlScope: "https://ml.azure.com/.default",
  dataPlaneSuffixes: ["api.azureml.ms", "ml.azure.com"],
  oidcAudience: "api://AzureADTokenExchange",
  isCustom: false,
};

/** Endpoints of a workspace whose ARM answers so; writes down what is asked of it, and for whom tokens are. */
function endpointsOf(body: unknown, cloud: Cloud = publicCloud) {
  const asked: string[] = [];
  const scopes: string[] = [];
  const answer = (what: string) => {
    asked.push(what);
    return Promise.resolve(
      body === undefined
        ? failed({ reason: "not-found", status: 404, error: { code: "ResourceNotFound", message: "", details: [] } })
        : succeeded({ status: 200, headers: {}, body }),
    );
  };
  const name = (id: string) => id.split("/workspaces/")[1]?.replace(/^[^/]+\//, "") ?? id;
  const arm = {
    get: (id: string, version: string) => answer(`GET ${name(id)} ${version}`),
    put: (id: string, version: string) => answer(`PUT ${name(id)} ${version}`),
    remove: (id: string, version: string) => answer(`DELETE ${name(id)} ${version}`),
    list: async (id: string, version: string) => {
      const page = await answer(`LIST ${name(id)} ${version}`);
      return page.ok ? succeeded(page.value.body as readonly unknown[]) : page;
    },
  };
  const endpoints = createBatchEndpoints(arm as unknown as Arm, workspace, {
    cloud,
    clock: sleepingClock(),
    random: () => 0.5,
    signal: new AbortController().signal,
    newCredential: () =>
      Promise.resolve({
        getToken: (scope) => {
          scopes.push(String(scope));
          return Promise.resolve({ token: "a token", expiresOnTimestamp: 10 ** 13 });
        },
      }),
  });
  return { endpoints, asked, scopes };
}

const wire = (properties: object, name = "ep") => ({
  id: `/batchEndpoints/${name}`,
  name,
  tags: { a: "b" },
  properties,
});

describe("the batch endpoints of a workspace", () => {
  it("are asked for in the official client's versions", async () => {
    const { endpoints, asked } = endpointsOf(undefined);
    const component = { properties: { deploymentConfiguration: { deploymentConfigurationType: "PipelineComponent" } } };
    await endpoints.get("ep");
    await endpoints.put("ep", {});
    await endpoints.deployments("ep");
    await endpoints.getDeployment("ep", "one");
    await endpoints.putDeployment("ep", "one", { properties: {} });
    await endpoints.putDeployment("ep", "two", component);
    await endpoints.removeDeployment("ep", "one");
    expect(asked).toEqual([
      `GET batchEndpoints/ep ${batchVersions.endpoints}`,
      `PUT batchEndpoints/ep ${batchVersions.endpoints}`,
      `LIST batchEndpoints/ep/deployments ${batchVersions.deployments}`,
      `GET batchEndpoints/ep/deployments/one ${batchVersions.deployments}`,
      `PUT batchEndpoints/ep/deployments/one ${batchVersions.deployments}`,
      `PUT batchEndpoints/ep/deployments/two ${batchVersions.components}`,
      `DELETE batchEndpoints/ep/deployments/one ${batchVersions.deployments}`,
    ]);
  });

  it("that are not there are none, and a removal of what is gone succeeds", async () => {
    const { endpoints } = endpointsOf(undefined);
    expect(await endpoints.get("ep")).toEqual(succeeded(undefined));
    expect(await endpoints.deployments("ep")).toEqual(succeeded([]));
    expect(await endpoints.removeDeployment("ep", "one")).toEqual(succeeded({}));
  });

  it("are read with their default, their address, and what they serve", async () => {
    const endpoint = endpointsOf(
      wire({ scoringUri: "https://x/jobs", defaults: { deploymentName: "one" }, provisioningState: "Updating" }),
    );
    expect(await endpoint.endpoints.get("ep")).toMatchObject({
      value: { name: "ep", defaultDeployment: "one", scoringUri: "https://x/jobs", provisioningState: "Updating" },
    });
    const none = endpointsOf(wire({ defaults: { deploymentName: null }, description: null }));
    const read = await none.endpoints.get("ep");
    expect(read.ok && read.value).not.toHaveProperty("defaultDeployment");
    const deployments = endpointsOf([
      wire({ model: { assetId: "/models/clf/versions/1" }, properties: { k: "v" } }, "one"),
    ]);
    expect(await deployments.endpoints.deployments("ep")).toMatchObject({
      value: [
        { name: "one", modelId: "/models/clf/versions/1", properties: { k: "v" }, provisioningState: "Succeeded" },
      ],
    });
  });

  it.each([{}, { name: "ep" }, { properties: {} }, "a page of a proxy"])(
    "are not made up of a broken reply: %j",
    async (body) => {
      const { endpoints } = endpointsOf(body);
      expect(await endpoints.get("ep")).toMatchObject({ ok: false, failure: { reason: "unreachable" } });
      expect(await endpointsOf([body]).endpoints.deployments("ep")).toMatchObject({ ok: false });
    },
  );
});

describe("an invocation", () => {
  /** Somebody who answers on this machine, where a whole cloud may be. */
  async function answering<Value>(
    reply: { readonly status: number; readonly body: unknown },
    work: (origin: string, got: readonly IncomingMessage[]) => Promise<Value>,
  ): Promise<Value> {
    const got: IncomingMessage[] = [];
    const server = createServer((request, response) => {
      got.push(request);
      request.resume();
      response.writeHead(reply.status, { "content-type": "application/json" }).end(JSON.stringify(reply.body));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      return await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, got);
    } finally {
      server.close();
    }
  }

  const ours = (origin: string): Cloud => ({ ...publicCloud, resourceManager: origin });
  const invocation = { body: { properties: {} }, deployment: "one", requestId: "id-1" };

  it("names its deployment, carries an id of its own, and proves itself with a token of Azure ML's own audience", async () => {
    const reply = { status: 201, body: { name: "job-1", properties: { status: "Preparing" } } };
    await answering(reply, async (origin, got) => {
      const { endpoints, scopes } = endpointsOf(undefined, ours(origin));
      expect(await endpoints.invoke(`${origin}/jobs`, invocation)).toEqual(
        succeeded({ name: "job-1", status: "Preparing" }),
      );
      expect(scopes).toEqual(["https://ml.azure.com/.default"]);
      expect(got[0]?.method).toBe("POST");
      expect(got[0]?.headers).toMatchObject({
        authorization: "Bearer a token",
        "azureml-model-deployment": "one",
        "repeatability_request-id": "id-1",
      });
    });
  });

  it.each([
    { status: 400, body: { error: { code: "UserError", message: "No." } }, reason: "refused" },
    { status: 404, body: {}, reason: "not-found" },
    { status: 500, body: {}, reason: "unknown" },
    { status: 200, body: {}, reason: "unknown" },
  ])("that is answered with $status and $body is $reason, and is sent once", async ({ reason, ...reply }) => {
    await answering(reply, async (origin, got) => {
      const { endpoints } = endpointsOf(undefined, ours(origin));
      expect(await endpoints.invoke(`${origin}/jobs`, invocation)).toMatchObject({ ok: false, failure: { reason } });
      expect(got).toHaveLength(1);
    });
  });

  it.each([
    "https://ep.eastus.inference.ml.azure.com.example.com/jobs",
    "https://example.com/jobs",
    "http://ep.eastus.inference.ml.azure.com/jobs",
    "https://somebody@ep.eastus.inference.ml.azure.com/jobs",
    "https://xn--p.inference.ml.azure.com/jobs",
    "https://ep.eastus.inference.ml.azure.com:8443/jobs",
    "nowhere",
  ])("does not take the token to %s", async (address) => {
    const { endpoints, scopes } = endpointsOf(undefined);
    expect(await endpoints.invoke(address, invocation)).toMatchObject({ ok: false, failure: { reason: "refused" } });
    expect(scopes).toEqual([]);
  });
});
