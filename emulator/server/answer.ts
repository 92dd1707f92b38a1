import type { ServerResponse } from "node:http";
import type { Fault } from "../faults.ts";
import type { Forwarded } from "../storage.ts";
import type { Reply } from "./reply.ts";

/** What is answered: a reply of the emulator's own, or Azurite's as it is. */
export type Answer = Reply | Forwarded;

/** The answer of a fault that says its status. */
export function faultReply({ status, headers = {}, body }: Extract<Fault, { readonly status: number }>): Reply {
  return {
    status,
    headers,
    body: body ?? { error: { code: `Fault${status}`, message: "A fault that was asked for." } },
  };
}

/** Sends an answer, as far as the faults let it come through. */
export function send(response: ServerResponse, answer: Answer, faults: readonly Fault[]): void {
  const isCutShort = faults.some(({ kind }) => kind === "truncated");
  if ("bytes" in answer) {
    response.writeHead(answer.status, answer.headers);
    const half = answer.bytes.subarray(0, answer.bytes.length / 2);
    // The length was promised already, so the connection has to end before it is reached.
    if (isCutShort) response.write(half, () => response.destroy());
    else if (faults.some(({ kind }) => kind === "stalled")) response.write(half);
    else response.end(answer.bytes);
    return;
  }
  const text = textOf(answer, isCutShort, faults);
  response.writeHead(answer.status, {
    ...(text === "" ? {} : { "Content-Type": "application/json; charset=utf-8" }),
    "x-ms-request-id": crypto.randomUUID(),
    "x-ms-correlation-request-id": crypto.randomUUID(),
    ...answer.headers,
  });
  response.end(answer.status === 204 ? undefined : text);
}

function textOf({ body }: Reply, isCutShort: boolean, faults: readonly Fault[]): string {
  if (faults.some(({ kind }) => kind === "malformed")) return "<html>busy</html>";
  const whole = body === undefined ? "" : JSON.stringify(body);
  return isCutShort ? whole.slice(0, Math.floor(whole.length / 2)) : whole;
}
