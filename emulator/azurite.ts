import { BlobServiceClient, StorageSharedKeyCredential } from "@azure/storage-blob";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync } from "node:fs";
import { createRequire } from "node:module";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Azurite, Azurites } from "./azurites.ts";
import { seeded } from "./settings.ts";

export const credential = new StorageSharedKeyCredential(seeded.storageAccount, seeded.storageKey);
export const workspaceContainer = "azureml-blobstore";

export function serviceOf({ port }: Azurite): BlobServiceClient {
  return new BlobServiceClient(`http://127.0.0.1:${port}/${seeded.storageAccount}`, credential);
}

/** One for each emulator, with the blobs in its folder. */
export const ownAzurites: Azurites = { take: start, giveBack: stop };

/** Those that one emulator has given back are emptied for the next: to start one takes seconds of a processor. */
export function reusedAzurites(): Azurites {
  const idle: Azurite[] = [];
  return {
    take: async () => {
      const running = idle.findLastIndex(({ child }) => child.exitCode === null);
      return idle.splice(running, running < 0 ? 0 : 1)[0] ?? start(mkdtempSync(join(tmpdir(), "azurite-")));
    },
    giveBack: async (azurite) => {
      await empty(serviceOf(azurite));
      idle.push(azurite);
    },
  };
}

async function empty(service: BlobServiceClient): Promise<void> {
  for await (const { name: container } of service.listContainers()) {
    const blobs = service.getContainerClient(container);
    for await (const { name, properties } of blobs.listBlobsFlat()) {
      const blob = blobs.getBlobClient(name);
      if (properties.leaseState === "leased") await blob.getBlobLeaseClient().breakLease(0);
      await blob.deleteIfExists();
    }
  }
}

/** Ends Azurite with the process that has started it, however that one ends. */
const endsWithParent = "data:text/javascript,process.stdin.on('end',()=>process.exit()).resume().unref()";

async function start(folder: string): Promise<Azurite> {
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const package_ = createRequire(import.meta.url).resolve("azurite/package.json");
  const child = spawn(
    process.execPath,
    [
      ...["--import", endsWithParent, join(dirname(package_), "dist/src/blob/main.js")],
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
      stdio: ["pipe", "ignore", "ignore"],
    },
  );
  child.unref();
  (child.stdin as unknown as Socket).unref();
  for (let attempt = 0; !(await answers(port)); attempt += 1) {
    if (child.exitCode !== null || attempt > 1200) throw new Error("Azurite did not start.");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const azurite = { child, port };
  for (const container of ["azureml", workspaceContainer])
    await serviceOf(azurite).getContainerClient(container).createIfNotExists();
  return azurite;
}

async function stop({ child }: Azurite): Promise<void> {
  if (child.exitCode !== null) return;
  // Nothing else may keep this process until it has ended.
  child.ref();
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const kill = setTimeout(() => child.kill("SIGKILL"), 3_000);
  await ended;
  clearTimeout(kill);
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
