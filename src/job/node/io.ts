import * as z from "zod";
import type { AssetUse } from "../../asset/asset.ts";
import { versionText } from "../../asset/version.ts";
import { defined } from "../../azure/defined.ts";
import { pythonText } from "../../yaml/python-text.ts";
import { own } from "../../yaml/own.ts";
import { text } from "../../yaml/shape.ts";
import { addressesOfOutputs, modes as outputModes, outputSchema, readOutputs } from "../parts/outputs.ts";
import {
  assetsOfInputs,
  dataSchema,
  modes as inputModes,
  readInputs,
  scalar,
  toInputs,
  type JobInput,
} from "../parts/inputs.ts";
import type { PartReader } from "../parts/read-part.ts";
import type { Around, BindingSource, NodeIds, PipelineNode } from "./kind.ts";
import { isLiteral, literalText, type Port, type Ports } from "./ports.ts";

export const nodeInputsSchema = () =>
  z.record(z.string(), z.union([scalar(), dataSchema(), z.strictObject({ value: scalar() })]));
export const nodeOutputsSchema = () => z.record(z.string(), z.union([text(), outputSchema(), z.null()]));

type DeclaredInputs = z.infer<ReturnType<typeof nodeInputsSchema>>;
type DeclaredOutputs = z.infer<ReturnType<typeof nodeOutputsSchema>>;

/** An input of a step. */
export type NodeInput =
  | JobInput
  /** `mode` is ARM's word, `port` what a component made of the step says of the input. */
  | { readonly kind: "binding"; readonly value: string; readonly mode?: string };
export type NodeInputs = Readonly<Record<string, NodeInput>>;

export type NodeOutput =
  /** Not configured: the service puts it where it likes. */
  | { readonly kind: "none" }
  /** An output of the pipeline. */
  | {
      readonly kind: "binding";
      readonly value: string;
      readonly mode?: string;
      readonly name?: string;
      readonly version?: string;
    }
  | {
      readonly kind: "data";
      readonly type: string;
      readonly path?: string;
      readonly mode?: string;
      readonly name?: string;
      readonly version?: string;
    };
export type NodeOutputs = Readonly<Record<string, NodeOutput>>;

export const bindingText = /^\$\{\{\s*\S+?\s*\}\}$/;

/** Binds to what stands around: the whole text of an input, or of a path. */
export function isBinding(value: unknown): value is string {
  return typeof value === "string" && bindingText.test(value);
}

/** @param ports the inputs of the component, where they are known: a bare text for a data input is its path. */
export function readNodeInputs(declared: DeclaredInputs, reader: PartReader, ports?: Ports): NodeInputs {
  const plain: Record<string, DeclaredInputs[string]> = {};
  const bound: Record<string, NodeInput> = {};
  for (const [name, input] of Object.entries(declared)) {
    if (ports !== undefined && !Object.hasOwn(ports, name)) continue;
    const path = typeof input === "object" && "path" in input ? input.path : input;
    if (isBinding(path)) {
      const mode = typeof input === "object" && "mode" in input ? input.mode : undefined;
      bound[name] = { kind: "binding", value: path, ...(mode === undefined ? {} : { mode: inputModes[mode] }) };
      continue;
    }
    const port = ports === undefined ? undefined : own(ports, name);
    if (port !== undefined && !isLiteral(port.type) && (typeof input === "number" || typeof input === "boolean"))
      reader.add(
        "wrong-type",
        ["inputs", name],
        `${String(input)} is not data, and the component takes ${port.type} here.`,
        "Write a path, a reference to data (azureml:NAME:VERSION), or a binding.",
      );
    plain[name] =
      typeof input === "string" && port !== undefined && !isLiteral(port.type) && !/\$\{\{/.test(input)
        ? { type: dataTypeOf(port.type), path: input }
        : input;
  }
  const read = { ...readInputs(plain, reader), ...bound };
  for (const [name, input] of Object.entries(read)) {
    const port = ports === undefined ? undefined : own(ports, name);
    if (port !== undefined && input.kind === "literal") checkLiteral(name, input.value, port, reader);
  }
  return Object.fromEntries(
    Object.keys(declared).flatMap((name) => {
      const input = own(read, name);
      return input === undefined ? [] : [[name, input]];
    }),
  );
}

type DataType = z.infer<ReturnType<typeof dataSchema>>["type"];
const dataTypeOf = (type: string) => (type === "path" ? "uri_folder" : type) as DataType;

// The service runs components with values that are not listed or out of range, so those are warnings.
function checkLiteral(name: string, value: string, { type, min, max, enum: words }: Port, { add }: PartReader): void {
  if (/\$\{\{/.test(value)) return;
  const path = ["inputs", name];
  if (isLiteral(type) && literalText(value, type, undefined) === undefined) {
    add(
      "wrong-type",
      path,
      `${JSON.stringify(value)} is not of the component's type ${type}.`,
      `Write a value of type ${type}.`,
    );
    return;
  }
  if (words !== undefined && words.length > 0 && !words.includes(value))
    add(
      "wrong-value",
      path,
      `${JSON.stringify(value)} is not one of the values that the component takes.`,
      `Use ${words.join(", ")}.`,
      "warning",
    );
  if (type !== "integer" && type !== "number") return;
  const below = min !== undefined && Number(value) < Number(min);
  if (below || (max !== undefined && Number(value) > Number(max)))
    add(
      "out-of-range",
      path,
      `${value} is ${below ? "below" : "above"} what the component takes.`,
      `Write a value from ${min ?? "any"} to ${max ?? "any"}.`,
      "warning",
    );
}

export function readNodeOutputs(declared: DeclaredOutputs, reader: PartReader, ports?: Ports): NodeOutputs {
  const { node } = reader;
  const plain = Object.fromEntries(
    Object.entries(declared).flatMap(([name, output]) => (typeof output === "string" ? [] : [[name, output]])),
  );
  const read = readOutputs(plain, reader);
  return Object.fromEntries(
    Object.entries(declared).flatMap(([name, output]): [string, NodeOutput][] => {
      const isUnknown = ports !== undefined && !Object.hasOwn(ports, name);
      if (isUnknown && typeof output !== "string") return [];
      if (output === null) return [[name, { kind: "none" }]];
      if (typeof output === "string") {
        if (!isBinding(output))
          reader.add(
            "wrong-value",
            ["outputs", name],
            `${JSON.stringify(output)} is not an output of the pipeline.`,
            "Write ${{parent.outputs.NAME}}, or a mapping with type, path or mode.",
          );
        if (isUnknown) return [];
        return [[name, { kind: "binding", value: output }]];
      }
      const { type = "uri_folder", path, mode, name: registered } = own(read, name) ?? {};
      const more = defined({
        mode,
        name: registered,
        version: versionText(output.version, { ...node, path: [...node.path, "outputs", name] }),
      });
      return [
        [
          name,
          isBinding(path)
            ? { kind: "binding", value: path, ...more }
            : { kind: "data", type, ...defined({ path }), ...more },
        ],
      ];
    }),
  );
}

/** What a component that is made of the step says of an input: its own type, or that of what it is bound to. */
export function portsOfInputs(declared: DeclaredInputs, inputs: NodeInputs, reader: PartReader, around: Around): Ports {
  const { node } = reader;
  return Object.fromEntries(
    Object.entries(inputs).map(([name, input]): [string, Port] => {
      const written = own(declared, name);
      if (input.kind === "binding") {
        if (typeof written === "object" && written !== null && "path" in written)
          return [name, { type: written.type, ...defined({ mode: written.mode }) }];
        return [name, around.sourceOf(input.value) ?? { type: "uri_folder" }];
      }
      if (input.kind === "data") {
        const mode = typeof written === "object" && written !== null && "mode" in written ? written.mode : undefined;
        return [name, { type: input.type, ...defined({ mode }) }];
      }
      const value = typeof written === "object" && written !== null && "value" in written ? written.value : written;
      const at = typeof written === "object" ? [name, "value"] : [name];
      const source = node.document.textAt?.([...node.path, "inputs", ...at]);
      return [name, { type: literalTypeOf(value, source), default: input.value }];
    }),
  );
}

/** As Python tells them apart. */
export function literalTypeOf(value: unknown, source: string | undefined): string {
  if (typeof value === "boolean") return "boolean";
  if (typeof value !== "number") return "string";
  return /^-?\d+$/.test(pythonText(value, source)) ? "integer" : "number";
}

const modeWord: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(outputModes)
    .filter(([word]) => word !== "mount")
    .map(([word, mode]) => [mode, word]),
);

export function portsOfOutputs(declared: DeclaredOutputs, outputs: NodeOutputs, around: Around): Ports {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, output]): [string, Port] => {
      const written = own(declared, name);
      if (typeof written === "object" && written !== null)
        return [name, { type: written.type, ...defined({ mode: written.mode }) }];
      return [
        name,
        output.kind === "binding" ? (around.sourceOf(output.value) ?? { type: "uri_folder" }) : { type: "uri_folder" },
      ];
    }),
  );
}

/** The type of an output of a step whose component is not known here. */
export function outputSource(output: NodeOutput | undefined, around: Around): BindingSource {
  if (output?.kind === "data") return { type: output.type, ...defined({ mode: output.mode && modeWord[output.mode] }) };
  return (output?.kind === "binding" ? around.sourceOf(output.value) : undefined) ?? { type: "uri_folder" };
}

/** The same of an inline step, whose inputs and outputs have the types of what they are bound to. */
export function typedBindings(bindings: PipelineNode["bindings"], declared: DeclaredInputs): PipelineNode["bindings"] {
  return bindings.map((binding) =>
    binding.path[0] === "inputs" && typeof own(declared, String(binding.path[1])) === "string"
      ? { ...binding, isTyped: true }
      : binding,
  );
}

export function bindingsOf(inputs: NodeInputs, outputs: NodeOutputs): PipelineNode["bindings"] {
  return [
    ...Object.entries(inputs).flatMap(([name, input]) =>
      input.kind !== "data" && /\$\{\{/.test(input.value) ? [{ path: ["inputs", name], text: input.value }] : [],
    ),
    ...Object.entries(outputs).flatMap(([name, output]) =>
      output.kind === "binding" ? [{ path: ["outputs", name], text: output.value }] : [],
    ),
  ];
}

const ownInputs = (inputs: NodeInputs) =>
  Object.fromEntries(
    Object.entries(inputs).flatMap(([name, input]) => (input.kind === "binding" ? [] : [[name, input]])),
  );

export function assetsOfNodeInputs(inputs: NodeInputs): readonly AssetUse[] {
  return assetsOfInputs(ownInputs(inputs));
}

export function addressesOfNodeOutputs(outputs: NodeOutputs): PipelineNode["addresses"] {
  return addressesOfOutputs(
    Object.fromEntries(
      Object.entries(outputs).flatMap(([name, output]) => (output.kind === "data" ? [[name, output]] : [])),
    ),
  );
}

/** Inside a pipeline the wire has Python's spelling of its keys. */
export function toNodeInputs(inputs: NodeInputs, ids: Pick<NodeIds, "idOf">): Readonly<Record<string, object>> {
  const sent = toInputs(ownInputs(inputs), ids) as Readonly<
    Record<string, { jobInputType: string; value?: string; uri?: string; mode?: string }>
  >;
  return Object.fromEntries(
    Object.entries(inputs).map(([name, input]) => {
      if (input.kind === "binding")
        return [name, { job_input_type: "literal", value: input.value, ...defined({ mode: input.mode }) }];
      const { jobInputType, ...rest } = own(sent, name) ?? { jobInputType: "literal" };
      return [name, { job_input_type: jobInputType, ...rest }];
    }),
  );
}

export function toNodeOutputs(outputs: NodeOutputs, ports?: Ports): Readonly<Record<string, object>> {
  return Object.fromEntries(
    Object.entries(outputs).flatMap(([name, output]): [string, object][] => {
      switch (output.kind) {
        case "none":
          return [];
        case "binding": {
          const { kind: _, ...rest } = output;
          return [[name, { type: "literal", ...rest }]];
        }
        case "data": {
          const { kind: _, type, path, ...rest } = output;
          const isFile = (ports === undefined ? undefined : own(ports, name))?.type === "uri_file";
          return [[name, { job_output_type: isFile ? "uri_file" : type, ...defined({ uri: path }), ...rest }]];
        }
      }
    }),
  );
}
