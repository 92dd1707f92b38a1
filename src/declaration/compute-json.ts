import * as z from "zod";
import { carry, openKeyed, placeOfKey, type KeyedReader } from "../job/runconfig/keyed.ts";
import { notCarriedOver } from "../job/runconfig/reader.ts";
import { translatedDocument } from "../job/runconfig/translation.ts";
import { own } from "../yaml/own.ts";
import type { Problem } from "../yaml/problem.ts";
import { oneOf, shape } from "../yaml/shape.ts";
import type { NodePath, SourceDocument } from "../yaml/source.ts";
import { knownKeys, ofAks, ofMachines } from "./compute-json-keys.ts";

/** What a `compute.json` does not say by itself. */
export type ComputeJsonFacts = {
  /** `OWNER/NAME`. */
  readonly repository: string;
  /** The subscription of the virtual network, where it is known. */
  readonly subscriptionId?: string | undefined;
};

/** The keys are checked here, the values by the kind of target. */
const keysSchema = shape(() =>
  z.strictObject({
    ...Object.fromEntries(knownKeys.map((key) => [key, z.unknown().optional()])),
    compute_type: oneOf(["amlcluster", "akscluster"]),
    vm_priority: oneOf(["dedicated", "lowpriority"]).optional(),
    remote_login_port_public_access: oneOf(["Enabled", "Disabled", "NotSpecified"]).optional(),
    cluster_purpose: oneOf(["DevTest", "FastProd"]).optional(),
    load_balancer_type: oneOf(["PublicIp", "InternalLoadBalancer"]).optional(),
  }),
);

type Reader = ComputeJsonFacts & KeyedReader;

/**
 * A `compute.json` of the action `Azure/aml-compute` as the target that it describes, to be read like any other: the places are
 * those of the original.
 *
 * @see https://github.com/Azure/aml-compute
 */
export function translateComputeJson(
  document: SourceDocument,
  facts: ComputeJsonFacts,
): { readonly document: SourceDocument; readonly problems: readonly Problem[] } {
  const reader: Reader = { ...facts, ...openKeyed(document, keysSchema) };
  const { value, node, made, add, problems } = reader;
  const isAks = String(value["compute_type"]).toLowerCase() === "akscluster";
  if (Object.hasOwn(value, "name")) carry(reader, "name", ["name"]);
  else made.put(["name"], facts.repository.split("/").at(-1) ?? "", node);
  made.put(["type"], isAks ? "aks" : "amlcompute", placeOfKey(reader, "compute_type"));
  carry(reader, "location", ["location"]);
  if (isAks) readAks(reader);
  else readMachines(reader);
  for (const key of isAks ? ofMachines : ofAks)
    if (Object.hasOwn(value, key))
      notCarriedOver(
        add,
        [key],
        `a cluster of the type ${isAks ? "akscluster" : "amlcluster"} has nothing for it.`,
        "Remove it.",
      );
  return { document: translatedDocument(made, node), problems: problems() };
}

/** Puts in what one of the words of a key means; what another one means is said of its shape. */
function carryWord(reader: Reader, key: string, to: NodePath, words: Readonly<Record<string, unknown>>): void {
  const value = reader.value[key];
  const meaning = typeof value === "string" ? own(words, value.toLowerCase()) : undefined;
  if (meaning !== undefined) carry(reader, key, to, meaning);
}

function readMachines(reader: Reader): void {
  const { value } = reader;
  carry(reader, "vm_size", ["size"]);
  carryWord(reader, "vm_priority", ["tier"], { dedicated: "dedicated", lowpriority: "low_priority" });
  carry(reader, "min_nodes", ["min_instances"]);
  carry(reader, "max_nodes", ["max_instances"]);
  carry(reader, "idle_seconds_before_scaledown", ["idle_time_before_scale_down"]);
  const access = { enabled: true, disabled: false };
  carryWord(reader, "remote_login_port_public_access", ["ssh_public_access_enabled"], access);
  const { vnet_resource_group_name: group, vnet_name: vnet, subnet_name: subnet } = value;
  if (!isWholeNetwork(reader)) return;
  const { subscriptionId } = reader;
  if (subscriptionId === undefined) {
    carry(reader, "vnet_name", ["network_settings", "vnet_name"]);
    carry(reader, "subnet_name", ["network_settings", "subnet"]);
    notCarriedOver(
      reader.add,
      ["vnet_resource_group_name"],
      "without a subscription the network is looked for in the workspace's resource group.",
      "Give subscription-id.",
    );
    return;
  }
  const network = `/subscriptions/${subscriptionId}/resourceGroups/${String(group)}/providers/Microsoft.Network/virtualNetworks/${String(vnet)}`;
  carry(reader, "subnet_name", ["network_settings", "subnet"], `${network}/subnets/${String(subnet)}`);
}

/** That action takes the three together, and passes over one or two of them. */
function isWholeNetwork({ value, add }: Reader): boolean {
  const keys = ["vnet_resource_group_name", "vnet_name", "subnet_name"];
  const given = keys.filter((key) => value[key] !== undefined && value[key] !== "");
  const missing = keys.filter((key) => !given.includes(key));
  for (const key of missing.length > 0 ? given : [])
    notCarriedOver(
      add,
      [key],
      `it means nothing without ${missing.join(" and ")}.`,
      `Add ${missing.join(" and ")}, or remove it.`,
    );
  return missing.length === 0;
}

function readAks(reader: Reader): void {
  const { value } = reader;
  carry(reader, "vm_size", ["agent_vm_size"]);
  carry(reader, "agent_count", ["agent_count"]);
  carryWord(reader, "cluster_purpose", ["cluster_purpose"], { devtest: "dev_test", fastprod: "fast_prod" });
  if (isWholeNetwork(reader)) {
    carry(reader, "vnet_resource_group_name", ["network_settings", "vnet_resource_group"]);
    carry(reader, "vnet_name", ["network_settings", "vnet_name"]);
    carry(reader, "subnet_name", ["network_settings", "subnet"]);
  }
  for (const key of ["service_cidr", "dns_service_ip", "docker_bridge_cidr"])
    carry(reader, key, ["network_settings", key]);
  carry(reader, "ssl_cname", ["ssl", "cname"]);
  carry(reader, "ssl_cert_pem_file", ["ssl", "cert"], { file: value["ssl_cert_pem_file"] });
  carry(reader, "ssl_key_pem_file", ["ssl", "key"], { file: value["ssl_key_pem_file"] });
  const types = { publicip: "public_ip", internalloadbalancer: "internal_load_balancer" };
  carryWord(reader, "load_balancer_type", ["load_balancer_type"], types);
  carry(reader, "load_balancer_subnet", ["load_balancer_subnet"]);
}
