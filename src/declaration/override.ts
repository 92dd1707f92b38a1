import type { Problem } from "../yaml/problem.ts";
import { pathOf, positionOf, valueAt, type NodePath, type SourceDocument, type SourceNode } from "../yaml/source.ts";
import { readDocuments } from "../yaml/yaml.ts";

/** A value that is put in place of a declared one: a line of the input `set`, or an entry of `overrides`. */
export type Override = {
  /** `targets`, `cpu-cluster`, `max_instances`; `targets.gpu.tags[0]` and `targets.gpu.tags.0` are the same path. */
  readonly path: NodePath;
  readonly value: unknown;
  /** Scalars of the value as they are written. */
  readonly textAt?: SourceDocument["textAt"];
  /** What is wrong with it. */
  readonly refuse: (what: string, fix?: string) => Problem;
};

/** Reads `path=value` lines in the syntax of `az ml --set`; the value is a YAML scalar, list or mapping. */
export function readOverrides(lines: readonly string[]): {
  readonly overrides: readonly Override[];
  readonly problems: readonly Problem[];
} {
  const overrides: Override[] = [];
  const problems: Problem[] = [];
  for (const line of lines) {
    const [, path, text] = /^([^=]+)=(.*)$/s.exec(line) ?? [];
    if (path === undefined || text === undefined) {
      problems.push(setProblem(line, "is not of the form path=value"));
      continue;
    }
    const read = readDocuments(text, { file: "set", folder: "." });
    if (read.problems.length > 0) {
      problems.push(setProblem(line, "has a value that is not YAML"));
      continue;
    }
    const [document] = read.documents;
    overrides.push({
      refuse: (what, fix) => setProblem(line, what, fix),
      path: pathOf(path.trim()),
      value: document?.value ?? (text.trim() === "" ? "" : null),
      ...(document?.textAt === undefined ? {} : { textAt: document.textAt }),
    });
  }
  return { overrides, problems };
}

function setProblem(
  line: string,
  what: string,
  fix = "Write, for example, targets.cpu-cluster.max_instances=8 or run.inputs.lr=0.01.",
): Problem {
  return {
    code: "wrong-override",
    severity: "error",
    message: `The line ${JSON.stringify(line)} of the input 'set' ${what}.`,
    fix,
  };
}

/** The entries of `overrides`: what `set` says with `run.` before it. @param node of the key. */
export function declaredOverrides(node: SourceNode): readonly Override[] {
  const entries = valueAt(node);
  if (typeof entries !== "object" || entries === null) return [];
  return Object.entries(entries).map(([key, value]): Override => {
    const { document, path } = node;
    return {
      path: ["run", ...pathOf(key)],
      value: value as unknown,
      textAt: (below) => document.textAt?.([...path, key, ...below]),
      refuse: (what, fix = "Write, for example, inputs.lr: 0.01.") => ({
        code: "wrong-override",
        severity: "error",
        where: positionOf(node, [key], "key"),
        message: `The override ${JSON.stringify(key)} ${what}.`,
        fix,
      }),
    };
  });
}

/** The node with a value put in at `below`. Places in the text stay as they are; the new value gets the nearest of them. */
export function withValue(
  node: SourceNode,
  below: NodePath,
  { value, textAt }: Pick<Override, "value" | "textAt">,
): SourceNode {
  const at = [...node.path, ...below];
  const isInside = (path: NodePath) => at.every((step, index) => String(path[index]) === String(step));
  const document: SourceDocument = {
    ...node.document,
    value: replaced(node.document.value, at, value),
    textAt: (path) => (isInside(path) ? textAt?.(path.slice(at.length)) : node.document.textAt?.(path)),
  };
  return { document, path: node.path };
}

function replaced(tree: unknown, [step, ...rest]: NodePath, value: unknown): unknown {
  if (step === undefined) return value;
  if (Array.isArray(tree)) {
    const items = [...(tree as readonly unknown[])];
    items[Number(step)] = replaced(items[Number(step)], rest, value);
    return items;
  }
  const mapping = typeof tree === "object" && tree !== null ? (tree as Readonly<Record<string, unknown>>) : {};
  return { ...mapping, [step]: replaced(mapping[String(step)], rest, value) };
}
