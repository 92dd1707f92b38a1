import { seeded } from "../settings.ts";
import { resourceId, type ResourceDocument } from "./resource.ts";

const aksType = "Microsoft.ContainerService/managedClusters";
const arcType = "Microsoft.Kubernetes/connectedClusters";

/** ARM id of an AKS cluster. */
export function aksId(name: string): string {
  return resourceId(aksType, name);
}

/** ARM id of a cluster that is connected to Arc. */
export function arcId(name: string): string {
  return resourceId(arcType, name);
}

/** A running AKS cluster of three nodes with a managed identity. */
export function aksCluster(name: string, properties: object = {}): ResourceDocument {
  return aksDocument(aksId(name), { count: 3, vmSize: "Standard_D4s_v3" }, properties);
}

/** The same under an id of its own, as the service makes one for a workspace. */
export function aksDocument(
  id: string,
  pool: { readonly count: number; readonly vmSize: string },
  properties: object = {},
): ResourceDocument {
  return {
    id,
    name: id.split("/").at(-1),
    type: aksType,
    location: seeded.location,
    identity: { type: "SystemAssigned" },
    properties: {
      provisioningState: "Succeeded",
      powerState: { code: "Running" },
      currentKubernetesVersion: "1.31.2",
      agentPoolProfiles: [{ name: "nodepool1", osType: "Linux", mode: "System", ...pool }],
      servicePrincipalProfile: { clientId: "msi" },
      disableLocalAccounts: false,
      ...properties,
    },
  };
}

/** A cluster somewhere else, connected to Arc. */
export function arcCluster(name: string, properties: object = {}): ResourceDocument {
  return {
    id: arcId(name),
    name,
    type: arcType,
    location: seeded.location,
    identity: { type: "SystemAssigned" },
    properties: {
      provisioningState: "Succeeded",
      connectivityStatus: "Connected",
      kubernetesVersion: "1.31.2",
      totalNodeCount: 3,
      totalCoreCount: 12,
      ...properties,
    },
  };
}

/** The path under which the extensions of a cluster are listed. */
export function extensionsOf(clusterId: string): string {
  return `${clusterId}/providers/Microsoft.KubernetesConfiguration/extensions`;
}

/** The list of a cluster's extensions, with the one of Azure ML. */
export function extensions(clusterId: string, properties: object = {}): ResourceDocument {
  const id = extensionsOf(clusterId);
  const azureml = {
    id: `${id}/azureml`,
    name: "azureml",
    type: "Microsoft.KubernetesConfiguration/extensions",
    properties: {
      extensionType: "Microsoft.AzureML.Kubernetes",
      provisioningState: "Succeeded",
      releaseTrain: "stable",
      configurationSettings: { enableTraining: "True", enableInference: "True" },
      ...properties,
    },
  };
  return { id, value: [azureml] };
}
