import type { IncomingMessage, ServerResponse } from "node:http";
import type { Fault, Faults } from "../faults.ts";
import type { Journal } from "../journal.ts";
import { faultReply, send, type Answer } from "./answer.ts";
import { intercepted, type EndpointState } from "./interceptor.ts";
import { receive, toIncoming, type Received } from "./received.ts";
import { armError, type Incoming } from "./reply.ts";

export type ServeParts = {
  readonly journal: Journal;
  /** Faults that clients meet at every endpoint. */
  readonly faults: Faults;
  /** Carries a request out. */
  readonly dispatch: (request: Incoming, received: Received, faults: readonly Fault[]) => Promise<Answer>;
};

/** What the client gets: an answer, the end of its connection, or nothing at all. */
type Outcome =
  | { readonly kind: "answer"; readonly answer: Answer; readonly body: unknown }
  | { readonly kind: "disconnect" | "silence"; readonly body: unknown };

/** Takes one request from its arrival to its answer: faults and interceptors first, then whatever it asks for. */
export async function serve(
  message: IncomingMessage,
  response: ServerResponse,
  endpoint: EndpointState,
  parts: ServeParts,
): Promise<void> {
  const received = await receive(message);
  const { method, host, url, arrivedMs } = received;
  const active = received.isControl
    ? []
    : [parts.faults, endpoint.faults].flatMap((faults) => faults.match(method, url.pathname));
  const record = (status: number | "reset", body?: unknown) => {
    if (received.isControl) return;
    const fault = active.map(({ kind }) => kind).join(", ");
    parts.journal.add({
      ...{ arrivedMs, method, host, path: url.pathname, query: url.searchParams, status },
      ...(body === undefined ? {} : { body }),
      ...(fault === "" ? {} : { fault }),
    });
  };
  try {
    const outcome = await outcomeOf(received, active, endpoint, parts);
    record(outcome.kind === "answer" ? outcome.answer.status : "reset", outcome.body);
    if (outcome.kind === "answer") send(response, outcome.answer, active);
    else if (outcome.kind === "disconnect") message.socket.destroy();
  } catch (error) {
    record(500);
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    send(response, armError(500, "InternalServerError", text), []);
  }
}

async function outcomeOf(
  received: Received,
  active: readonly Fault[],
  endpoint: EndpointState,
  { dispatch }: ServeParts,
): Promise<Outcome> {
  endpoint.count += 1;
  const seen = intercepted(received, endpoint.count);
  if ((await endpoint.interceptor.onRequest?.(seen)) === "disconnect") return { kind: "disconnect", body: undefined };
  for (const fault of active)
    if (fault.kind === "delay") await new Promise((after) => setTimeout(after, fault.seconds * 1000));
  if (active.some(({ kind }) => kind === "reset")) return { kind: "disconnect", body: undefined };
  const silent = active.find((fault) => fault.kind === "no-reply");
  if (silent?.carriedOut === false) return { kind: "silence", body: undefined };
  const request = toIncoming(received, endpoint.plainOrigin);
  const instead = active.find((fault) => fault.kind === "status");
  const carriedOut = instead === undefined ? await dispatch(request, received, active) : faultReply(instead);
  const after = active.find((fault) => fault.kind === "status-after");
  const body = received.isBlob ? undefined : request.body;
  const isCut = (await endpoint.interceptor.onResponse?.(seen)) === "disconnect";
  if (isCut || active.some(({ kind }) => kind === "lost-reply")) return { kind: "disconnect", body };
  if (silent !== undefined) return { kind: "silence", body };
  const answer = after === undefined ? carriedOut : faultReply(after);
  const { onReply } = endpoint.interceptor;
  return { kind: "answer", answer: onReply === undefined || "bytes" in answer ? answer : onReply(seen, answer), body };
}
