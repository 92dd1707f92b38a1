import pLimit from "p-limit";
import type { Arm } from "./arm.ts";
import type { Blobs } from "./blobs.ts";
import type { DataPlane } from "./data-plane.ts";
import { listOf, membersOf, textOf } from "./members.ts";
import { refused, succeeded, type Outcome } from "./outcome.ts";
import { uploadTo } from "./signed-upload.ts";
import type { UploadedFile } from "./upload.ts";
import type { Workspace } from "./workspace.ts";

/** What a snapshot of the first SDK is made of. */
export type SnapshotRequest = {
  /** Chosen by the caller. */
  readonly id: string;
  readonly files: readonly UploadedFile[];
  /** The folder, as the content service describes one. */
  readonly tree: unknown;
  readonly properties: Readonly<Record<string, string>>;
};

/** The content service of the first SDK (data plane): it keeps the folders that modules run in. */
export type V1Snapshots = {
  /** Uploads the files, and makes the snapshot. A second request for the same id changes nothing. */
  readonly create: (request: SnapshotRequest) => Promise<Outcome<void>>;
};

type Deps = {
  readonly blobs: Blobs;
  readonly dataPlane: DataPlane;
  readonly mask: (secret: string) => void;
};

/** Uploads at once. Our choice. */
const atOnce = 10;

/** Files that addresses are asked for at once. Our choice: an answer of some hundred kilobytes. */
const mostNames = 500;

export function createV1Snapshots(arm: Arm, workspace: Workspace, { blobs, dataPlane, mask }: Deps): V1Snapshots {
  const content = async (path: string): Promise<Outcome<string>> => {
    const host = await dataPlane();
    return host.ok ? succeeded(`${host.value}/content/${path.replace("{ws}", workspace.id)}`) : host;
  };
  /** One after the other what comes of them; stops at the first failure. */
  const post = async (path: string, body: unknown) => {
    const url = await content(path);
    return url.ok ? arm.sendData("POST", url.value, body, { repeatable: "read" }) : url;
  };
  return {
    create: async ({ id, files, tree, properties }) => {
      const latest = await content("v1.0{ws}/snapshots/latest/metadata");
      if (!latest.ok) return latest;
      const known = await arm.getData(latest.value);
      if (!known.ok && known.failure.reason !== "not-found") return known;
      const parent = known.ok ? textOf(membersOf(known.value.body)["id"]) : undefined;
      const places = new Map<string, string>();
      for (let start = 0; start < files.length; start += mostNames) {
        const names = files.slice(start, start + mostNames).map(({ name }) => name);
        const given = await post("v2.0{ws}/snapshots/getblob", { FileNames: names });
        if (!given.ok) return given;
        for (const node of listOf(membersOf(given.value.body)["fileNodes"])) {
          const { fullName, blobUri } = membersOf(node);
          const [name, uri] = [textOf(fullName), textOf(blobUri)];
          if (name !== undefined && uri !== undefined) places.set(name, uri);
        }
      }
      const limit = pLimit(atOnce);
      const uploads = await Promise.all(
        files.map((file) =>
          limit(async (): Promise<Outcome<void>> => {
            const uri = places.get(file.name);
            return uri === undefined ? noPlace(file.name) : uploadTo(new URL(uri), file, blobs, mask);
          }),
        ),
      );
      const broken = uploads.find(({ ok }) => !ok);
      if (broken?.ok === false) return broken;
      const made = await post(`v2.0{ws}/snapshots/${id}`, {
        ParentSnapshotId: parent ?? null,
        Tags: null,
        Properties: properties,
        DirTreeNode: tree,
        FileRevisionList: {
          FileNodes: files.map(({ name, bytes }) => ({ FullName: name, BlobUri: places.get(name), FileSize: bytes })),
        },
      });
      // There already: an earlier request was carried out, and its reply lost.
      return made.ok || made.failure.status === 409 ? succeeded(undefined) : made;
    },
  };
}

function noPlace(name: string): Outcome<never> {
  const message = `The service gave no address for the file ${name} of the snapshot.`;
  return refused("BrokenReply", message);
}
