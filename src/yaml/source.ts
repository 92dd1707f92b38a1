import { posix } from "node:path";
import { inFile, type Position } from "./problem.ts";

/** Way from the root of a document to one of its nodes: keys of mappings and indexes of sequences. */
export type NodePath = readonly (string | number)[];

/**
 * One YAML or JSON document as plain values, with the place of every node.
 *
 * `value` holds what PyYAML's `safe_load` would make of the text (YAML 1.1 scalars, merge keys applied), because that is
 * how `az ml` reads the same files.
 */
export type SourceDocument = {
  /** Path of the file relative to the working directory, with `/`; {@link targetsInput} for the action input of that name. */
  readonly file: string;
  /** Absolute folder that relative paths in the document start from. */
  readonly folder: string;
  /** That folder as `file` would name it, where it is not the file's own. */
  readonly shownFolder?: string;
  /** Absolute folder of the checkout: nothing that the document names may lie outside it. */
  readonly root?: string | undefined;
  readonly value: unknown;
  /** Place of the value at `path` (or of its key), or of the nearest ancestor that exists. */
  readonly at: (path: NodePath, part?: "key" | "value") => Position;
  /** A scalar as the text has it: only that tells `10.0` from `10`. Absent for documents that were not read from text. */
  readonly textAt?: (path: NodePath) => string | undefined;
};

/** A node inside a document: what a reader of one declaration is handed. */
export type SourceNode = { readonly document: SourceDocument; readonly path: NodePath };

/** The plain value at the node, or below it; `undefined` where the path leads nowhere. */
export function valueAt({ document, path }: SourceNode, below: NodePath = []): unknown {
  return [...path, ...below].reduce<unknown>(
    (value, step) =>
      typeof value === "object" && value !== null ? (value as Record<string | number, unknown>)[step] : undefined,
    document.value,
  );
}

/** Position of the node, or of what is below it. */
export function positionOf(node: SourceNode, below: NodePath = [], part: "key" | "value" = "value"): Position {
  return node.document.at([...node.path, ...below], part);
}

/** `tags.0`, `tags[0]`: a path as people write it. */
export function pathOf(text: string): NodePath {
  return text
    .replaceAll(/\[(\d+)\]/g, ".$1")
    .split(".")
    .filter((step) => step !== "")
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}

/**
 * The one place of everything that is said of a declaration after it was read: of the field it is about, else of its name.
 * Nothing for what an action input declares.
 *
 * @param field as differences name it: `ssh_settings.ssh_port`.
 */
export function placeOf(node: SourceNode, field: string | NodePath = "name"): Position | undefined {
  const path = typeof field === "string" ? pathOf(field) : field;
  const isDeclared = path[0] !== undefined && valueAt(node, [path[0]]) !== undefined;
  if (!isDeclared) return inFile(positionOf(node, ["name"]));
  // A mapping or a list begins below the line that names it.
  const isWritten = typeof valueAt(node, path) !== "object";
  return inFile(positionOf(node, path, isWritten ? "value" : "key"));
}

/** The name to show of a file that a document names by a path. */
export function shownPath({ file, shownFolder }: SourceDocument, path: string): string {
  return posix.join(shownFolder ?? posix.dirname(file), path);
}
