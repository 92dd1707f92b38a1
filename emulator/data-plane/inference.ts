import { randomUUID } from "node:crypto";
import type { Endpoints } from "../arm/endpoints/endpoints.ts";
import { sharesOf, stateOf, type EndpointDocument } from "../arm/endpoints/document.ts";
import { secondsOf, type DeploymentServers } from "../arm/endpoints/servers.ts";
import type { Json } from "../arm/computes/document.ts";
import type { ScoringAnswer, ScoringRequest } from "../serving/scorer.ts";
import type { Tokens } from "../tokens.ts";
import { createTurns } from "./turns.ts";

/** One request that a deployment was given. */
export type Scored = {
  readonly endpoint: string;
  readonly deployment: string;
  /** How it came to that deployment. */
  readonly by: "header" | "traffic" | "mirror";
  readonly method: string;
  readonly path: string;
  /** Of the deployment's own answer. */
  readonly status: number | "timeout" | "none";
  /** When it had answered: milliseconds since the epoch, with fractions. */
  readonly at: number;
};

export type Inference = {
  readonly score: (endpoint: EndpointDocument, request: ScoringRequest) => Promise<ScoringAnswer>;
  /** Every request that came to a deployment, in order. */
  readonly scored: () => readonly Scored[];
  readonly clear: () => void;
};

const deploymentHeader = "azureml-model-deployment";
const guide =
  "Please check this guide to understand why this error code might have been returned \nhttps://docs.microsoft.com/en-us/azure/machine-learning/how-to-troubleshoot-online-endpoints#http-status-codes\n";

/** Where online endpoints are scored: who may, which deployment it comes to, and what is made of its answer. */
export function createInference(parts: {
  readonly endpoints: Endpoints;
  readonly servers: DeploymentServers;
  readonly tokens: Tokens;
}): Inference {
  const { endpoints, servers, tokens } = parts;
  let scored: Scored[] = [];
  const turns = createTurns();
  const inFlight = new Map<string, number>();
  const ask = async (
    deployment: EndpointDocument,
    request: ScoringRequest,
    by: Scored["by"],
  ): Promise<ScoringAnswer | "timeout" | undefined> => {
    const key = `${deployment.endpoint}/${String(deployment.deployment)}`;
    inFlight.set(key, (inFlight.get(key) ?? 0) + 1);
    const routed = { ...request, path: routeOf(deployment, request.path, endpoints) };
    const answer = await servers.score(deployment, routed, 1000 * timeoutOf(deployment));
    inFlight.set(key, (inFlight.get(key) ?? 1) - 1);
    scored.push({
      ...{ endpoint: deployment.endpoint, deployment: String(deployment.deployment), by },
      ...{ method: request.method, path: request.path },
      status: answer === undefined ? "none" : answer === "timeout" ? "timeout" : answer.status,
      at: performance.timeOrigin + performance.now(),
    });
    return answer;
  };
  return {
    score: async (endpoint, request) => {
      const denied = denial(endpoint, request, tokens);
      if (denied !== undefined) return denied;
      const all = endpoints.collection.deployments("onlineEndpoints", endpoint.endpoint);
      const isUp = (one: EndpointDocument) => one.everSucceeded === true && stateOf(one) !== "Deleting";
      const named = request.headers[deploymentHeader];
      const live = Object.fromEntries(
        Object.entries(sharesOf(endpoint, "traffic")).filter(([name]) =>
          all.some((one) => one.deployment === name && isUp(one)),
        ),
      );
      const chosen = named ?? turns.next(`${endpoint.endpoint} traffic`, live, 0);
      const deployment = all.find((one) => one.deployment?.toLowerCase() === chosen?.toLowerCase() && isUp(one));
      if (deployment === undefined) return plain(404, guide);
      const key = `${deployment.endpoint}/${String(deployment.deployment)}`;
      if ((inFlight.get(key) ?? 0) >= mostAtOnce(deployment)) return plain(429, guide);
      if (named === undefined) {
        const mirror = turns.next(`${endpoint.endpoint} mirror`, sharesOf(endpoint, "mirrorTraffic"), 100);
        const copy = all.find((one) => one.deployment === mirror && isUp(one));
        // Nobody waits for its answer.
        if (copy !== undefined) void ask(copy, request, "mirror");
      }
      const answer = await ask(deployment, request, named === undefined ? "traffic" : "header");
      return shown(answer, deployment);
    },
    scored: () => scored,
    clear: () => {
      scored = [];
      turns.clear();
    },
  };
}

/** Why a caller may not score. */
function denial(
  { endpoint, properties, keys }: EndpointDocument,
  { headers }: ScoringRequest,
  tokens: Tokens,
): ScoringAnswer | undefined {
  const [, token] = /^Bearer (.+)$/i.exec(headers["authorization"] ?? "") ?? [];
  const mode = String(properties["authMode"]);
  const kind = mode === "Key" ? "key_auth" : "token_auth";
  if (token === undefined)
    return unauthorized(`${kind}_bad_header_forbidden`, "The Authorization header is missing or is not Bearer.");
  if (mode === "Key")
    return token === keys?.primaryKey || token === keys?.secondaryKey
      ? undefined
      : unauthorized("key_auth_access_denied", "Access denied due to an invalid key.");
  const claims = tokens.checkAccess(token);
  if (typeof claims === "string") return unauthorized("token_auth_access_denied", `The token is ${claims}.`);
  const isGood =
    mode === "AMLToken"
      ? claims["aud"] === "azureml" && claims["endpointName"] === endpoint
      : /^https:\/\/ml\.azure\.com\/?$/.test(String(claims["aud"]));
  return isGood ? undefined : unauthorized("token_auth_access_denied", "The token is for something else.");
}

function unauthorized(code: string, message: string): ScoringAnswer {
  return {
    status: 401,
    headers: { "content-type": "application/json", "www-authenticate": "Bearer" },
    bytes: Buffer.from(JSON.stringify({ error: { code, message } })),
  };
}

function plain(status: number, text: string): ScoringAnswer {
  return { status, headers: { "content-type": "text/plain", "x-request-id": randomUUID() }, bytes: Buffer.from(text) };
}

/** `/score` is the scoring route of the container, whatever that is; every other path goes through as it is. */
function routeOf({ properties }: EndpointDocument, path: string, { collection }: Endpoints): string {
  const id = String(properties["environmentId"] ?? "");
  const [, name = "", version = ""] = /\/environments\/([^/]+)\/(?:versions|labels)\/([^/]+)$/.exec(id) ?? [];
  const config = collection.assets.find("environments", name, version)?.properties["inferenceConfig"] as
    Json | undefined;
  const route = (config?.["scoringRoute"] as { readonly path?: string } | null | undefined)?.path;
  return route === undefined ? path : path.replace(/^\/score(?=$|\?)/, route);
}

function timeoutOf({ properties }: EndpointDocument): number {
  return secondsOf((properties["requestSettings"] as Json | undefined)?.["requestTimeout"]) ?? 5;
}

/** Twice what its instances work on at once; the others are turned away. */
function mostAtOnce({ properties, sku }: EndpointDocument): number {
  const settings = properties["requestSettings"] as Json | undefined;
  return 2 * Number(settings?.["maxConcurrentRequestsPerInstance"] ?? 1) * Number(sku?.["capacity"] ?? 1);
}

/** A container's answer as the endpoint gives it: what is not good is its own error, under another status. */
function shown(answer: ScoringAnswer | "timeout" | undefined, { kind, deployment }: EndpointDocument): ScoringAnswer {
  const isManaged = kind === "Managed";
  const by = { [deploymentHeader]: String(deployment), "x-request-id": randomUUID() };
  if (answer === "timeout") {
    const { bytes } = plain(0, guide);
    return { status: isManaged ? 408 : 504, headers: { "content-type": "text/plain", ...by }, bytes };
  }
  const { status, headers, bytes } = answer ?? { ...plain(502, guide), status: 502 };
  if (status < 400) return { status, headers: { ...headers, ...by }, bytes };
  if (!isManaged) return { status: status >= 500 ? 502 : status, headers: { ...headers, ...by }, bytes };
  const reason = {
    "ms-azureml-model-error-reason": "model_error",
    "ms-azureml-model-error-statuscode": String(status),
  };
  return { status: 424, headers: { ...headers, ...by, ...reason }, bytes };
}
