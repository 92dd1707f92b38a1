import { isAbsolute, relative, resolve as resolvePath } from "node:path";
import * as z from "zod";
import type { LiveCompute } from "../../azure/computes.ts";
import type { ProblemCode } from "../../yaml/problem-codes.ts";
import type { Problem } from "../../yaml/problem.ts";
import type { ResolveSecret, SecretReference } from "../../secret/secret.ts";
import { secret } from "../../secret/reference.ts";
import { integer, text } from "../../yaml/shape.ts";
import { positionOf, type SourceNode } from "../../yaml/source.ts";
import { liveMember, type Comparison } from "../compare.ts";
import type { Hint, ReadContext } from "../kind.ts";

/** How the service logs in to a machine or a cluster of the user's. */
export type SshLogin = {
  readonly sshPort: number;
  readonly adminUsername: string;
  /** Exactly one of password and private key. */
  readonly adminPassword?: SecretReference;
  readonly privateKey?: SecretReference;
  /** Of the private key. */
  readonly passphrase?: SecretReference;
};

/** az ml's `ssh_settings` of an attached machine, and the passphrase that its private key may need. */
export function sshSettings() {
  return z
    .strictObject({
      admin_username: text(),
      admin_password: secret().optional(),
      ssh_port: integer().default(22),
      ssh_private_key_file: z
        .union([text(), secret()])
        .optional()
        .describe("Path of an RSA private key outside the checkout, or a secret reference."),
      passphrase: secret().optional().describe("Reference to the passphrase of the private key."),
    })
    .describe("How the service logs in: a user with either a password or a private key.");
}

type Declared = z.infer<ReturnType<typeof sshSettings>>;

/** The login as declared under `ssh_settings`, with what is wrong about it. */
export function readSshLogin(
  ssh: Declared,
  node: SourceNode,
  context: ReadContext,
): { readonly login: SshLogin; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const add: AddProblem = (code, key, message, fix) =>
    problems.push({ code, severity: "error", where: positionOf(node, ["ssh_settings", key]), message, fix });
  if (ssh.ssh_port < 1 || ssh.ssh_port > 65_535) {
    add("out-of-range", "ssh_port", `ssh_port is ${ssh.ssh_port}.`, "Use a port from 1 to 65535; SSH's own is 22.");
  }
  const { admin_password: password, ssh_private_key_file: key, passphrase } = ssh;
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
  if (passphrase !== undefined && key === undefined) {
    add(
      "passphrase-without-key",
      "passphrase",
      "ssh_settings has a passphrase and no private key that it could open.",
      "Remove the passphrase, or log in by ssh_private_key_file in place of a password.",
    );
  }
  const placed = (below: string) => positionOf(node, ["ssh_settings", below]);
  const privateKey = typeof key === "string" ? keyFile(key, node, context, add) : key;
  return {
    problems,
    login: {
      sshPort: ssh.ssh_port,
      adminUsername: ssh.admin_username,
      ...(password === undefined ? {} : { adminPassword: { ...password, where: placed("admin_password") } }),
      ...(privateKey === undefined ? {} : { privateKey: { ...privateKey, where: placed("ssh_private_key_file") } }),
      ...(passphrase === undefined ? {} : { passphrase: { ...passphrase, where: placed("passphrase") } }),
    },
  };
}

type AddProblem = (code: ProblemCode, key: string, message: string, fix: string) => void;

/** az ml names the key's file as it is. A key inside the checkout is in the repository, and so no secret any more. */
function keyFile(
  path: string,
  node: SourceNode,
  context: ReadContext,
  add: AddProblem,
): { from: "file"; path: string; written?: string } | undefined {
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
  if (path.startsWith("~") || isAbsolute(path)) return { from: "file", path };
  return { from: "file", path: absolute, written: path };
}

export function secretsOfLogin({ adminPassword, privateKey, passphrase }: SshLogin): readonly SecretReference[] {
  return [adminPassword, privateKey, passphrase].filter((reference) => reference !== undefined);
}

/**
 * `properties.properties` of an attachment by SSH. No published api-version declares `passphrase`; the first SDK sends it
 * beside the key, and so does this.
 */
export async function sshProperties(login: SshLogin, resolve: ResolveSecret): Promise<unknown> {
  const value = async (reference: SecretReference | undefined) =>
    reference === undefined ? undefined : await resolve(reference);
  const [password, privateKey, passphrase] = [
    await value(login.adminPassword),
    await value(login.privateKey),
    await value(login.passphrase),
  ];
  return {
    sshPort: login.sshPort,
    administratorAccount: {
      username: login.adminUsername,
      ...(password === undefined ? {} : { password }),
      ...(privateKey === undefined ? {} : { privateKeyData: privateKey }),
      ...(passphrase === undefined ? {} : { passphrase }),
    },
  };
}

/** Secrets never come back, so port and user are all there is to compare; a user that is kept back with them is none. */
export function loginComparisons(login: SshLogin, live: LiveCompute): readonly Comparison[] {
  const user = liveMember(live, "administratorAccount", "username") ?? undefined;
  return [
    {
      field: "ssh_settings.ssh_port",
      declared: login.sshPort,
      live: liveMember(live, "sshPort") ?? 22,
      means: "reattach",
    },
    {
      field: "ssh_settings.admin_username",
      declared: user === undefined ? undefined : login.adminUsername,
      live: user,
      means: "reattach",
    },
  ];
}

/** @see https://github.com/Azure/MachineLearningNotebooks/issues/251 */
export const sshHints: readonly Hint[] = [
  {
    when: /Connection failed to establish|SSH.*(refused|timed out)|unable to connect/i,
    advice:
      "The service could not reach the machine by SSH. Check its public address, that it runs, the port, and the network rules.",
    fields: ["resource_id"],
  },
  {
    when: /(invalid|malformed|unsupported|cannot (read|parse|decrypt)).*(private ?key|passphrase)|(private ?key|passphrase).*(invalid|incorrect|malformed|unsupported)/i,
    advice:
      "The private key could not be used. Give an RSA key in PEM form (ssh-keygen -t rsa -m PEM), and its passphrase where it has one.",
    fields: ["ssh_settings.ssh_private_key_file"],
  },
  {
    when: /\bauthentication failed|Permission denied|invalid (user ?name|password|credentials?|SSH|login)\b/i,
    advice:
      "The machine refused the login. Check admin_username and the secret behind admin_password or ssh_private_key_file.",
    fields: ["ssh_settings"],
  },
];
