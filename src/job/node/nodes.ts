import { problemsAt } from "../../compute/problems-at.ts";
import type { Problem } from "../../yaml/problem.ts";
import type { SourceNode } from "../../yaml/source.ts";
import { automlNode } from "./automl.ts";
import { commandNode } from "./command.ts";
import { dataTransferNode } from "./data-transfer.ts";
import type { NodeReader, NodeType, NodeTypes } from "./kind.ts";
import { parallelNode } from "./parallel.ts";
import { pipelineNode } from "./pipeline.ts";
import { sparkNode } from "./spark.ts";
import { sweepNode } from "./sweep.ts";

/** A new type of step is one file and one entry here. */
const all: readonly NodeType[] = [
  automlNode,
  commandNode,
  dataTransferNode,
  parallelNode,
  pipelineNode,
  sparkNode,
  sweepNode,
];

export const nodeTypes: NodeTypes = Object.fromEntries(all.map((type) => [type.name, type]));

/** The reader of a whole file, or of a run that is written in place, with every problem that it finds, its own last. */
export function readerOfAll(node: SourceNode): {
  readonly reader: NodeReader;
  readonly problems: () => readonly Problem[];
} {
  const { found, add } = problemsAt(node);
  const others: Problem[] = [];
  const reader: NodeReader = {
    node,
    add,
    around: { sourceOf: () => undefined },
    addProblems: (problems) => void others.push(...problems),
    types: nodeTypes,
    files: [],
  };
  return { reader, problems: () => [...others, ...found] };
}
