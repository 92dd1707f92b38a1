import { armError, type Reply } from "../../server/reply.ts";
import type { Store } from "../../store.ts";
import type { Json } from "./document.ts";
import type { Failure } from "../course.ts";

/** What the kinds share whose resource the service reaches by SSH. */

export function checkLogin(own: Json): Reply | undefined {
  const account = (own["administratorAccount"] ?? {}) as Json;
  const has = (member: string) => typeof account[member] === "string";
  return has("username") && (has("password") || has("privateKeyData"))
    ? undefined
    : armError(400, "BadRequest", "administratorAccount needs a user name, and a password or a private key.");
}

export function addressBySsh(): Json {
  return { address: "20.0.0.5" };
}

/** The service does not look the machine up; it tries to connect. */
export function unreachableBySsh(resourceId: string, store: Store): Failure | undefined {
  return store.get("resources", resourceId.toLowerCase()) === undefined
    ? { code: "InternalServerError", message: "Connection failed to establish within 30000 milliseconds." }
    : undefined;
}

/** The password is `null` even where a key was given; the other secrets only where they were given. */
export function withoutLoginSecrets(own: Json): Json {
  const account = own["administratorAccount"] as Json | undefined;
  if (account === undefined) return {};
  const given = ["privateKeyData", "passphrase"].filter((member) => account[member] !== undefined);
  return {
    administratorAccount: {
      ...account,
      password: null,
      ...Object.fromEntries(given.map((member) => [member, null])),
    },
  };
}
