import type { GenericResource, ResourceManagementClient } from "@azure/arm-resources";
import type { AccessToken, TokenCredential } from "@azure/core-auth";
import { ForeignAddress, trustedAddress } from "./addresses.ts";
import type { Cloud } from "./cloud.ts";
import { membersOf } from "./members.ts";
import { allPages, broken } from "./pages.ts";
import { failed, refused, succeeded, type AzureFailure, type Outcome } from "./outcome.ts";
import {
  adapt,
  bearerTokenPolicy,
  httpClient,
  parsed,
  requestTimeoutSeconds,
  send,
  userAgentPrefix,
  type Answer,
  newToken,
} from "./pipeline.ts";
import { createThrottle } from "./throttle.ts";
import { failureOf, withRetries, type Repeatable, type RetryDeps } from "./retry.ts";

/** Azure Resource Manager, by ids. */
export type Arm = {
  /** @param until used instead of the command's own signal: what is read after that one has aborted. */
  readonly get: (id: string, apiVersion: string, until?: AbortSignal) => Promise<Outcome<Answer>>;
  /** All pages of a list, by `nextLink`. */
  readonly list: (path: string, apiVersion: string, query?: Query) => Promise<Outcome<readonly unknown[]>>;
  readonly put: (id: string, apiVersion: string, body: unknown, options?: WriteOptions) => Promise<Outcome<Answer>>;
  readonly patch: (id: string, apiVersion: string, body: unknown, options?: WriteOptions) => Promise<Outcome<Answer>>;
  /** @param options.signal used instead of the command's own: a cancellation has to be sent after that one has aborted. */
  readonly post: (
    path: string,
    apiVersion: string,
    body?: unknown,
    options?: { readonly repeatable?: Repeatable; readonly signal?: AbortSignal },
  ) => Promise<Outcome<Answer>>;
  readonly remove: (
    id: string,
    apiVersion: string,
    query?: Query,
    options?: Pick<WriteOptions, "signal">,
  ) => Promise<Outcome<Answer>>;
  /** A URL that the service gave, exactly as given. Refused when it is not ARM's: the token must not go elsewhere. */
  readonly getUrl: (url: string, until?: AbortSignal) => Promise<Outcome<Answer>>;
  /** A data-plane address of the workspace's region, with the same token. */
  readonly getData: (url: string, until?: AbortSignal) => Promise<Outcome<Answer>>;
  /** A write, or a question with a body, to a data-plane address of the workspace's region, with the same token. */
  readonly sendData: (
    method: "POST" | "PATCH" | "DELETE",
    url: string,
    body?: unknown,
    options?: SendOptions,
  ) => Promise<Outcome<Answer>>;
  /** All pages of a list of the data plane, by `nextLink`. */
  readonly listData: (url: string) => Promise<Outcome<readonly unknown[]>>;
};

export type WriteOptions = {
  /** Default: `write`. */
  readonly repeatable?: Repeatable;
  /** Sent as `x-ms-correlation-request-id`, to search Azure's logs by; ARM makes one up when it is absent. */
  readonly correlationId?: string;
  /** Sends a token of the service along, by which what is started acts for the identity that starts it. */
  readonly withServiceToken?: boolean;
  /** Used instead of the command's own: what is put back has to be sent after that one has aborted. */
  readonly signal?: AbortSignal;
};

export type SendOptions = {
  /** Default: `write`. */
  readonly repeatable?: Repeatable;
  /** Used instead of the command's own. */
  readonly signal?: AbortSignal;
  /** Default: `application/json`. */
  readonly contentType?: string;
};

export type Query = Readonly<Record<string, string>>;

export type ArmOptions = RetryDeps & {
  readonly cloud: Cloud;
  readonly subscriptionId: string;
  readonly newCredential: () => Promise<TokenCredential>;
  /** A token that has already been requested. */
  readonly firstToken?: Promise<AccessToken> | undefined;
};

/** The library's client never requests a token itself: our own policy does. */
const noCredential: TokenCredential = {
  getToken: () => Promise.reject(new Error("Tokens are put on requests by the pipeline.")),
};

/**
 * ARM through `@azure/arm-resources` where it reaches (GET, PUT and PATCH by id), and through the same pipeline for what
 * it cannot send: DELETE with `underlyingResourceAction`, POST actions, nested lists.
 */
export async function createArm(options: ArmOptions): Promise<Arm> {
  const { cloud, subscriptionId, newCredential, firstToken, clock, signal, requestSeconds: seconds } = options;
  const { ResourceManagementClient } = await import("@azure/arm-resources");
  const client: ResourceManagementClient = new ResourceManagementClient(noCredential, subscriptionId, {
    endpoint: cloud.resourceManager,
    httpClient: httpClient(),
    credentials: { scopes: [cloud.armScope] },
    userAgentOptions: { userAgentPrefix },
  });
  const { pipeline } = client;
  adapt(pipeline);
  pipeline.removePolicy({ name: "bearerTokenAuthenticationPolicy" });
  const throttle = createThrottle(clock);
  pipeline.addPolicy({
    name: "throttlePolicy",
    sendRequest: async (request, next) => {
      // The data plane has limits of its own, and says nothing of ARM's.
      if (!request.url.startsWith(cloud.resourceManager)) return next(request);
      await throttle.admit(request.method, (request.abortSignal as AbortSignal | undefined) ?? signal);
      const response = await next(request);
      throttle.note(request.method, response.status, response.headers.toJSON());
      return response;
    },
  });
  const trusted = (url: string) => trustedAddress(url, "data-plane", cloud);
  pipeline.addPolicy(bearerTokenPolicy(newCredential, cloud.armScope, clock, trusted, firstToken), { phase: "Sign" });

  const answer = async (
    operation: keyof typeof documented,
    repeatable: Repeatable,
    request: () => Promise<Answer>,
    until: AbortSignal = signal,
  ): Promise<Outcome<Answer>> => {
    const outcome = await withRetries(repeatable, request, { ...options, signal: until });
    if (!outcome.ok) return outcome;
    const { status } = outcome.value;
    if (status >= 400) return failed(failureOf(outcome.value));
    return (documented[operation] as readonly number[]).includes(status)
      ? outcome
      : failed(undocumented(status, repeatable));
  };
  const direct = (
    repeatable: Repeatable,
    method: "GET" | "POST" | "DELETE",
    url: string,
    body?: unknown,
    until: AbortSignal = signal,
    operation: keyof typeof documented = method,
  ) => answer(operation, repeatable, () => send(pipeline, { method, url, body, signal: until, seconds }), until);
  const byId = (
    run: (id: string, options: LibraryOptions) => PromiseLike<unknown>,
    id: string,
    correlationId?: string,
    until: AbortSignal = signal,
  ) => viaLibrary(run, id, { signal: until, seconds, correlationId });
  const address = (path: string, apiVersion: string, query: Query = {}) =>
    `${cloud.resourceManager}${path}?${new URLSearchParams({ "api-version": apiVersion, ...query }).toString()}`;
  const getUrl = (url: string, until: AbortSignal = signal): Promise<Outcome<Answer>> => {
    try {
      return direct("read", "GET", trustedAddress(url, "arm", cloud).href, undefined, until, "poll");
    } catch (error) {
      if (!(error instanceof ForeignAddress)) throw error;
      return Promise.resolve(refused("ForeignHost", error.message));
    }
  };
  const getData = (url: string, until?: AbortSignal) => direct("read", "GET", url, undefined, until);

  return {
    get: (id, apiVersion, until) =>
      answer(
        "GET",
        "read",
        () => byId((path, rest) => client.resources.getById(path, apiVersion, rest), id, undefined, until),
        until,
      ),
    put: async (
      id,
      apiVersion,
      body,
      { repeatable = "write", correlationId, withServiceToken = false, signal: until = signal } = {},
    ) => {
      // Before the write: without the token nothing is sent.
      const token = withServiceToken ? (await newToken(newCredential, cloud.mlScope)).token : undefined;
      const put = () =>
        byId(
          (path, rest) =>
            client.resources
              .createOrUpdateById(path, apiVersion, body as GenericResource, withHeader(rest, "x-azureml-token", token))
              .submitted(),
          id,
          correlationId,
          until,
        );
      return answer("PUT", repeatable, put, until);
    },
    patch: (id, apiVersion, body, { repeatable = "write", correlationId } = {}) =>
      answer("PATCH", repeatable, () =>
        byId(
          (path, rest) => client.resources.updateById(path, apiVersion, body as GenericResource, rest).submitted(),
          id,
          correlationId,
        ),
      ),
    post: (path, apiVersion, body, { repeatable = "write", signal: until } = {}) =>
      direct(repeatable, "POST", address(path, apiVersion), body, until),
    remove: (id, apiVersion, query, { signal: until } = {}) =>
      direct("write", "DELETE", address(id, apiVersion, query), undefined, until),
    list: (path, apiVersion, query) => listPages(address(path, apiVersion, query), (url) => getUrl(url)),
    getUrl,
    getData,
    sendData: (method, url, body, { repeatable = "write", signal: until = signal, contentType } = {}) => {
      const headers = contentType === undefined || body === undefined ? {} : { "content-type": contentType };
      return answer(
        method,
        repeatable,
        () => send(pipeline, { method, url, body, headers, signal: until, seconds }),
        until,
      );
    },
    listData: (url) => listPages(url, getData),
  };
}

/** The statuses by which ARM says that it has done, or taken on, what was asked. A redirection is none of them. */
const documented = {
  GET: [200],
  PUT: [200, 201, 202],
  PATCH: [200, 201, 202],
  POST: [200, 201, 202, 204],
  DELETE: [200, 202, 204],
  /** The address of an operation, or of a page of a list. */
  poll: [200, 201, 202, 204],
} as const satisfies Readonly<Record<string, readonly number[]>>;

/** What such an answer means is not known: a write may have been carried out. */
function undocumented(status: number, repeatable: Repeatable): AzureFailure {
  const message = `The service answered with status ${status}, which is neither a success nor a refusal of this request.`;
  return {
    reason: repeatable === "read" ? "unreachable" : "unknown",
    status,
    error: { code: "UnexpectedStatus", message, details: [] },
  };
}

type LibraryOptions = {
  readonly abortSignal: AbortSignal;
  readonly requestOptions: {
    readonly timeout: number;
    readonly skipUrlEncoding: boolean;
    readonly headers: Record<string, string>;
  };
  readonly onResponse: (raw: {
    status: number;
    headers: { toJSON: () => Record<string, string> };
    bodyAsText?: string | null;
  }) => void;
};

/**
 * Runs one operation of the library for its first answer. The library throws for statuses that it does not expect, and
 * its poller would wait on its own, so the raw answer is what counts.
 */
async function viaLibrary(
  run: (id: string, options: LibraryOptions) => PromiseLike<unknown>,
  id: string,
  {
    signal,
    seconds = requestTimeoutSeconds,
    correlationId,
  }: {
    readonly signal: AbortSignal;
    readonly seconds?: number | undefined;
    readonly correlationId?: string | undefined;
  },
): Promise<Answer> {
  let answer: Answer | undefined;
  const options: LibraryOptions = {
    abortSignal: signal,
    requestOptions: {
      timeout: seconds * 1000,
      skipUrlEncoding: true,
      headers: correlationId === undefined ? {} : { "x-ms-correlation-request-id": correlationId },
    },
    onResponse: (raw) => {
      answer ??= { status: raw.status, headers: raw.headers.toJSON(), body: parsed(raw.bodyAsText) };
    },
  };
  try {
    await run(id.replace(/^\//, ""), options);
  } catch (error) {
    if (answer === undefined) throw error;
  }
  if (answer === undefined) throw new Error("The library reported no answer.");
  return answer;
}

function withHeader(options: LibraryOptions, name: string, value: string | undefined): LibraryOptions {
  if (value === undefined) return options;
  const { requestOptions } = options;
  const headers = { ...requestOptions.headers, [name]: value };
  return { ...options, requestOptions: { ...requestOptions, headers } };
}

function listPages(
  first: string,
  getUrl: (url: string) => Promise<Outcome<Answer>>,
): Promise<Outcome<readonly unknown[]>> {
  return allPages(`a list at ${new URL(first).pathname}`, async (next) => {
    const page = await getUrl(next ?? first);
    if (!page.ok) return page;
    const { value, nextLink } = membersOf(page.value.body);
    // Anything but a list must not be read as an empty list: a resource would be taken for absent.
    if (!Array.isArray(value))
      return broken("The service answered the request for a list with something that is not a list.");
    if (nextLink === undefined || nextLink === null || nextLink === "")
      return succeeded({ items: value as readonly unknown[] });
    if (typeof nextLink !== "string") return broken("The service returned a next page that is not a valid address.");
    return succeeded({ items: value as readonly unknown[], next: nextLink });
  });
}
