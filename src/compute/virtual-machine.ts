import { isAbsolute, relative, resolve as resolvePath } from "node:path";
import * as z from "zod";
import type { LiveCompute } from "../azure/computes.ts";
import type { Workspace } from "../azure/workspace.ts";
import type { Problem } from "../declaration/problem.ts";
import type { ResolveSecret, SecretReference } from "../declaration/secret.ts";
import { secret } from "../declaration/secret-reference.ts";
import { checkShape, integer, oneOf, shape, tags, text } from "../declaration/shape.ts";
import { positionOf, type SourceNode } from "../declaration/source.ts";
import { attachedResource, resourceSchema, type AttachedKind } from "./attached-resource.ts";
import { baseComparisons, differing, member } from "./compare.ts";
import type { Difference, ReadContext, ReadResult, TargetBase } from "./kind.ts";
import { nameProblems } from "./name.ts";
import { readBase, readOnlyKeys } from "./read-base.ts";

/** A virtual machine of the user's, which the service reaches by SSH. The service never starts, stops or deletes it. */
export type VirtualMachine = TargetBase & {
  readonly type: "virtualmachine";
  /** ARM id of the machine. */
  readonly resourceId: string;
  readonly sshPort: number;
  readonly adminUsername: string;
  /** Exactly one of password and private key. */
  readonly adminPassword?: SecretReference;
  readonly privateKey?: SecretReference;
};

export const label = "virtual machine";
export const computeType = "VirtualMachine";
export const origin = "attached";

const attachedKind: AttachedKind = {
  resourceType: "Microsoft.Compute/virtualMachines",
  parts: ["vm_name"],
};

export const schema = shape(() =>
  z
    .strictObject({
      $schema: text().optional(),
      type: oneOf(["virtualmachine"]),
      name: text().describe("3 to 24 letters, digits and dashes."),
      description: text().optional(),
      tags: tags().optional(),
      location: text()
        .optional()
        .describe("Taken and not used, as az ml does: an attachment stands in the workspace's region."),
      ...resourceSchema(),
      ...readOnlyKeys(),
      vm_name: text().optional().describe("Name of the machine, in place of resource_id."),
      ssh_settings: z
        .strictObject({
          admin_username: text(),
          admin_password: secret().optional(),
          ssh_port: integer().default(22),
          ssh_private_key_file: z
            .union([text(), secret()])
            .optional()
            .describe("Path of an RSA private key outside the checkout, or a secret reference."),
        })
        .describe("How the service logs in: a user with either a password or a private key."),
    })
    .describe("A virtual machine that is attached by SSH."),
);

type Declared = z.infer<ReturnType<typeof schema>>;

export function read(node: SourceNode, context: ReadContext): ReadResult<VirtualMachine> {
  const { value, problems } = checkShape(schema, node);
  if (value === undefined) return { problems };
  const resource = attachedResource(attachedKind, value, node, context);
  const login = readLogin(value.ssh_settings, node, context);
  const all = [...problems, ...nameProblems(value.name, node), ...resource.problems, ...login.problems];
  if (resource.id === undefined) return { problems: all };
  const target: VirtualMachine = {
    type: "virtualmachine",
    ...readBase(value, node),
    resourceId: resource.id,
    sshPort: value.ssh_settings.ssh_port,
    adminUsername: value.ssh_settings.admin_username,
    ...login.secrets,
  };
  return { target, problems: all };
}

type Login = {
  readonly secrets: Pick<VirtualMachine, "adminPassword" | "privateKey">;
  readonly problems: readonly Problem[];
};

function readLogin(ssh: Declared["ssh_settings"], node: SourceNode, context: ReadContext): Login {
  const problems: Problem[] = [];
  const add = (code: string, key: string, message: string, fix: string) =>
    problems.push({ code, severity: "error", where: positionOf(node, ["ssh_settings", key]), message, fix });
  if (ssh.ssh_port < 1 || ssh.ssh_port > 65_535) {
    add("out-of-range", "ssh_port", `ssh_port is ${ssh.ssh_port}.`, "Use a port from 1 to 65535; SSH's own is 22.");
  }
  const password = ssh.admin_password;
  const key = ssh.ssh_private_key_file;
  if ((password === undefined) === (key === undefined)) {
    add(
      "password-or-key",
      password === undefined ? "admin_username" : "ssh_private_key_file",
      password === undefined
        ? "ssh_settings has neither admin_password nor ssh_private_key_file."
        : "ssh_settings has both admin_password and ssh_private_key_file.",
      "Give exactly one of them, as a secret reference such as { env: DSVM_PASSWORD }.",
    );
  }
  const placed = (below: string) => positionOf(node, ["ssh_settings", below]);
  const privateKey = typeof key === "string" ? keyFile(key, node, context, add) : key;
  return {
    problems,
    secrets: {
      ...(password === undefined ? {} : { adminPassword: { ...password, where: placed("admin_password") } }),
      ...(privateKey === undefined ? {} : { privateKey: { ...privateKey, where: placed("ssh_private_key_file") } }),
    },
  };
}

/** az ml names the key's file as it is. A key inside the checkout is in the repository, and so no secret any more. */
function keyFile(
  path: string,
  node: SourceNode,
  context: ReadContext,
  add: (code: string, key: string, message: string, fix: string) => void,
): { from: "file"; path: string } | undefined {
  const absolute = resolvePath(node.document.folder, path);
  const fromCheckout = relative(context.checkout, absolute);
  const inside = !fromCheckout.startsWith("..") && !isAbsolute(fromCheckout);
  if (inside && !path.startsWith("~")) {
    add(
      "literal-secret",
      "ssh_private_key_file",
      `The private key ${JSON.stringify(path)} would be read from the checkout.`,
      "Keep the key out of the repository and refer to it: { env: NAME }, { key_vault: URL }, or { file: PATH } outside the checkout.",
    );
    return undefined;
  }
  return { from: "file", path: path.startsWith("~") ? path : absolute };
}

export function resourceIdOf(target: VirtualMachine): string {
  return target.resourceId;
}

export function secretsOf({ adminPassword, privateKey }: VirtualMachine): readonly SecretReference[] {
  return [adminPassword, privateKey].filter((reference) => reference !== undefined);
}

/** Body of `PUT …/computes/{name}`. An attachment stands in the workspace's region, wherever the machine is. */
export async function toRequest(
  target: VirtualMachine,
  workspace: Workspace,
  resolve: ResolveSecret,
): Promise<unknown> {
  const password = target.adminPassword === undefined ? undefined : await resolve(target.adminPassword);
  const privateKey = target.privateKey === undefined ? undefined : await resolve(target.privateKey);
  return {
    location: workspace.location,
    ...(target.tags === undefined ? {} : { tags: target.tags }),
    properties: {
      computeType,
      ...(target.description === undefined ? {} : { description: target.description }),
      resourceId: target.resourceId,
      properties: {
        sshPort: target.sshPort,
        administratorAccount: {
          username: target.adminUsername,
          ...(password === undefined ? {} : { password }),
          ...(privateKey === undefined ? {} : { privateKeyData: privateKey }),
        },
      },
    },
  };
}

/** Secrets cannot be read back, so an update in place would replace the account by nothing: there is none. */
export function toUpdate(): undefined {
  return undefined;
}

export function differencesFrom(target: VirtualMachine, live: LiveCompute): readonly Difference[] {
  return differing([
    {
      field: "resource_id",
      declared: target.resourceId.replace(/\/+$/, ""),
      live: live.resourceId?.replace(/\/+$/, ""),
      means: "reattach",
      ignoreCase: true,
    },
    {
      field: "ssh_settings.ssh_port",
      declared: target.sshPort,
      live: member(live.properties, "sshPort") ?? 22,
      means: "reattach",
    },
    {
      field: "ssh_settings.admin_username",
      declared: target.adminUsername,
      live: member(live.properties, "administratorAccount", "username"),
      means: "reattach",
    },
    ...baseComparisons(target, live, "reattach"),
  ]);
}
