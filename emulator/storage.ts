import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import {
  BlobSASPermissions,
  type BlobServiceClient,
  ContainerSASPermissions,
  generateBlobSASQueryParameters,
} from "@azure/storage-blob";
import { credential, ownAzurites, serviceOf, workspaceContainer } from "./azurite.ts";
import type { Azurite, Azurites } from "./azurites.ts";

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

export function createStorage(folder: string, azurites: Azurites = ownAzurites): Storage {
  let running: Promise<Azurite> | undefined;
  const start = () => (running ??= azurites.take(folder));
  const service = async () => serviceOf(await start());
  const container = async () => (await service()).getContainerClient(workspaceContainer);
  return {
    service,
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
      if (running !== undefined) await azurites.giveBack(await running);
    },
  };
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
