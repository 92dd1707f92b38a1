import { shownBy } from "../compare.ts";
import type { WriteTarget } from "../kind.ts";
import { writtenLocation } from "../managed/written.ts";
import { wordOf } from "../word.ts";
import { loadBalancers, purposes } from "./request.ts";

export const writeAks: WriteTarget = (live, { workspace, secret }) => {
  const at = shownBy(live);
  const told = (words: Readonly<Record<string, string>>, value: unknown, fallback: string) => {
    const found = Object.entries(words).find(([, word]) => word.toLowerCase() === wordOf(value))?.[0];
    return found === fallback ? undefined : found;
  };
  const isMade = live.isAttachedCompute === false;
  const subnet = at("aksNetworkingConfiguration", "subnetId");
  const made = {
    agent_count: at("agentCount"),
    agent_vm_size: at("agentVmSize"),
    location: writtenLocation(live.computeLocation, workspace),
    network_settings:
      subnet === undefined
        ? undefined
        : {
            subnet,
            service_cidr: at("aksNetworkingConfiguration", "serviceCidr"),
            dns_service_ip: at("aksNetworkingConfiguration", "dnsServiceIP"),
            docker_bridge_cidr: at("aksNetworkingConfiguration", "dockerBridgeCidr"),
          },
  };
  const status = wordOf(at("sslConfiguration", "status"));
  return {
    keys: {
      ...(isMade ? made : { resource_id: live.resourceId }),
      cluster_purpose: told(purposes, at("clusterPurpose"), "fast_prod"),
      load_balancer_type: told(loadBalancers, at("loadBalancerType"), "public_ip"),
      load_balancer_subnet: at("loadBalancerSubnet"),
      ssl:
        status === "enabled"
          ? { cname: at("sslConfiguration", "cname"), cert: secret("TLS_CERTIFICATE"), key: secret("TLS_KEY") }
          : status === "auto"
            ? { leaf_domain_label: at("sslConfiguration", "leafDomainLabel") }
            : undefined,
    },
  };
};
