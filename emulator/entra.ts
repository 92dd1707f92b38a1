import type { Incoming, Reply } from "./server/reply.ts";
import { ok } from "./server/reply.ts";
import { seeded } from "./settings.ts";
import type { Tokens } from "./tokens.ts";

export type EntraSettings = { readonly accessTokenSeconds: number; readonly federatedSubjects: readonly string[] };

/** Microsoft Entra ID's token endpoint and discovery. */
export function entra(request: Incoming, tokens: Tokens, settings: EntraSettings): Reply | undefined {
  const { path, endpoints } = request;
  if (path === "/_identity/token") return managedIdentity(request, tokens, settings);
  if (/\/common\/discovery\/instance$/.test(path)) {
    return ok({
      tenant_discovery_endpoint: `${endpoints.login}/${seeded.tenantId}/v2.0/.well-known/openid-configuration`,
      "api-version": "1.1",
      metadata: [],
    });
  }
  const [, tenant, rest] =
    /^\/([^/]+)(\/v2\.0\/\.well-known\/openid-configuration|\/oauth2\/v2\.0\/token|\/discovery\/v2\.0\/keys)$/.exec(
      path,
    ) ?? [];
  if (tenant === undefined || rest === undefined) return undefined;
  if (tenant !== seeded.tenantId) {
    return refuse(
      90002,
      "invalid_request",
      `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.`,
    );
  }
  if (rest.endsWith("openid-configuration")) {
    const base = `${endpoints.login}/${tenant}`;
    return ok({
      token_endpoint: `${base}/oauth2/v2.0/token`,
      authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
      issuer: `${base}/v2.0`,
      jwks_uri: `${base}/discovery/v2.0/keys`,
      token_endpoint_auth_methods_supported: ["client_secret_post", "private_key_jwt", "client_secret_basic"],
      response_types_supported: ["code", "id_token"],
      subject_types_supported: ["pairwise"],
      id_token_signing_alg_values_supported: ["RS256"],
      tenant_region_scope: "WW",
      cloud_instance_name: "microsoftonline.com",
    });
  }
  if (rest.endsWith("keys")) return ok({ keys: [] });
  return token(request, tokens, settings);
}

function token(request: Incoming, tokens: Tokens, settings: EntraSettings): Reply {
  const form = new URLSearchParams(request.text);
  if (form.get("client_id") !== seeded.clientId) {
    return refuse(
      700016,
      "unauthorized_client",
      `Application with identifier '${form.get("client_id") ?? ""}' was not found in the directory.`,
    );
  }
  const assertion = form.get("client_assertion");
  const refused = assertion === null ? checkSecret(form) : checkAssertion(assertion, tokens, settings, request);
  if (refused !== undefined) return refused;
  const scope = form.get("scope") ?? "";
  const audience = scope.split(" ")[0]?.replace(/\/\.default$/, "") ?? "";
  const seconds = settings.accessTokenSeconds;
  const claims = {
    aud: audience,
    iss: `${request.endpoints.login}/${seeded.tenantId}/v2.0`,
    appid: seeded.clientId,
    oid: seeded.clientId,
    tid: seeded.tenantId,
  };
  return ok({
    token_type: "Bearer",
    expires_in: seconds,
    ext_expires_in: seconds,
    access_token: tokens.issueAccess(claims, seconds),
  });
}

/** The managed identity of the machine, in the form that App Service has and self-hosted runners are often given. */
function managedIdentity({ headers, query, endpoints }: Incoming, tokens: Tokens, settings: EntraSettings): Reply {
  if (headers["x-identity-header"] !== seeded.identityHeader)
    return { status: 401, body: { message: "The identity header is wrong." } };
  const seconds = settings.accessTokenSeconds;
  const claims = {
    aud: query.get("resource"),
    iss: `${endpoints.login}/${seeded.tenantId}/v2.0`,
    oid: seeded.clientId,
    tid: seeded.tenantId,
  };
  return ok({
    access_token: tokens.issueAccess(claims, seconds),
    expires_on: String(Math.floor(Date.now() / 1000) + seconds),
    resource: query.get("resource"),
    token_type: "Bearer",
  });
}

function checkSecret(form: URLSearchParams): Reply | undefined {
  if (form.get("client_secret") === seeded.clientSecret) return undefined;
  return refuse(
    7000215,
    "invalid_client",
    `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${seeded.clientId}'.`,
  );
}

function checkAssertion(
  assertion: string,
  tokens: Tokens,
  { federatedSubjects }: EntraSettings,
  request: Incoming,
): Reply | undefined {
  const claims = tokens.checkIdToken(assertion);
  if (claims === "expired")
    return refuse(700024, "invalid_client", "Client assertion is not within its valid time range.");
  if (claims === "malformed") return refuse(50027, "invalid_client", "JWT token is invalid or malformed.");
  if (
    claims["iss"] !== request.endpoints.idTokenIssuer &&
    claims["iss"] !== "https://token.actions.githubusercontent.com"
  ) {
    return refuse(
      700211,
      "invalid_client",
      `No matching federated identity record found for presented assertion issuer '${String(claims["iss"])}'.`,
    );
  }
  if (claims["aud"] !== "api://AzureADTokenExchange") {
    return refuse(
      700212,
      "invalid_client",
      `No matching federated identity record found for presented assertion audience '${String(claims["aud"])}'.`,
    );
  }
  if (!federatedSubjects.includes(String(claims["sub"]))) {
    return refuse(
      700213,
      "invalid_client",
      `No matching federated identity record found for presented assertion subject '${String(claims["sub"])}'.`,
    );
  }
  return undefined;
}

function refuse(number: number, error: string, description: string): Reply {
  return {
    status: 401,
    body: {
      error,
      error_description: `AADSTS${number}: ${description} Trace ID: 00000000-0000-0000-0000-000000000000`,
      error_codes: [number],
      timestamp: new Date().toISOString(),
    },
  };
}
