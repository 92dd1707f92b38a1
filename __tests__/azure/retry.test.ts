import { describe, expect, it } from "@jest/globals";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { plainPipeline, send } from "../../src/azure/pipeline.ts";
import { failureOf, withRetries, type Repeatable } from "../../src/azure/retry.ts";

type Play = (response: ServerResponse, request: IncomingMessage) => void;
const status =
  (code: number, headers: Record<string, string> = {}, body = "{}"): Play =>
  (response) =>
    void response.writeHead(code, headers).end(body);
const reset: Play = (_, request) => void request.socket.destroy();

/** Plays the answers in turn, the last one for ever. */
async function against(plays: readonly Play[], repeatable: Repeatable) {
  let requests = 0;
  const waits: number[] = [];
  const server = createServer((request, response) => {
    const play = plays[Math.min(requests, plays.length - 1)];
    requests += 1;
    play?.(response, request);
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const pipeline = plainPipeline();
  const outcome = await withRetries(repeatable, () => send(pipeline, { method: "PUT", url, body: {} }), {
    clock: { now: () => 0, sleep: (seconds) => Promise.resolve(void waits.push(seconds)) },
    random: () => 1,
    signal: new AbortController().signal,
  });
  server.closeAllConnections();
  server.close();
  return {
    outcome: !outcome.ok
      ? outcome.failure.reason
      : outcome.value.status < 400
        ? `${outcome.value.status}`
        : failureOf(outcome.value).reason,
    requests,
    waits,
  };
}

describe("what is repeated", () => {
  it.each<{
    readonly fault: string;
    readonly plays: readonly Play[];
    readonly repeatable: Repeatable;
    readonly expected: object;
  }>([
    {
      fault: "503, then 200",
      plays: [status(503), status(200)],
      repeatable: "read",
      expected: { outcome: "200", requests: 2 },
    },
    {
      fault: "a gateway's page in place of JSON, then 200",
      plays: [status(200, {}, "<html>busy</html>"), status(200)],
      repeatable: "read",
      expected: { outcome: "200", requests: 2 },
    },
    {
      fault: "JSON that was cut off",
      plays: [status(200, {}, '{"value": [{"na')],
      repeatable: "read",
      expected: { outcome: "unreachable", requests: 6 },
    },
    {
      fault: "JSON that was cut off, so the outcome is unknown",
      plays: [status(201, {}, '{"name": "ds')],
      repeatable: "write",
      expected: { outcome: "201", requests: 1 },
    },
    { fault: "503", plays: [status(503)], repeatable: "write", expected: { outcome: "unknown", requests: 1 } },
    { fault: "500", plays: [status(500)], repeatable: "write", expected: { outcome: "unknown", requests: 1 } },
    { fault: "408", plays: [status(408)], repeatable: "write", expected: { outcome: "unknown", requests: 1 } },
    { fault: "a reset", plays: [reset], repeatable: "write", expected: { outcome: "unknown", requests: 1 } },
    {
      fault: "a reset, then 200",
      plays: [reset, status(200)],
      repeatable: "read",
      expected: { outcome: "200", requests: 2 },
    },
    {
      fault: "429 with Retry-After, then 201",
      plays: [status(429, { "Retry-After": "7" }), status(201)],
      repeatable: "write",
      expected: { outcome: "201", requests: 2, waits: [7] },
    },
    {
      fault: "429 with a Retry-After of 0",
      plays: [status(429, { "Retry-After": "0" }), status(429, { "Retry-After": "0" }), status(201)],
      repeatable: "write",
      expected: { outcome: "201", requests: 3, waits: [1, 2] },
    },
    {
      fault: "429 for ever",
      plays: [status(429, { "Retry-After": "1" })],
      repeatable: "write",
      expected: { outcome: "unreachable", requests: 6 },
    },
    { fault: "409", plays: [status(409)], repeatable: "write", expected: { outcome: "refused", requests: 1 } },
    {
      fault: "a Retry-After longer than the limit",
      plays: [status(429, { "Retry-After": "3600" })],
      repeatable: "read",
      expected: { outcome: "unreachable", requests: 1 },
    },
  ])("$repeatable after $fault: $expected", async ({ plays, repeatable, expected }) => {
    expect(await against(plays, repeatable)).toMatchObject(expected);
  });
});
