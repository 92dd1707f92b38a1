import * as z from "zod";
import { defined } from "../../azure/defined.ts";
import { checkShape, oneOf, shape, text } from "../../yaml/shape.ts";
import { computeSchema } from "../parts/compute.ts";
import { nodeKeys, readComponentNode, toPipelineNode } from "./base.ts";
import { componentKeys, readNamedComponent, specMembers } from "./component.ts";
import { jobsSchema, partsOfGraph, readGraph, toJobs, withOptional } from "./graph.ts";
import type { Component, ComponentSource, NodeReader, NodeType, PipelineNode } from "./kind.ts";
import { inputPortsSchema, outputPortsSchema, portMembers, readInputPorts, readOutputPorts } from "./ports.ts";
import { withoutEmpty } from "./wire.ts";

const nodeSchema = shape(() =>
  z.strictObject({
    type: oneOf(["pipeline"]).optional(),
    component: text(),
    ...nodeKeys(),
    compute: computeSchema(),
    settings: z.record(z.string(), z.unknown()).optional().describe("Ignored in a step, as with az ml."),
  }),
);

const componentSchema = shape(() =>
  z
    .strictObject({
      ...componentKeys(),
      type: oneOf(["pipeline"]),
      inputs: inputPortsSchema().optional(),
      outputs: outputPortsSchema().optional(),
      jobs: jobsSchema(),
    })
    .describe("An az ml pipeline component."),
);

function read(reader: NodeReader): PipelineNode | undefined {
  const { node, add, addProblems } = reader;
  const { value, problems } = checkShape(nodeSchema, node);
  addProblems(problems);
  const named = readNamedComponent(reader, pipelineNode);
  if (value === undefined || named === undefined) return undefined;
  for (const key of ["compute", "settings"] as const)
    if (value[key] !== undefined)
      add(
        "unused-key",
        [key],
        `${key} is ignored in a step that is a pipeline, as with az ml.`,
        "Set it at the steps inside, or at the pipeline around.",
        "warning",
      );
  return toPipelineNode(
    readComponentNode("pipeline", value, named, reader),
    { needsCompute: false, toMembers: () => ({}) },
    reader,
  );
}

function readComponent(reader: NodeReader, source: ComponentSource): Component | undefined {
  const { node, addProblems, add } = reader;
  const { value, problems } = checkShape(componentSchema, node);
  addProblems(problems);
  if (value === undefined) return undefined;
  const declared = readInputPorts(value.inputs ?? {}, reader);
  const outputs = readOutputPorts(value.outputs ?? {}, reader);
  const graph = readGraph(reader, { inputs: declared, outputs });
  for (const [name, { secrets }] of graph.nodes)
    for (const { where } of secrets)
      add(
        "visible-secret",
        ["jobs", name, ...where.split(".")],
        "A component is kept in the workspace, and its text has no place for a secret.",
        "Set the variable at a step of the pipeline job itself.",
      );
  const inputs = withOptional(declared, graph, add);
  const { description } = value;
  return {
    source,
    ...defined({ displayName: value.display_name }),
    definition: {
      ...defined({ description }),
      tags: value.tags ?? {},
      isGraph: true,
      parts: partsOfGraph(graph, node),
      toSpec: (ids) => ({
        ...withoutEmpty({
          ...specMembers(value, "pipeline", source),
          is_deterministic: value.is_deterministic,
          ...portMembers(inputs, outputs),
        }),
        jobs: toJobs(graph, { ...ids, valueOf: () => undefined }),
        sourceJobId: null,
      }),
    },
    inputs: declared,
    inferred: inputs,
    outputs,
    defaults: { members: {} },
    inside: graph,
  };
}

/** A step that is a pipeline itself. */
export const pipelineNode: NodeType = {
  name: "pipeline",
  schema: nodeSchema,
  read,
  component: { schemaName: "pipelineComponent", schema: componentSchema, read: readComponent },
};
