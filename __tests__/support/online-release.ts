import { setDefaultCACertificates, getCACertificates } from "node:tls";
import { readFileSync } from "node:fs";
import { randomUUID } from "node:crypto";
import type { Emulator } from "../../emulator/emulator.ts";
import { seeded, workspacePath } from "../../emulator/settings.ts";
import type { Azure } from "../../src/azure/azure.ts";
import { connect } from "../../src/azure/azure.ts";
import { succeeded } from "../../src/azure/outcome.ts";
import type { Clock } from "../../src/clock.ts";
import type { OnlineDefinition, OnlineDeployment, OnlineEndpoint } from "../../src/deployment/online/definition.ts";
import type { RequestTest } from "../../src/deployment/parts/tests.ts";
import type { Released, ReleaseDeps, TakenParts } from "../../src/release/kind.ts";
import { plan } from "../../src/release/online-release.ts";
import type { PlannedDeployment } from "../../src/report/result.ts";
import { fastClock } from "../faults/fast-clock.ts";
import { ask } from "./ask-emulator.ts";
import { endpoints, version } from "./online-endpoints.ts";
import { nowhere } from "./targets.ts";

const trusted = new Set<string>();

/** Has this process trust an emulator, as `NODE_EXTRA_CA_CERTS` would. */
function trust({ caFile }: Pick<Emulator, "caFile">): void {
  if (trusted.has(caFile)) return;
  trusted.add(caFile);
  // Authorities of emulators have one name: those of the files that this process ran before would be tried in their place.
  const own = [...trusted].map((file) => readFileSync(file, "utf8"));
  setDefaultCACertificates([...getCACertificates("bundled"), ...own]);
}

export type Connected = {
  readonly azure: Azure;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly masked: Set<string>;
};

/** A client of the emulator's workspace. @param origin of an endpoint of its own, with its own faults. */
export async function connectTo(
  emulator: Emulator,
  {
    origin = emulator.origin,
    clock = fastClock(),
    signal = new AbortController().signal,
    requestSeconds = 5,
  }: Partial<{
    readonly origin: string;
    readonly clock: Clock;
    readonly signal: AbortSignal;
    readonly requestSeconds: number;
  }> = {},
): Promise<Connected> {
  trust(emulator);
  const masked = new Set<string>();
  const azure = await connect(
    { subscriptionId: seeded.subscriptionId, resourceGroup: seeded.resourceGroup, name: seeded.workspace },
    {
      identity: {
        auth: "service-principal",
        clientId: seeded.clientId,
        tenantId: seeded.tenantId,
        clientSecret: seeded.clientSecret,
      },
      cloud: "AzureCloud",
      metadataUrl: `${origin}/metadata/endpoints`,
      clock,
      random: Math.random,
      signal,
      mask: (secret) => void masked.add(secret),
      requestSeconds,
    },
  );
  return { azure, clock, signal, masked };
}

export function onlineEndpoint(fields: Partial<OnlineEndpoint> = {}): OnlineEndpoint {
  return { source: nowhere, name: "ep-one", authMode: "Key", tags: {}, properties: {}, ...fields };
}

/** @param version tells one definition from another. */
export function onlineDefinition(version = "1", fields: Partial<OnlineDefinition> = {}): OnlineDefinition {
  return {
    source: nowhere,
    name: "blue",
    tags: {},
    properties: {},
    environmentVariables: { VERSION: version },
    literalVariables: {},
    model: { from: "reference", reference: "azureml:clf:1", source: nowhere },
    environment: { from: "reference", id: "azureml:infer:1" },
    code: { from: "reference", id: "azureml:score:1" },
    scoringScript: "score.py",
    instanceType: "Standard_DS3_v2",
    instanceCount: 1,
    members: {},
    ...fields,
  };
}

/** A managed endpoint with a deployment, as it is declared. */
export function onlineDeployment(fields: Partial<OnlineDeployment> = {}): OnlineDeployment {
  return {
    type: "managed",
    source: nowhere,
    endpointName: "ep-one",
    tests: [],
    keepFailed: false,
    timeoutSeconds: 3600,
    endpoint: onlineEndpoint(),
    deployment: onlineDefinition(),
    ...fields,
  };
}

export function requestTest(fields: Partial<RequestTest> = {}): RequestTest {
  return {
    kind: "request",
    source: nowhere,
    request: { from: "inline", value: { data: [[1, 2]] } },
    contentType: "application/json",
    status: 200,
    tolerance: 0,
    calls: 1,
    ...fields,
  };
}

const ids: Readonly<Record<string, string>> = {
  model: `${workspacePath}/models/clf/versions/1`,
  environment: `${workspacePath}/environments/infer/versions/1`,
  code: `${workspacePath}/codes/score/versions/1`,
};

/** What deployments of these tests are made of: it is in the workspace already. */
export const partsThere: TakenParts = {
  identityOf: (where) => `content of ${where}`,
  steps: [],
  ensure: async () => succeeded((where) => ids[where] ?? ""),
};

export type Options = {
  readonly wait?: boolean;
  readonly deadline?: number;
  readonly parts?: TakenParts;
  readonly isHeld?: () => boolean;
  readonly beforeWriting?: ReleaseDeps["beforeWriting"];
  readonly resolveSecret?: ReleaseDeps["resolveSecret"];
};

/** What a release is handed, and what it has shown. */
export function releaseDeps(
  { azure, clock, signal, masked }: Connected,
  {
    wait = true,
    deadline,
    isHeld = () => true,
    beforeWriting = async () => succeeded(undefined),
    resolveSecret = () => Promise.reject(new Error("no secret is declared")),
  }: Options = {},
): ReleaseDeps & { readonly shown: string[] } {
  const shown: string[] = [];
  return {
    azure,
    clock,
    signal,
    deadline: deadline ?? clock.now() + 3_600_000,
    wait,
    github: { event: "push", commit: "c0ffee", ref: "refs/heads/main", repository: "octo-org/octo-repo", runId: "7" },
    resolveSecret,
    mask: (secret) => void masked.add(secret),
    newId: randomUUID,
    exclusively: (_, work) => work(isHeld),
    liveNames: new Map(),
    beforeWriting,
    onProgress: (message) => void shown.push(message),
    onGroup: (title, lines) => void shown.push(title, ...lines),
    shown,
  };
}

/** Releases a declaration as a command would. A plan that cannot be made throws. */
export async function release(
  deployment: OnlineDeployment,
  connected: Connected,
  options: Options = {},
): Promise<Released & { readonly planned: PlannedDeployment; readonly shown: readonly string[] }> {
  const deps = releaseDeps(connected, options);
  const decided = await plan(deployment, options.parts ?? partsThere, deps);
  if (!decided.ok) throw new Error(`${decided.failure.error.message} [${decided.failure.error.code}]`);
  const done = await decided.value.carryOut();
  return { ...done, planned: decided.value.planned, shown: deps.shown };
}

type Shown = {
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly properties: Readonly<Record<string, unknown>>;
};

/** The endpoint and its deployments, as they are now. */
export async function liveState(emulator: Emulator, endpoint = "ep-one") {
  const shown = await ask(emulator, "GET", `${endpoints}/${endpoint}${version}`);
  const listed = await ask(emulator, "GET", `${endpoints}/${endpoint}/deployments${version}`);
  const { tags = {}, properties = {} } = shown.body as Partial<Shown>;
  const deployments = listed.status === 200 ? (listed.body as { readonly value: readonly Shown[] }).value : [];
  return {
    status: shown.status,
    traffic: properties["traffic"],
    mirror: properties["mirrorTraffic"],
    tags,
    deployments: deployments.map(({ name }) => name).sort(),
    states: Object.fromEntries(deployments.map(({ name, properties: own }) => [name, own["provisioningState"]])),
    versions: Object.fromEntries(
      deployments.map(({ name, properties: own }) => [
        name,
        (own["environmentVariables"] as { readonly VERSION?: string } | undefined)?.VERSION,
      ]),
    ),
  };
}

/** Writes of endpoints and deployments, in order: `PUT ep-one/blue`. */
export function endpointWrites(emulator: Emulator): readonly string[] {
  return emulator
    .journal()
    .filter(({ method, path }) => ["PUT", "DELETE", "PATCH"].includes(method) && /\/onlineEndpoints\//i.test(path))
    .map(
      ({ method, path }) => `${method} ${path.replace(/^.*\/onlineEndpoints\//i, "").replace("/deployments/", "/")}`,
    );
}

/** The path of a deployment, for faults. */
export const pathOf = (deployment: string) => `/deployments/${deployment}$`;
