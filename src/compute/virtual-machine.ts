import * as z from "zod";
import type { LiveCompute } from "../azure/computes.ts";
import { listOf, textOf } from "../azure/members.ts";
import { parseResourceId } from "../azure/resource-id.ts";
import type { Workspace } from "../azure/workspace.ts";
import type { ResolveSecret, SecretReference } from "../secret/secret.ts";
import { checkShape, text, shape } from "../yaml/shape.ts";
import type { SourceNode } from "../yaml/source.ts";
import {
  attachRequest,
  attachedKeys,
  attachedResource,
  resourceComparison,
  type Attached,
  type AttachedKind,
} from "./attached/resource.ts";
import { baseComparisons, differing, member } from "./compare.ts";
import type { ResourceReads } from "../azure/resource-reads.ts";
import type { Difference, Finding, Permission, ReadContext, ReadResult } from "./kind.ts";
import { nameProblems } from "./name.ts";
import { readBase } from "./read-base.ts";
import { readBehind, readsBehind } from "./attached/behind.ts";
import {
  loginComparisons,
  readSshLogin,
  secretsOfLogin,
  sshHints,
  sshProperties,
  sshSettings,
  type SshLogin,
} from "./attached/ssh-login.ts";
import { containerWorkloads } from "./workload.ts";

/** A virtual machine of the user's, which the service reaches by SSH. The service never starts, stops or deletes it. */
export type VirtualMachine = Attached & SshLogin & { readonly type: "virtualmachine" };

export const label = "virtual machine";
export const otherNames = ["vm", "dsvm", "remote", "machine"];
export const computeType = "VirtualMachine";
export const azmlSchemas = ["vmCompute"];
export const origin = "attached";
export const users = ["jobs"] as const;
export const runs = containerWorkloads;
export const written = async () => (await import("./attached/written.ts")).writeWithLogin;
export const scriptStepType = "RemoteCompute";

const attachedKind: AttachedKind = {
  resourceType: "Microsoft.Compute/virtualMachines",
  parts: ["vm_name"],
};

export const schema = shape(() =>
  z
    .strictObject({
      ...attachedKeys("virtualmachine"),
      location: text()
        .optional()
        .describe("Accepted for compatibility with az ml; ignored: an attachment is always in the workspace's region."),
      vm_name: text().optional().describe("Name of the machine, in place of resource_id."),
      ssh_settings: sshSettings(),
    })
    .describe("A virtual machine that is attached by SSH."),
);

export function read(node: SourceNode, context: ReadContext): ReadResult<VirtualMachine> {
  const { value, problems } = checkShape(schema, node);
  if (value === undefined) return { problems };
  const resource = attachedResource(attachedKind, value, node, context);
  const ssh = readSshLogin(value.ssh_settings, node, context);
  const all = [...problems, ...nameProblems(value.name, node), ...resource.problems, ...ssh.problems];
  if (resource.id === undefined) return { problems: all };
  const target: VirtualMachine = {
    type: "virtualmachine",
    ...readBase(value, node),
    resourceId: resource.id,
    ...ssh.login,
  };
  return { target, problems: all };
}

export function resourceIdOf(target: VirtualMachine): string {
  return target.resourceId;
}

export function secretsOf(target: VirtualMachine): readonly SecretReference[] {
  return secretsOfLogin(target);
}

/** Which network interface and which address a machine has is known only when it has been read: they are read in its group. */
export function permissionsOf({ resourceId }: VirtualMachine): readonly Permission[] {
  return [
    ...readsBehind(resourceId, "Microsoft.Compute/virtualMachines/read"),
    ...readsBehind(
      groupOf(resourceId),
      "Microsoft.Network/networkInterfaces/read",
      "Microsoft.Network/publicIPAddresses/read",
    ),
  ];
}

function groupOf(resourceId: string): string {
  const parsed = parseResourceId(resourceId);
  return parsed === undefined
    ? resourceId
    : `/subscriptions/${parsed.subscriptionId}/resourceGroups/${parsed.resourceGroup}`;
}

export async function toRequest(
  target: VirtualMachine,
  workspace: Workspace,
  resolve: ResolveSecret,
): Promise<unknown> {
  return attachRequest(target, computeType, workspace, await sshProperties(target, resolve));
}

/** Secrets cannot be read back, so an update in place would replace the account by nothing: there is none. */
export function toUpdate(): undefined {
  return undefined;
}

export function differencesFrom(target: VirtualMachine, live: LiveCompute): readonly Difference[] {
  return differing(
    [resourceComparison(target, live), ...loginComparisons(target, live), ...baseComparisons(target, live, "reattach")],
    live,
  );
}

/**
 * The service takes an Ubuntu machine that runs and that it can reach at a public address.
 *
 * @see https://learn.microsoft.com/azure/machine-learning/v1/how-to-set-up-training-targets
 */
export async function preflight(target: VirtualMachine, reads: ResourceReads): Promise<readonly Finding[]> {
  const behind = await readBehind(reads, label, target.resourceId, "2026-04-01", { $expand: "instanceView" });
  if (!("resource" in behind)) return behind.findings;
  const { resource } = behind;
  return [...systemFindings(resource), ...powerFindings(resource), ...(await addressFindings(resource, reads))];
}

type Document = Readonly<Record<string, unknown>>;

/** Distributions and publishers that are certainly not Ubuntu; an image that nobody knows may well be built on it. */
const otherSystems =
  /windows|rhel|red ?hat|centos|openlogic|debian|suse|sles|oracle|alma ?linux|rocky|\bresf\b|fedora|kinvolk|flatcar|azure-?linux|mariner/i;

function systemFindings(machine: Document): readonly Finding[] {
  const at = (...path: readonly string[]) => textOf(member(machine, "properties", ...path));
  const advice = "Attach an Ubuntu machine; the Data Science Virtual Machine for Ubuntu has what training needs.";
  const osType = at("storageProfile", "osDisk", "osType");
  if (osType !== undefined && osType.toLowerCase() !== "linux") {
    return [{ severity: "error", code: "vm-not-linux", message: `The machine runs ${osType}, not Linux.`, advice }];
  }
  const image = ["publisher", "offer", "sku"].map((part) => at("storageProfile", "imageReference", part));
  const imageName = image.filter((part) => part !== undefined).join(" ");
  // Filled in only while the agent in the machine runs.
  const osName = at("instanceView", "osName");
  if (/ubuntu|canonical/i.test(`${osName ?? ""} ${imageName}`)) return [];
  if (osName !== undefined || otherSystems.test(imageName)) {
    return [
      {
        severity: "error",
        code: "vm-not-ubuntu",
        message: `The machine runs ${osName ?? `the image ${imageName}`}, and the service supports only Ubuntu.`,
        advice,
      },
    ];
  }
  return [
    {
      severity: "warning",
      code: "vm-system-unknown",
      message: `It is not known whether the machine runs Ubuntu, from ${imageName === "" ? "a custom image" : `its image ${imageName}`}.`,
      advice: "The service supports only Ubuntu.",
    },
  ];
}

function powerFindings(machine: Document): readonly Finding[] {
  const codes = listOf(member(machine, "properties", "instanceView", "statuses"))
    .map((status) => textOf(member(status as Document, "code")) ?? "")
    .filter((code) => /^PowerState\//i.test(code));
  const state = codes[0]?.split("/")[1];
  if (state?.toLowerCase() === "running") return [];
  const start = `Start it: az vm start --ids ${textOf(machine["id"]) ?? "ID"}`;
  if (state === undefined) {
    return [
      {
        severity: "warning",
        code: "vm-state-unknown",
        message: "The machine did not report its power state.",
        advice: "The service logs in while it attaches, so the machine has to run.",
      },
    ];
  }
  return [
    {
      severity: state.toLowerCase() === "starting" ? "warning" : "error",
      code: "vm-not-running",
      message: `The machine is ${state}, and the service could not log in to attach it.`,
      advice: state.toLowerCase() === "starting" ? "Wait until it runs." : start,
    },
  ];
}

/** From the network interfaces to the public addresses; one that is assigned is enough. */
async function addressFindings(machine: Document, reads: ResourceReads): Promise<readonly Finding[]> {
  const nics = listOf(member(machine, "properties", "networkProfile", "networkInterfaces"))
    .map((nic) => textOf(member(nic as Document, "id")))
    .filter((id) => id !== undefined);
  const found = await Promise.all(nics.map((id) => readBehind(reads, "network interface", id, networkVersion)));
  const notRead = found.flatMap(({ findings }) => findings);
  const configurations = found.flatMap((nic) =>
    "resource" in nic ? listOf(member(nic.resource, "properties", "ipConfigurations")) : [],
  ) as readonly Document[];
  const addresses = await Promise.all(
    configurations
      .map((configuration) => textOf(member(configuration, "properties", "publicIPAddress", "id")))
      .filter((id) => id !== undefined)
      .map((id) => readBehind(reads, "public address", id, networkVersion)),
  );
  if (addresses.some((address) => "resource" in address && isAssigned(address.resource))) return [];
  const unclear = [...notRead, ...addresses.flatMap(({ findings }) => findings)];
  if (unclear.length > 0) return unclear;
  if (addresses.length > 0) {
    return [
      {
        severity: "warning",
        code: "vm-address-not-assigned",
        message:
          "The machine's public address has no value at the moment, as is usual for a dynamic address of a stopped machine.",
        advice: "Start the machine, or make the address static.",
      },
    ];
  }
  const behindLoadBalancer = configurations.some(
    (configuration) => listOf(member(configuration, "properties", "loadBalancerInboundNatRules")).length > 0,
  );
  return [
    behindLoadBalancer
      ? {
          severity: "warning",
          code: "vm-behind-load-balancer",
          message: "The machine has no public address of its own; a load balancer's inbound rule leads to it.",
          advice: "Make sure that the rule leads to the SSH port that is declared.",
        }
      : {
          severity: "error",
          code: "vm-no-public-address",
          message: "The machine has no public address, and the service connects to it by SSH from outside.",
          advice: "Give one of its network interfaces a public address, and allow the SSH port in its network rules.",
        },
  ];
}

const networkVersion = "2025-09-01";

function isAssigned(address: Document): boolean {
  return textOf(member(address, "properties", "ipAddress")) !== undefined;
}

export const hints = sshHints;

export const afterDetach =
  "Its disks, network interfaces and public address are resources of their own, and are still billed when only the machine is deleted.";
