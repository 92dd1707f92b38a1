import { ok, type Incoming, type Reply } from "./server/reply.ts";
import { seeded } from "./settings.ts";
import type { Store } from "./store.ts";

/** Secrets of the one vault. */
export function keyVault(request: Incoming, store: Store): Reply | undefined {
  const [, name] = /^\/secrets\/([^/]+)(?:\/[^/]*)?$/.exec(request.path) ?? [];
  if (name === undefined) return undefined;
  if (request.headers["authorization"] === undefined) {
    return {
      status: 401,
      headers: {
        "WWW-Authenticate": `Bearer authorization="${request.endpoints.login}/${seeded.tenantId}", resource="https://vault.azure.net"`,
      },
      body: { error: { code: "Unauthorized", message: "AKV10000: Request is missing a Bearer or PoP token." } },
    };
  }
  const value = store.get<string>("secrets", name.toLowerCase());
  if (value === undefined) {
    return {
      status: 404,
      body: {
        error: { code: "SecretNotFound", message: `A secret with (name/id) ${name} was not found in this key vault.` },
      },
    };
  }
  return ok({
    value,
    id: `${request.endpoints.vault}/secrets/${name}/0123456789abcdef0123456789abcdef`,
    attributes: { enabled: true },
  });
}
