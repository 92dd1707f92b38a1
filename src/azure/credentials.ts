import type { AccessToken, GetTokenOptions, TokenCredential } from "@azure/core-auth";
import type { PipelinePolicy } from "@azure/core-rest-pipeline";
import type { Cloud } from "./cloud.ts";
import { isConfidential } from "./addresses.ts";
import { membersOf, type Members } from "./members.ts";
import { plainPipeline, requestTimeoutSeconds, send } from "./pipeline.ts";
import { withRetries, type RetryDeps } from "./retry.ts";
import {
  areEmpty,
  AuthenticationFailed,
  chooseWay,
  describeWay,
  explainRefusal,
  linesForOidc,
  linesOfStep,
  type Claims,
  type Identity,
  type SignInKey,
} from "./sign-in.ts";

export type CredentialDeps = RetryDeps & { readonly mask: (secret: string) => void };

/**
 * Credentials for one identity; each call gives one without tokens of earlier calls in it. `@azure/identity` is loaded
 * only now, because a command that needs no network never signs in.
 */
export function createCredentials(
  identity: Identity,
  cloud: Cloud,
  deps: CredentialDeps,
): () => Promise<TokenCredential> {
  return async () => {
    const shown: ShownToken = {};
    return explained(await createCredential(identity, cloud, deps, shown), identity, deps, shown);
  };
}

/** What the ID token says that was shown to Entra last: it explains a refusal. */
type ShownToken = { claims?: Claims };

async function createCredential(
  identity: Identity,
  cloud: Cloud,
  deps: CredentialDeps,
  shown: ShownToken,
): Promise<TokenCredential> {
  const options = {
    authorityHost: cloud.authority,
    ...(cloud.isCustom ? { disableInstanceDiscovery: true } : {}),
    additionalPolicies: [{ policy: timeLimit(deps), position: "perCall" as const }],
  };
  refuseUnusable(identity);
  const way = chooseWay(identity);
  // Each way names what it needs, so that the bundle has the library in parts.
  switch (way) {
    case "oidc": {
      const { tenantId, clientId } = required(identity, ["tenantId", "clientId"]);
      const { ClientAssertionCredential } = await import("@azure/identity");
      return new ClientAssertionCredential(tenantId, clientId, assertions(identity, cloud, deps, shown), options);
    }
    case "service-principal": {
      const { tenantId, clientId, clientSecret } = required(identity, ["tenantId", "clientId", "clientSecret"]);
      const { ClientSecretCredential } = await import("@azure/identity");
      return new ClientSecretCredential(tenantId, clientId, clientSecret, options);
    }
    case "managed-identity":
      return managedIdentity();
    case "azure-cli":
      return azureCli();
    case "cli-or-managed-identity": {
      const { ChainedTokenCredential } = await import("@azure/identity");
      return new ChainedTokenCredential(await azureCli(), await managedIdentity());
    }
  }
  async function azureCli(): Promise<TokenCredential> {
    const { AzureCliCredential } = await import("@azure/identity");
    // The CLI may have to renew the session, and it is slow to start on some runners.
    return new AzureCliCredential({
      processTimeoutInMs: 60_000,
      ...(identity.tenantId === undefined ? {} : { tenantId: identity.tenantId }),
    });
  }
  async function managedIdentity(): Promise<TokenCredential> {
    const { ManagedIdentityCredential } = await import("@azure/identity");
    return identity.clientId === undefined
      ? new ManagedIdentityCredential()
      : new ManagedIdentityCredential({ clientId: identity.clientId });
  }
}

/** Both become a part of an address. */
function refuseUnusable({ tenantId, clientId }: Identity): void {
  for (const [name, value] of [
    ["tenant-id", tenantId],
    ["client-id", clientId],
  ] as const)
    if (value !== undefined && !/^[\w-]+(\.[\w-]+)*$/.test(value))
      throw new AuthenticationFailed({
        what: `The input '${name}' is ${JSON.stringify(value)}, which is not ${name === "tenant-id" ? "a tenant ID or domain" : "an ID"}.`,
        advice: "Copy it from the app registration.",
      });
}

function required<Key extends SignInKey>(identity: Identity, keys: readonly Key[]): Record<Key, string> {
  const missing = keys.filter((key) => identity[key] === undefined);
  if (missing.length > 0) {
    throw new AuthenticationFailed({
      what: `Signing in failed: ${areEmpty(missing)}.`,
      why: describeWay(identity),
      advice: chooseWay(identity) === "oidc" ? linesForOidc(identity) : `Add ${linesOfStep(missing)}.`,
    });
  }
  return Object.fromEntries(keys.map((key) => [key, identity[key] ?? ""])) as Record<Key, string>;
}

/** How long one assertion is used: the library asks for it twice per token, and an ID token lives five minutes. */
const assertionServesMs = 20_000;

/** GitHub's ID token, a fresh one for every token: an assertion kept longer than minutes is refused (AADSTS700024). */
function assertions(identity: Identity, cloud: Cloud, deps: CredentialDeps, shown: ShownToken): () => Promise<string> {
  let last: { readonly assertion: Promise<string>; readonly at: number } | undefined;
  const request = async () => {
    const assertion = await requestIdToken(identity, cloud.oidcAudience, deps);
    const claims = claimsOf(assertion, cloud.oidcAudience);
    if (claims !== undefined) shown.claims = claims;
    return assertion;
  };
  return () => {
    if (last === undefined || deps.clock.now() - last.at > assertionServesMs) {
      last = { assertion: request(), at: deps.clock.now() };
    }
    return last.assertion;
  };
}

/** What Entra compares, of an ID token of GitHub's; `undefined` where it has no issuer or no subject. */
export function claimsOf(idToken: string, asked: string): Claims | undefined {
  const { iss, sub, aud } = payloadOf(idToken);
  if (typeof iss !== "string" || typeof sub !== "string") return undefined;
  const audience = Array.isArray(aud) ? String(aud[0]) : typeof aud === "string" ? aud : asked;
  return { issuer: iss, subject: sub, audience };
}

/** The claims of a token, unchecked: they are shown and decide nothing. Empty for a token that is not a JSON web token. */
export function payloadOf(token: string): Members {
  try {
    return membersOf(JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8")));
  } catch {
    return {};
  }
}

/** @throws AuthenticationFailed when GitHub gives none. The token is masked before it is returned. */
export async function requestIdToken(identity: Identity, audience: string, deps: CredentialDeps): Promise<string> {
  const { idTokenRequestUrl, idTokenRequestToken } = identity;
  if (idTokenRequestUrl === undefined || idTokenRequestToken === undefined) {
    throw new AuthenticationFailed({
      what: "The job lacks `permissions: id-token: write`.",
      why: describeWay(identity),
      advice: linesForOidc(identity),
    });
  }
  const url = URL.canParse(idTokenRequestUrl) ? new URL(idTokenRequestUrl) : undefined;
  if (url === undefined || !isConfidential(url))
    throw new AuthenticationFailed({
      what: "ACTIONS_ID_TOKEN_REQUEST_URL is not an https address.",
      advice: "The runner sets it; remove whatever sets it otherwise.",
    });
  url.searchParams.set("audience", audience);
  const pipeline = plainPipeline();
  const headers = { authorization: `Bearer ${idTokenRequestToken}` };
  const answer = await withRetries(
    "read",
    () => send(pipeline, { method: "GET", url: url.href, headers, signal: deps.signal, seconds: deps.requestSeconds }),
    deps,
  );
  const value = answer.ok ? (answer.value.body as { readonly value?: unknown } | undefined)?.value : undefined;
  if (typeof value !== "string") {
    const why = answer.ok ? `status ${answer.value.status}` : answer.failure.error.message;
    throw new AuthenticationFailed({
      what: `GitHub issued no ID token: ${why}.`,
      advice: "Run the job again; if it fails again, check GitHub's status page.",
    });
  }
  deps.mask(value);
  return value;
}

/** How often a request for a token that got no answer in time is sent. */
const mostTries = 3;

/** The library waits for an answer without end, and its retries do not cover one that never comes. */
function timeLimit({ requestSeconds = requestTimeoutSeconds, signal }: RetryDeps): PipelinePolicy {
  return {
    name: "timeLimitPolicy",
    sendRequest: async (request, next) => {
      request.timeout = requestSeconds * 1000;
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await next(request);
        } catch (error) {
          const unanswered = error instanceof Error && error.name === "AbortError" && !signal.aborted;
          if (!unanswered || attempt >= mostTries) throw error;
        }
      }
    },
  };
}

/** The credential, with its tokens masked and its errors explained. */
function explained(
  credential: TokenCredential,
  identity: Identity,
  deps: CredentialDeps,
  shown: ShownToken,
): TokenCredential {
  return {
    getToken: async (scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken | null> => {
      try {
        const token = await credential.getToken(scopes, { abortSignal: deps.signal, ...options });
        if (token !== null) deps.mask(token.token);
        return token;
      } catch (error) {
        if (error instanceof AuthenticationFailed) throw error;
        throw refusal(error, identity, shown.claims);
      }
    },
  };
}

function refusal(error: unknown, identity: Identity, claims: Claims | undefined): AuthenticationFailed {
  const entraCode = /AADSTS\d+/.exec(messageOf(error))?.[0];
  const { meaning, advice } = explainRefusal(entraCode, identity, claims);
  return new AuthenticationFailed(
    {
      what: ["Signing in failed.", ...(meaning === "" ? [] : [meaning]), ...sayings(error, identity, entraCode)].join(
        " ",
      ),
      why: describeWay(identity),
      advice,
    },
    { cause: error, entraCode },
  );
}

/** Who said no, and in which words: each of a chain that was asked. */
function sayings(error: unknown, identity: Identity, entraCode: string | undefined): readonly string[] {
  const way = chooseWay(identity);
  const { errors } = error as { readonly errors?: unknown };
  if (way === "cli-or-managed-identity" && Array.isArray(errors))
    return errors.map((one, index) => `${index === 0 ? "The Azure CLI" : "The managed identity"}: ${firstLine(one)}`);
  const who =
    entraCode !== undefined
      ? "Entra said"
      : way === "azure-cli"
        ? "The Azure CLI"
        : way === "managed-identity"
          ? "The managed identity"
          : "The request for a token";
  return [`${who}: ${firstLine(error)}`];
}

/** The first line says it; what follows are trace ids and, with some libraries, the request. */
function firstLine(error: unknown): string {
  const line = (messageOf(error).trim().split(/\r?\n/)[0] ?? "")
    .replaceAll(/(client_assertion|client_secret|assertion)=[^&\s]+/g, "$1=***")
    .slice(0, 400);
  return /[.!?…]$/.test(line) ? line : `${line}.`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
