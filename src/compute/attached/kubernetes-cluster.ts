import { listOf, membersOf, textOf } from "../../azure/members.ts";
import { member } from "../compare.ts";
import type { ResourceReads } from "../../azure/resource-reads.ts";
import { parseResourceId } from "../../azure/resource-id.ts";
import type { Finding, Permission } from "../kind.ts";
import { required } from "../permission.ts";
import { provisioningFindings } from "./provisioning-state.ts";
import { readBehind, readsBehind } from "./behind.ts";
import { virtualCpus } from "../managed/size.ts";

type Document = Readonly<Record<string, unknown>>;

export const aksVersion = "2026-05-01";
const arcVersion = "2026-05-01";
const extensionVersion = "2025-03-01";

const at = (resource: Document, ...path: readonly string[]) => member(resource, "properties", ...path);

/** True for a cluster that is attached by way of its connection to Arc. */
export function isArc(resourceId: string): boolean {
  return parseResourceId(resourceId)?.type.toLowerCase() === "microsoft.kubernetes/connectedclusters";
}

/** What the checks read, and what the service's own sign-in to an AKS cluster takes. */
export function clusterPermissions(id: string): readonly Permission[] {
  const extensions = "Microsoft.KubernetesConfiguration/extensions/read";
  if (isArc(id)) return readsBehind(id, "Microsoft.Kubernetes/connectedClusters/read", extensions);
  const cluster = "Microsoft.ContainerService/managedClusters";
  return [
    ...readsBehind(id, `${cluster}/read`, extensions),
    ...required(id, "attach the cluster", `${cluster}/listClusterAdminCredential/action`),
  ];
}

/** The nodes that run Linux; CPUs only where the names of all sizes tell. */
export type ClusterNodes = { readonly nodes: number; readonly cpus?: number };

export function nodesOf(cluster: Document): ClusterNodes {
  const pools = linuxPools(cluster).map(({ count, vmSize }) => ({
    count: Number(count ?? 0),
    cpus: virtualCpus(String(vmSize)),
  }));
  const nodes = pools.reduce((sum, { count }) => sum + count, 0);
  if (pools.some(({ cpus }) => cpus === undefined)) return { nodes };
  return { nodes, cpus: pools.reduce((sum, { count, cpus }) => sum + count * (cpus ?? 0), 0) };
}

function linuxPools(cluster: Document): readonly Document[] {
  const pools = listOf(at(cluster, "agentPoolProfiles")).map(membersOf);
  return pools.filter(({ osType }) => (textOf(osType) ?? "Linux").toLowerCase() === "linux");
}

/** What every use of an AKS cluster needs: that it is there, runs, and has nodes with Linux. */
export function aksFindings(cluster: Document): readonly Finding[] {
  const id = textOf(cluster["id"]) ?? "";
  const power = textOf(at(cluster, "powerState", "code"));
  const findings: Finding[] = [...provisioningFindings("aks-not-ready", "cluster", cluster)];
  if (power !== undefined && power.toLowerCase() !== "running") {
    findings.push({
      severity: "error",
      code: "aks-stopped",
      message: `The cluster is ${power.toLowerCase()}.`,
      advice: `Start it: az aks start --ids ${id}`,
    });
  }
  if (listOf(at(cluster, "agentPoolProfiles")).length > 0 && linuxPools(cluster).length === 0) {
    findings.push({
      severity: "error",
      code: "aks-no-linux-pool",
      message: "The cluster has no node pool with Linux, and everything of Azure Machine Learning runs on Linux.",
      advice: "Add a node pool with os-type Linux.",
    });
  }
  return findings;
}

/** The service signs in to the cluster with its local administrator's account. */
export function localAccountFindings(cluster: Document): readonly Finding[] {
  if (at(cluster, "disableLocalAccounts") !== true) return [];
  return [
    {
      severity: "error",
      code: "aks-local-accounts-disabled",
      message: "The cluster's local accounts are disabled, and the service signs in with one of them.",
      advice: "Enable them: az aks update --enable-local-accounts",
    },
  ];
}

/** @param publicName what a private cluster that has a public name is. */
export function privateFindings(
  cluster: Document,
  { publicName }: { readonly publicName: "error" | "warning" },
): readonly Finding[] {
  const profile = (key: string) => at(cluster, "apiServerAccessProfile", key);
  if (profile("enablePrivateCluster") !== true) return [];
  if (publicName === "error" && profile("enablePrivateClusterPublicFQDN") === true) {
    return [
      {
        severity: "error",
        code: "aks-private-with-public-name",
        message: "The cluster is private and has a public name (FQDN), which the service cannot use.",
        advice: "Disable it: az aks update --disable-public-fqdn",
      },
    ];
  }
  return [
    {
      severity: "warning",
      code: "aks-private",
      message: "The cluster is private: its API server is reachable only from the cluster's own network.",
      advice:
        "Make sure that the workspace can reach that network, by peering or a private endpoint, and can resolve the name.",
    },
  ];
}

/** What the extension needs of an AKS cluster besides. */
export function extensionHostFindings(cluster: Document): readonly Finding[] {
  const findings: Finding[] = [];
  const principal = textOf(at(cluster, "servicePrincipalProfile", "clientId"));
  const identity = textOf(member(cluster, "identity", "type"));
  const hasIdentity = identity !== undefined && identity.toLowerCase() !== "none";
  if (!hasIdentity && principal !== undefined && principal.toLowerCase() !== "msi") {
    findings.push({
      severity: "error",
      code: "aks-service-principal",
      message: "The cluster runs under a service principal; the extension needs one with a managed identity.",
      advice: "Change it: az aks update --enable-managed-identity",
    });
  }
  const ranges = listOf(at(cluster, "apiServerAccessProfile", "authorizedIPRanges"));
  if (ranges.length > 0) {
    findings.push({
      severity: "warning",
      code: "aks-authorized-ranges",
      message: `The cluster's API server answers only ${ranges.length} address ${ranges.length === 1 ? "range" : "ranges"}.`,
      advice: "Make sure that the service's addresses in the workspace's region are among them.",
    });
  }
  return [...findings, ...sizeFindings(nodesOf(cluster))];
}

/** The least that the extension's own parts take. */
const leastCpus = 4;
const leastNodes = 3;

function sizeFindings({ nodes, cpus }: ClusterNodes): readonly Finding[] {
  // Another finding says that there is no usable node.
  if (nodes === 0) return [];
  const findings: Finding[] = [];
  if (cpus !== undefined && cpus < leastCpus) {
    findings.push({
      severity: "warning",
      code: "cluster-too-small",
      message: `The cluster has ${cpus} virtual CPUs; the extension needs at least ${leastCpus}, and 14 GB of memory.`,
      advice: "Add nodes.",
    });
  }
  if (nodes < leastNodes) {
    findings.push({
      severity: "warning",
      code: "cluster-few-nodes",
      message: `The cluster has ${nodes} ${nodes === 1 ? "node" : "nodes"}: enough for tests, too few for production.`,
      advice: `Have at least ${leastNodes} nodes for production.`,
    });
  }
  return findings;
}

/** A cluster anywhere, by its connection to Arc. */
export async function arcFindings(id: string, reads: ResourceReads): Promise<readonly Finding[]> {
  const behind = await readBehind(reads, "connected cluster", id, arcVersion);
  if (!("resource" in behind)) return behind.findings;
  const { resource } = behind;
  const status = textOf(at(resource, "connectivityStatus"));
  const number = (key: string) => (typeof at(resource, key) === "number" ? (at(resource, key) as number) : undefined);
  const [nodes, cpus] = [number("totalNodeCount"), number("totalCoreCount")];
  return [
    ...provisioningFindings("arc-not-ready", "connected cluster", resource),
    ...(status === undefined || status.toLowerCase() === "connected"
      ? []
      : [
          {
            severity: "error" as const,
            code: "arc-not-connected",
            message: `The cluster's connection to Arc is ${status}, not Connected.`,
            advice: "Look at the agents in its namespace azure-arc: kubectl get pods -n azure-arc",
          },
        ]),
    ...sizeFindings({ nodes: nodes ?? leastNodes, ...(cpus === undefined ? {} : { cpus }) }),
  ];
}

/** Training and inference run in the extension; without it the attachment fails. */
export async function extensionFindings(id: string, reads: ResourceReads): Promise<readonly Finding[]> {
  const path = `${id.replace(/\/+$/, "")}/providers/Microsoft.KubernetesConfiguration/extensions`;
  const behind = await readBehind(reads, "list of extensions", path, extensionVersion);
  if (!("resource" in behind)) return behind.findings;
  const extensions = listOf(behind.resource["value"]).map(membersOf);
  const extension = extensions.find(
    (one) => textOf(at(one, "extensionType"))?.toLowerCase() === "microsoft.azureml.kubernetes",
  );
  const clusterType = /connectedClusters/i.test(id) ? "connectedClusters" : "managedClusters";
  const create =
    `az k8s-extension create --name azureml --extension-type Microsoft.AzureML.Kubernetes --config enableTraining=True ` +
    `--cluster-type ${clusterType} --cluster-name NAME --resource-group GROUP --scope cluster`;
  if (extension === undefined) {
    // A further page may hold it.
    if (textOf(behind.resource["nextLink"]) !== undefined) return [];
    return [
      {
        severity: "error",
        code: "extension-missing",
        message: "The cluster has no extension Microsoft.AzureML.Kubernetes, which runs everything.",
        advice: `Install it: ${create}`,
      },
    ];
  }
  const state = textOf(at(extension, "provisioningState"));
  if (state !== undefined && state.toLowerCase() !== "succeeded") {
    return [
      {
        severity: "error",
        code: "extension-not-ready",
        message: `The extension Microsoft.AzureML.Kubernetes is ${state}, not Succeeded.`,
        advice:
          "Wait until it is installed, or look at what failed: az k8s-extension show, and its pods in the namespace azureml.",
      },
    ];
  }
  return purposeFindings(extension);
}

function purposeFindings(extension: Document): readonly Finding[] {
  const settings = at(extension, "configurationSettings");
  if (typeof settings !== "object" || settings === null) return [];
  const isOn = (name: string) =>
    Object.entries(settings).some(
      ([key, value]) => key.toLowerCase() === name.toLowerCase() && String(value).toLowerCase() === "true",
    );
  const [training, inference] = [isOn("enableTraining"), isOn("enableInference")];
  if (training && inference) return [];
  if (!training && !inference) {
    return [
      {
        severity: "error",
        code: "extension-without-purpose",
        message: "The extension has neither enableTraining nor enableInference, so nothing could run.",
        advice: "Set one: az k8s-extension update --config enableTraining=True",
      },
    ];
  }
  return [
    {
      severity: "note",
      code: training ? "extension-only-training" : "extension-only-inference",
      message: training
        ? "The extension has only enableTraining: it runs jobs, not endpoints."
        : "The extension has only enableInference: it runs endpoints, not jobs.",
      advice: training
        ? "For endpoints, set enableInference=True as well."
        : "For jobs, set enableTraining=True as well.",
    },
  ];
}
