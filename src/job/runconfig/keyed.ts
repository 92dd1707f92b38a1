import type * as z from "zod";
import type { AddProblem } from "../../compute/kind.ts";
import { problemsAt } from "../../compute/problems-at.ts";
import type { Problem } from "../../yaml/problem.ts";
import { checkShape } from "../../yaml/shape.ts";
import type { NodePath, SourceDocument, SourceNode } from "../../yaml/source.ts";
import { isMapping } from "../../yaml/wording.ts";
import { translation, type Translation } from "./translation.ts";

/** A JSON file of the first SDK's actions that becomes something else key by key. */
export type KeyedReader = {
  /** Without what is `null`, which those actions take for absent. */
  readonly value: Readonly<Record<string, unknown>>;
  readonly node: SourceNode;
  readonly made: Translation;
  readonly add: AddProblem;
  /** What was found so far, the shape's problems first. */
  readonly problems: () => readonly Problem[];
};

/** @param schema of the keys; what is made of them is checked by whoever reads that. */
export function openKeyed(document: SourceDocument, schema: () => z.ZodType): KeyedReader {
  const node: SourceNode = { document, path: [] };
  const mapping = isMapping(document.value) ? document.value : {};
  const value = Object.fromEntries(Object.entries(mapping).filter(([, member]) => member !== null));
  const { problems } = checkShape(schema, node);
  const { found, add } = problemsAt(node);
  return { value, node, made: translation(), add, problems: () => [...problems, ...found] };
}

/** The place of a key; the whole where it is not written. */
export function placeOfKey({ value, node }: KeyedReader, key: string): SourceNode {
  return Object.hasOwn(value, key) ? { ...node, path: [key] } : node;
}

/** Puts in what a key says, where it says something. */
export function carry(reader: KeyedReader, key: string, to: NodePath, instead?: unknown): void {
  const { value, made } = reader;
  if (Object.hasOwn(value, key)) made.put(to, instead ?? value[key], placeOfKey(reader, key));
}
