import type { AccessToken, GetTokenOptions, TokenCredential } from "@azure/core-auth";
import type { PipelinePolicy } from "@azure/core-rest-pipeline";
import type { Cloud } from "./cloud.ts";
import { isConfidential } from "./addresses.ts";
import { plainPipeline, requestTimeoutSeconds, send } from "./pipeline.ts";
import { withRetries, type RetryDeps } from "./retry.ts";

/** Who to sign in as, from inputs and environment. */
export type Identity = {
  readonly auth: "auto" | "oidc" | "service-principal" | "managed-identity" | "azure-cli";
  readonly clientId?: string | undefined;
  readonly tenantId?: string | undefined;
  readonly clientSecret?: string | undefined;
  /** `ACTIONS_ID_TOKEN_REQUEST_URL` and `…_TOKEN`; absent where the job lacks `id-token: write`. */
  readonly idTokenRequestUrl?: string | undefined;
  readonly idTokenRequestToken?: string | undefined;
};

/** A sign-in that failed: what Entra said, what it means, what to do. */
export class AuthenticationFailed extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "AuthenticationFailed";
  }
}

export type CredentialDeps = RetryDeps & { readonly mask: (secret: string) => void };

/** The way to sign in that the inputs amount to. */
export function chooseWay(
  identity: Identity,
): "oidc" | "service-principal" | "managed-identity" | "azure-cli" | "cli-or-managed-identity" {
  if (identity.auth !== "auto") return identity.auth;
  if (identity.clientSecret !== undefined) return "service-principal";
  const federated = [identity.idTokenRequestUrl, identity.idTokenRequestToken, identity.clientId, identity.tenantId];
  return federated.every((part) => part !== undefined) ? "oidc" : "cli-or-managed-identity";
}

/**
 * Credentials for one identity; each call gives one without tokens of earlier calls in it. `@azure/identity` is loaded
 * only now, because a command that needs no network never signs in.
 */
export function createCredentials(
  identity: Identity,
  cloud: Cloud,
  deps: CredentialDeps,
): () => Promise<TokenCredential> {
  return async () => explained(await createCredential(identity, cloud, deps), identity, deps);
}

async function createCredential(identity: Identity, cloud: Cloud, deps: CredentialDeps): Promise<TokenCredential> {
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
      const { tenantId, clientId } = required(identity, ["tenantId", "clientId"], way);
      const { ClientAssertionCredential } = await import("@azure/identity");
      return new ClientAssertionCredential(tenantId, clientId, assertions(identity, cloud, deps), options);
    }
    case "service-principal": {
      const { tenantId, clientId, clientSecret } = required(identity, ["tenantId", "clientId", "clientSecret"], way);
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
      throw new AuthenticationFailed(
        `The input '${name}' is ${JSON.stringify(value)}, which is no id${name === "tenant-id" ? " and no domain" : ""}. Copy it from the app registration.`,
      );
}

const inputNames = { tenantId: "tenant-id", clientId: "client-id", clientSecret: "client-secret" } as const;

function required<Key extends keyof typeof inputNames>(
  identity: Identity,
  keys: readonly Key[],
  way: string,
): Record<Key, string> {
  const missing = keys.filter((key) => identity[key] === undefined);
  if (missing.length > 0) {
    throw new AuthenticationFailed(
      `Signing in by ${way} needs ${missing.map((key) => inputNames[key]).join(", ")}. Set the input, or AZURE_* in the environment.`,
    );
  }
  return Object.fromEntries(keys.map((key) => [key, identity[key] ?? ""])) as Record<Key, string>;
}

/** How long one assertion is used: the library asks for it twice per token, and an ID token lives five minutes. */
const assertionServesMs = 20_000;

/** GitHub's ID token, a fresh one for every token: an assertion kept longer than minutes is refused (AADSTS700024). */
function assertions(identity: Identity, cloud: Cloud, deps: CredentialDeps): () => Promise<string> {
  let last: { readonly assertion: Promise<string>; readonly at: number } | undefined;
  return () => {
    if (last === undefined || deps.clock.now() - last.at > assertionServesMs) {
      last = { assertion: requestIdToken(identity, cloud.oidcAudience, deps), at: deps.clock.now() };
    }
    return last.assertion;
  };
}

/** @throws AuthenticationFailed when GitHub gives none. The token is masked before it is returned. */
export async function requestIdToken(identity: Identity, audience: string, deps: CredentialDeps): Promise<string> {
  const { idTokenRequestUrl, idTokenRequestToken } = identity;
  if (idTokenRequestUrl === undefined || idTokenRequestToken === undefined) {
    throw new AuthenticationFailed(
      "The job lacks `permissions: id-token: write`. Add it; a pull request from a fork never gets an ID token.",
    );
  }
  const url = URL.canParse(idTokenRequestUrl) ? new URL(idTokenRequestUrl) : undefined;
  if (url === undefined || !isConfidential(url))
    throw new AuthenticationFailed(
      "ACTIONS_ID_TOKEN_REQUEST_URL is no https address. The runner sets it; remove whatever sets it otherwise.",
    );
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
    throw new AuthenticationFailed(
      `GitHub gave no ID token: ${why}. Run the job again; if it fails again, check GitHub's status page.`,
    );
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
function explained(credential: TokenCredential, identity: Identity, deps: CredentialDeps): TokenCredential {
  return {
    getToken: async (scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken | null> => {
      try {
        const token = await credential.getToken(scopes, { abortSignal: deps.signal, ...options });
        if (token !== null) deps.mask(token.token);
        return token;
      } catch (error) {
        if (error instanceof AuthenticationFailed) throw error;
        throw new AuthenticationFailed(explain(error, identity), { cause: error });
      }
    },
  };
}

/** What Entra's codes mean here, and what to do. @see https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
const meanings: Readonly<Record<string, string>> = {
  AADSTS700024: "The ID token had expired when it was used. The clock of the runner may be wrong; run the job again.",
  AADSTS70021:
    "No federated credential matches this workflow's ID token. One that was just created takes some minutes.",
  AADSTS700213: "No federated credential has the subject of this workflow's ID token. Subjects compare with case.",
  AADSTS700211: "No federated credential has the issuer of this workflow's ID token.",
  AADSTS700212: "No federated credential has the audience of this workflow's ID token.",
  AADSTS7000215: "The client secret is wrong. Give the secret's value, not its id, and check that it is not cut off.",
  AADSTS7000222: "The client secret has expired. Create a new one, or switch to OIDC.",
  AADSTS700016: "The application is not in this tenant. Check client-id and tenant-id.",
  AADSTS90002: "The tenant does not exist. Check tenant-id.",
  AADSTS900023: "tenant-id is neither a tenant's id nor its domain.",
};

function explain(error: unknown, identity: Identity): string {
  const text = error instanceof Error ? error.message : String(error);
  const code = /AADSTS\d+/.exec(text)?.[0];
  const meaning = code === undefined ? undefined : meanings[code];
  // The first line says it; what follows are trace ids and, with some libraries, the request.
  const firstLine = (text.split(/\r?\n/)[0] ?? "")
    .replaceAll(/(client_assertion|client_secret|assertion)=[^&\s]+/g, "$1=***")
    .slice(0, 400);
  return [`Signing in by ${chooseWay(identity)} failed.`, meaning, `Entra said: ${firstLine}`]
    .filter((part) => part !== undefined)
    .join(" ");
}
