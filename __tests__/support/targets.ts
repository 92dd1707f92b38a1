import type { LiveCompute } from "../../src/azure/computes.ts";
import type { Workspace } from "../../src/azure/workspace.ts";
import { workspaceId } from "../../src/azure/workspace.ts";
import type { AmlCompute } from "../../src/compute/aml-compute.ts";
import type { ComputeInstance } from "../../src/compute/compute-instance.ts";
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

export function computeInstance(fields: Partial<ComputeInstance> = {}): ComputeInstance {
  return {
    type: "computeinstance",
    name: "ann-instance",
    source: nowhere,
    size: "STANDARD_DS3_V2",
    nodePublicIp: true,
    sso: true,
    rootAccess: true,
    releaseQuotaOnStop: false,
    osPatching: false,
    ...fields,
  };
}

/** As the service shows one, with what it fills in. */
export function liveInstance(
  properties: Readonly<Record<string, unknown>> = {},
  fields: Partial<LiveCompute> = {},
): LiveCompute {
  const name = fields.name ?? "ann-instance";
  return {
    id: `${workspace.id}/computes/${name}`,
    name,
    computeType: "ComputeInstance",
    location: "eastus",
    tags: {},
    provisioningState: "Succeeded",
    provisioningErrors: [],
    isAttachedCompute: false,
    disableLocalAuth: true,
    properties: {
      vmSize: "Standard_DS3_v2",
      subnet: null,
      applicationSharingPolicy: "Shared",
      sshSettings: null,
      connectivityEndpoints: { publicIpAddress: "20.0.0.4", privateIpAddress: "10.0.0.4" },
      applications: [{ displayName: "Jupyter", endpointUri: "https://ann-instance.eastus.instances.azureml.ms" }],
      createdBy: { userName: "Ann", userId: "u", userOrgId: "t" },
      errors: [],
      state: "Running",
      personalComputeInstanceSettings: { assignedUser: { objectId: "u", tenantId: "t" } },
      enableNodePublicIp: true,
      enableSSO: true,
      computeInstanceAuthorizationType: "personal",
      lastOperation: { operationName: "Create", operationStatus: "Succeeded", operationTime: "2026-11-01T00:00:00Z" },
      ...properties,
    },
    ...fields,
  };
}
