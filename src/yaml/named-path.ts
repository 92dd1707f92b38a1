import { realpathSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { wayTo } from "./files.ts";
import { isOutside } from "./is-outside.ts";
import type { SourceDocument } from "./source.ts";

/** What a path that a document names leads to. */
export type NamedPath = { readonly path: string } & (
  | { readonly is: "file" | "folder" | "missing" }
  /** Outside the checkout by its text or by a link, or Git's own folder: not even looked at. */
  | { readonly is: "outside" }
);

/** What nothing that the document names may lie outside of: the checkout; its own folder where none is known. */
export function rootOf({ root, folder }: Pick<SourceDocument, "root" | "folder">): string {
  return root ?? folder;
}

/** Follows a path from the document to where it leads. */
export function namedPath(written: string, document: Pick<SourceDocument, "root" | "folder">): NamedPath {
  const path = resolve(document.folder, written);
  const root = rootOf(document);
  const realRoot = realOf(root) ?? root;
  if (isOutside(root, path) && isOutside(realRoot, path)) return { path, is: "outside" };
  const real = realOf(path);
  if (real === undefined) return { path, is: "missing" };
  // Git keeps the token of the checkout in there.
  if (isOutside(realRoot, real) || wayTo(real, realRoot).split("/").includes(".git")) return { path, is: "outside" };
  const info = statSync(real);
  return { path, is: info.isDirectory() ? "folder" : info.isFile() ? "file" : "missing" };
}

function realOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

/** Ends a sentence that has begun with what the path is for. */
export const leadsOutside = "is outside the checkout, or leads out of it";
export const keepInside =
  "Copy what is needed into the repository. Nothing outside the checkout, and nothing of .git, is read or sent.";
