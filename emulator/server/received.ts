import type { IncomingMessage } from "node:http";
import type { TLSSocket } from "node:tls";
import { isBlobService, isOwnHost, ownEndpoints, realEndpoints } from "./cloud-endpoints.ts";
import type { Incoming } from "./reply.ts";

/** A request as it came in, read to its end. */
export type Received = {
  readonly message: IncomingMessage;
  /** When its head had come in: milliseconds since the epoch, with fractions. */
  readonly arrivedMs: number;
  readonly method: string;
  readonly host: string;
  readonly url: URL;
  readonly bytes: Buffer;
  /** Asked of the emulator itself; never possible by the real host names. */
  readonly isControl: boolean;
  /** It came by TLS: web services alone are also asked in the clear. */
  readonly isEncrypted: boolean;
  /** For the storage, which reads it as it is. */
  readonly isBlob: boolean;
};

export async function receive(message: IncomingMessage): Promise<Received> {
  const arrivedMs = performance.timeOrigin + performance.now();
  const host = message.headers.host ?? "";
  const isEncrypted = (message.socket as Partial<TLSSocket>).encrypted === true;
  // Put together by hand: the first SDK's paths begin with two slashes, which read as a host when resolved.
  const url = new URL(`https://${host}${message.url ?? "/"}`);
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return {
    message,
    arrivedMs,
    method: message.method ?? "GET",
    host,
    url,
    bytes: Buffer.concat(chunks),
    isEncrypted,
    isControl: isEncrypted && isOwnHost(host) && url.pathname.startsWith("/_control"),
    isBlob: isBlobService(host, url.pathname),
  };
}

/**
 * The same as every part of the emulator sees it. Addresses are named by the name that the client came by.
 *
 * @param plainOrigin where the endpoint is asked in the clear.
 */
export function toIncoming({ message, method, host, url, bytes, isBlob }: Received, plainOrigin: string): Incoming {
  // What goes into the storage may be large, and is read there as it is.
  const text = isBlob ? "" : bytes.toString("utf8");
  return {
    method,
    host,
    // Clients sometimes leave two slashes where an id that begins with one was put behind another.
    path: decodeURI(url.pathname.replaceAll(/\/{2,}/g, "/")),
    query: url.searchParams,
    headers: Object.fromEntries(
      Object.entries(message.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value]),
    ),
    text,
    body: parsed(text),
    endpoints: isOwnHost(host) ? ownEndpoints(`https://${host}`, plainOrigin) : realEndpoints,
  };
}

/** @returns `undefined` for a form, or a body that is not JSON. */
function parsed(text: string): unknown {
  try {
    return text === "" ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}
