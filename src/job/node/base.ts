import * as z from "zod";
import { defined } from "../../azure/defined.ts";
import { own } from "../../yaml/own.ts";
import type { PlaceholderParams } from "../../yaml/shape-problems.ts";
import { text } from "../../yaml/shape.ts";
import { readCompute } from "../parts/compute.ts";
import type { JobSecret } from "../resolved.ts";
import { assetOfComponent, sourceOfComponent, toComponentId, type NamedComponent } from "./component.ts";
import {
  addressesOfNodeOutputs,
  assetsOfNodeInputs,
  bindingsOf,
  isBinding,
  nodeInputsSchema,
  nodeOutputsSchema,
  outputSource,
  readNodeInputs,
  readNodeOutputs,
  toNodeInputs,
  toNodeOutputs,
  type NodeInputs,
  type NodeOutputs,
} from "./io.ts";
import type { NodeIds, NodeReader, PipelineNode } from "./kind.ts";
import { checkAgainstPorts } from "./ports.ts";
import { withoutEmpty } from "./wire.ts";

const texts = () => z.record(z.string(), z.union([text(), z.null()]));

/** The keys that steps of all types have. */
export const nodeKeys = () => ({
  inputs: nodeInputsSchema().optional(),
  outputs: nodeOutputsSchema().optional(),
  name: text().optional(),
  display_name: text().optional(),
  description: text().optional(),
  tags: texts().optional(),
  properties: texts().optional(),
  comment: text().optional().describe("Shown beside the step in the studio."),
  experiment_name: text().optional().describe("Ignored in a step, as with az ml."),
});

export type DeclaredNode = z.infer<z.ZodObject<ReturnType<typeof nodeKeys>>>;

/** A field of a step, or the input of the pipeline that it is bound to. */
export function bindable<Schema extends z.ZodType>(schema: Schema) {
  const params: PlaceholderParams = { isPlaceholder: true };
  return z.union([schema, z.custom<string>(isBinding, { params })]);
}

/** A mapping whose fields may each be bound to an input of the pipeline. */
export function bindableMembers(schema: z.ZodObject) {
  return z.strictObject(
    Object.fromEntries(
      Object.entries(schema.shape).map(([key, field]) => [key, bindable(field as z.ZodType).optional()]),
    ),
  );
}

/** What a step that names a component has read of itself. */
export type ComponentNode = {
  readonly type: string;
  readonly named: NamedComponent;
  readonly value: DeclaredNode;
  readonly inputs: NodeInputs;
  readonly outputs: NodeOutputs;
};

export function readComponentNode(
  type: string,
  value: DeclaredNode,
  named: NamedComponent,
  reader: NodeReader,
): ComponentNode {
  const component = named.is === "here" ? named.component : undefined;
  if (component !== undefined) {
    checkAgainstPorts(value.inputs ?? {}, component.inputs, "input", reader);
    checkAgainstPorts(value.outputs ?? {}, component.outputs, "output", reader);
  }
  return {
    type,
    named,
    value,
    inputs: readNodeInputs(value.inputs ?? {}, reader, component?.inputs),
    outputs: readNodeOutputs(value.outputs ?? {}, reader, component?.outputs),
  };
}

/** What a type of step says beside what all steps have. */
export type Own = {
  /** The key of the step that names its component, where that is not `component`: the request has it there, too. */
  readonly componentKey?: string;
  readonly compute?: string | undefined;
  readonly needsCompute: boolean;
  readonly primaryMetric?: PipelineNode["primaryMetric"];
  readonly secrets?: readonly JobSecret[];
  readonly assets?: PipelineNode["assets"];
  /** Those of its own members. */
  readonly bindings?: PipelineNode["bindings"];
  /** Members of the request beside those of every step. */
  readonly toMembers: (ids: NodeIds) => Readonly<Record<string, unknown>>;
};

/** A step that runs a component. */
export function toPipelineNode(
  node: ComponentNode,
  ownPart: Own,
  { around }: Pick<NodeReader, "around">,
): PipelineNode {
  const { type, named, value, inputs, outputs } = node;
  const component = named.is === "here" ? named.component : undefined;
  const key = ownPart.componentKey ?? "component";
  const compute =
    ownPart.compute === undefined || isBinding(ownPart.compute) ? undefined : readCompute(ownPart.compute);
  return {
    type,
    assets: [assetOfComponent(named, key), ...assetsOfNodeInputs(inputs), ...(ownPart.assets ?? [])],
    computes: compute === undefined ? [] : [{ path: ["compute"], compute }],
    needsCompute: ownPart.needsCompute && ownPart.compute === undefined,
    secrets: ownPart.secrets ?? [],
    addresses: addressesOfNodeOutputs(outputs),
    bindings: [
      ...bindingsOf(inputs, outputs),
      ...(isBinding(ownPart.compute) ? [{ path: ["compute"], text: ownPart.compute }] : []),
      ...(ownPart.bindings ?? []),
    ],
    ...(component === undefined
      ? {}
      : { ports: component.inferred ?? component.inputs, outputNames: Object.keys(component.outputs) }),
    ...defined({ displayName: value.display_name, primaryMetric: ownPart.primaryMetric }),
    ...(component?.inside === undefined ? {} : { inside: component.inside }),
    outputOf: (name) => {
      if (component === undefined)
        return Object.hasOwn(outputs, name) ? outputSource(outputs[name], around) : undefined;
      const port = own(component.outputs, name);
      return port === undefined ? undefined : { type: port.type };
    },
    toRequest: (name, ids) =>
      withoutEmpty({
        name,
        type,
        ...(ownPart.componentKey === undefined
          ? { componentId: toComponentId(ids) }
          : { [key]: { componentId: toComponentId(ids, key) } }),
        _source: sourceOfComponent(named),
        ...nodeMembers(value),
        computeId: compute === undefined ? ownPart.compute : ids.computeIdOf(compute),
        inputs: toNodeInputs(inputs, ids),
        outputs: toNodeOutputs(outputs, component?.outputs),
        ...ownPart.toMembers(ids),
      }),
  };
}

function nodeMembers(value: DeclaredNode): Readonly<Record<string, unknown>> {
  return defined({
    display_name: value.display_name,
    tags: value.tags,
    properties: value.properties,
    comment: value.comment,
  });
}
