import { request } from "node:http";
import type { ScoringAnswer, ScoringRequest } from "./scorer.ts";

/** What belongs to a connection, and to the way to the service, and not to the container. */
const notHandedOn = new Set(["host", "connection", "content-length", "transfer-encoding", "authorization", "expect"]);

/**
 * Hands a request to a server on loopback.
 *
 * @returns its answer; `undefined` where none came, `"timeout"` where it took too long.
 */
export function forwardTo(
  port: number,
  { method, path, headers, bytes }: ScoringRequest,
  timeoutMs: number,
): Promise<ScoringAnswer | "timeout" | undefined> {
  return new Promise((resolve) => {
    const outgoing = request(
      {
        ...{ host: "127.0.0.1", port, method, path, agent: false },
        headers: {
          ...Object.fromEntries(Object.entries(headers).filter(([name]) => !notHandedOn.has(name.toLowerCase()))),
          "content-length": bytes.length,
        },
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.once("error", () => resolve(undefined));
        answer.once("end", () => {
          clearTimeout(limit);
          const own = Object.entries(answer.headers).flatMap(([name, value]) =>
            notHandedOn.has(name) || value === undefined ? [] : [[name, String(value)] as const],
          );
          resolve({ status: answer.statusCode ?? 502, headers: Object.fromEntries(own), bytes: Buffer.concat(chunks) });
        });
      },
    );
    const limit = setTimeout(() => {
      resolve("timeout");
      outgoing.destroy();
    }, timeoutMs);
    outgoing.once("error", () => {
      clearTimeout(limit);
      resolve(undefined);
    });
    outgoing.end(bytes);
  });
}
