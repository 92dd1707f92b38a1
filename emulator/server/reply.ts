import { seeded } from "../settings.ts";
import type { CloudEndpoints } from "./cloud-endpoints.ts";

/** A request as every part of the emulator sees it, whichever way it came in. */
export type Incoming = {
  readonly method: string;
  /** The name that the client believes to talk to. */
  readonly host: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly text: string;
  /** Parsed JSON; `undefined` where there is none. */
  readonly body: unknown;
  /** The addresses that answers have to name, so that the client reaches them the way it came. */
  readonly endpoints: CloudEndpoints;
};

export type Reply = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
};

/** ARM's form of an error. */
export function armError(status: number, code: string, message: string): Reply {
  return { status, body: { error: { code, message, target: null, details: [], additionalInfo: [] } } };
}

/** A caller that is known and lacks a role, in ARM's words. */
export function authorizationFailed(action: string, scope: string): Reply {
  return armError(
    403,
    "AuthorizationFailed",
    `The client '${seeded.clientId}' with object id '${seeded.clientId}' does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
  );
}

export function ok(body: unknown, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status: 200, body, headers };
}

/** One page of a list, with the link to the next. @param origin of the host that has the list. */
export function page(
  items: readonly unknown[],
  request: Incoming,
  size: number,
  origin: string = request.endpoints.arm,
): Reply {
  const skip = Number(request.query.get("$skip") ?? request.query.get("$skipToken") ?? 0) || 0;
  const value = items.slice(skip, skip + size);
  const next = new URLSearchParams(request.query);
  next.set("$skip", String(skip + size));
  const more = skip + size < items.length;
  return ok({ value, ...(more ? { nextLink: `${origin}${request.path}?${next.toString()}` } : {}) });
}
