import { spawn, type ChildProcess } from "node:child_process";
import { createServer, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { createRequire } from "node:module";
import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
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
  /** Ends every lease, or those of one id, as they would have ended by themselves after a crash of their holder. */
  readonly expireLeases: (leaseId?: string) => Promise<void>;
  /** Blobs below a prefix of the workspace's container: their text, and whether somebody holds a lease. */
  readonly texts: (prefix: string) => Promise<readonly BlobText[]>;
  readonly remove: (prefix: string) => Promise<void>;
  /** Hands a client's request on to Azurite as it is; one that comes with a token, with a signature in its place. */
  readonly forward: (request: IncomingMessage, body: Buffer) => Promise<Forwarded>;
  readonly stop: () => Promise<void>;
};

/** What the workspace's datastores hold to get into the storage; `None`: the caller's own identity has to do. */
export type StorageAccess = "AccountKey" | "Sas" | "None";

export type BlobText = { readonly name: string; readonly text: string; readonly leased: boolean };

/** Azurite's answer. */
export type Forwarded = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
};

const workspaceContainer = "azureml-blobstore";

const credential = new StorageSharedKeyCredential(seeded.storageAccount, seeded.storageKey);

export function createStorage(folder: string): Storage {
  let running: Promise<{ readonly child: ChildProcess; readonly port: number }> | undefined;
  const start = () => (running ??= startAzurite(folder));
  const container = async () => {
    const { port } = await start();
    const service = new BlobServiceClient(`http://127.0.0.1:${port}/${seeded.storageAccount}`, credential);
    return service.getContainerClient(workspaceContainer);
  };
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
    expireLeases: async (leaseId) => {
      const blobs = await container();
      for await (const { name, properties } of blobs.listBlobsFlat()) {
        if (properties.leaseState !== "leased") continue;
        const lease = blobs.getBlobClient(name).getBlobLeaseClient(leaseId);
        if (leaseId === undefined) await lease.breakLease(0);
        // Somebody else's is refused, and stays.
        else await lease.releaseLease().catch(() => undefined);
      }
    },
    texts: async (prefix) => {
      const blobs = await container();
      const found: BlobText[] = [];
      for await (const { name, properties } of blobs.listBlobsFlat({ prefix })) {
        const text =
          properties.contentLength === 0 ? "" : (await blobs.getBlobClient(name).downloadToBuffer()).toString("utf8");
        found.push({ name, text, leased: properties.leaseState === "leased" });
      }
      return found;
    },
    remove: async (prefix) => {
      const blobs = await container();
      for await (const { name, properties } of blobs.listBlobsFlat({ prefix })) {
        const blob = blobs.getBlobClient(name);
        if (properties.leaseState === "leased") await blob.getBlobLeaseClient().breakLease(0);
        await blob.deleteIfExists();
      }
    },
    forward: async (incoming, body) => {
      const { port } = await start();
      const { authorization, ...headers } = incoming.headers;
      const url = incoming.url ?? "/";
      if (authorization?.startsWith("Bearer ") !== true)
        return forward(incoming, body, { port, url, headers: incoming.headers });
      // Azurite takes tokens over HTTPS only. Who has come with one was checked before.
      const signature = generateBlobSASQueryParameters(
        {
          containerName: containerIn(incoming.headers.host ?? "", url),
          permissions: ContainerSASPermissions.parse("racwdl"),
          expiresOn: new Date(Date.now() + 3_600_000),
        },
        credential,
      ).toString();
      return forward(incoming, body, { port, url: `${url}${url.includes("?") ? "&" : "?"}${signature}`, headers });
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
    {
      env: {
        ...process.env,
        AZURITE_ACCOUNTS: `${seeded.storageAccount}:${seeded.storageKey}`,
        // It compiles thousands of files at every start.
        NODE_COMPILE_CACHE: join(tmpdir(), "azureml-emulator-compile-cache"),
      },
      stdio: "ignore",
    },
  );
  child.unref();
  for (let attempt = 0; !(await answers(port)); attempt += 1) {
    if (child.exitCode !== null || attempt > 1200) throw new Error("Azurite did not start.");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const service = new BlobServiceClient(`http://127.0.0.1:${port}/${seeded.storageAccount}`, credential);
  for (const container of ["azureml", workspaceContainer])
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

/** On the emulator's own address the account is the first part of the path. */
function containerIn(host: string, url: string): string {
  const [first = "", second = ""] = (url.split("?")[0] ?? "").split("/").filter((part) => part !== "");
  return host.includes(".blob.") ? first : second;
}

/** The name stays what the client signed: behind the proxy Azurite sees the account's real host name. */
function forward(
  { method }: IncomingMessage,
  body: Buffer,
  { port, url, headers }: { readonly port: number; readonly url: string; readonly headers: IncomingHttpHeaders },
): Promise<Forwarded> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({ host: "127.0.0.1", port, method, path: url, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.once("end", () =>
        resolve({ status: answer.statusCode ?? 502, headers: answer.headers, bytes: Buffer.concat(chunks) }),
      );
      answer.once("error", reject);
    });
    outgoing.once("error", reject);
    outgoing.end(body);
  });
}
