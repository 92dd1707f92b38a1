import * as z from "zod";
import type { WorkspaceRef } from "../../azure/workspace.ts";
import type { Problem } from "../../yaml/problem.ts";
import { readOnly, text } from "../../yaml/shape.ts";
import { positionOf, valueAt, type SourceNode } from "../../yaml/source.ts";
import type { LiveCompute } from "../../azure/computes.ts";
import type { Comparison } from "../compare.ts";
import type { ResourceReads } from "../../azure/resource-reads.ts";
import type { Finding, Permission, TargetBase } from "../kind.ts";
import { required } from "../permission.ts";
import { idProblems, namePartProblems } from "../resource-name.ts";

/** Where the machines of a compute are: a subnet's name with its network, or the subnet's id alone. */
export type Subnet = { readonly vnet?: string; readonly subnet: string };

export const networkSchema = () =>
  z.strictObject({
    vnet_name: text().optional().describe("Name or id of the virtual network."),
    subnet: text().optional().describe("Name of the subnet, or its id."),
    public_ip_address: readOnly(),
    private_ip_address: readOnly(),
  });

type Declared = z.infer<ReturnType<typeof networkSchema>>;

export function toSubnet(network: Declared | undefined): { subnet?: Subnet } {
  if (network?.subnet === undefined) return {};
  const { subnet, vnet_name: vnet } = network;
  return { subnet: { subnet, ...(vnet === undefined ? {} : { vnet }) } };
}

/** @param options.emptyIsNone az ml refuses an empty mapping for a cluster and passes over it for an instance. */
export function networkProblems(
  network: Declared | undefined,
  node: SourceNode,
  options: { readonly emptyIsNone?: boolean } = {},
): readonly Problem[] {
  if (network === undefined) return [];
  if (network.subnet === undefined) {
    if (options.emptyIsNone === true && network.vnet_name === undefined) return [];
    return [
      {
        code: "missing-subnet",
        severity: "error",
        where: positionOf(node, ["network_settings"]),
        message: "network_settings has no subnet.",
        fix: "Add subnet: its name, or its full id.",
      },
    ];
  }
  const { subnet, vnet_name: vnet } = network;
  const at = (key: "subnet" | "vnet_name") => ["network_settings", key];
  if (isId(subnet)) return idProblems(subnet, `${networkType}/subnets`, node, at("subnet"));
  if (vnet !== undefined) {
    return [
      ...namePartProblems(subnet, node, at("subnet")),
      ...(isId(vnet)
        ? idProblems(vnet, networkType, node, at("vnet_name"))
        : namePartProblems(vnet, node, at("vnet_name"))),
    ];
  }
  return [
    {
      code: "missing-vnet",
      severity: "error",
      where: positionOf(node, ["network_settings", "subnet"]),
      message: `The subnet ${JSON.stringify(network.subnet)} is a name, and no vnet_name says where it is.`,
      fix: "Add vnet_name, or give the subnet's full id.",
    },
  ];
}

const networkType = "Microsoft.Network/virtualNetworks";

function isId(text: string): boolean {
  return text.startsWith("/");
}

/** The subnet's id; a network that is only named is in the workspace's resource group. */
export function subnetId(subnet: Subnet | undefined, workspace: WorkspaceRef): string | undefined {
  if (subnet === undefined) return undefined;
  if (isId(subnet.subnet)) return subnet.subnet;
  const vnet = subnet.vnet ?? "";
  const network = isId(vnet)
    ? vnet
    : `/subscriptions/${workspace.subscriptionId}/resourceGroups/${workspace.resourceGroup}/providers/Microsoft.Network/virtualNetworks/${vnet}`;
  return `${network}/subnets/${subnet.subnet}`;
}

/** What it takes to put a compute into its subnet. */
export function subnetPermissions(subnet: Subnet | undefined, workspace: WorkspaceRef): readonly Permission[] {
  const id = subnetId(subnet, workspace);
  if (id === undefined) return [];
  const purpose = "put computes into the subnet";
  return [
    ...required(
      id,
      purpose,
      "Microsoft.Network/virtualNetworks/subnets/join/action",
      "Microsoft.Network/virtualNetworks/subnets/read",
    ),
    ...required(
      id.replace(/\/subnets\/[^/]+\/?$/i, ""),
      purpose,
      "Microsoft.Network/virtualNetworks/join/action",
      "Microsoft.Network/virtualNetworks/read",
    ),
  ];
}

/**
 * Whether nodes have a public address, beside the live one. A workspace whose network the service manages gives them none
 * whatever it is asked for, so only what the declaration itself says is compared.
 */
export function publicIpComparison(
  target: TargetBase & { readonly nodePublicIp: boolean },
  { properties }: LiveCompute,
): Comparison {
  return {
    field: publicIpKey,
    declared: saysPublicIp(target) ? target.nodePublicIp : undefined,
    live: properties["enableNodePublicIp"] ?? true,
    means: "recreate",
  };
}

/** False is not the default, and so it is declared wherever it is found. */
export function saysPublicIp({ nodePublicIp, source }: TargetBase & { readonly nodePublicIp: boolean }): boolean {
  return !nodePublicIp || valueAt(source, [publicIpKey]) !== undefined;
}

const publicIpKey = "enable_node_public_ip";

const networkApiVersion = "2025-09-01";
const workspaceApiVersion = "2026-05-01";

/** Whether the subnet is there; and machines without a public address need one, or a network that the workspace manages. */
export async function networkFindings(
  { subnet, nodePublicIp }: { readonly subnet?: Subnet; readonly nodePublicIp: boolean },
  reads: ResourceReads,
): Promise<readonly Finding[]> {
  const id = subnetId(subnet, reads.workspace);
  if (id !== undefined) {
    const answer = await reads.get(id, networkApiVersion);
    if (answer.ok) return [];
    return answer.failure.reason === "not-found"
      ? [
          {
            // The service decides: an identity that may not see another subscription gets the same answer.
            severity: "warning",
            code: "subnet-not-found",
            message: `No subnet ${id} was found.`,
            advice:
              "Check the names under network_settings; a network that is only named is looked for in the workspace's resource group.",
          },
        ]
      : [
          {
            severity: "not-checked",
            code: "subnet-not-checked",
            message: `Whether the subnet ${id} is there was not checked: ${answer.failure.error.message}`,
            advice: "To have it checked, give the identity Reader on the network.",
          },
        ];
  }
  if (nodePublicIp) return [];
  const answer = await reads.get(reads.workspace.id, workspaceApiVersion);
  const { managedNetwork } = (answer.ok ? (answer.value["properties"] ?? {}) : {}) as {
    readonly managedNetwork?: { readonly isolationMode?: string };
  };
  const isolation = managedNetwork?.isolationMode ?? "Disabled";
  if (!answer.ok || isolation.toLowerCase() !== "disabled") return [];
  return [
    {
      severity: "warning",
      code: "no-public-ip-no-network",
      message: "enable_node_public_ip is false, no subnet is named, and the workspace has no managed network.",
      advice: "Add network_settings with a subnet, or give the workspace a managed network.",
    },
  ];
}
