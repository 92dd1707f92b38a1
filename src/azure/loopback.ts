import { createServer, type AddressInfo } from "node:net";

/** The only address of this machine that something is served at: nobody else reaches it. */
export const loopback = "127.0.0.1";

/** A port of this machine that nobody listens at now. */
export async function freePort(): Promise<number> {
  const port = await listenFor(0);
  if (port === undefined) throw new Error("This machine has no free port.");
  return port;
}

/** Whether nobody listens at a port, at loopback or at any address. */
export async function isFreePort(port: number): Promise<boolean> {
  return (await listenFor(port)) !== undefined && (await listenFor(port, "0.0.0.0")) !== undefined;
}

/** Listens for a moment. @returns the port; `undefined` where it is taken, or not for everybody. */
function listenFor(port: number, host: string = loopback): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen({ port, host, exclusive: true }, () => {
      const { port: own } = server.address() as AddressInfo;
      server.close(() => resolve(own));
    });
  });
}
