import { describe, expect, it } from "@jest/globals";
import { formatProblem, isError } from "../../src/yaml/problem.ts";
import { declare } from "../support/declare.ts";

const subscriptionId = "33333333-3333-4333-8333-333333333333";
const read = (value: object | string, request: Parameters<typeof declare>[1] = {}) =>
  declare(
    { ".cloud/.azure/compute.json": typeof value === "string" ? value : JSON.stringify(value, undefined, 2) },
    {
      config: [".cloud/.azure/compute.json"],
      github: { repository: "octo-org/churn", ref: "refs/heads/main" },
      subscriptionId,
      ...request,
    },
  );
const said = async (value: object | string, request: Parameters<typeof declare>[1] = {}) =>
  (await read(value, request)).problems.map(formatProblem);

describe("a compute.json of aml-compute", () => {
  it("is the cluster that it describes", async () => {
    const { targets, problems } = await read({
      name: "cpu-cluster",
      compute_type: "amlcluster",
      vm_size: "Standard_DS3_v2",
      vm_priority: "lowpriority",
      min_nodes: 0,
      max_nodes: 8,
      idle_seconds_before_scaledown: 300,
      remote_login_port_public_access: "Disabled",
      vnet_resource_group_name: "network",
      vnet_name: "vnet",
      subnet_name: "training",
    });
    expect(problems.filter(isError).map(formatProblem)).toEqual([]);
    expect(targets).toMatchObject([
      {
        type: "amlcompute",
        name: "cpu-cluster",
        size: "Standard_DS3_v2",
        tier: "low_priority",
        minInstances: 0,
        maxInstances: 8,
        idleSeconds: 300,
        sshPublicAccess: false,
        subnet: {
          subnet: `/subscriptions/${subscriptionId}/resourceGroups/network/providers/Microsoft.Network/virtualNetworks/vnet/subnets/training`,
        },
      },
    ]);
  });

  it("has the repository's name where it has none", async () => {
    const { targets } = await read({ compute_type: "amlcluster" });
    expect(targets).toMatchObject([{ name: "churn" }]);
  });

  it("is the AKS cluster that it describes", async () => {
    const { targets, problems } = await read({
      name: "web-cluster",
      compute_type: "akscluster",
      agent_count: 3,
      vm_size: "Standard_D3_v2",
      cluster_purpose: "DevTest",
      location: "westeurope",
    });
    expect(problems.filter(isError).map(formatProblem)).toEqual([]);
    expect(targets).toMatchObject([
      { type: "aks", name: "web-cluster", agentCount: 3, agentVmSize: "Standard_D3_v2", clusterPurpose: "dev_test" },
    ]);
  });

  it("is taken in a list of targets", async () => {
    const { targets } = await declare({
      "azureml.yml": "targets: [compute.json]\n",
      "compute.json": '{ "name": "cpu-cluster", "compute_type": "amlcluster" }',
    });
    expect(targets).toMatchObject([{ type: "amlcompute", name: "cpu-cluster" }]);
  });

  it("has its problems at their places in the JSON", async () => {
    const file = ".cloud/.azure/compute.json";
    expect(
      await said(
        '{\n  "name": "c",\n  "compute_type": "amlcluster",\n  "vm_sise": "x",\n  "max_nodes": "many",\n  "vm_priority": "spot"\n}',
      ),
    ).toEqual([
      expect.stringContaining(`${file}:2:11: The compute name "c" is too short`),
      expect.stringContaining(`${file}:4:3: Unknown key "vm_sise". Did you mean vm_size?`),
      expect.stringContaining(`${file}:5:16: "many" is not a whole number.`),
      expect.stringContaining(`${file}:6:18: "spot" is not one of the values allowed here.`),
    ]);
  });

  it.each([
    [
      "what the other kind of cluster has",
      { compute_type: "amlcluster", agent_count: 3 },
      "agent_count is not carried",
    ],
    ["a part of a network", { compute_type: "amlcluster", vnet_name: "v" }, "vnet_name is not carried over: it means"],
  ])("warns of %s", async (_, value, expected) => {
    expect((await said({ name: "cpu-cluster", ...value })).join("\n")).toContain(expected);
  });

  it("says that the network is looked for in the workspace's group without a subscription", async () => {
    const network = { vnet_resource_group_name: "network", vnet_name: "vnet", subnet_name: "training" };
    const problems = await said(
      { name: "cpu-cluster", compute_type: "amlcluster", ...network },
      { subscriptionId: undefined },
    );
    expect(problems.join("\n")).toContain("vnet_resource_group_name is not carried over: without a subscription");
  });
});
