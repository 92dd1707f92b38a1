import { ok, type Incoming, type Reply } from "../server/reply.ts";
import { seeded } from "../settings.ts";
import type { Tokens } from "../tokens.ts";

/** GitHub's ID-token endpoint and its OpenID Connect discovery. */
export function idTokens(request: Incoming, tokens: Tokens): Reply | undefined {
  const { path, query, headers, endpoints } = request;
  switch (path) {
    case "/_github/id-token": {
      if (!mayAsk(headers["authorization"] ?? "", tokens)) return { status: 401, body: { message: "Bad credentials" } };
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

const audience = "id-token-request";

/** As the runner gives it to a step: its claim `exp` tells when the job ends at the latest. */
export function issueRequestToken(tokens: Tokens, seconds: number): string {
  return tokens.issueAccess({ aud: audience }, seconds);
}

/** The one that is always good, or one that was given out and is still good. */
function mayAsk(authorization: string, tokens: Tokens): boolean {
  const token = authorization.replace(/^Bearer /, "");
  if (token === seeded.idTokenRequestToken) return true;
  const claims = tokens.checkAccess(token);
  return typeof claims === "object" && claims["aud"] === audience;
}
