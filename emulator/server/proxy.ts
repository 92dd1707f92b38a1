import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Journal } from "../journal.ts";
import { isClusterAddress, isRealHost } from "./cloud-endpoints.ts";
import { close, listen } from "./listen.ts";

/** An HTTP proxy in front of the real names: each tunnel ends at the emulator. */
export type Proxy = { readonly url: string; readonly stop: () => Promise<void> };

/**
 * @param accept takes the other end of a tunnel: no connection is between the proxy and the emulator.
 * @param acceptPlain takes a request in the clear to one of the real names.
 */
export async function startProxy(
  accept: (client: Socket) => void,
  journal: Journal,
  acceptPlain: (message: IncomingMessage, response: ServerResponse) => void,
): Promise<Proxy> {
  const server = createServer((message, response) => {
    // Such a request names its whole address.
    const url = URL.parse(message.url ?? "");
    if (url?.protocol !== "http:" || !(isRealHost(url.hostname) || isClusterAddress(url.hostname))) {
      response.writeHead(403).end("This proxy only forwards to hosts of Azure and GitHub.\n");
      return;
    }
    message.url = `${url.pathname}${url.search}`;
    message.headers.host = url.host;
    acceptPlain(message, response);
  });
  // A tunnel does not count as a connection of the proxy any more; what is still open at the end is closed by hand.
  const tunnels = new Set<Socket>();
  server.on("connect", (request: IncomingMessage, client: Socket) => {
    tunnels.add(client);
    client.on("error", () => client.destroy());
    client.on("close", () => tunnels.delete(client));
    const [name = ""] = (request.url ?? "").split(":");
    if (!isRealHost(name)) {
      const arrivedMs = performance.timeOrigin + performance.now();
      journal.add({ arrivedMs, method: "CONNECT", host: name, path: "", query: new URLSearchParams(), status: 403 });
      client.end("HTTP/1.1 403 Forbidden\r\n\r\n");
      return;
    }
    client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
    accept(client);
  });
  return {
    url: `http://127.0.0.1:${await listen(server, 0)}`,
    stop: async () => {
      for (const tunnel of tunnels) tunnel.destroy();
      await close(server);
    },
  };
}
