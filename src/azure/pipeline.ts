import {
  createDefaultHttpClient,
  createEmptyPipeline,
  createHttpHeaders,
  createPipelineFromOptions,
  createPipelineRequest,
  proxyPolicy,
  proxyPolicyName,
  type HttpClient,
  type HttpMethods,
  type Pipeline,
  type PipelinePolicy,
} from "@azure/core-rest-pipeline";
import type { AccessToken, TokenCredential } from "@azure/core-auth";
import type { Clock } from "../clock.ts";
import { version } from "../version.ts";
import { plainAddress } from "./addresses.ts";

/** One answer, whatever its status. */
export type Answer = {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed JSON where the text is JSON, else the text; `undefined` when there was none. */
  readonly body: unknown;
};

/** How long one request may take before it counts as lost. Our choice: ARM answers within a minute or not at all. */
export const requestTimeoutSeconds = 60;

export const userAgentPrefix = `azureml-targets/${version}`;

/** The library's pipeline, adapted. */
export function plainPipeline(): Pipeline {
  const pipeline = createPipelineFromOptions({ userAgentOptions: { userAgentPrefix } });
  adapt(pipeline);
  return pipeline;
}

/**
 * A pipeline that does nothing but find its way through a proxy, for what is asked ten thousand times: most of what a
 * request of the whole one leaves behind, in memory and in time, is of no use to a storage.
 */
export function barePipeline(): Pipeline {
  const pipeline = createEmptyPipeline();
  pipeline.addPolicy(throughProxy());
  return pipeline;
}

/** Removes the library's own retries, because they repeat writes after unknown outcomes, and adds our own proxy support. */
export function adapt(pipeline: Pipeline): void {
  for (const { name } of pipeline.getOrderedPolicies()) {
    if (/retry/i.test(name) || name === proxyPolicyName) pipeline.removePolicy({ name });
  }
  pipeline.addPolicy(throughProxy());
}

let proxy: PipelinePolicy | undefined;

/**
 * The library's proxies, one for the process. By itself the library makes one for each pipeline, and opens a connection
 * for each request: with a proxy every request would wait for a handshake.
 */
function throughProxy(): PipelinePolicy {
  const theirs = (proxy ??= proxyPolicy());
  return {
    name: theirs.name,
    sendRequest: (request, next) =>
      theirs.sendRequest(request, (ready) => {
        if (ready.agent !== undefined) {
          const { protocol } = new URL(ready.url);
          // It has one agent for each protocol. One that is not told writes a stack trace to find out, for every request.
          Object.assign(ready.agent, { keepAlive: true, protocol, defaultPort: protocol === "https:" ? 443 : 80 });
          // Without it the agent files a connection that has become free under another name than it looks for.
          ready.requestOverrides = { ...ready.requestOverrides, protocol };
        }
        return next(ready);
      }),
  };
}

let client: HttpClient | undefined;

/** One client for the process, so that connections are kept alive across all calls. */
export function httpClient(): HttpClient {
  client ??= createDefaultHttpClient();
  return client;
}

export type HttpRequest = {
  readonly method: HttpMethods;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  /** Default: {@link requestTimeoutSeconds}. */
  readonly seconds?: number | undefined;
};

/** Sends one request through a pipeline. @throws when no answer came: connection, timeout, abort. */
export async function send(
  pipeline: Pipeline,
  { method, url, headers, body, signal, seconds = requestTimeoutSeconds }: HttpRequest,
): Promise<Answer> {
  const { protocol } = plainAddress(url);
  const request = createPipelineRequest({
    method,
    url,
    timeout: seconds * 1000,
    allowInsecureConnection: protocol === "http:",
    headers: createHttpHeaders({
      accept: "application/json",
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    }),
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    ...(signal === undefined ? {} : { abortSignal: signal }),
  });
  const response = await pipeline.sendRequest(httpClient(), request);
  return { status: response.status, headers: response.headers.toJSON(), body: parsed(response.bodyAsText) };
}

export function parsed(text: string | null | undefined): unknown {
  if (text === undefined || text === null || text === "") return undefined;
  try {
    // Some services begin JSON with a byte order mark.
    return JSON.parse(text.replace(/^\uFEFF/, "")) as unknown;
  } catch {
    return text;
  }
}

/** Signs in again. */
export async function newToken(newCredential: () => Promise<TokenCredential>, scope: string): Promise<AccessToken> {
  const token = await (await newCredential()).getToken(scope);
  if (token === null) throw new Error("The sign-in gave no token.");
  return token;
}

/** Renewed this long before it runs out. */
const renewBeforeMs = 5 * 60 * 1000;

/**
 * Puts a bearer token on every request: one token for all of them, renewed in time, and renewed at once when the
 * service calls it expired. A 401 means that nothing was done, so the request is repeated once, writes included.
 *
 * @param newCredential a credential without a cache of its own from earlier calls.
 * @param trusted throws for an address that must not get the token, redirections included.
 * @param first a token that has already been requested.
 */
export function bearerTokenPolicy(
  newCredential: () => Promise<TokenCredential>,
  scope: string,
  clock: Clock,
  trusted: (url: string) => unknown,
  first?: Promise<AccessToken>,
): PipelinePolicy {
  let current = first;
  const fetchToken = () => newToken(newCredential, scope);
  /** Whoever gives out tokens may be busy: the one that is there serves until it runs out, and the next request tries again. */
  const renewed = async (known: AccessToken): Promise<AccessToken> => {
    try {
      return await fetchToken();
    } catch (error) {
      if (known.expiresOnTimestamp <= clock.now()) throw error;
      return known;
    }
  };
  const token = async (): Promise<AccessToken> => {
    current ??= fetchToken();
    try {
      const known = await current;
      if (known.expiresOnTimestamp - clock.now() > renewBeforeMs) return known;
      // A token may be issued for less than the margin: a fresh one is used to its end all the same.
      current = renewed(known);
      return await current;
    } catch (error) {
      current = undefined;
      throw error;
    }
  };
  return {
    name: "bearerTokenAuthenticationPolicy",
    sendRequest: async (request, next) => {
      trusted(request.url);
      const first = await token();
      request.headers.set("authorization", `Bearer ${first.token}`);
      const response = await next(request);
      if (response.status !== 401) return response;
      if ((await current) === first) current = undefined;
      request.headers.set("authorization", `Bearer ${(await token()).token}`);
      return next(request);
    },
  };
}
