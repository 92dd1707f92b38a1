import * as z from "zod";
import type { LiveCompute } from "../../azure/computes.ts";
import type { WorkspaceRef } from "../../azure/workspace.ts";
import { text } from "../../yaml/shape.ts";
import { liveMember, type Comparison } from "../compare.ts";
import { contains, overlap, readAddress, readCidr } from "./ipv4.ts";
import type { AddProblem } from "../kind.ts";

/** The network of a cluster that the service makes. */
export type AksNetwork = {
  /** Name, or full id. */
  readonly subnet: string;
  readonly vnet?: string;
  /** The workspace's when absent. */
  readonly vnetResourceGroup?: string;
  readonly serviceCidr: string;
  readonly dnsServiceIp: string;
  readonly dockerBridgeCidr: string;
};

export const aksNetworkSchema = () =>
  z
    .strictObject({
      vnet_name: text().optional().describe("Virtual network of the subnet, when that is a name."),
      vnet_resource_group: text().optional().describe("Resource group of the network. Default: the workspace's."),
      subnet: text().optional().describe("Name of a subnet of the network, or the full id of one."),
      service_cidr: text().optional().describe("Addresses of services: 10.0.0.0/16. They must not overlap a subnet."),
      dns_service_ip: text().optional().describe("Address of the cluster's DNS, inside service_cidr: 10.0.0.10."),
      docker_bridge_cidr: text().optional().describe("Addresses of the Docker bridge: 172.17.0.1/16."),
    })
    .describe("The virtual network of a cluster that is created: all of it, or none.");

type Declared = z.infer<ReturnType<typeof aksNetworkSchema>>;

const key = "network_settings";

/** All values or none, as the first SDK wants it. @returns `undefined` when there is not enough to make a request of. */
export function readAksNetwork(declared: Declared, add: AddProblem): AksNetwork | undefined {
  const { vnet_name: vnet, vnet_resource_group: vnetResourceGroup, subnet } = declared;
  const isId = subnet?.startsWith("/") === true;
  const missing = (["subnet", "service_cidr", "dns_service_ip", "docker_bridge_cidr"] as const).filter(
    (part) => declared[part] === undefined,
  );
  if (missing.length > 0) {
    add(
      "incomplete-network",
      [key],
      `network_settings has no ${missing.join(", no ")}; the service takes all values of a network or none.`,
      `Add ${missing.join(", ")}, or remove network_settings.`,
    );
  }
  if (subnet !== undefined && !isId && vnet === undefined) {
    add(
      "missing-vnet",
      [key, "subnet"],
      `The subnet ${JSON.stringify(subnet)} is a name, and no vnet_name says where it is.`,
      "Add vnet_name, or give the subnet's full id.",
    );
  }
  if (isId && (vnet ?? vnetResourceGroup) !== undefined) {
    const stray = vnet === undefined ? "vnet_resource_group" : "vnet_name";
    add("id-and-parts", [key, stray], `The subnet is a full id, and there is ${stray} beside it.`, `Remove ${stray}.`);
  }
  checkAddresses(declared, add);
  const { service_cidr: serviceCidr, dns_service_ip: dnsServiceIp, docker_bridge_cidr: dockerBridgeCidr } = declared;
  if (subnet === undefined || serviceCidr === undefined || dnsServiceIp === undefined || dockerBridgeCidr === undefined)
    return undefined;
  return {
    subnet,
    ...(vnet === undefined ? {} : { vnet }),
    ...(vnetResourceGroup === undefined ? {} : { vnetResourceGroup }),
    serviceCidr,
    dnsServiceIp,
    dockerBridgeCidr,
  };
}

function checkAddresses(declared: Declared, add: AddProblem): void {
  const range = (part: "service_cidr" | "docker_bridge_cidr", example: string) => {
    const written = declared[part];
    if (written === undefined) return undefined;
    const found = readCidr(written);
    if (found === undefined) {
      add(
        "malformed-cidr",
        [key, part],
        `${part} is ${JSON.stringify(written)}, which is not a range of IPv4 addresses.`,
        `Write it in CIDR notation, as ${example}.`,
      );
    }
    return found;
  };
  const service = range("service_cidr", "10.0.0.0/16");
  const bridge = range("docker_bridge_cidr", "172.17.0.1/16");
  const written = declared.dns_service_ip;
  const dns = written === undefined ? undefined : readAddress(written);
  if (written !== undefined && dns === undefined) {
    add(
      "malformed-address",
      [key, "dns_service_ip"],
      `dns_service_ip is ${JSON.stringify(written)}, which is not an IPv4 address.`,
      "Write it as 10.0.0.10.",
    );
  }
  if (dns !== undefined && service !== undefined && !contains(service, dns)) {
    add(
      "dns-outside-services",
      [key, "dns_service_ip"],
      `dns_service_ip ${written ?? ""} is not in service_cidr ${declared.service_cidr ?? ""}.`,
      "Choose an address inside service_cidr.",
    );
  }
  if (service !== undefined && bridge !== undefined && overlap(service, bridge)) {
    add(
      "overlapping-ranges",
      [key, "docker_bridge_cidr"],
      `docker_bridge_cidr ${declared.docker_bridge_cidr ?? ""} overlaps service_cidr ${declared.service_cidr ?? ""}.`,
      "Choose ranges that do not overlap each other or a subnet.",
    );
  }
}

export function networkRequest(network: AksNetwork, workspace: WorkspaceRef) {
  return {
    subnetId: subnetId(network, workspace),
    serviceCidr: network.serviceCidr,
    dnsServiceIP: network.dnsServiceIp,
    dockerBridgeCidr: network.dockerBridgeCidr,
  };
}

function subnetId({ subnet, vnet = "", vnetResourceGroup }: AksNetwork, workspace: WorkspaceRef): string {
  if (subnet.startsWith("/")) return subnet;
  const group = `/subscriptions/${workspace.subscriptionId}/resourceGroups/${vnetResourceGroup ?? workspace.resourceGroup}`;
  return `${group}/providers/Microsoft.Network/virtualNetworks/${vnet}/subnets/${subnet}`;
}

/** The network is the cluster's own, and fixed with it. */
export function networkComparisons(
  network: AksNetwork | undefined,
  live: LiveCompute,
  workspace: WorkspaceRef,
): readonly Comparison[] {
  const at = (part: string) => liveMember(live, "aksNetworkingConfiguration", part);
  return [
    {
      field: `${key}.subnet`,
      declared: network && subnetId(network, workspace),
      live: at("subnetId"),
      means: "recreate",
      ignoreCase: true,
    },
    { field: `${key}.service_cidr`, declared: network?.serviceCidr, live: at("serviceCidr"), means: "recreate" },
    { field: `${key}.dns_service_ip`, declared: network?.dnsServiceIp, live: at("dnsServiceIP"), means: "recreate" },
    {
      field: `${key}.docker_bridge_cidr`,
      declared: network?.dockerBridgeCidr,
      live: at("dockerBridgeCidr"),
      means: "recreate",
    },
  ];
}
