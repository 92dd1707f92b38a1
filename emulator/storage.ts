import { spawn, type ChildProcess } from "node:child_process";
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { connect } from "node:net";
import { createRequire } from "node:module";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { AddressInfo } from "node:net";
import {
  BlobSASPermissions,
  BlobServiceClient,
  ContainerSASPermissions,
  generateBlobSASQueryParameters,
  StorageSharedKeyCredential,
} from "@azure/storage-blob";
import { seeded } from "./settings.ts";

/** The workspace's storage account: a real Azurite, started with the first need of it. */
export type Storage = {
  /** Blob service of the account, for the emulator's own use. */
  readonly service: () => Promise<BlobServiceClient>;
  /** Signature for a container or one of its blobs, to be put behind an address. */
  readonly sign: (container: string, blob: string | undefined, permissions: string, hours: number) => string;
  /** Ends every lease, as it would have ended by itself after a crash of its holder. */
  readonly expireLeases: () => Promise<void>;
  /** Hands a client's request on to Azurite as it is. */
  readonly forward: (request: IncomingMessage, response: ServerResponse, body: Buffer) => Promise<number>;
  readonly stop: () => Promise<void>;
};

const credential = new StorageSharedKeyCredential(seeded.storageAccount, seeded.storageKey);

export function createStorage(folder: string): Storage {
  let running: Promise<{ readonly child: ChildProcess; readonly port: number }> | undefined;
  const start = () => (running ??= startAzurite(folder));
  return {
    service: async () => {
      const { port } = await start();
      return new BlobServiceClient(`http://127.0.0.1:${port}/${seeded.storageAccount}`, credential);
    },
    sign: (containerName, blobName, permissions, hours) =>
      generateBlobSASQueryParameters(
        {
          containerName,
          ...(blobName === undefined ? {} : { blobName }),
          permissions:
            blobName === undefined ? ContainerSASPermissions.parse(permissions) : BlobSASPermissions.parse(permissions),
          expiresOn: new Date(Date.now() + hours * 3_600_000),
        },
        credential,
      ).toString(),
    expireLeases: async () => {
      const { port } = await start();
      const container = new BlobServiceClient(
        `http://127.0.0.1:${port}/${seeded.storageAccount}`,
        credential,
      ).getContainerClient("azureml-blobstore");
      for await (const { name, properties } of container.listBlobsFlat()) {
        if (properties.leaseState === "leased") await container.getBlobClient(name).getBlobLeaseClient().breakLease(0);
      }
    },
    forward: async (incoming, response, body) => {
      const { port } = await start();
      return forward(incoming, response, body, port);
    },
    stop: async () => {
      if (running === undefined) return;
      const { child } = await running;
      if (child.exitCode !== null) return;
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      const kill = setTimeout(() => child.kill("SIGKILL"), 3_000);
      await ended;
      clearTimeout(kill);
    },
  };
}

async function startAzurite(folder: string): Promise<{ readonly child: ChildProcess; readonly port: number }> {
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const package_ = createRequire(import.meta.url).resolve("azurite/package.json");
  const child = spawn(
    process.execPath,
    [
      join(dirname(package_), "dist/src/blob/main.js"),
      ...["--blobHost", "127.0.0.1", "--blobPort", String(port), "--location", folder],
      ...["--skipApiVersionCheck", "--disableTelemetry", "--silent", "--loose"],
    ],
    { env: { ...process.env, AZURITE_ACCOUNTS: `${seeded.storageAccount}:${seeded.storageKey}` }, stdio: "ignore" },
  );
  child.unref();
  for (let attempt = 0; !(await answers(port)); attempt += 1) {
    if (child.exitCode !== null || attempt > 300) throw new Error("Azurite did not start.");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const service = new BlobServiceClient(`http://127.0.0.1:${port}/${seeded.storageAccount}`, credential);
  for (const container of ["azureml", "azureml-blobstore"])
    await service.getContainerClient(container).createIfNotExists();
  return { child, port };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

/** The name stays what the client signed: behind the proxy Azurite sees the account's real host name. */
function forward(incoming: IncomingMessage, response: ServerResponse, body: Buffer, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      { host: "127.0.0.1", port, method: incoming.method, path: incoming.url, headers: incoming.headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
        answer.once("end", () => resolve(answer.statusCode ?? 502));
        answer.once("error", reject);
      },
    );
    outgoing.once("error", reject);
    outgoing.end(body);
  });
}
