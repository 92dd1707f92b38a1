import { createServer as createPlainServer } from "node:http";
import { createServer } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { createFaults, type Faults } from "../faults.ts";
import type { Certificates } from "./certificates.ts";
import { environmentAt, environmentBehind, type Environment, type Route } from "./environment.ts";
import type { EndpointState, Interceptor } from "./interceptor.ts";
import { close, listen } from "./listen.ts";
import { startProxy } from "./proxy.ts";
import { serve, type ServeParts } from "./serve.ts";
import { countTraffic, type Traffic } from "./traffic.ts";

/** An endpoint for one client alone: what it meets there concerns nobody else. */
export type Endpoint = AsyncDisposable & {
  readonly origin: string;
  /** What the client's environment needs. */
  readonly environment: Environment;
  readonly faults: Pick<Faults, "add" | "clear">;
  /** Takes a connection that a proxy has for it. */
  readonly accept: (client: Socket) => void;
  /** Takes a request in the clear that a proxy has for it. */
  readonly acceptPlain: (message: IncomingMessage, response: ServerResponse) => void;
  readonly close: () => Promise<void>;
};

/** The addresses at which the emulator is reached. */
export type EmulatorServer = {
  readonly origin: string;
  readonly proxyUrl: string;
  readonly openEndpoint: (interceptor?: Interceptor) => Promise<Endpoint>;
  /** What a client's environment needs for a way in. */
  readonly environment: (route: Route) => Environment;
  /** What has gone over the connections of clients so far, TLS included; a proxy's tunnels count once. */
  readonly traffic: () => Traffic;
  readonly stop: () => Promise<void>;
};

/** @param port of the main endpoint; 0 picks a free one. */
export async function startServer(
  { key, cert, caFile }: Certificates,
  port: number,
  parts: ServeParts,
): Promise<EmulatorServer> {
  const serverOf = (endpoint: EndpointState) =>
    createServer({ key, cert }, (message, response) => void serve(message, response, endpoint, parts));
  /** Web services are asked in the clear, which clients do at another port. */
  const openPlain = async (endpoint: EndpointState) => {
    const plain = createPlainServer((message, response) => void serve(message, response, endpoint, parts));
    endpoint.plainOrigin = `http://127.0.0.1:${await listen(plain, 0)}`;
    return plain;
  };
  const main: EndpointState = { faults: createFaults(), interceptor: {}, count: 0, plainOrigin: "" };
  const server = serverOf(main);
  const plain = await openPlain(main);
  const traffic = countTraffic(server);
  const mainPort = await listen(server, port);
  const origin = `https://127.0.0.1:${mainPort}`;
  const proxy = await startProxy(
    (client) => server.emit("connection", client),
    parts.journal,
    (message, response) => plain.emit("request", message, response),
  );

  const endpoints = new Set<Endpoint>();
  const openEndpoint = async (interceptor: Interceptor = {}): Promise<Endpoint> => {
    const state: EndpointState = { faults: createFaults(), interceptor, count: 0, plainOrigin: "" };
    const own = serverOf(state);
    const ownPlain = await openPlain(state);
    const ownOrigin = `https://127.0.0.1:${await listen(own, 0)}`;
    const closeOwn = async () => {
      endpoints.delete(endpoint);
      await Promise.all([close(own), close(ownPlain)]);
    };
    const endpoint: Endpoint = {
      origin: ownOrigin,
      environment: environmentAt(ownOrigin, caFile),
      faults: state.faults,
      accept: (client) => own.emit("connection", client),
      acceptPlain: (message, response) => ownPlain.emit("request", message, response),
      close: closeOwn,
      [Symbol.asyncDispose]: closeOwn,
    };
    endpoints.add(endpoint);
    return endpoint;
  };

  return {
    origin,
    proxyUrl: proxy.url,
    openEndpoint,
    environment: (route) => (route === "cloud" ? environmentAt(origin, caFile) : environmentBehind(proxy.url, caFile)),
    traffic,
    stop: async () => {
      await Promise.all([...endpoints].map((endpoint) => endpoint.close()));
      await Promise.all([proxy.stop(), close(server), close(plain)]);
    },
  };
}
