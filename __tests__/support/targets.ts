import type { LiveCompute } from "../../src/azure/computes.ts";
import type { Workspace } from "../../src/azure/workspace.ts";
import { workspaceId } from "../../src/azure/workspace.ts";
import type { Aks } from "../../src/compute/aks/aks.ts";
import type { ComputeInstance } from "../../src/compute/compute-instance/compute-instance.ts";
import type { AmlCompute } from "../../src/compute/aml-compute/aml-compute.ts";
import type { Kubernetes } from "../../src/compute/kubernetes/kubernetes.ts";
import { kindOf, resourceIdOf, type ComputeTarget } from "../../src/compute/target.ts";
import type { VirtualMachine } from "../../src/compute/virtual-machine.ts";
import type { SourceNode } from "../../src/yaml/source.ts";

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

/** The kinds that attach something, each by the type of what it attaches. */
export const attachedTypes = {
  virtualmachine: "Microsoft.Compute/virtualMachines",
  hdinsight: "Microsoft.HDInsight/clusters",
  batch: "Microsoft.Batch/batchAccounts",
  databricks: "Microsoft.Databricks/workspaces",
  datalakeanalytics: "Microsoft.DataLakeAnalytics/accounts",
} as const;
export type AttachedType = keyof typeof attachedTypes;

/** A target of any of these kinds, which attaches the resource of the name `of`. */
export function attachedTarget(type: AttachedType, name: string, of: string): ComputeTarget {
  const secret = { from: "env", name: "SECRET", where: nowhere.document.at([]) } as const;
  const resourceId = `/subscriptions/${ref.subscriptionId}/resourceGroups/rg/providers/${attachedTypes[type]}/${of}`;
  const base = { name, source: nowhere, resourceId };
  switch (type) {
    case "virtualmachine":
    case "hdinsight":
      return { type, ...base, sshPort: 22, adminUsername: "azureuser", adminPassword: secret };
    case "batch":
      return { type, ...base };
    case "databricks":
      return { type, ...base, accessToken: secret, allowOtherSubscription: false };
    case "datalakeanalytics":
      return { type, ...base, allowRetired: true };
  }
}

/** What the service shows of such a target once it is attached. */
export function liveAttached(target: ComputeTarget): LiveCompute {
  return liveMachine({
    name: target.name,
    computeType: kindOf(target).computeType ?? "",
    resourceId: resourceIdOf(target) ?? "",
  });
}

export function clusterId(name: string): string {
  return `/subscriptions/${ref.subscriptionId}/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/${name}`;
}

/** An AKS target that the service makes a cluster for, unless `resourceId` says which one is attached. */
export function aks(fields: Partial<Aks> = {}): Aks {
  return { type: "aks", name: "scoring", source: nowhere, ...fields };
}

export function kubernetes(fields: Partial<Kubernetes> = {}): Kubernetes {
  return {
    type: "kubernetes",
    name: "k8s",
    source: nowhere,
    resourceId: clusterId("one"),
    namespace: "default",
    secretProperties: {},
    allowOtherSubscription: false,
    ...fields,
  };
}

/** An attached AKS cluster; `isAttachedCompute: false` for one that the service made. */
export function liveAks(fields: Partial<LiveCompute> = {}): LiveCompute {
  const name = fields.name ?? "scoring";
  return {
    id: `${workspace.id}/computes/${name}`,
    name,
    computeType: "AKS",
    resourceId: clusterId("one"),
    location: "eastus",
    tags: {},
    provisioningState: "Succeeded",
    provisioningErrors: [],
    isAttachedCompute: true,
    properties: { agentCount: null, sslConfiguration: null, clusterPurpose: null, loadBalancerType: null },
    ...fields,
  };
}

export function liveKubernetes(fields: Partial<LiveCompute> & { readonly namespace?: string } = {}): LiveCompute {
  const { namespace = "default", ...rest } = fields;
  const name = fields.name ?? "k8s";
  return {
    id: `${workspace.id}/computes/${name}`,
    name,
    computeType: "Kubernetes",
    resourceId: clusterId("one"),
    location: "eastus",
    tags: {},
    provisioningState: "Succeeded",
    provisioningErrors: [],
    isAttachedCompute: true,
    properties: { namespace },
    ...rest,
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
