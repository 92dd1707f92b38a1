import { createServer, type Server } from "node:net";
import { readFileSync } from "node:fs";
import { ensureServingEnvironment, sharedEnvironments } from "../../emulator/serving/environment.ts";

/**
 * Folder of environments with Azure ML's own server, built once for all tests of this machine; `undefined` where pip cannot
 * install it.
 */
export async function servingEnvironments(): Promise<string | undefined> {
  const options = { folder: sharedEnvironments, onLine: () => undefined, signal: AbortSignal.timeout(300_000) };
  try {
    await ensureServingEnvironment({}, options);
    return sharedEnvironments;
  } catch (error) {
    console.warn(`Azure ML's server cannot be installed here: tests of it are skipped. ${String(error)}`);
    return undefined;
  }
}

/** Whoever listens at a port of this machine, by address: `127.0.0.1`, `0.0.0.0`. Linux alone shows it. */
export function listenersAt(port: number): readonly string[] {
  return readFileSync("/proc/net/tcp", "utf8")
    .split("\n")
    .flatMap((line) => {
      const [, address = "", at = ""] = /^\s*\d+: ([0-9A-F]{8}):([0-9A-F]{4}) \S+ 0A /.exec(line) ?? [];
      if (parseInt(at, 16) !== port) return [];
      const bytes = address.match(/../g) ?? [];
      return [
        bytes
          .reverse()
          .map((byte) => parseInt(byte, 16))
          .join("."),
      ];
    });
}

/** A port that somebody else listens at. */
export async function takenPort(): Promise<{ readonly port: number; readonly close: () => Promise<void> }> {
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { port: address.port, close: () => new Promise((resolve) => server.close(() => resolve())) };
}
