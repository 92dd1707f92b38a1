import { describe, expect, it } from "@jest/globals";
import { liveCompute } from "../../src/azure/computes.ts";
import { createDatastores } from "../../src/azure/datastores.ts";
import { createJobs } from "../../src/azure/jobs.ts";
import { createMetrics } from "../../src/azure/metrics.ts";
import { discoverDataPlane } from "../../src/azure/data-plane.ts";
import { failed, succeeded, type Outcome } from "../../src/azure/outcome.ts";
import { allPages, mostPages } from "../../src/azure/pages.ts";
import { createRunOutputs } from "../../src/azure/run-outputs.ts";
import { createRunHistory } from "../../src/azure/run-history.ts";
import { readWorkspace, type Workspace } from "../../src/azure/workspace.ts";
import type { Arm } from "../../src/azure/arm.ts";

const ref = { subscriptionId: "s", resourceGroup: "g", name: "w" };
const workspace: Workspace = {
  ...ref,
  id: "/subscriptions/s/w",
  location: "eastus",
  discoveryUrl: "https://eastus.api.azureml.ms/discovery",
  mlFlowTrackingUri: "azureml://eastus.api.azureml.ms/mlflow/v1.0/w",
  v1LegacyMode: false,
  provisioningState: "Succeeded",
};

/** An ARM that answers everything with one body. */
function answering(body: unknown): Arm {
  const answer = () => Promise.resolve(succeeded({ status: 200, headers: {}, body }));
  const list = () => Promise.resolve(failed({ reason: "refused", error: { code: "X", message: "", details: [] } }));
  return {
    get: answer,
    list,
    put: answer,
    patch: answer,
    post: answer,
    remove: answer,
    getUrl: answer,
    getData: answer,
    sendData: answer,
    listData: list,
  };
}

const cloud = {
  name: "AzureCloud",
  resourceManager: "https://management.azure.com",
  authority: "https://login.microsoftonline.com",
  armScope: "x",
  mlScope: "https://ml.azure.com/.default",
  storageSuffix: "core.windows.net",
  oidcAudience: "x",
  isCustom: false,
};
const reads: Readonly<Record<string, { body: unknown; read: (arm: Arm) => Promise<unknown> }>> = {
  workspace: {
    body: { location: "eastus", properties: { discoveryUrl: "https://x", keyVault: "k", v1LegacyMode: false } },
    read: (arm) => readWorkspace(arm, ref),
  },
  job: {
    body: {
      id: "/jobs/j",
      name: "j",
      systemData: { createdAt: "2026-01-01" },
      properties: {
        status: "Completed",
        experimentName: "e",
        displayName: "d",
        computeId: "/computes/c",
        tags: { a: "b" },
        properties: { StartTimeUtc: "2026-01-01 00:00:00" },
        services: { Studio: { endpoint: "https://ml.azure.com" } },
      },
    },
    read: (arm) => createJobs(arm, ref).get("j"),
  },
  details: {
    body: {
      status: "Failed",
      warnings: [{ message: "w" }],
      error: { error: { code: "X" } },
      logFiles: { a: "https://x" },
      startTimeUtc: "t",
    },
    read: (arm) => createRunHistory(arm, workspace, () => Promise.resolve(succeeded("https://x"))).details("j"),
  },
  "addresses of outputs": {
    body: {
      outputs: { model: { assetId: "id", type: "custom_model" }, data: { assetId: "id", type: "uri_folder" } },
      values: { id: { uri: "azureml://x", path: "azureml://x" } },
    },
    read: (arm) => createRunOutputs(arm, workspace, () => Promise.resolve(succeeded("https://x")))("j"),
  },
  artifacts: {
    body: { value: [{ path: "outputs/a" }], continuationToken: null },
    read: (arm) => createRunHistory(arm, workspace, () => Promise.resolve(succeeded("https://x"))).artifacts("j", ""),
  },
  metrics: {
    body: {
      run: {
        data: {
          metrics: [
            { key: "loss", value: 1, step: 0 },
            { key: "x", value: "NaN" },
          ],
        },
      },
    },
    read: (arm) => createMetrics(arm, workspace).lastValues("j"),
  },
  history: {
    body: { metrics: [{ key: "loss", value: 1, step: 0 }], next_page_token: "" },
    read: (arm) => createMetrics(arm, workspace).history("j", "loss"),
  },
  discovery: { body: { api: "https://x" }, read: (arm) => discoverDataPlane(arm, workspace)() },
  datastore: {
    body: {
      sasToken: "sv=1",
      properties: {
        datastoreType: "AzureBlob",
        accountName: "account",
        containerName: "c",
        endpoint: "core.windows.net",
        protocol: "https",
        credentials: { credentialsType: "Sas" },
      },
    },
    read: (arm) =>
      createDatastores(arm, ref, {
        cloud,
        newCredential: () => Promise.reject(new Error("no sign-in")),
        mask: () => undefined,
      })
        .open("d")
        .catch((error: unknown) => expect(String(error)).toContain("no sign-in")),
  },
  compute: {
    body: {
      id: "/computes/c",
      location: "eastus",
      tags: { a: "b" },
      identity: { type: "SystemAssigned", userAssignedIdentities: {} },
      properties: {
        computeType: "AmlCompute",
        provisioningErrors: [{ error: { code: "X" } }],
        properties: { vmSize: "x" },
      },
    },
    read: async (arm) => {
      const answer = await arm.get("", "");
      return liveCompute(answer.ok ? answer.value.body : undefined);
    },
  },
};

const others: readonly unknown[] = [undefined, null, 7, "x", true, [], {}, [7], { a: 7 }];

/** The body with each of its members, at any depth, replaced by each of the others. */
function mutantsOf(body: unknown): readonly unknown[] {
  if (typeof body !== "object" || body === null) return others;
  const entries = Object.entries(body);
  const put = (key: string, value: unknown): unknown =>
    Array.isArray(body)
      ? body.map((item: unknown, at) => (String(at) === key ? value : item))
      : { ...body, [key]: value };
  return [...others, ...entries.flatMap(([key, value]) => mutantsOf(value).map((mutant) => put(key, mutant)))];
}

describe("an answer of which one member is not what it should be", () => {
  it.each(Object.keys(reads))("leads to a value or a failure, and to no error of ours: %s", async (name) => {
    const { body, read } = reads[name] as (typeof reads)[string];
    for (const mutant of mutantsOf(body)) {
      const value = await read(answering(mutant));
      // Nothing of a wrong type gets any further, so that reports can be written of it.
      expect(JSON.stringify(value) ?? "").not.toMatch(
        /"(experimentName|displayName|studioUrl|computeId|name|location)":(?!")/,
      );
    }
  });
});

describe("a list", () => {
  it("that names the same page twice is an error", async () => {
    let asked = 0;
    const list = await allPages("a list", () => {
      asked += 1;
      return Promise.resolve(succeeded({ items: [1], next: "again" }));
    });
    expect(list).toMatchObject({
      ok: false,
      failure: { error: { code: "BrokenReply", message: expect.stringContaining("twice") as unknown } },
    });
    expect(asked).toBe(2);
  });

  it("that always names another page ends, and it is said", async () => {
    let asked = 0;
    const list: Outcome<readonly number[]> = await allPages("a list", () => {
      asked += 1;
      return Promise.resolve(succeeded({ items: [1], next: String(asked) }));
    });
    expect(list).toMatchObject({
      ok: false,
      failure: { error: { message: expect.stringContaining("stopped after") as unknown } },
    });
    expect(asked).toBe(mostPages);
  });
});
