import { loadFiles } from "../yaml/files.ts";
import { targetsInput, type Problem } from "../yaml/problem.ts";
import { positionOf, type SourceDocument, type SourceNode } from "../yaml/source.ts";
import { readDocuments } from "../yaml/yaml.ts";
import { isOurs, kindOf, type DocumentKind } from "./document-kind.ts";
import type { DeclarationRequest, Gathered } from "./gathered.ts";
import { notADeclaration, problemsOfReading } from "./not-ours.ts";

/** The entries of a list of targets: targets, and paths or globs of az ml compute files. */
export async function gatherTargets(
  list: SourceNode,
  entries: readonly unknown[],
  request: DeclarationRequest,
  found: Gathered,
): Promise<void> {
  for (const [index, entry] of entries.entries()) {
    const node = { ...list, path: [...list.path, index] };
    if (typeof entry !== "string") {
      found.targets.push(node);
      continue;
    }
    const where = positionOf(node);
    const { files, problems } = await loadFiles([entry], list.document.folder, request, where);
    found.problems.push(...problems);
    for (const loaded of files) {
      const { file, byGlob, documents } = loaded;
      found.problems.push(...problemsOfReading(loaded));
      const targets = documents.filter((document) => isTarget(kindOf(document).is));
      if (targets.length > 0) found.files.push(file);
      else if (byGlob) {
        found.skipped.push({ file, reason: "It declares no compute." });
        found.problems.push(...documents.filter((document) => isOurs(kindOf(document))).map(notHere));
      } else if (documents.length > 0)
        found.problems.push({
          ...notADeclaration(file, undefined),
          where,
          fix: "Name an az ml compute file: it has a name and a type.",
        });
      for (const document of targets)
        found.targets.push(
          kindOf(document).is === "target" ? { document, path: [] } : await ofComputeJson(document, request, found),
        );
      found.documents.push(...targets);
    }
  }
}

const isTarget = (is: DocumentKind["is"]) => is === "target" || is === "compute-json";

/** The target that a `compute.json` describes. */
export async function ofComputeJson(
  document: SourceDocument,
  { github, subscriptionId }: DeclarationRequest,
  found: Gathered,
): Promise<SourceNode> {
  const { translateComputeJson } = await import("./compute-json.ts");
  const translated = translateComputeJson(document, { repository: github?.repository ?? "", subscriptionId });
  found.problems.push(...translated.problems);
  return { document: translated.document, path: [] };
}

/** What a pattern of compute files matches, and what would be used elsewhere. */
function notHere(document: SourceDocument): Problem {
  return {
    code: "not-a-declaration",
    severity: "notice",
    where: document.at([]),
    message: "This declares no compute, and a list of targets uses nothing else.",
    fix: "Name the file in the input config, or as run where it is a job; or narrow the pattern.",
  };
}

/** The targets of the input `targets`. */
export function gatherInline(text: string, request: DeclarationRequest, found: Gathered): void {
  const { documents, problems } = readDocuments(text, {
    file: targetsInput,
    folder: request.workingDirectory,
    root: request.checkout,
  });
  // The lines are those of an input, not of a file that an annotation could point into.
  found.problems.push(...problems);
  for (const document of documents) {
    if (!Array.isArray(document.value)) {
      found.problems.push({
        code: "not-a-list",
        severity: "error",
        where: document.at([]),
        message: "The input 'targets' is not a list.",
        fix: "Write a YAML list of targets: - { name: cpu-cluster, type: amlcompute }.",
      });
      continue;
    }
    found.targets.push(...document.value.map((_, index) => ({ document, path: [index] })));
  }
}
