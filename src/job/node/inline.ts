import type { AssetUse } from "../../asset/asset.ts";
import type { ComponentDefinition } from "../../asset/component.ts";
import { defined } from "../../azure/defined.ts";
import { toPipelineNode, type DeclaredNode, type Own } from "./base.ts";
import {
  portsOfInputs,
  portsOfOutputs,
  readNodeInputs,
  readNodeOutputs,
  typedBindings,
  type NodeInputs,
  type NodeOutputs,
} from "./io.ts";
import { withPlaces, type Component, type NodeReader, type PipelineNode } from "./kind.ts";
import { checkPortName, portMembers, type Ports } from "./ports.ts";
import { withoutEmpty } from "./wire.ts";

/** Inputs and outputs of a step that is its own component. */
export type InlineIo = {
  readonly inputs: NodeInputs;
  readonly outputs: NodeOutputs;
  /** Their types are known when all steps of the pipeline are. */
  readonly inputPorts: () => Ports;
  readonly outputPorts: () => Ports;
};

export function readInlineIo(value: Pick<DeclaredNode, "inputs" | "outputs">, reader: NodeReader): InlineIo {
  const { inputs: declaredInputs = {}, outputs: declaredOutputs = {} } = value;
  const names = Object.keys(declaredInputs);
  for (const name of names) checkPortName(name, ["inputs", name], names, reader);
  const inputs = readNodeInputs(declaredInputs, reader);
  const outputs = readNodeOutputs(declaredOutputs, reader);
  return {
    inputs,
    outputs,
    inputPorts: () => portsOfInputs(declaredInputs, inputs, reader, reader.around),
    outputPorts: () => portsOfOutputs(declaredOutputs, outputs, reader.around),
  };
}

/** The component that is made of a step. */
type InlineComponent = Pick<ComponentDefinition<AssetUse>, "toSpec" | "description" | "properties"> & {
  readonly tags?: Readonly<Record<string, string | null>> | undefined;
  readonly parts: readonly AssetUse[];
  readonly runs?: Component["runs"];
};

/** A step that says what it runs itself, and names no component: one is made of it. */
export function toInlineNode(
  type: string,
  value: DeclaredNode,
  { inputs, outputs, inputPorts, outputPorts }: InlineIo,
  { toSpec, parts, tags, runs, ...described }: InlineComponent,
  ownPart: Own,
  reader: NodeReader,
): { readonly node: PipelineNode; readonly component: Component } {
  const component: Component = {
    source: "YAML.JOB",
    definition: {
      ...described,
      tags: textsOf(tags),
      isGraph: false,
      parts: withPlaces(parts, reader.node),
      toSpec: (ids) =>
        withoutEmpty({
          _source: "YAML.JOB",
          type,
          description: described.description,
          tags: textsOf(tags),
          is_deterministic: true,
          ...portMembers(inputPorts(), outputPorts()),
          ...toSpec(ids),
        }),
    },
    // Nothing but the component's own text asks for their types.
    inputs: Object.fromEntries(Object.keys(inputs).map((name) => [name, { type: "string" }])),
    outputs: {},
    defaults: { members: {} },
    ...defined({ runs }),
  };
  const node = toPipelineNode({ type, named: { is: "here", component }, value, inputs, outputs }, ownPart, reader);
  return {
    component,
    node: {
      ...node,
      bindings: typedBindings(node.bindings, value.inputs ?? {}),
      outputNames: Object.keys(outputs),
      outputOf: (name) => (Object.hasOwn(outputs, name) ? outputPorts()[name] : undefined),
    },
  };
}

export function textsOf(tags: Readonly<Record<string, string | null>> | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(tags ?? {}).flatMap(([key, value]) => (value === null ? [] : [[key, value]])),
  );
}
