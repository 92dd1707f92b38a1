import { randomUUID } from "node:crypto";
import { artifactContainer } from "../arm/jobs/document.ts";
import { ok, type Incoming, type Reply } from "../server/reply.ts";
import { seeded, workspacePath } from "../settings.ts";
import type { Storage } from "../storage.ts";
import type { Store } from "../store.ts";
import { v1Error } from "./v1-error.ts";
import { v1Collections, type V1Snapshot } from "./v1-graph.ts";

/** What every workspace has before anybody sends one. */
const emptySnapshot = "0049995a-496d-5f21-bfce-7e737555fc55";

/** The content service of the first SDK. */
export async function v1Snapshots(request: Incoming, store: Store, storage: Storage): Promise<Reply | undefined> {
  const [, version, rest] =
    new RegExp(`^/content/(v[12]\\.0)${workspacePath}/snapshots/(.+)$`, "i").exec(request.path) ?? [];
  if (version === undefined || rest === undefined) return undefined;
  if (request.method === "GET" && rest === "latest/metadata")
    return ok({ id: emptySnapshot, root: { name: "", hash: null, type: "Directory", sizeBytes: 0, children: {} } });
  if (request.method !== "POST") return undefined;
  if (rest === "getblob") {
    const { FileNames: names = [] } = (request.body ?? {}) as { readonly FileNames?: readonly string[] };
    const folder = `snapshots/${randomUUID().replaceAll("-", "")}`;
    return ok({
      fileNodes: names.map((fullName) => {
        const blob = `${folder}/${fullName}`;
        const path = blob.split("/").map(encodeURIComponent).join("/");
        const address = `${request.endpoints.blob(seeded.storageAccount)}/${artifactContainer}/${path}`;
        return { fullName, blobUri: `${address}?${storage.sign(artifactContainer, blob, "rcw", 8)}` };
      }),
    });
  }
  return createSnapshot(rest, request, store, storage);
}

type Snapshot = {
  readonly DirTreeNode?: object;
  readonly FileRevisionList?: {
    readonly FileNodes: readonly { readonly FullName: string; readonly BlobUri: string; readonly FileSize: number }[];
  };
};

/** Files that were not uploaded, or not as a whole, make no snapshot. */
async function createSnapshot(id: string, { body }: Incoming, store: Store, storage: Storage): Promise<Reply> {
  const { DirTreeNode, FileRevisionList } = (body ?? {}) as Snapshot;
  if (DirTreeNode === undefined || FileRevisionList === undefined)
    return v1Error(400, "UserError", "The snapshot has no DirTreeNode or no FileRevisionList.");
  if (store.get(v1Collections.snapshots, id) !== undefined)
    return v1Error(409, "UserError", `The snapshot ${id} exists already.`);
  const container = (await storage.service()).getContainerClient(artifactContainer);
  const files: Record<string, string> = {};
  for (const { FullName, BlobUri, FileSize } of FileRevisionList.FileNodes) {
    const [, path = ""] = new RegExp(`/${artifactContainer}/(.*)$`).exec(new URL(BlobUri).pathname) ?? [];
    const blob = decodeURIComponent(path);
    const there = await container
      .getBlobClient(blob)
      .getProperties()
      .catch(() => undefined);
    if (there?.contentLength !== FileSize)
      return v1Error(400, "UserError", `The file ${FullName} of the snapshot was not uploaded with ${FileSize} bytes.`);
    files[FullName] = blob;
  }
  store.put(v1Collections.snapshots, id, { files } satisfies V1Snapshot);
  return ok({ id });
}
