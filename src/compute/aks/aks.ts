import type { LiveCompute } from "../../azure/computes.ts";
import { parseResourceId } from "../../azure/resource-id.ts";
import type { ResourceReads } from "../../azure/resource-reads.ts";
import type { Workspace, WorkspaceRef } from "../../azure/workspace.ts";
import type { SecretReference } from "../../secret/secret.ts";
import { readBehind } from "../attached/behind.ts";
import {
  aksFindings,
  aksVersion,
  clusterPermissions,
  localAccountFindings,
  nodesOf,
  privateFindings,
  type ClusterNodes,
} from "../attached/kubernetes-cluster.ts";
import type { Finding, Hint, Permission } from "../kind.ts";
import { quotaPermissions } from "../managed/quota.ts";
import { leastCpus, leastNodes, type Aks, type ClusterPurpose } from "./declared.ts";
import { certificatesOf } from "./tls.ts";

export { read, schema, type Aks } from "./declared.ts";
export { differencesFrom } from "./differences.ts";
export { computeType, toRequest } from "./request.ts";

export const label = "AKS cluster";
export const otherNames = ["akscompute", "azurekubernetesservice"];
export const origin = "either";
export const users = ["jobs", "services"] as const;
export const runs = [] as const;
export const written = async () => (await import("./written.ts")).writeAks;
export const whyNothingRuns = "serves models, and runs no jobs";

export function resourceIdOf(target: Aks): string | undefined {
  return target.resourceId;
}

export function permissionsOf({ resourceId }: Aks, workspace: WorkspaceRef): readonly Permission[] {
  return resourceId === undefined ? quotaPermissions(workspace) : clusterPermissions(resourceId);
}

export function secretsOf({ tls }: Aks): readonly SecretReference[] {
  return certificatesOf(tls);
}

/** Nothing of an AKS compute is changed in place: it is attached again by its own resource id. */
export function toUpdate(): undefined {
  return undefined;
}

/**
 * A cluster that the service made is attached again by its own resource id: it is detached, never deleted, for a change of
 * its settings.
 */
export function attachById(target: Aks, { resourceId }: Pick<LiveCompute, "resourceId">): Aks {
  return target.resourceId !== undefined || resourceId === undefined ? target : { ...target, resourceId };
}

/** @see https://learn.microsoft.com/azure/machine-learning/v1/how-to-create-attach-kubernetes */
export async function preflight(target: Aks, reads: ResourceReads): Promise<readonly Finding[]> {
  if (target.resourceId === undefined) return [];
  const behind = await readBehind(reads, label, target.resourceId, aksVersion);
  if (!("resource" in behind)) return behind.findings;
  const { resource } = behind;
  return [
    ...otherSubscription(target.resourceId, reads.workspace),
    ...aksFindings(resource),
    ...localAccountFindings(resource),
    ...privateFindings(resource, { publicName: "error" }),
    ...productionFindings(nodesOf(resource), target.clusterPurpose),
  ];
}

function otherSubscription(resourceId: string, workspace: Workspace): readonly Finding[] {
  const subscription = parseResourceId(resourceId)?.subscriptionId ?? "";
  if (subscription.toLowerCase() === workspace.subscriptionId.toLowerCase()) return [];
  return [
    {
      severity: "warning",
      code: "aks-other-subscription",
      message: `The cluster is in the subscription ${subscription}, the workspace in ${workspace.subscriptionId}.`,
      advice: "Make sure that the identity is Contributor on the cluster's resource group and AKS Cluster Admin on it.",
    },
  ];
}

function productionFindings({ nodes, cpus }: ClusterNodes, purpose: ClusterPurpose | undefined): readonly Finding[] {
  // Another finding says that there is no usable node; a cluster that shows no pools at all says nothing.
  if (nodes === 0) return [];
  if (purpose === "dev_test" || (nodes >= leastNodes && (cpus === undefined || cpus >= leastCpus))) return [];
  const has = cpus === undefined ? `${nodes} nodes` : `${nodes} nodes and ${cpus} virtual CPUs`;
  return [
    {
      severity: "warning",
      code: "aks-too-small-for-production",
      message: `The cluster has ${has}; for production the service takes at least ${leastNodes} nodes and ${leastCpus} virtual CPUs.`,
      advice: "Add nodes, or declare cluster_purpose: dev_test.",
    },
  ];
}

const removeFrontEnd =
  "The commands that remove it are in docs/troubleshooting.md (kubectl delete deploy,svc,sa azureml-fe, and what belongs to it).";

export const hints: readonly Hint[] = [
  {
    when: /azureml-?fe|azuremlfessl/i,
    advice: `The cluster still holds the front end of an earlier attachment, azureml-fe. ${removeFrontEnd}`,
  },
  {
    when: /AKS.*(at least 12|12 (virtual CPUs|vCPUs?|cores))|(at least|minimum).*12 (virtual CPUs|vCPUs?|cores)/i,
    advice:
      "A cluster for production needs 3 nodes and 12 virtual CPUs. Add nodes, or declare cluster_purpose: dev_test.",
  },
  {
    when: /(domain (name )?label|dns (name )?label|leafDomainLabel).*(in use|taken|exist|not available)/i,
    advice:
      "The leaf domain label is taken in the region. Choose another one, or set ssl.overwrite_existing_domain: true when it is yours.",
    fields: ["ssl.leaf_domain_label"],
  },
];

export const leftBehind: Finding = {
  severity: "warning",
  code: "aks-front-end-stays",
  message:
    "Detaching leaves in the cluster what the service installed there: the front end azureml-fe with its certificate, and deployed web services.",
  advice: `If attaching again fails because of it, remove it first. ${removeFrontEnd}`,
};

export const afterDetach =
  "What the service installed in the cluster stays there: azureml-fe with its certificate, and deployed web services.";
