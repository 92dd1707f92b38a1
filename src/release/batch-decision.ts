import type { LiveBatchDeployment, LiveBatchEndpoint } from "../azure/batch-endpoints.ts";
import { canonicalJson } from "../canonical-json.ts";
import { defined } from "../azure/defined.ts";
import { membersOf, textOf, type Members } from "../azure/members.ts";
import type { BatchDeployment, BatchEndpoint } from "../deployment/batch/definition.ts";
import type { DeploymentStep } from "../report/result.ts";
import { digestOfLive } from "./digest.ts";
import { isSameName, type LiveParts } from "./live-endpoint.ts";
import { operationProperty } from "./online-bodies.ts";

type Provisioned = { readonly provisioningState: string };

/** Every other word means that something is in flight. */
export function isSettled({ provisioningState }: Provisioned): boolean {
  return /^(succeeded|failed|canceled|cancelled)$/i.test(provisioningState);
}

export function hasSucceeded({ provisioningState }: Provisioned): boolean {
  return /^succeeded$/i.test(provisioningState);
}

export type BatchLive = LiveParts<LiveBatchEndpoint, LiveBatchDeployment>;

/** The whole decision: what is written, whether it is tested, and what becomes the default. */
export type BatchDecision = {
  readonly endpoint: "none" | "create" | "update";
  /** `finish`: one of this definition is there, and an earlier run has not come to the end of its release. */
  readonly deployment: "none" | "create" | "update" | "finish";
  /** Whether its tests run: never for what has passed them. */
  readonly isTested: boolean;
  /** The deployment that becomes the default at the end; absent where that stays as it is. */
  readonly setDefault?: string;
  readonly notes: readonly string[];
};

/** Property of the endpoint that names the deployments that have passed their tests, each with the start of its digest. */
const testedProperty = "azureml-targets.tested";

export function testedKey(name: string, digest: string): string {
  return `${name.toLowerCase()}:${digest.slice(0, 12)}`;
}

/** Whether a deployment of this definition has passed its tests. @param key of it. */
export function hasPassed({ properties }: Pick<LiveBatchEndpoint, "properties">, key: string): boolean {
  return (properties[testedProperty] ?? "").split(" ").includes(key);
}

/**
 * How a declared endpoint and deployment are brought about, from what is live. The default deployment changes only after the
 * tests, and not at all where nothing asks for it.
 */
export function decideBatch(
  { endpoint: declared, deployment, setDefault, tests }: BatchDeployment,
  digest: string,
  live: BatchLive,
): BatchDecision | { readonly refused: string } {
  if (declared === undefined && live.endpoint === undefined)
    return { refused: "There is no batch endpoint of this name, and none is declared." };
  const endpoint = live.endpoint === undefined ? "create" : isAsDeclared(declared, live.endpoint) ? "none" : "update";
  const current = live.endpoint?.defaultDeployment;
  const wanted = setDefault && deployment !== undefined ? deployment.name : declared?.defaultDeployment;
  const names = [...live.deployments.map(({ name }) => name), ...(deployment === undefined ? [] : [deployment.name])];
  const isThere = wanted !== undefined && names.some((name) => isSameName(name, wanted));
  const isMissing = wanted !== undefined && !isThere;
  const base = {
    endpoint,
    ...(isThere && !isSameName(current, wanted) ? { setDefault: wanted } : {}),
    notes: isMissing ? [`The endpoint has no deployment '${wanted}', which is to be its default.`] : [],
  } as const;
  if (deployment === undefined) return { ...base, deployment: "none", isTested: false };
  const there = live.deployments.find(({ name }) => isSameName(name, deployment.name));
  if (there === undefined) return { ...base, deployment: "create", isTested: tests.length > 0 };
  if (digestOfLive(there) !== digest || !hasSucceeded(there))
    return { ...base, deployment: "update", isTested: tests.length > 0 };
  const key = testedKey(deployment.name, digest);
  const isTested = tests.length > 0 && (live.endpoint === undefined || !hasPassed(live.endpoint, key));
  const isFinished = !isTested && !("setDefault" in base);
  return { ...base, deployment: isFinished ? "none" : "finish", isTested };
}

export function isNothing({ endpoint, deployment, setDefault }: BatchDecision): boolean {
  return endpoint === "none" && deployment === "none" && setDefault === undefined;
}

/** What others have added is no difference. */
export function isAsDeclared(declared: BatchEndpoint | undefined, live: LiveBatchEndpoint): boolean {
  if (declared === undefined) return true;
  const { description, tags, properties } = declared;
  const wire = membersOf(live.wire["properties"]);
  return (
    hasSucceeded(live) &&
    (description ?? "") === (live.description ?? "") &&
    isIn(tags, membersOf(live.wire["tags"])) &&
    isIn(properties, membersOf(wire["properties"]))
  );
}

/** The service may keep a number as a text. */
function isIn(wanted: Members, there: Members): boolean {
  return Object.entries(wanted).every(
    ([key, value]) => Object.hasOwn(there, key) && textFor(there[key]) === textFor(value),
  );
}

function textFor(value: unknown): string {
  return typeof value === "string" ? value : canonicalJson(value ?? null);
}

/** What of an endpoint a PUT changes; everything else stays as it was read. */
export type EndpointChange = {
  /** `null`: no deployment is the default. */
  readonly defaultDeployment?: string | null;
  /** A deployment that has passed its tests, by its key. */
  readonly passed?: string;
};

/**
 * The whole PUT of a live endpoint. A PUT replaces everything, so that it is made of what was just read; nothing in that is
 * secret.
 */
export function changedEndpoint({ wire }: LiveBatchEndpoint, change: EndpointChange): object {
  const properties = membersOf(wire["properties"]);
  const own = withoutNote(properties["properties"]);
  const before = textOf(membersOf(properties["defaults"])["deploymentName"]);
  const { defaultDeployment = before ?? null, passed } = change;
  const [name = ""] = (passed ?? "").split(":");
  const tested = (textOf(own[testedProperty]) ?? "").split(" ").filter((key) => key !== "");
  const kept = tested.filter((key) => !key.startsWith(`${name}:`));
  return {
    ...resourceParts(wire),
    properties: defined({
      authMode: properties["authMode"],
      description: properties["description"] ?? undefined,
      properties: passed === undefined ? own : { ...own, [testedProperty]: [...kept, passed].join(" ") },
      defaults: defaultDeployment === null ? undefined : { deploymentName: defaultDeployment },
    }),
  };
}

/** The declared endpoint, with what of the live one no declaration says: what has passed its tests. */
export function updatedEndpoint(request: object, live: LiveBatchEndpoint | undefined): object {
  const tested = live?.properties[testedProperty];
  if (tested === undefined) return request;
  const { properties, ...rest } = request as { readonly properties?: unknown };
  const declared = membersOf(properties);
  const own = { ...membersOf(declared["properties"]), [testedProperty]: tested };
  return { ...rest, properties: { ...declared, properties: own } };
}

/** The whole PUT by which a deployment becomes again what was read. */
export function asItWas({ wire }: LiveBatchDeployment): object {
  const { provisioningState: _, ...properties } = membersOf(wire["properties"]);
  const own = withoutNote(properties["properties"]);
  const present = Object.entries({ ...properties, properties: own }).filter(([, value]) => value !== null);
  return { ...resourceParts(wire), properties: Object.fromEntries(present) };
}

/** The service notes its own operations there, anew with each of them: that is not written back. */
function withoutNote(read: unknown): Members {
  const { [operationProperty]: _, ...own } = membersOf(read);
  return own;
}

function resourceParts(wire: Members) {
  const identity = membersOf(wire["identity"]);
  const assigned = Object.keys(membersOf(identity["userAssignedIdentities"]));
  const type = textOf(identity["type"]);
  return defined({
    location: wire["location"],
    tags: membersOf(wire["tags"]),
    kind: wire["kind"] ?? undefined,
    sku: wire["sku"] ?? undefined,
    // What else it shows of an identity is the service's to say.
    identity:
      type === undefined
        ? undefined
        : {
            type,
            ...(assigned.length === 0
              ? {}
              : { userAssignedIdentities: Object.fromEntries(assigned.map((id) => [id, {}])) }),
          },
  });
}

/** The decision as steps, for a plan. */
export function stepsOf(
  { endpoint, deployment, isTested, setDefault }: BatchDecision,
  { endpointName, deployment: declared }: Pick<BatchDeployment, "endpointName" | "deployment">,
  tests: number,
): readonly DeploymentStep[] {
  const ofEndpoint = `the batch endpoint ${endpointName}`;
  const ofDeployment = `the batch deployment ${declared?.name ?? ""}`;
  const steps: DeploymentStep[] = [];
  if (endpoint === "create") steps.push({ action: "create", what: ofEndpoint, reason: "There is none of that name." });
  if (endpoint === "update") steps.push({ action: "update", what: ofEndpoint, reason: "It is not as declared." });
  if (deployment === "create")
    steps.push({ action: "create", what: ofDeployment, reason: "There is none of that name." });
  if (deployment === "update")
    steps.push({ action: "update", what: ofDeployment, reason: "Its definition has changed, or it has failed." });
  if (isTested) {
    const many = `${tests} invocation${tests === 1 ? "" : "s"} ${tests === 1 ? "has" : "have"} to complete.`;
    steps.push({ action: "test", what: ofDeployment, reason: many });
  }
  if (setDefault !== undefined)
    steps.push({
      action: "set-default",
      what: `the batch deployment ${setDefault}`,
      reason: "It is not the default yet.",
    });
  return steps;
}
