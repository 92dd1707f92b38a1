import { ok, type Incoming, type Reply } from "../server/reply.ts";
import { seeded } from "../settings.ts";
import type { Tokens } from "../tokens.ts";

/** GitHub's ID-token endpoint and its OpenID Connect discovery. */
export function idTokens(request: Incoming, tokens: Tokens): Reply | undefined {
  const { path, query, headers, endpoints } = request;
  switch (path) {
    case "/_github/id-token": {
      if (headers["authorization"] !== `Bearer ${seeded.idTokenRequestToken}`)
        return { status: 401, body: { message: "Bad credentials" } };
      const claims = {
        iss: endpoints.idTokenIssuer,
        aud: query.get("audience") ?? `https://github.com/octo-org`,
        sub: seeded.subject,
        repository: "octo-org/octo-repo",
        ref: "refs/heads/main",
      };
      return ok({ value: tokens.issueIdToken(claims), count: 1 });
    }
    case "/_github/.well-known/openid-configuration":
    case "/.well-known/openid-configuration":
      return ok({
        issuer: endpoints.idTokenIssuer,
        jwks_uri: `${endpoints.idTokenIssuer}/.well-known/jwks`,
        id_token_signing_alg_values_supported: ["RS256"],
      });
    case "/_github/.well-known/jwks":
    case "/.well-known/jwks":
      return ok(tokens.keySet());
    default:
      return undefined;
  }
}
