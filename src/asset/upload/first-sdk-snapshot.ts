import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { contentReader } from "../../azure/read-content.ts";
import { keepMemoryLean } from "../../azure/lean-memory.ts";
import { listCode } from "./snapshot.ts";
import type { SnapshotFile } from "./list-files.ts";

/** A folder as the first SDK sends it: told by a hash of its own, and described by a tree. */
export type FirstSdkSnapshot = {
  readonly files: readonly SnapshotFile[];
  readonly bytes: number;
  /** Hexadecimal: part of the name by which the service finds a module again. */
  readonly hash: string;
  readonly tree: TreeNode;
};

/** A file or a folder, as the content service keeps them. */
export type TreeNode = {
  readonly name: string;
  readonly timestamp: string;
  readonly children: Readonly<Record<string, TreeNode>>;
  readonly type: "File" | "Directory";
  /** SHA-512, hexadecimal. */
  readonly hash: string;
};

/** Takes what an ignore file leaves of a folder. @throws SnapshotRefused when it cannot be taken as it is. */
export async function takeFirstSdkSnapshot(folder: string, root: string): Promise<FirstSdkSnapshot> {
  keepMemoryLean();
  const listed = listCode(folder, root).files;
  const files = [...listed].sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
  const read = contentReader();
  const whole = createHash("sha256");
  const hashes = new Map<string, string>();
  for (const { name, path } of files) {
    const own = createHash("sha512");
    whole.update(name);
    await read(path, (bytes) => {
      whole.update(bytes);
      own.update(bytes);
    });
    hashes.set(
      name,
      own
        .update(name.split("/").at(-1) ?? "")
        .update("File")
        .digest("hex"),
    );
  }
  return {
    files,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    hash: whole.digest("hex"),
    tree: treeOf(
      "",
      folder,
      files.map((file) => ({ ...file, hash: hashes.get(file.name) ?? "" })),
    ),
  };
}

type Hashed = SnapshotFile & { readonly hash: string };

/** @param files below the folder, with names from there. */
function treeOf(name: string, folder: string, files: readonly Hashed[]): TreeNode {
  const below = Map.groupBy(files, (file) => file.name.split("/")[0] ?? "");
  const children = [...below]
    .sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .map(([child, inside]): TreeNode => {
      const [only] = inside;
      if (only?.name === child)
        return { name: child, timestamp: timeOf(only.path), children: {}, type: "File", hash: only.hash };
      const rest = inside.map((file) => ({ ...file, name: file.name.slice(child.length + 1) }));
      return treeOf(child, `${folder}/${child}`, rest);
    });
  const hash = createHash("sha512");
  for (const child of children) hash.update(Buffer.from(child.hash, "hex"));
  return {
    name,
    timestamp: timeOf(folder),
    children: Object.fromEntries(children.map((child) => [child.name, child])),
    type: "Directory",
    hash: hash.digest("hex"),
  };
}

function timeOf(path: string): string {
  return statSync(path).mtime.toISOString().replace("Z", "");
}
