import { describe, expect, it } from "@jest/globals";
import { liveCompute } from "../../src/azure/computes.ts";
import { differencesFrom } from "../../src/compute/target.ts";
import { dataId, recordedWorkspace, targetOf } from "../support/declared.ts";

type Case = {
  readonly when: string;
  readonly declared: string;
  /** The compute as a service answers it. */
  readonly wire: Readonly<Record<string, unknown>>;
  readonly expected?: readonly string[];
};

const cluster = (settings = "") => `name: cpu-cluster\ntype: amlcompute\n${settings}`;
const liveCluster = (own: object, fields: object = {}, common: object = {}) => ({
  name: "cpu-cluster",
  location: "eastus",
  ...fields,
  properties: {
    computeType: "AmlCompute",
    provisioningState: "Succeeded",
    ...common,
    properties: {
      vmSize: "STANDARD_DS3_V2",
      scaleSettings: { minNodeCount: 0, maxNodeCount: 4, nodeIdleTimeBeforeScaleDown: "PT120S" },
      ...own,
    },
  },
});

const vmId = dataId("Microsoft.Compute/virtualMachines", "vm2");
const machine = (settings = "") =>
  `name: v1-vm\ntype: virtualmachine\nresource_id: ${vmId}\n${settings}ssh_settings: { admin_username: azureuser, admin_password: { env: P } }\n`;
const liveMachine = (own: object | null, fields: object = {}) => ({
  name: "v1-vm",
  ...fields,
  properties: { computeType: "VirtualMachine", resourceId: vmId, isAttachedCompute: true, properties: own },
});

const aksId = dataId("Microsoft.ContainerService/managedClusters", "aks1");
const attached = (type: string, settings = "") =>
  `name: own-cluster\ntype: ${type}\nresource_id: ${aksId}\n${settings}`;
const liveAttached = (computeType: string, own: object | null) => ({
  name: "own-cluster",
  location: "eastus",
  properties: { computeType, resourceId: aksId, isAttachedCompute: true, properties: own },
});

const instance = (when: string) =>
  `name: ann-instance\ntype: computeinstance\nschedules:\n  compute_start_stop:\n    - { action: stop, trigger: { type: recurrence, frequency: day, interval: 1${when === "" ? "" : `, ${when}`} } }\n`;
const liveInstance = (when: object) => ({
  name: "ann-instance",
  properties: {
    computeType: "ComputeInstance",
    isAttachedCompute: false,
    properties: {
      vmSize: "STANDARD_DS3_V2",
      schedules: {
        computeStartStop: [
          null,
          {
            action: "Stop",
            status: "Enabled",
            cron: null,
            recurrence: {
              frequency: "Day",
              interval: 1,
              schedule: { hours: null, minutes: null, weekDays: null },
              ...when,
            },
          },
        ],
      },
    },
  },
});

const poolId = `${dataId("Microsoft.Synapse/workspaces", "synapse1")}/bigDataPools/pool1`;
const pool = (settings: string) => `name: spark-one\ntype: synapsespark\nresource_id: ${poolId}\n${settings}`;
const livePool = (own: object) => ({
  name: "spark-one",
  properties: { computeType: "SynapseSpark", resourceId: poolId, isAttachedCompute: true, properties: own },
});

const owned = (user: string) =>
  `name: ann-instance\ntype: computeinstance\ncreate_on_behalf_of: { user_object_id: ${user}, user_tenant_id: t }\n`;
const ownedBy = (own: object) => ({
  name: "ann-instance",
  properties: { computeType: "ComputeInstance", properties: { vmSize: "STANDARD_DS3_V2", ...own } },
});

const cases: readonly Case[] = [
  {
    when: "members without a value are null",
    declared: cluster(),
    wire: liveCluster(
      { vmPriority: null, subnet: null, enableNodePublicIp: null, errors: null },
      { tags: null, sku: null, identity: { type: null, userAssignedIdentities: null } },
      { description: null, provisioningErrors: null },
    ),
  },
  {
    when: "a compute has no properties at all",
    declared: attached("aks"),
    wire: { name: "own-cluster", properties: null },
    expected: ["resource_id reattach"],
  },
  {
    when: "the service does not show what is its default",
    declared: cluster("tier: dedicated\n"),
    wire: liveCluster({ scaleSettings: { maxNodeCount: 4, nodeIdleTimeBeforeScaleDown: "PT2M" } }),
  },
  {
    when: "a cluster is of another tier than the default that is not shown",
    declared: cluster("tier: low_priority\n"),
    wire: liveCluster({}),
    expected: ["tier recreate"],
  },
  {
    when: "numbers are shown as text",
    declared: cluster(),
    wire: liveCluster({
      scaleSettings: { minNodeCount: "0", maxNodeCount: "4", nodeIdleTimeBeforeScaleDown: "PT120S" },
    }),
  },
  {
    when: "the account that logs in is kept back, as its password is",
    declared: machine(),
    wire: liveMachine({ sshPort: 22 }),
  },
  {
    when: "the attachment's own part is not shown",
    declared: machine(),
    wire: liveMachine(null),
  },
  {
    when: "another account logs in",
    declared: machine(),
    wire: liveMachine({ sshPort: 22, administratorAccount: { username: "root", password: null } }),
    expected: ["ssh_settings.admin_username reattach"],
  },
  {
    when: "a cluster's account is kept back",
    declared: cluster("ssh_settings: { admin_username: azureuser, admin_password: { env: P } }\n"),
    wire: liveCluster({ userAccountCredentials: null }, {}, { disableLocalAuth: false }),
  },
  {
    when: "a cluster was made without an account",
    declared: cluster("ssh_settings: { admin_username: azureuser, admin_password: { env: P } }\n"),
    wire: liveCluster({ userAccountCredentials: null }, {}, { disableLocalAuth: true }),
    expected: ["ssh_settings.admin_username recreate"],
  },
  {
    when: "the purpose of a cluster is the service's default, and not shown",
    declared: attached("aks", "cluster_purpose: fast_prod\n"),
    wire: liveAttached("AKS", null),
  },
  {
    when: "the region of a created cluster is not shown, and the compute is in the workspace's",
    declared: "name: own-cluster\ntype: aks\nlocation: westus2\n",
    wire: { name: "own-cluster", location: "eastus", properties: { computeType: "AKS", isAttachedCompute: false } },
  },
  {
    when: "a made cluster stands in another region",
    declared: "name: own-cluster\ntype: aks\nlocation: westus2\n",
    wire: {
      name: "own-cluster",
      location: "westus2",
      properties: { computeType: "AKS", computeLocation: "eastus", isAttachedCompute: false },
    },
    expected: ["location recreate"],
  },
  {
    when: "the names of tags come back in another case",
    declared: machine('tags: { CostCenter: "42" }\ncredentials_version: 2\n'),
    wire: liveMachine(null, { tags: { costcenter: "42", "AzureML-Targets.Credentials": "2" } }),
  },
  {
    when: "the value of a tag is in another case",
    declared: machine("tags: { team: Vision }\n"),
    wire: liveMachine(null, { tags: { Team: "vision" } }),
    expected: ["tags.team reattach"],
  },
  {
    when: "a tag has a name that objects inherit",
    declared: machine("tags: { constructor: yes-it-is }\n"),
    wire: liveMachine(null, { tags: {} }),
    expected: ["tags.constructor reattach"],
  },
  {
    when: "a description is declared empty, and none is live",
    declared: cluster('description: ""\n'),
    wire: liveCluster({}),
  },
  {
    when: "quantities of an instance type are written as numbers in the free mapping, and told as text",
    declared: attached("kubernetes", "properties: { instanceTypes: { gpu: { resources: { limits: { cpu: 1 } } } } }\n"),
    wire: liveAttached("Kubernetes", { instanceTypes: { gpu: { resources: { limits: { cpu: "1" } } } } }),
  },
  {
    when: "quantities of an instance type are shown as numbers, and missing ones as empty",
    declared: attached("kubernetes", 'instance_types: { gpu: { resources: { limits: { cpu: "1" } } } }\n'),
    wire: liveAttached("Kubernetes", {
      instanceTypes: { gpu: { nodeSelector: {}, resources: { limits: { cpu: 1 }, requests: null } } },
    }),
  },
  {
    when: "an instance type has no resources, and they are shown without members",
    declared: attached("kubernetes", "instance_types: { cpu: { node_selector: { kind: cpu } } }\n"),
    wire: liveAttached("Kubernetes", {
      instanceTypes: { cpu: { nodeSelector: { kind: "cpu" }, resources: { limits: null, requests: null } } },
    }),
  },
  {
    when: "an instance type is not there, and is declared without members",
    declared: attached("kubernetes", "instance_types: { cpu: {} }\n"),
    wire: liveAttached("Kubernetes", { instanceTypes: null }),
    expected: ["instance_types.cpu reattach"],
  },
  {
    when: "an instance type has a limit that is not declared",
    declared: attached("kubernetes", "instance_types: { cpu: { node_selector: { kind: cpu } } }\n"),
    wire: liveAttached("Kubernetes", {
      instanceTypes: { cpu: { nodeSelector: { kind: "cpu" }, resources: { limits: { cpu: "1" } } } },
    }),
    expected: ["instance_types.cpu reattach"],
  },
  {
    when: "a schedule counts from a minute, and the service adds the seconds",
    declared: instance('start_time: "2026-01-31T18:00"'),
    wire: liveInstance({ startTime: "2026-01-31T18:00:00" }),
  },
  {
    when: "a schedule counts from a day, and the service adds the time",
    declared: instance('start_time: "2026-01-31"'),
    wire: liveInstance({ startTime: "2026-01-31T00:00:00" }),
  },
  {
    when: "a schedule counts from another minute",
    declared: instance('start_time: "2026-01-31T18:00"'),
    wire: liveInstance({ startTime: "2026-01-31T18:30:00" }),
    expected: ["schedules recreate"],
  },
  {
    when: "a recurrence has no times of the day, and they are null",
    declared: instance(""),
    wire: liveInstance({}),
  },
  {
    when: "how the pool scales and pauses is not shown",
    declared: pool("scale_settings: { min_node_count: 3 }\nauto_pause_settings: { delay_in_minutes: 15 }\n"),
    wire: livePool({ autoScaleProperties: null }),
  },
  {
    when: "the pool does not scale by itself",
    declared: pool("scale_settings: { min_node_count: 3 }\n"),
    wire: livePool({ autoScaleProperties: { enabled: false } }),
    expected: ["scale_settings.auto_scale_enabled reattach", "scale_settings.min_node_count reattach"],
  },
  {
    when: "only the creator says whose instance it is",
    declared: owned("u-1"),
    wire: ownedBy({ createdBy: { userId: "U-1", userOrgId: "t" } }),
  },
  {
    when: "another one created the instance, and it is nobody else's",
    declared: owned("u-2"),
    wire: ownedBy({ createdBy: { userId: "u-1", userOrgId: "t" }, personalComputeInstanceSettings: null }),
    expected: ["create_on_behalf_of.user_object_id recreate"],
  },
  {
    when: "the service does not show whose instance it is",
    declared: owned("u-2"),
    wire: ownedBy({}),
  },
  {
    when: "the service gives nodes no public address, and the declaration leaves that to it",
    declared: cluster(),
    wire: liveCluster({ enableNodePublicIp: false }),
  },
  {
    when: "nodes have no public address, and are declared with one",
    declared: cluster("enable_node_public_ip: true\n"),
    wire: liveCluster({ enableNodePublicIp: false }),
    expected: ["enable_node_public_ip recreate"],
  },
  {
    when: "nodes are declared without a public address",
    declared: cluster("enable_node_public_ip: false\n"),
    wire: liveCluster({ enableNodePublicIp: true }),
    expected: ["enable_node_public_ip recreate"],
  },
  {
    when: "the service gives an instance no public address, and the declaration leaves that to it",
    declared: "name: ann-instance\ntype: computeinstance\n",
    wire: ownedBy({ enableNodePublicIp: false }),
  },
];

describe("what is live, as a service may tell it,", () => {
  it.each(cases)("is compared with the declaration when $when", ({ declared, wire, expected = [] }) => {
    const differences = differencesFrom(targetOf(declared), liveCompute(wire), recordedWorkspace);
    expect(differences.map(({ field, means }) => `${field} ${means}`)).toEqual(expected);
  });
});
