import * as z from "zod";
import type { LiveCompute } from "../../azure/computes.ts";
import { canonicalId, parseResourceId } from "../../azure/resource-id.ts";
import type { Workspace, WorkspaceRef } from "../../azure/workspace.ts";
import type { ResolveSecret, SecretReference } from "../../secret/secret.ts";
import { checkShape, integer, oneOf, tags, text, shape } from "../../yaml/shape.ts";
import type { SourceNode } from "../../yaml/source.ts";
import { aksNetworkSchema, networkComparisons, networkRequest, readAksNetwork, type AksNetwork } from "./network.ts";
import { certificatesOf, readTls, sslSchema, tlsComparisons, tlsRequest, type Tls } from "./tls.ts";
import { attachedResource, resourceSchema, type AttachedKind } from "../attached/resource.ts";
import { baseComparisons, differing, member } from "../compare.ts";
import type { ResourceReads } from "../../azure/resource-reads.ts";
import type { AddProblem, Difference, Finding, Hint, Origin, ReadContext, ReadResult, TargetBase } from "../kind.ts";
import {
  aksFindings,
  aksVersion,
  localAccountFindings,
  nodesOf,
  privateFindings,
  type ClusterNodes,
} from "../attached/kubernetes-cluster.ts";
import { nameProblems } from "../name.ts";
import { problemsAt } from "../problems-at.ts";
import { readBase, readOnlyKeys } from "../read-base.ts";
import { region } from "../region.ts";
import { readBehind } from "../attached/behind.ts";
import { sizeProblems, virtualCpus } from "../managed/size.ts";

/**
 * An AKS cluster for the web services of the first SDK. Training and online endpoints use the kind `kubernetes`, which
 * cannot stand on the same cluster.
 */
export type Aks = TargetBase & {
  readonly type: "aks";
  /** ARM id of the cluster that is attached; absent: the service makes one. */
  readonly resourceId?: string;
  readonly agentCount?: number;
  readonly agentVmSize?: string;
  /** Region of a cluster that the service makes; the workspace's when absent. */
  readonly location?: string;
  readonly network?: AksNetwork;
  readonly clusterPurpose?: ClusterPurpose;
  readonly loadBalancerType?: "public_ip" | "internal_load_balancer";
  readonly loadBalancerSubnet?: string;
  readonly tls?: Tls;
};

type ClusterPurpose = "dev_test" | "fast_prod" | "dense_prod";

export const label = "AKS cluster";
export const computeType = "AKS";

export function origin({ resourceId }: Aks): Origin {
  return resourceId === undefined ? "managed" : "attached";
}

const attachedKind: AttachedKind = {
  resourceType: "Microsoft.ContainerService/managedClusters",
  parts: ["cluster_name"],
};

const purposes = { dev_test: "DevTest", fast_prod: "FastProd", dense_prod: "DenseProd" } as const;
const loadBalancers = { public_ip: "PublicIp", internal_load_balancer: "InternalLoadBalancer" } as const;

/** The first SDK's defaults of a cluster that it has made. */
const defaultSize = "Standard_D3_v2";
const defaultCount = { dev_test: 1, fast_prod: 3, dense_prod: 3 } as const;

/** What the service wants of a cluster that is meant for production. */
const leastNodes = 3;
const leastCpus = 12;

export const schema = shape(() =>
  z
    .strictObject({
      $schema: text().optional(),
      type: oneOf(["aks"]),
      name: text().describe("3 to 24 letters, digits and dashes."),
      description: text().optional(),
      tags: tags().optional(),
      ...resourceSchema(),
      ...readOnlyKeys(),
      cluster_name: text().optional().describe("Name of the cluster to attach, in place of resource_id."),
      location: text().optional().describe("Region of a cluster that is created. Default: the workspace's."),
      agent_count: integer()
        .optional()
        .describe("Nodes of a cluster that is created. Default: 3, and 1 with cluster_purpose dev_test."),
      agent_vm_size: text()
        .optional()
        .describe(`VM size of a node of a cluster that is created. Default: ${defaultSize}.`),
      cluster_purpose: oneOf(["dev_test", "fast_prod", "dense_prod"], { camelCase: true })
        .optional()
        .describe("dev_test, or one of the two for production, which need 3 nodes and 12 virtual CPUs."),
      network_settings: aksNetworkSchema().optional(),
      load_balancer_type: oneOf(["public_ip", "internal_load_balancer"], { camelCase: true }).optional(),
      load_balancer_subnet: text().optional().describe("Subnet of an internal load balancer."),
      ssl: sslSchema().optional(),
    })
    .describe("An AKS cluster for web services of the first SDK: attached, or created when none is named."),
);

type Declared = z.infer<ReturnType<typeof schema>>;

/** Keys that say how a new cluster is made: they mean nothing for one that exists. */
const creationKeys = ["agent_count", "agent_vm_size", "network_settings"] as const;

export function read(node: SourceNode, context: ReadContext): ReadResult<Aks> {
  const { value, problems } = checkShape(schema, node);
  if (value === undefined) return { problems };
  const named = [value.resource_id, value.cluster_name, value.resource_group, value.subscription_id];
  const attaches = named.some((part) => part !== undefined);
  const resource = attaches ? attachedResource(attachedKind, value, node, context) : { problems: [] };
  const { found, add } = problemsAt(node);
  if (attaches) checkAttachment(value, add);
  else checkCreation(value, add);
  checkLoadBalancer(value, add);
  const network = value.network_settings && readAksNetwork(value.network_settings, add);
  const tls = value.ssl && readTls(value.ssl, node, add);
  const all = [
    ...problems,
    ...nameProblems(value.name, node),
    ...resource.problems,
    ...(value.agent_vm_size === undefined ? [] : sizeProblems(value.agent_vm_size, node, "agent_vm_size")),
    ...found,
  ];
  if (attaches && !("id" in resource)) return { problems: all };
  const target: Aks = {
    type: "aks",
    ...readBase(value, node),
    ...("id" in resource && resource.id !== undefined ? { resourceId: resource.id } : {}),
    ...(value.agent_count === undefined ? {} : { agentCount: value.agent_count }),
    ...(value.agent_vm_size === undefined ? {} : { agentVmSize: value.agent_vm_size }),
    // An attachment stands in the workspace's region, wherever the cluster is.
    ...(value.location === undefined || attaches ? {} : { location: value.location }),
    ...(network === undefined ? {} : { network }),
    ...(value.cluster_purpose === undefined ? {} : { clusterPurpose: value.cluster_purpose }),
    ...(value.load_balancer_type === undefined ? {} : { loadBalancerType: value.load_balancer_type }),
    ...(value.load_balancer_subnet === undefined ? {} : { loadBalancerSubnet: value.load_balancer_subnet }),
    ...(tls === undefined ? {} : { tls }),
  };
  return { target, problems: all };
}

function checkAttachment(value: Declared, add: AddProblem): void {
  for (const key of creationKeys) {
    if (value[key] === undefined) continue;
    add(
      "only-for-creation",
      [key],
      `${key} says how a new cluster is made, and this target attaches one that exists.`,
      `Remove ${key}, or what names the cluster.`,
    );
  }
}

function checkCreation(value: Declared, add: AddProblem): void {
  const { agent_count: declared, agent_vm_size: size = defaultSize, cluster_purpose: purpose } = value;
  if (declared !== undefined && declared < 1) {
    add("out-of-range", ["agent_count"], `agent_count is ${declared}.`, "Set it to 1 or more.");
    return;
  }
  if (purpose === "dev_test") return;
  const count = declared ?? defaultCount.fast_prod;
  const severity = purpose === undefined ? "warning" : "error";
  const at = [declared === undefined ? "agent_vm_size" : "agent_count"];
  const meant = purpose === undefined ? "Without cluster_purpose the cluster is" : `cluster_purpose ${purpose} is`;
  const fix = `Set agent_count and agent_vm_size so that there are ${leastNodes} nodes and ${leastCpus} virtual CPUs, or cluster_purpose: dev_test.`;
  const cpus = virtualCpus(size);
  if (count < leastNodes) {
    add(
      "too-few-nodes",
      at,
      `${meant} for production, which takes ${leastNodes} nodes; agent_count is ${count}.`,
      fix,
      severity,
    );
  } else if (cpus !== undefined && cpus * count < leastCpus) {
    add(
      "too-few-cpus",
      at,
      `${meant} for production, which takes ${leastCpus} virtual CPUs; ${count} nodes of ${size} have ${cpus * count}.`,
      fix,
      severity,
    );
  }
}

function checkLoadBalancer(value: Declared, add: AddProblem): void {
  if (value.load_balancer_subnet === undefined || value.load_balancer_type === "internal_load_balancer") return;
  add(
    "subnet-without-load-balancer",
    ["load_balancer_subnet"],
    "load_balancer_subnet is that of an internal load balancer, and load_balancer_type is not internal_load_balancer.",
    "Set load_balancer_type: internal_load_balancer, or remove load_balancer_subnet.",
  );
}

export function resourceIdOf(target: Aks): string | undefined {
  return target.resourceId;
}

export function secretsOf({ tls }: Aks): readonly SecretReference[] {
  return certificatesOf(tls);
}

/** Body of `PUT …/computes/{name}`: with a resource id the service attaches that cluster, without one it makes one. */
export async function toRequest(target: Aks, workspace: Workspace, resolve: ResolveSecret): Promise<unknown> {
  const { resourceId, location, clusterPurpose, loadBalancerType, loadBalancerSubnet } = target;
  const ssl = target.tls === undefined ? undefined : await tlsRequest(target.tls, resolve);
  return {
    location: workspace.location,
    ...(target.tags === undefined ? {} : { tags: target.tags }),
    properties: {
      computeType,
      ...(target.description === undefined ? {} : { description: target.description }),
      ...(resourceId === undefined ? {} : { resourceId }),
      ...(location === undefined || resourceId !== undefined ? {} : { computeLocation: location }),
      properties: {
        ...(resourceId === undefined ? creation(target, workspace) : {}),
        ...(clusterPurpose === undefined ? {} : { clusterPurpose: purposes[clusterPurpose] }),
        ...(loadBalancerType === undefined ? {} : { loadBalancerType: loadBalancers[loadBalancerType] }),
        ...(loadBalancerSubnet === undefined ? {} : { loadBalancerSubnet }),
        ...(ssl === undefined ? {} : { sslConfiguration: ssl }),
      },
    },
  };
}

/** The service wants number and size of the nodes. What the declaration leaves open is not compared afterwards. */
function creation({ agentCount, agentVmSize, clusterPurpose, network }: Aks, workspace: WorkspaceRef) {
  return {
    agentCount: agentCount ?? defaultCount[clusterPurpose ?? "fast_prod"],
    agentVmSize: agentVmSize ?? defaultSize,
    ...(network === undefined ? {} : { aksNetworkingConfiguration: networkRequest(network, workspace) }),
  };
}

/** Nothing of an AKS compute is changed in place: it is attached anew by its own resource id. */
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

/**
 * How the cluster was made, the service only says of one that it made itself: it is not compared for one that is
 * attached. Settings are those of the attachment, and change with a new one.
 */
export function differencesFrom(target: Aks, live: LiveCompute, workspace: WorkspaceRef): readonly Difference[] {
  const isMade = live.isAttachedCompute === false;
  const settings = isMade && live.resourceId === undefined ? "recreate" : "reattach";
  const at = (...path: readonly string[]) => member(live.properties, ...path);
  const loadBalancer = target.loadBalancerType && loadBalancers[target.loadBalancerType];
  const made = [
    { field: "agent_count", declared: target.agentCount, live: at("agentCount"), means: "recreate" },
    {
      field: "agent_vm_size",
      declared: target.agentVmSize,
      live: at("agentVmSize"),
      means: "recreate",
      ignoreCase: true,
    },
    {
      field: "location",
      // The compute's own location is the workspace's region, wherever the cluster is.
      declared: live.computeLocation === undefined ? undefined : target.location && region(target.location),
      live: live.computeLocation && region(live.computeLocation),
      means: "recreate",
    },
    ...networkComparisons(target.network, live, workspace),
  ] as const;
  return differing([
    {
      field: "resource_id",
      declared: target.resourceId && canonicalId(target.resourceId),
      live: live.resourceId && canonicalId(live.resourceId),
      // One that the service made would be left running, and billed, when another takes its place.
      means: isMade ? "recreate" : "reattach",
    },
    ...(live.isAttachedCompute === true ? [] : made),
    {
      field: "cluster_purpose",
      declared: target.clusterPurpose && purposes[target.clusterPurpose],
      live: at("clusterPurpose") ?? purposes.fast_prod,
      means: settings,
      ignoreCase: true,
    },
    {
      field: "load_balancer_type",
      declared: loadBalancer,
      live: at("loadBalancerType") ?? loadBalancers.public_ip,
      means: settings,
      ignoreCase: true,
    },
    {
      field: "load_balancer_subnet",
      declared: target.loadBalancerSubnet,
      live: at("loadBalancerSubnet"),
      means: settings,
      ignoreCase: true,
    },
    ...tlsComparisons(target.tls, live, settings),
    ...baseComparisons(target, live, settings),
  ]);
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
  // That there is no node of use, another finding says; one that tells of no pools at all says nothing.
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
