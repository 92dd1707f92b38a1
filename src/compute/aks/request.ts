import type { Workspace, WorkspaceRef } from "../../azure/workspace.ts";
import type { ResolveSecret } from "../../secret/secret.ts";
import { defaultCount, defaultSize, type Aks } from "./declared.ts";
import { networkRequest } from "./network.ts";
import { tlsRequest } from "./tls.ts";

export const computeType = "AKS";

export const purposes = { dev_test: "DevTest", fast_prod: "FastProd", dense_prod: "DenseProd" } as const;
export const loadBalancers = { public_ip: "PublicIp", internal_load_balancer: "InternalLoadBalancer" } as const;

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
