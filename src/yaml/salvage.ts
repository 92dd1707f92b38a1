import type * as z from "zod";
import { valueAt, type NodePath, type SourceDocument, type SourceNode } from "./source.ts";
import { isMapping } from "./wording.ts";

/** Faults come to light in rounds: what is taken out may leave something out that is needed. Our choice. */
const mostRounds = 5;

/**
 * A node without the members that its shape refuses, so that the rest of it can be checked all the same: a misspelt key must
 * not hide an illegal name. Nothing where the rest is not enough for the shape either.
 */
export function withoutFaults(shapeOf: () => z.ZodType, node: SourceNode): SourceNode | undefined {
  const schema = shapeOf();
  let value = valueAt(node);
  for (let round = 0; round < mostRounds; round += 1) {
    const result = schema.safeParse(value);
    if (result.success) return withValueAt(node, value);
    for (const issue of result.error.issues) {
      for (const path of refusedBy(issue, value)) {
        if (path.length === 0) return undefined;
        value = without(value, path);
      }
    }
  }
  return undefined;
}

/** The members that an issue is about; of a list, the list as a whole, because places count its entries. */
function refusedBy(issue: z.core.$ZodIssue, value: unknown): readonly NodePath[] {
  const path = issue.path.map((step) => (typeof step === "symbol" ? String(step) : step));
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => beforeLists([...path, key]));
  const isMissing = path.reduce<unknown>((at, step) => (isMapping(at) ? at[step] : undefined), value) === undefined;
  return [beforeLists(isMissing ? path.slice(0, -1) : path)];
}

function beforeLists(path: NodePath): NodePath {
  const index = path.findIndex((step) => typeof step === "number");
  return index < 0 ? path : path.slice(0, index);
}

function without(value: unknown, [step, ...rest]: NodePath): unknown {
  if (step === undefined || !isMapping(value)) return value;
  const { [String(step)]: member, ...others } = value;
  return rest.length === 0 ? others : { ...others, [String(step)]: without(member, rest) };
}

function withValueAt(node: SourceNode, value: unknown): SourceNode {
  const put = (tree: unknown, [step, ...rest]: NodePath): unknown => {
    if (step === undefined) return value;
    if (Array.isArray(tree)) return tree.map((item: unknown, index) => (index === step ? put(item, rest) : item));
    const mapping = isMapping(tree) ? tree : {};
    return { ...mapping, [step]: put(mapping[String(step)], rest) };
  };
  const document: SourceDocument = { ...node.document, value: put(node.document.value, node.path) };
  return { document, path: node.path };
}
