import * as z from "zod";
import { checkShape, integer, oneOf, text, shape } from "../../yaml/shape.ts";
import type { SourceNode } from "../../yaml/source.ts";
import { attachedKeys, attachedResource, type AttachedKind } from "../attached/resource.ts";
import type { AddProblem, ReadContext, ReadResult, TargetBase } from "../kind.ts";
import { sizeProblems, virtualCpus } from "../managed/size.ts";
import { nameProblems } from "../name.ts";
import { problemsAt } from "../problems-at.ts";
import { readBase } from "../read-base.ts";
import { aksNetworkSchema, readAksNetwork, type AksNetwork } from "./network.ts";
import { readTls, sslSchema, type Tls } from "./tls.ts";

/**
 * An AKS cluster for the web services of the first SDK. Training and online endpoints use the kind `kubernetes`, which
 * cannot be on the same cluster.
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

export type ClusterPurpose = "dev_test" | "fast_prod" | "dense_prod";

const attachedKind: AttachedKind = {
  resourceType: "Microsoft.ContainerService/managedClusters",
  parts: ["cluster_name"],
};

/** The first SDK's defaults of a cluster that it has made. */
export const defaultSize = "Standard_D3_v2";
export const defaultCount = { dev_test: 1, fast_prod: 3, dense_prod: 3 } as const;

/** What the service wants of a cluster that is meant for production. */
export const leastNodes = 3;
export const leastCpus = 12;

export const schema = shape(() =>
  z
    .strictObject({
      ...attachedKeys("aks"),
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
    // An attachment is in the workspace's region, wherever the cluster is.
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
