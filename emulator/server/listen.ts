import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/** @param port 0 picks a free one. @returns the port. */
export async function listen(server: Pick<Server, "listen" | "address">, port: number): Promise<number> {
  await new Promise<void>((ready) => void server.listen(port, "127.0.0.1", ready));
  return (server.address() as AddressInfo).port;
}

/** Closes a server with all of its connections. */
export async function close(server: Pick<Server, "close" | "closeAllConnections">): Promise<void> {
  const closed = new Promise((done) => server.close(done));
  server.closeAllConnections();
  await closed;
}
