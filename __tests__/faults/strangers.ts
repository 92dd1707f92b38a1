import { subscribe } from "node:diagnostics_channel";
import type { ClientRequest } from "node:http";

/** Who is asked by this process, and did not belong to it when it was looked at last. */
export type Strangers = {
  /** Everybody who was asked so far is known from now on. */
  readonly know: () => void;
  /** Origins that were asked since the last call, and nobody knows. */
  readonly asked: () => readonly string[];
};

/**
 * Sees every HTTP request of this process as it is made, whether anybody answers it or not: names that are only alike a
 * trusted one lead nowhere.
 */
export function watchStrangers(): Strangers {
  const known = new Set<string>();
  let asked = new Set<string>();
  const ask = (origin: string) => asked.add(origin.toLowerCase());
  subscribe("http.client.request.created", (message) => {
    const { request } = message as { readonly request: ClientRequest };
    // Tunnels of a proxy are what the requests in them are for.
    if (request.method !== "CONNECT") ask(`${request.protocol}//${String(request.getHeader("host") ?? request.host)}`);
  });
  subscribe("undici:request:create", (message) => {
    const { request } = message as { readonly request: { readonly origin?: unknown } };
    ask(String(request.origin));
  });
  return {
    know: () => {
      for (const origin of asked) known.add(origin);
      asked = new Set();
    },
    asked: () => {
      const strangers = [...asked].filter((origin) => !known.has(origin));
      asked = new Set();
      return strangers;
    },
  };
}
