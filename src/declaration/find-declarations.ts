import { readFile, stat } from "node:fs/promises";
import { dirname, relative, sep } from "node:path";
import { findFiles } from "../yaml/find-files.ts";
import { largestBytes } from "../yaml/limits.ts";
import type { SourceDocument } from "../yaml/source.ts";
import { readDocuments } from "../yaml/yaml.ts";
import { isMeantForUs, kindOf, type DocumentKind } from "./document-kind.ts";

/** A file, and what its documents declare. */
export type FoundFile = {
  /** Absolute. */
  readonly path: string;
  /** Relative to the folder that was looked in, with `/`. */
  readonly file: string;
  readonly documents: readonly { readonly document: SourceDocument; readonly kind: DocumentKind }[];
  /** True where it declares something, or was meant to and cannot be read. */
  readonly declares: boolean;
};

/** Where declarations are looked for: the folders of the first SDK begin with a dot, which no `**` walks into. */
const patterns = [
  "**/*.{yml,yaml,runconfig}",
  "**/{.azureml,aml_config}/*.{yml,yaml,runconfig}",
  "**/{.cloud,.cloud/.azure,.azureml}/*.json",
];

/** Absolute paths of the files of a folder that may be declarations. */
export function mayDeclare(folder: string): readonly string[] {
  return [...new Set(patterns.flatMap((pattern) => findFiles(pattern, folder, folder)))].sort();
}

/** @param checkout as {@link SourceDocument} has its root. @returns nothing for what is no file of a declaration's size. */
export async function lookAt(path: string, folder: string, checkout: string): Promise<FoundFile | undefined> {
  const info = await stat(path).catch(() => undefined);
  if (info?.isFile() !== true || info.size > largestBytes) return undefined;
  const text = await readFile(path, "utf8");
  const file = relative(folder, path).split(sep).join("/");
  // Most files of a repository are for others, and to parse them all takes long.
  const isJson = /^\s*[[{]/.test(text);
  if (!isJson && !isMeantForUs(text, ({ is }) => is !== "unknown"))
    return { path, file, documents: [], declares: false };
  const { documents, problems } = readDocuments(text, { file, folder: dirname(path), root: checkout });
  const told = documents.map((document) => ({ document, kind: kindOf(document) }));
  const isUnread = problems.length > 0 && documents.length === 0 && !isJson;
  return { path, file, documents: told, declares: isUnread || told.some(({ kind }) => kind.is !== "unknown") };
}
