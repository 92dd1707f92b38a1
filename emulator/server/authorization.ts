import { storageAccess } from "../arm/datastores.ts";
import type { Store } from "../store.ts";
import type { Tokens } from "../tokens.ts";
import { armError, type Incoming, type Reply } from "./reply.ts";

/** Why ARM and the data plane refuse a caller. */
export function refusedToken({ headers }: Incoming, tokens: Tokens): Reply | undefined {
  const [, token] = /^Bearer (.+)$/i.exec(headers["authorization"] ?? "") ?? [];
  if (token === undefined)
    return refused("AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.");
  const claims = tokens.checkAccess(token);
  if (claims === "expired")
    return refused("ExpiredAuthenticationToken", "The access token expiry UTC time is earlier than current UTC time.");
  return claims === "malformed" ? refused("InvalidAuthenticationToken", "The access token is invalid.") : undefined;
}

function refused(code: string, message: string): Reply {
  return {
    ...armError(401, code, message),
    headers: { "WWW-Authenticate": `Bearer error="invalid_token", error_description="${message}"` },
  };
}

/** Why the storage refuses a caller. Azurite checks keys and signatures itself; everything else is decided here. */
export function refusedStorageAccess(
  authorization: string | undefined,
  { store, tokens }: { readonly store: Store; readonly tokens: Tokens },
): Reply | undefined {
  const [, scheme = "", token = ""] = /^(\S+) (.*)$/.exec(authorization ?? "") ?? [];
  if (/^sharedkey/i.test(scheme) && storageAccess(store) === "None")
    return refusedByStorage(
      403,
      "KeyBasedAuthenticationNotPermitted",
      "Key based authentication is not permitted on this storage account.",
    );
  if (!/^bearer$/i.test(scheme)) return undefined;
  const claims = tokens.checkAccess(token);
  return typeof claims === "string" || !/^https:\/\/storage\.azure\.com\/?$/.test(String(claims["aud"]))
    ? refusedByStorage(401, "InvalidAuthenticationInfo", "Server failed to authenticate the request.")
    : undefined;
}

function refusedByStorage(status: number, code: string, message: string): Reply {
  return { ...armError(status, code, message), headers: { "x-ms-error-code": code } };
}
