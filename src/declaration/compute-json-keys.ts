import { isAtFirstSdkPlace } from "../yaml/first-sdk-place.ts";

/** Keys that a `compute.json` of the action `Azure/aml-compute` has for either kind of cluster. */
const ofEither = ["name", "compute_type", "vm_size", "location"] as const;
const ofNetwork = ["vnet_resource_group_name", "vnet_name", "subnet_name"] as const;
export const ofMachines = [
  ...(["vm_priority", "min_nodes", "max_nodes", "idle_seconds_before_scaledown"] as const),
  "remote_login_port_public_access",
] as const;
export const ofAks = [
  ...(["agent_count", "service_cidr", "dns_service_ip", "docker_bridge_cidr", "cluster_purpose"] as const),
  ...(["ssl_cname", "ssl_cert_pem_file", "ssl_key_pem_file", "load_balancer_type", "load_balancer_subnet"] as const),
] as const;

export const knownKeys: readonly string[] = [...ofEither, ...ofNetwork, ...ofMachines, ...ofAks];

/** True for what that action reads: a mapping that says its `compute_type`, or JSON at its place. @param file its path. */
export function isComputeJson(mapping: Readonly<Record<string, unknown>>, file?: string): boolean {
  if (Object.hasOwn(mapping, "$schema") || Object.hasOwn(mapping, "type")) return false;
  return Object.hasOwn(mapping, "compute_type") || isAtFirstSdkPlace(file, "compute.json");
}
