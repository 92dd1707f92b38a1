import type { IncomingHttpHeaders } from "node:http";
import type { Faults } from "../faults.ts";
import type { Received } from "./received.ts";
import type { Reply } from "./reply.ts";

/** One request of a client, as an interceptor sees it. */
export type InterceptedRequest = {
  /** From 1, in the order in which they arrived at this endpoint. */
  readonly number: number;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** As it was sent, secrets and all. */
  readonly text: string;
  /** The lease that is asked for or shown. */
  readonly leaseId?: string;
  /** By names in lower case. */
  readonly headers: IncomingHttpHeaders;
};

export type Interception = "continue" | "disconnect";

/** Sees every request of an endpoint: may hold it up, and cut its connection off. */
export type Interceptor = {
  /** Before anything is done. */
  readonly onRequest?: (request: InterceptedRequest) => Promise<Interception>;
  /** After it was carried out, before it is answered. */
  readonly onResponse?: (request: InterceptedRequest) => Promise<Interception>;
  /** What is answered instead. */
  readonly onReply?: (request: InterceptedRequest, reply: Reply) => Reply;
};

/** What one endpoint keeps for itself. */
export type EndpointState = {
  readonly faults: Faults;
  readonly interceptor: Interceptor;
  count: number;
  plainOrigin: string;
};

export function intercepted({ message, method, url, bytes }: Received, number: number): InterceptedRequest {
  const leaseId = message.headers["x-ms-proposed-lease-id"] ?? message.headers["x-ms-lease-id"];
  return {
    number,
    method,
    path: url.pathname,
    query: url.searchParams,
    // Made when somebody reads it: most requests have no reader, and some are large.
    get text() {
      return bytes.toString("utf8");
    },
    headers: message.headers,
    ...(typeof leaseId === "string" ? { leaseId } : {}),
  };
}
