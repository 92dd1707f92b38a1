import type { AssetUse } from "../../asset/asset.ts";
import type { NodePath, SourceNode } from "../../yaml/source.ts";
import type { JobSecret, Resolved } from "../resolved.ts";
import type { PartReader } from "./read-part.ts";

/** A mapping inside a job that has parts of its own, as a sweep's `trial`: places are counted from the job. */
export function readerWithin({ node, add }: PartReader, path: NodePath): PartReader {
  return {
    node: nodeWithin(node, path),
    add: (code, at, message, fix, severity) => add(code, [...path, ...at], message, fix, severity),
  };
}

function nodeWithin({ document, path }: SourceNode, below: NodePath): SourceNode {
  return { document, path: [...path, ...below] };
}

/** What is used below a key, by its place in the job. */
export function usesWithin(uses: readonly AssetUse[], path: NodePath): readonly AssetUse[] {
  return uses.map((use) => ({ ...use, where: placeWithin(use.where, path) }));
}

export function secretsWithin(secrets: readonly JobSecret[], path: NodePath): readonly JobSecret[] {
  return secrets.map((secret) => ({ ...secret, where: placeWithin(secret.where, path) }));
}

/** For the parts below a key, which know their assets by places counted from it. */
export function resolvedWithin(resolved: Resolved, path: NodePath): Resolved {
  return { ...resolved, idOf: (where) => resolved.idOf(placeWithin(where, path)) };
}

function placeWithin(where: string, path: NodePath): string {
  return [...path, where].join(".");
}
