import { createHash } from "node:crypto";
import { pythonText } from "../yaml/python-text.ts";
import type { SourceNode } from "../yaml/source.ts";

/** As the official client reads it: numbers and booleans as Python writes them, nothing for an empty text. */
export function versionText(version: string | number | boolean | undefined, node: SourceNode): string | undefined {
  if (version === undefined || version === "") return undefined;
  return pythonText(version, node.document.textAt?.([...node.path, "version"]));
}

/** A GUID made of the content, so that a registration whose reply was lost is repeated on itself. */
export function contentGuid(hash: string): string {
  const digest = createHash("sha256").update(hash).digest("hex");
  return [
    digest.slice(0, 8),
    digest.slice(8, 12),
    `4${digest.slice(13, 16)}`,
    `8${digest.slice(17, 20)}`,
    digest.slice(20, 32),
  ].join("-");
}
