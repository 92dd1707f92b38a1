import { describe, expect, it } from "@jest/globals";
import { createComputes } from "../../emulator/arm/computes/computes.ts";
import { emulatedKinds } from "../../emulator/arm/computes/kinds.ts";
import type { Fault } from "../../emulator/faults.ts";
import { aksId, arcId } from "../../emulator/resources/clusters.ts";
import { machineId } from "../../emulator/resources/machines.ts";
import { resourceId } from "../../emulator/resources/resource.ts";
import { seed } from "../../emulator/seed.ts";
import { ownEndpoints } from "../../emulator/server/cloud-endpoints.ts";
import type { Incoming } from "../../emulator/server/reply.ts";
import { workspacePath } from "../../emulator/settings.ts";
import { openStore } from "../../emulator/store.ts";

type Shown = { readonly name: string; readonly properties: Readonly<Record<string, unknown>> };

/** The computes of a new workspace whose operations end at once. */
function workspace({ isTakenElsewhere = false }: { readonly isTakenElsewhere?: boolean } = {}) {
  const store = openStore(":memory:");
  seed(store);
  const computes = createComputes(store, {
    durations: { default: 0 },
    pageSize: 50,
    isTakenElsewhere: () => isTakenElsewhere,
  });
  const ask = (method: string, name: string, more: Partial<Incoming> = {}, faults: readonly Fault[] = []) => {
    const request: Incoming = {
      method,
      host: "127.0.0.1",
      path: `${workspacePath}/computes/${name}`,
      query: new URLSearchParams({ "api-version": "2024-04-01" }),
      headers: {},
      text: "",
      body: undefined,
      endpoints: ownEndpoints("https://127.0.0.1:1", "http://127.0.0.1:2"),
      ...more,
    };
    return computes.handle(request, name, undefined, faults);
  };
  const put = (
    name: string,
    computeType: string,
    properties: object = {},
    { version = "2024-04-01", faults = [] }: { readonly version?: string; readonly faults?: readonly Fault[] } = {},
  ) =>
    ask(
      "PUT",
      name,
      {
        query: new URLSearchParams({ "api-version": version }),
        body: { location: "eastus", properties: { computeType, ...properties } },
      },
      faults,
    );
  const get = (name: string) => ask("GET", name).body as Shown;
  return { store, computes, ask, put, get };
}

const account = { administratorAccount: { username: "me", password: "secret" } };
/** One request for each kind that the service accepts. */
const accepted: Readonly<Record<string, { readonly properties: object; readonly version?: string }>> = {
  VirtualMachine: { properties: { resourceId: machineId("vm1"), properties: account } },
  HDInsight: { properties: { resourceId: resourceId("Microsoft.HDInsight/clusters", "hdi1"), properties: account } },
  Batch: { properties: { resourceId: resourceId("Microsoft.Batch/batchAccounts", "batch1") }, version: "2020-02-02" },
  Databricks: {
    properties: {
      resourceId: resourceId("Microsoft.Databricks/workspaces", "dbx1"),
      properties: { databricksAccessToken: "token" },
    },
  },
  DataLakeAnalytics: { properties: { resourceId: resourceId("Microsoft.DataLakeAnalytics/accounts", "adla1") } },
  DataFactory: { properties: { resourceId: resourceId("Microsoft.DataFactory/factories", "adf1") } },
  AKS: { properties: { resourceId: aksId("aks1") } },
  Kubernetes: { properties: { resourceId: arcId("arc1"), properties: { namespace: "team-a" } } },
  SynapseSpark: {
    properties: { resourceId: resourceId("Microsoft.Synapse/workspaces/bigDataPools", "syn1", "pool1") },
  },
  AmlCompute: { properties: { properties: { vmSize: "Standard_DS3_v2", scaleSettings: { minNodeCount: 2 } } } },
  ComputeInstance: { properties: { properties: { vmSize: "Standard_DS3_v2" } } },
};

describe("a PUT of a compute", () => {
  it.each([...emulatedKinds.values()].map(({ computeType }) => computeType))(
    "of type %s succeeds against the resources that exist from the start, and gives no secret back",
    (computeType) => {
      const { put, get } = workspace();
      const { properties, ...options } = accepted[computeType] ?? { properties: {} };
      expect(put("mine", computeType, properties, options).status).toBe(201);
      expect(get("mine").properties).toMatchObject({ computeType, provisioningState: "Succeeded" });
      expect(JSON.stringify(get("mine"))).not.toMatch(/"(secret|token)"/);
    },
  );

  it.each([
    ["a type that the service never had", "Mainframe", {}, 400],
    ["Batch in a published api-version", "Batch", accepted["Batch"]?.properties ?? {}, 400],
    ["an attachment without a resource", "VirtualMachine", { properties: account }, 400],
    ["a machine without a login", "VirtualMachine", { resourceId: machineId("vm1") }, 400],
    ["a cluster without a size", "AmlCompute", {}, 400],
    ["a size that is not for instances", "ComputeInstance", { properties: { vmSize: "Standard_ND40rs_v2" } }, 400],
    [
      "more machines than the quota has",
      "AmlCompute",
      { properties: { vmSize: "Standard_NC6s_v3", scaleSettings: { minNodeCount: 2 } } },
      400,
    ],
  ])("is refused for %s", (_, computeType, properties, status) => {
    const { computes, put } = workspace();
    expect(put("mine", computeType, properties).status).toBe(status);
    expect(computes.all()).toEqual([]);
  });

  const nodes = (vmSize: string, minNodeCount: number, more: object = {}) => ({
    properties: { vmSize, scaleSettings: { minNodeCount }, ...more },
  });
  it.each([
    {
      for: "a family's quota",
      ...{ name: "mine", properties: nodes("Standard_NC6s_v3", 2), code: "ClusterMinNodesExceedCoreQuota" },
      says: "The specified subscription has a Standard NCSv3 family vCPU quota of 6 and cannot accomodate for at least 2 requested managed compute nodes which maps to 12 vCPUs.",
    },
    {
      for: "the region's quota, which a family shares",
      ...{ name: "mine", properties: nodes("Standard_E4ds_v4", 126), code: "BadRequest" },
      says: "The specified subscription has a total vCPU quota of 500 and cannot accomodate for at least 126 requested managed compute node which maps to 504 vCPUs.",
    },
    {
      for: "the region's quota of low-priority machines",
      ...{ name: "mine", properties: nodes("Standard_NC6s_v3", 17, { vmPriority: "LowPriority" }), code: "BadRequest" },
      says: "The specified subscription has a total vCPU quota of 100 and cannot accomodate for at least 17 requested managed compute node which maps to 102 vCPUs.",
    },
    {
      for: "a size that the region lacks",
      ...{ name: "mine", properties: nodes("Standard_M8ms", 0), code: "BadRequest" },
      says: "VM size STANDARD_M8MS is not supported for region eastus.",
    },
    {
      for: "its name",
      ...{ name: "9mine", properties: nodes("Standard_DS3_v2", 0), code: "BadRequest" },
      says: "Compute name is invalid. It can include letters, digits and dashes. It must start with a letter, end with a letter or digit, and be between 3 and 24 characters in length.",
    },
  ])("is refused for $for in the service's own words", ({ name, properties, code, says }) => {
    expect(workspace().put(name, "AmlCompute", properties)).toMatchObject({
      status: 400,
      body: { error: { code, message: says } },
    });
  });

  it("is refused for an instance whose name another workspace of the region has, and not for a cluster", () => {
    const { put } = workspace({ isTakenElsewhere: true });
    const own = { properties: { vmSize: "Standard_DS3_v2" } };
    expect(put("mine", "ComputeInstance", own).status).toBe(400);
    expect(put("mine", "AmlCompute", own).status).toBe(201);
  });

  it.each([
    ["VirtualMachine", { resourceId: machineId("gone"), properties: account }, "InternalServerError"],
    ["AKS", { resourceId: aksId("gone") }, "ResourceNotFound"],
    ["Kubernetes", { resourceId: aksId("aks1") }, "BadRequest"],
  ])("of a %s whose resource is missing fails only in the end", (computeType, properties, code) => {
    const { put, get } = workspace();
    expect(put("mine", computeType, properties).status).toBe(201);
    expect(get("mine").properties).toMatchObject({
      provisioningState: "Failed",
      provisioningErrors: [{ error: { code } }],
    });
  });

  it("that attaches a resource a second time breaks the first attachment, which is a violation", () => {
    const { store, put, get } = workspace();
    const machine = accepted["VirtualMachine"]?.properties ?? {};
    put("first", "VirtualMachine", machine);
    put("second", "VirtualMachine", machine);
    expect(get("first").properties["provisioningState"]).toBe("Failed");
    expect(get("second").properties["provisioningState"]).toBe("Succeeded");
    expect(store.list("violations").map(({ value }) => value)).toEqual([
      { resourceId: machineId("vm1"), broken: "first", by: "second" },
    ]);
  });
});

describe("a compute that the service made", () => {
  it("brings its AKS cluster with it, and takes it away again", () => {
    const { store, put, get, ask } = workspace();
    put("mine", "AKS");
    const made = String(get("mine").properties["resourceId"]).toLowerCase();
    expect(store.get("resources", made)).toMatchObject({ name: "mine" });
    const query = new URLSearchParams({ "api-version": "2024-04-01", underlyingResourceAction: "Delete" });
    expect(ask("DELETE", "mine", { query }).status).toBe(202);
    expect(ask("GET", "mine").status).toBe(404);
    expect(store.get("resources", made)).toBeUndefined();
  });

  it("and is only detached leaves its cluster behind, which is a violation until that is attached", () => {
    const { store, put, get, ask } = workspace();
    put("mine", "AKS");
    const made = get("mine").properties["resourceId"];
    const query = new URLSearchParams({ "api-version": "2024-04-01", underlyingResourceAction: "Detach" });
    ask("DELETE", "mine", { query });
    expect(store.list("violations").map(({ value }) => value)).toEqual([{ orphaned: "mine", resourceId: made }]);
    put("again", "AKS", { resourceId: made });
    expect(store.list("violations")).toEqual([]);
  });

  it("has the nodes of its minimum, and keeps them through an update", () => {
    const { put, get } = workspace();
    put("mine", "AmlCompute", accepted["AmlCompute"]?.properties);
    expect(get("mine").properties["properties"]).toMatchObject({ currentNodeCount: 2, allocationState: "Steady" });
    put("mine", "AmlCompute", accepted["AmlCompute"]?.properties, {
      faults: [{ path: "", kind: "operation-never-ends" }],
    });
    expect(get("mine").properties).toMatchObject({
      provisioningState: "Creating",
      properties: { currentNodeCount: 2 },
    });
  });
});
