import { commandNode } from "./command.ts";
import type { NodeType, NodeTypes } from "./kind.ts";
import { parallelNode } from "./parallel.ts";
import { pipelineNode } from "./pipeline.ts";

/** A new type of step is one file and one entry here. */
const all: readonly NodeType[] = [commandNode, parallelNode, pipelineNode];

export const nodeTypes: NodeTypes = Object.fromEntries(all.map((type) => [type.name, type]));
