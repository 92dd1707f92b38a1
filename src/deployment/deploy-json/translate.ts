import type { Problem } from "../../yaml/problem.ts";
import type { SourceDocument } from "../../yaml/source.ts";

export function translateDeployJson(
  document: SourceDocument,
  _: { readonly repository: string; readonly ref: string; readonly variables: readonly string[] },
): { readonly document: SourceDocument; readonly problems: readonly Problem[] } {
  return { document, problems: [] };
}
