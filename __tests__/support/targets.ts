import type { LiveCompute } from "../../src/azure/computes.ts";
import type { Workspace } from "../../src/azure/workspace.ts";
import { workspaceId } from "../../src/azure/workspace.ts";
import type { AmlCompute } from "../../src/compute/aml-compute.ts";
import type { VirtualMachine } from "../../src/compute/virtual-machine.ts";
import type { SourceNode } from "../../src/declaration/source.ts";

/** A place for targets that were not read from a file. */
export const nowhere: SourceNode = {
  document: {
    file: "azureml.yml",
    folder: "/checkout",
    value: {},
    at: () => ({ file: "azureml.yml", line: 1, column: 1 }),
  },
  path: [],
};

const ref = { subscriptionId: "00000000-0000-0000-0000-000000000000", resourceGroup: "rg", name: "ws" };

export const workspace: Workspace = {
  ...ref,
  id: workspaceId(ref),
  location: "eastus",
  v1LegacyMode: false,
  provisioningState: "Succeeded",
};

export function machineId(name: string): string {
  return `/subscriptions/${ref.subscriptionId}/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/${name}`;
}

export function virtualMachine(fields: Partial<VirtualMachine> = {}): VirtualMachine {
  const name = fields.name ?? "dsvm";
  return {
    type: "virtualmachine",
    name,
    tags: {},
    source: nowhere,
    resourceId: machineId(name),
    sshPort: 22,
    adminUsername: "azureuser",
    adminPassword: { from: "env", name: "DSVM_PASSWORD", where: nowhere.document.at([]) },
    ...fields,
  };
}

export function amlCompute(fields: Partial<AmlCompute> = {}): AmlCompute {
  return {
    type: "amlcompute",
    name: "cpu-cluster",
    tags: {},
    source: nowhere,
    size: "STANDARD_DS3_V2",
    minInstances: 0,
    maxInstances: 4,
    idleSeconds: 120,
    nodePublicIp: true,
    ...fields,
  };
}

export function liveMachine(fields: Partial<LiveCompute> = {}): LiveCompute {
  const name = fields.name ?? "dsvm";
  return {
    id: `${workspace.id}/computes/${name}`,
    name,
    computeType: "VirtualMachine",
    resourceId: machineId(name),
    location: "eastus",
    tags: {},
    provisioningState: "Succeeded",
    provisioningErrors: [],
    isAttachedCompute: true,
    properties: { sshPort: 22, administratorAccount: { username: "azureuser", password: null } },
    ...fields,
  };
}

export function liveCluster(fields: Partial<LiveCompute> = {}): LiveCompute {
  const name = fields.name ?? "cpu-cluster";
  return {
    id: `${workspace.id}/computes/${name}`,
    name,
    computeType: "AmlCompute",
    location: "eastus",
    tags: {},
    provisioningState: "Succeeded",
    provisioningErrors: [],
    isAttachedCompute: false,
    properties: {
      vmSize: "STANDARD_DS3_V2",
      vmPriority: "Dedicated",
      scaleSettings: { minNodeCount: 0, maxNodeCount: 4, nodeIdleTimeBeforeScaleDown: "PT2M" },
      remoteLoginPortPublicAccess: "NotSpecified",
      enableNodePublicIp: true,
      osType: "Linux",
      allocationState: "Steady",
    },
    ...fields,
  };
}
