import type { Problem } from "../../src/yaml/problem.ts";
import type { SourceNode } from "../../src/yaml/source.ts";
import { readDocuments } from "../../src/yaml/yaml.ts";

/** The first document of a text, as the node that a reader is handed. */
export function nodeOf(
  text: string,
  folder = "/checkout",
  file = "file.yml",
): { readonly node?: SourceNode; readonly problems: readonly Problem[] } {
  const { documents, problems } = readDocuments(text, { file, folder });
  const [document] = documents;
  return { problems, ...(document === undefined ? {} : { node: { document, path: [] } }) };
}
