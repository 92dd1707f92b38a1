import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runStep, type StepResult } from "../../demo/runner.ts";
import { machineId } from "../../emulator/resources/machines.ts";
import type { Reply } from "../../emulator/server/reply.ts";
import { seeded } from "../../emulator/settings.ts";
import { readings, spellings } from "../support/readings.ts";
import type { Verdict } from "./campaign.ts";
import { altered } from "./members.ts";
import { cpuCluster, leasePrefix, type Stand } from "./stand.ts";
import { literally } from "./disturbances.ts";

/** What the step is given, and what it fetches: signs that are escaped somewhere, several lines, nothing special. */
const inEnvironment = "pä\"ss\\w<ö>rd&+/=%20'1`2|3*4_5";
const inFile = "-----BEGIN KEY-----\nMIIEpAIBAAKCAQEA7bq\nsecond/line+of=it\n-----END KEY-----";
const inVault = "vault ✓ s3cret:[x](y)#!~^{z}";

type Secret = {
  readonly name: string;
  readonly value: string;
  /** Whether the step can hide it before it has sent it to anybody. */
  readonly isKnown: boolean;
};

/** A place where somebody else's text comes in, and the command that reads it. */
type Echo = {
  readonly name: string;
  readonly command: "apply" | "detach" | "doctor" | "plan" | "up";
  /** Of method and path. */
  readonly at: RegExp;
  readonly change: (reply: Reply, text: string) => Reply;
  /** The storage's answers are none that can be altered: they are given in its place. */
  readonly isBlob?: boolean;
};

export type SecretCase = { readonly echo: Echo; readonly forms: readonly string[]; readonly isDebugged: boolean };

const arm =
  (status: number) =>
  (_: Reply, text: string): Reply => ({
    status,
    headers: { "x-ms-request-id": inHeader(text), "x-ms-correlation-request-id": inHeader(text) },
    body: {
      error: { code: "Refused", message: `Not so: ${text}`, target: text, details: [{ code: "Leaf", message: text }] },
    },
  });
const member =
  (path: string, of: (text: string) => unknown = (text) => text) =>
  (reply: Reply, text: string): Reply => ({ ...reply, body: altered(reply.body, path.split("."), of(text)) });

function inHeader(text: string): string {
  return encodeURIComponent(text).slice(0, 4_000);
}

const provisioningErrors = (text: string) => [{ error: { code: "X", message: text, details: [] } }];
const live = (path: string, of?: (text: string) => unknown) => member(`value.0.${path}`, of);

const echoes: readonly Echo[] = [
  { name: "the cloud's metadata", command: "plan", at: /GET .*\/metadata\/endpoints/, change: arm(400) },
  { name: "GitHub's refusal of an ID token", command: "plan", at: /\/_github\/id-token/, change: arm(403) },
  {
    name: "Entra's error_description",
    command: "plan",
    at: /POST .*\/oauth2\/v2.0\/token/,
    change: (_, text) => ({
      status: 401,
      body: {
        error: "invalid_client",
        error_description: `AADSTS7000215: ${text}`,
        error_codes: [7000215],
        trace_id: text,
      },
    }),
  },
  ...(["plan", "doctor"] as const).flatMap((command): readonly Echo[] => [
    { name: "the workspace's error", command, at: /GET .*\/workspaces\/mlw-main$/, change: arm(403) },
    { name: "the workspace's location", command, at: /GET .*\/workspaces\/mlw-main$/, change: member("location") },
    {
      name: "the workspace's tags",
      command,
      at: /GET .*\/workspaces\/mlw-main$/,
      change: member("tags", (text) => ({ [text]: text })),
    },
    { name: "the list of computes", command, at: /GET .*\/computes$/, change: arm(400) },
    {
      name: "a compute's errors in the list",
      command,
      at: /GET .*\/computes$/,
      change: live("properties.provisioningErrors", provisioningErrors),
    },
    {
      name: "a compute's state in the list",
      command,
      at: /GET .*\/computes$/,
      change: live("properties.provisioningState"),
    },
    {
      name: "a compute's description in the list",
      command,
      at: /GET .*\/computes$/,
      change: live("properties.description"),
    },
    {
      name: "a compute's tags in the list",
      command,
      at: /GET .*\/computes$/,
      change: live("tags", (text) => ({ [text]: text })),
    },
    {
      name: "a compute's own part in the list",
      command,
      at: /GET .*\/computes$/,
      change: live("properties.properties.vmSize"),
    },
    { name: "a machine's error", command, at: /GET .*\/virtualMachines\/vm2$/, change: arm(403) },
    { name: "a machine's location", command, at: /GET .*\/virtualMachines\/vm2$/, change: member("location") },
  ]),
  { name: "the datastore's error", command: "doctor", at: /GET .*\/datastores\/workspaceblobstore$/, change: arm(400) },
  {
    name: "the datastore's account",
    command: "doctor",
    at: /GET .*\/datastores\/workspaceblobstore$/,
    change: member("properties.accountName"),
  },
  { name: "the datastore's secrets", command: "doctor", at: /\/listSecrets$/, change: arm(400) },
  { name: "what is granted", command: "doctor", at: /Microsoft.Authorization\/permissions$/, change: arm(400) },
  { name: "the addresses of the data plane", command: "doctor", at: /\/discovery$/, change: arm(400) },
  { name: "a write's refusal", command: "apply", at: /PUT .*\/computes\/vm-a$/, change: arm(400) },
  { name: "a write's conflict", command: "apply", at: /PUT .*\/computes\/vm-a$/, change: arm(409) },
  {
    name: "a written compute's errors",
    command: "apply",
    at: /GET .*\/computes\/vm-a$/,
    change: (reply, text) =>
      member("properties.provisioningState", () => "Failed")(
        member("properties.provisioningErrors", provisioningErrors)(reply, text),
        text,
      ),
  },
  {
    name: "an operation's error",
    command: "apply",
    at: /\/computeOperationsStatus\//,
    change: (_, text) => ({
      status: 200,
      body: { status: "Failed", error: { code: "X", message: text, details: [{ code: "Y", message: text }] } },
    }),
  },
  { name: "an operation's refusal", command: "apply", at: /\/computeOperationsStatus\//, change: arm(400) },
  { name: "a detachment's refusal", command: "detach", at: /DELETE .*\/computes\/cpu-cluster$/, change: arm(400) },
  { name: "the vault's refusal", command: "apply", at: /GET \/secrets\//, change: arm(403) },
  {
    name: "the storage's refusal of a lease",
    command: "apply",
    at: new RegExp(`PUT .*${leasePrefix}`),
    change: arm(403),
    isBlob: true,
  },
  {
    name: "the storage's refusal of an upload",
    command: "up",
    at: /PUT .*\/train\.sh$/,
    change: arm(403),
    isBlob: true,
  },
  { name: "the environment's refusal", command: "up", at: /PUT .*\/environments\//, change: arm(400) },
  { name: "the code's refusal", command: "up", at: /PUT .*\/codes\//, change: arm(400) },
  {
    name: "the place for an upload",
    command: "up",
    at: /\/startPendingUpload$/,
    change: member("blobReferenceForConsumption.blobUri", (text) => `https://x.example/${text}`),
  },
  { name: "the job's refusal", command: "up", at: /PUT .*\/jobs\//, change: arm(400) },
  { name: "the job's name", command: "up", at: /PUT .*\/jobs\//, change: member("properties.displayName") },
  {
    name: "the job's page",
    command: "up",
    at: /PUT .*\/jobs\//,
    change: member("properties.services.Studio.endpoint", (text) => `https://ml.azure.com/runs/${text}`),
  },
  {
    name: "the run's error",
    command: "up",
    at: /GET .*\/runs\/[^/]+\/details$/,
    change: (reply, text) =>
      member("warnings", () => [text, { message: text }])(
        member("error", () => ({ error: { code: "X", message: text, details: [{ message: text }] } }))(reply, text),
        text,
      ),
  },
  {
    name: "the names of the run's logs",
    command: "up",
    at: /GET .*\/runs\/[^/]+\/details$/,
    change: (reply, text) =>
      member("logFiles", () => ({
        [`user_logs/${text}`]: (reply.body as { logFiles?: Record<string, string> }).logFiles?.[
          "user_logs/std_log.txt"
        ],
      }))(reply, text),
  },
  {
    name: "the names of metrics",
    command: "up",
    at: /\/mlflow\/runs\/get$/,
    change: (_, text) => ({
      status: 200,
      body: { run: { data: { metrics: [{ key: text, value: 1, step: 0, timestamp: 1 }] } } },
    }),
  },
  {
    name: "the names of artifacts",
    command: "up",
    at: /GET .*\/artifacts\/prefix\/contentinfo\/ExperimentRun\//,
    change: member("value.0.path", (text) => `outputs/${text}`),
  },
  { name: "an artifact's refusal", command: "up", at: /\/artifacts\/(prefix\/)?contentinfo\//, change: arm(400) },
  { name: "the lines of a log", command: "up", at: /^never$/, change: (reply) => reply },
  {
    name: "GitHub's refusal of a comment",
    command: "plan",
    at: /POST .*\/issues\/7\/comments$/,
    change: (_, text) => ({ status: 403, body: { message: text, documentation_url: text } }),
  },
  {
    name: "GitHub's list of comments",
    command: "plan",
    at: /GET .*\/issues\/7\/comments$/,
    change: (_, text) => ({ status: 400, body: { message: text, errors: [{ message: text }] } }),
  },
  {
    name: "a comment's address",
    command: "plan",
    at: /POST .*\/issues\/7\/comments$/,
    change: member("html_url", (text) => `https://github.com/${text}`),
  },
];

const formNames = Object.keys(spellings);
/** So many at once: more of them would be cut before they are shown. */
const formsAtOnce = 3;

export function secretCases(): readonly SecretCase[] {
  return echoes.flatMap((echo, index) =>
    Array.from({ length: Math.ceil(formNames.length / formsAtOnce) }, (_, group) => ({
      echo,
      forms: formNames.slice(group * formsAtOnce, (group + 1) * formsAtOnce),
      isDebugged: (index + group) % 4 === 0,
    })),
  );
}

export function secretName({ echo, forms, isDebugged }: SecretCase): string {
  return `${echo.command}: ${forms.join(", ")} in ${echo.name}${isDebugged ? ", with debug output" : ""}`;
}

const machine = (name: string, vm: string, secret: string) =>
  `  - name: ${name}\n    type: virtualmachine\n    resource_id: ${machineId(vm)}\n    ssh_settings: { admin_username: azureuser, ${secret} }\n`;

function checkoutOf(vault: string, key: string): string {
  const checkout = mkdtempSync(join(tmpdir(), "faults-secrets-"));
  mkdirSync(join(checkout, "src"));
  writeFileSync(join(checkout, "src", "train.sh"), "cat echoed.txt; mkdir -p outputs; echo x > outputs/model.txt\n");
  writeFileSync(
    join(checkout, "azureml.yml"),
    `targets:\n${machine("vm-a", "vm1", "admin_password: { env: DSVM_PASSWORD }")}${machine("vm-b", "vm2", `admin_password: { key_vault: ${vault}/secrets/vm }`)}${machine("vm-c", "vm4", `ssh_private_key_file: { file: ${key} }`)}` +
      `  - { name: cpu-cluster, type: amlcompute, size: Standard_DS3_v2, max_instances: 2 }\n` +
      `run: { command: bash train.sh, code: src, compute: azureml:cpu-cluster, environment: { image: ubuntu } }\ngates: [{ metric: accuracy, at_least: 0.9 }]\n`,
  );
  return checkout;
}

/** @param main the program; default: the built action. */
export async function playSecrets(one: SecretCase, stand: Stand, main?: string): Promise<Verdict> {
  const { echo, forms, isDebugged } = one;
  await stand.restore([cpuCluster]);
  const { emulator } = stand;
  for (const name of ["vm1", "vm2", "vm4"]) emulator.addMachine(name);
  emulator.putSecret("vm", inVault);
  const secretFile = join(mkdtempSync(join(tmpdir(), "faults-key-")), "key");
  writeFileSync(secretFile, inFile);
  const secrets = new Map<string, Secret>();
  const know = (name: string, value: unknown, isKnown = true) => {
    if (typeof value === "string" && value !== "") secrets.set(name, { name, value, isKnown });
  };
  know("the secret in the environment", inEnvironment);
  know("the secret in the file", inFile, false);
  know("the secret in the vault", inVault, false);
  know("the client's secret", seeded.clientSecret);
  know("the token for GitHub", seeded.githubToken);
  know("the token for ID tokens", seeded.idTokenRequestToken);
  const text = () =>
    forms
      .flatMap((form) =>
        [...secrets.values()].filter(({ isKnown }) => isKnown).map(({ value }) => spellings[form]?.(value) ?? ""),
      )
      .join(" ; ");
  let met = false;
  await using endpoint = await emulator.openEndpoint({
    onRequest: async ({ method, path, text: sent }) => {
      if (sent.includes(JSON.stringify(inFile).slice(1, -1))) know("the secret in the file", inFile);
      if (echo.isBlob === true && echo.at.test(`${method} ${path}`)) {
        met = true;
        endpoint.faults.clear();
        const { status, headers = {}, body } = echo.change({ status: 200 }, text());
        endpoint.faults.add({
          method,
          path: `${literally(path)}$`,
          kind: "status",
          status,
          headers,
          body,
        });
      }
      return "continue";
    },
    onReply: ({ method, path }, reply) => {
      if (echo.isBlob === true || !echo.at.test(`${method} ${path}`)) {
        learn(path, reply, know);
        return reply;
      }
      met = true;
      return echo.change(reply, text());
    },
  });
  const checkout = checkoutOf(endpoint.origin, secretFile);
  if (echo.name === "the lines of a log") {
    met = true;
    writeFileSync(join(checkout, "src", "echoed.txt"), `${text()}\n`);
  }
  const event = { name: "pull_request", payload: { pull_request: { number: 7, head: { sha: "a".repeat(40) } } } };
  emulator.putPullRequest({ number: 7, head: "a".repeat(40) });
  const step = await runStep({
    checkout,
    event,
    commit: "a".repeat(40),
    inputs: {
      ...{ command: echo.command, comment: "true", "timeout-minutes": "1", auth: "oidc", download: "outputs/**" },
      ...(echo.command === "plan" ? { "plan-file": "plan.json" } : {}),
      ...(echo.command === "detach" ? { only: "cpu-cluster", "allow-delete": "true" } : {}),
    },
    environment: {
      ...endpoint.environment,
      DSVM_PASSWORD: inEnvironment,
      ...(isDebugged ? { RUNNER_DEBUG: "1", NODE_DEBUG: "http", DEBUG: "*", AZURE_LOG_LEVEL: "verbose" } : {}),
    },
    ...(main === undefined ? {} : { main }),
  });
  const broken = leaked(await leaving(step, stand, checkout), [...secrets.values()]);
  return { name: secretName(one), broken, again: false, met };
}

/** Secrets that the service hands out. */
function learn(path: string, { body }: Reply, know: (name: string, value: unknown, isKnown?: boolean) => void): void {
  const members = (typeof body === "object" && body !== null ? body : {}) as Readonly<Record<string, unknown>>;
  if (path.endsWith("/oauth2/v2.0/token")) know("an access token", members["access_token"]);
  if (path.endsWith("/id-token")) know("an ID token", members["value"]);
  if (path.endsWith("/listSecrets")) know("the storage's key", members["key"]);
  if (path.startsWith("/secrets/")) know("the secret in the vault", members["value"]);
}

/** Everything that others can read afterwards. What the runner is told to hide is told to nobody else. */
async function leaving(step: StepResult, stand: Stand, checkout: string): Promise<ReadonlyMap<string, string>> {
  const log = step.raw.split("\n").filter((line) => !line.startsWith("::add-mask::"));
  const files = Object.entries(step.outputs).filter(([name, path]) => name.endsWith("-path") && existsSync(path));
  const plan = join(checkout, "plan.json");
  const blobs = await stand.emulator.blobs(leasePrefix);
  return new Map([
    ["the log", log.join("\n")],
    ["the summary", step.summary],
    ["the outputs", JSON.stringify(step.outputs)],
    ["the saved state", JSON.stringify(step.state)],
    [
      "the comment",
      stand.emulator
        .comments(7)
        .map(({ body }) => body)
        .join("\n"),
    ],
    ["the plan file", existsSync(plan) ? readFileSync(plan, "utf8") : ""],
    ["the leased blobs", blobs.map(({ text }) => text).join("\n")],
    ...files
      .filter(([name]) => name !== "artifacts-path")
      .map(([name, path]) => [name, readFileSync(path, "utf8")] as const),
  ]);
}

/** Shorter lines of a secret stand in innocent texts too. */
const shortest = 8;

function leaked(places: ReadonlyMap<string, string>, secrets: readonly Secret[]): readonly string[] {
  return [...places].flatMap(([place, text]) => {
    const all = readings(text);
    return secrets.flatMap(({ name, value }) =>
      value
        .split("\n")
        .filter((line) => line.length >= shortest)
        .flatMap((line) => {
          const shown = all.find((reading) => reading.includes(line));
          if (shown === undefined) return [];
          const at = shown.indexOf(line);
          return [`${name} in ${place}: ${JSON.stringify(shown.slice(Math.max(0, at - 120), at + line.length + 40))}`];
        })
        .slice(0, 1),
    );
  });
}
