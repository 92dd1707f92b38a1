import { loadFiles } from "../yaml/files.ts";
import type { Position } from "../yaml/problem.ts";
import { positionOf, valueAt, type SourceDocument, type SourceNode } from "../yaml/source.ts";
import { isMapping } from "../yaml/wording.ts";
import { isDeploy, kindOf, type DocumentKind } from "./document-kind.ts";
import type { DeclarationRequest, DeployPart, Gathered } from "./gathered.ts";
import { notADeclaration, problemsOfReading } from "./not-ours.ts";

/** Everything below the key `deploy`: a mapping, a path or pattern, or a list of these. */
export async function gatherDeploy(node: SourceNode, request: DeclarationRequest, found: Gathered): Promise<void> {
  const value = valueAt(node);
  if (Array.isArray(value)) {
    for (const index of value.keys()) await gatherEntry({ ...node, path: [...node.path, index] }, request, found);
    return;
  }
  await gatherEntry(node, request, found);
}

async function gatherEntry(node: SourceNode, request: DeclarationRequest, found: Gathered): Promise<void> {
  const value = valueAt(node);
  if (typeof value === "string") {
    await gatherDeployFiles([value], node.document.folder, request, found, positionOf(node));
  } else if (isMapping(value)) found.deploys.push(await mappingPart(node, request, found));
  else
    found.problems.push({
      code: "wrong-type",
      severity: "error",
      where: positionOf(node),
      message: "What is to be deployed is neither a mapping nor the path of a file.",
      fix: "Write a mapping with type, the path of an az ml endpoint or deployment file, or a list of these.",
    });
}

/** The files that `deploy` names, in a file or as an input. @param where they are named, if a file does. */
export async function gatherDeployFiles(
  patterns: readonly string[],
  folder: string,
  request: DeclarationRequest,
  found: Gathered,
  where?: Position,
): Promise<void> {
  const { files, problems } = await loadFiles(patterns, folder, request, where);
  found.problems.push(...problems);
  for (const loaded of files) {
    const { file, byGlob, documents } = loaded;
    found.problems.push(...problemsOfReading(loaded, isDeploy));
    const kinds = documents.map((document) => ({ document, kind: kindOf(document) }));
    const isOfDeploy = (kind: DocumentKind) => isDeploy(kind) || isAssetOfDeploy(kind);
    if (!kinds.some(({ kind }) => isOfDeploy(kind))) {
      if (byGlob) found.skipped.push({ file, reason: "It declares nothing to deploy." });
      else if (loaded.problems.length === 0) found.problems.push(notToDeploy(file, documents[0], where));
      continue;
    }
    found.files.push(file);
    found.documents.push(...documents);
    for (const { document, kind } of kinds) {
      if (isAssetOfDeploy(kind)) found.assets.push({ kind: kind.kind, node: { document, path: [] }, isOfDeploy: true });
      else if (isDeploy(kind)) found.deploys.push(...(await partsOf(document, kind, request, found)));
      else found.problems.push(notToDeploy(file, document, where));
    }
  }
}

/** A model or an environment beside them is registered, and nothing else. */
function isAssetOfDeploy(
  kind: DocumentKind,
): kind is Extract<DocumentKind, { readonly is: "asset" }> & { readonly kind: "model" | "environment" } {
  return kind.is === "asset" && (kind.kind === "model" || kind.kind === "environment");
}

function notToDeploy(file: string, document: SourceDocument | undefined, where?: Position) {
  return {
    ...notADeclaration(file, document),
    ...(where === undefined ? {} : { where }),
    message: `The file ${JSON.stringify(file)} declares nothing that can be deployed.`,
    fix: "Name an az ml endpoint or deployment file, a deploy.json of aml-deploy, or a file with the mapping of deploy.",
  };
}

/** What a document of a kind that can be deployed says. */
export async function partsOf(
  document: SourceDocument,
  kind: DocumentKind,
  request: DeclarationRequest,
  found: Gathered,
): Promise<readonly DeployPart[]> {
  const node: SourceNode = { document, path: [] };
  switch (kind.is) {
    case "deploy-document":
      return [{ is: "document", node, declares: kind.declares }];
    case "deploy-mapping":
      return [await mappingPart(node, request, found)];
    case "deploy-json": {
      const { translateDeployJson } = await import("../deployment/deploy-json/translate.ts");
      const { document: translated, problems } = translateDeployJson(document, {
        repository: request.github?.repository ?? "",
        ref: request.github?.ref ?? "",
        variables: request.variables ?? [],
      });
      found.problems.push(...problems);
      found.documents.push(translated);
      return [{ is: "mapping", node: { document: translated, path: [] }, parts: [] }];
    }
    default:
      return [];
  }
}

/** A mapping, with the files that it names as its endpoint and its deployment. */
async function mappingPart(node: SourceNode, request: DeclarationRequest, found: Gathered): Promise<DeployPart> {
  const parts: DeployPart[] = [];
  for (const part of ["endpoint", "deployment"] as const) {
    const value = valueAt(node, [part]);
    const at: SourceNode = { ...node, path: [...node.path, part] };
    if (isMapping(value)) parts.push({ is: "document", node: at, declares: { part } });
    else if (typeof value === "string") parts.push(...(await filePart(value, part, at, request, found)));
  }
  return { is: "mapping", node, parts };
}

/** The one document of that kind which a named file has. */
async function filePart(
  path: string,
  part: "endpoint" | "deployment",
  at: SourceNode,
  request: DeclarationRequest,
  found: Gathered,
): Promise<readonly DeployPart[]> {
  const where = positionOf(at);
  const { files, problems } = await loadFiles([path], at.document.folder, request, where);
  found.problems.push(...problems);
  const parts: DeployPart[] = [];
  for (const loaded of files) {
    found.problems.push(...problemsOfReading(loaded));
    found.documents.push(...loaded.documents);
    if (!found.files.includes(loaded.file)) found.files.push(loaded.file);
    for (const document of loaded.documents) {
      const kind = kindOf(document);
      if (kind.is === "deploy-document" && kind.declares.part === part)
        parts.push({ is: "document", node: { document, path: [] }, declares: kind.declares });
      // A file that names no schema, and has no key that only endpoints or deployments have, is what it is named as.
      else if (loaded.documents.length === 1 && kind.is !== "deploy-document" && isMapping(document.value))
        parts.push({ is: "document", node: { document, path: [] }, declares: { part } });
    }
  }
  if (parts.length === 1 || problems.length > 0 || files.some((file) => file.problems.length > 0)) return parts;
  found.problems.push({
    code: "not-a-declaration",
    severity: "error",
    where,
    message:
      parts.length === 0
        ? `The file ${JSON.stringify(path)} declares no ${part}.`
        : `The file ${JSON.stringify(path)} declares ${parts.length} ${part}s, but a mapping takes one.`,
    fix: `Name a file with one az ml ${part}.`,
  });
  return [];
}
