import { createHash } from "node:crypto";
import { defined } from "../../azure/defined.ts";
import type { AddProblem } from "../../compute/kind.ts";
import { suggestionFor } from "../../yaml/suggestion.ts";
import type { CommonKeys } from "./shape.ts";
import type { InputSource, PipelineParameter, StepArgument, StepInput, StepOutput } from "./step.ts";

/** What inputs can be connected with. */
export type Sources = {
  readonly references: ReadonlySet<string>;
  readonly parameters: ReadonlyMap<string, PipelineParameter>;
  /** Destinations of outputs, whichever step makes them. */
  readonly destinations: ReadonlySet<string>;
};

export type NamedInput = StepInput & { readonly key: string };

export function readInputs(declared: CommonKeys["inputs"], sources: Sources, add: AddProblem): readonly NamedInput[] {
  return Object.entries(declared ?? {}).flatMap(([key, input]): NamedInput[] => {
    const source = sourceOf(input.source, sources);
    if (source === undefined) {
      const known = [...sources.references, ...sources.destinations, ...dataPathsOf(sources)];
      const isValue = sources.parameters.has(input.source);
      add(
        "unknown-binding",
        ["inputs", key, "source"],
        isValue
          ? `The parameter ${JSON.stringify(input.source)} is a value, but an input takes data.`
          : `Nothing is called ${JSON.stringify(input.source)}: no data reference, no data path, and no step's output has that destination.${suggestionFor(input.source, known)}`,
        "Name a data reference, a parameter of the type datapath, or the destination of an output.",
      );
      return [];
    }
    return [
      {
        key,
        // The port of a data path is called as the data path is.
        port: source.is === "datapath" ? source.name : key,
        source,
        mode: input.bind_mode ?? input.type ?? "mount",
        ...defined({ pathOnCompute: input.path_on_compute, overwrite: input.overwrite }),
      },
    ];
  });
}

function dataPathsOf({ parameters }: Sources): readonly string[] {
  return [...parameters].flatMap(([name, { is }]) => (is === "datapath" ? [name] : []));
}

function sourceOf(name: string, { references, parameters, destinations }: Sources): InputSource | undefined {
  const parameter = parameters.get(name);
  if (parameter?.is === "datapath") return { is: "datapath", parameter: name, name: parameter.port };
  if (references.has(name)) return { is: "reference", name };
  return destinations.has(name) ? { is: "output", name } : undefined;
}

export function readOutputs(declared: CommonKeys["outputs"], add: AddProblem): readonly StepOutput[] {
  return Object.entries(declared ?? {}).map(([port, output]) => {
    if (output.as_dataset === true)
      add(
        "not-supported-yet",
        ["outputs", port, "as_dataset"],
        "Outputs that become datasets are not supported.",
        "Remove as_dataset, and read the output by its destination.",
      );
    return {
      port,
      destination: output.destination,
      mode: output.bind_mode ?? output.type ?? "mount",
      ...defined({
        datastore: output.datastore,
        pathOnCompute: output.path_on_compute,
        overwrite: output.overwrite,
      }),
    };
  });
}

/** A data path that has no name of its own gets one that is made of what it is, so that its step stays the same module. */
export function dataPathName(parameter: string, datastore: string, path: string): string {
  const digest = createHash("sha256")
    .update(JSON.stringify([parameter, datastore, path]))
    .digest("hex");
  return `${datastore}_${digest.slice(0, 8)}`;
}

/** `input:NAME` and `output:NAME` are ports; everything else is said as it is. */
export function readArguments(
  declared: readonly string[] | undefined,
  {
    inputs,
    outputs,
    add,
  }: { readonly inputs: readonly NamedInput[]; readonly outputs: readonly StepOutput[]; readonly add: AddProblem },
): readonly StepArgument[] {
  return (declared ?? []).map((value, index): StepArgument => {
    const [, kind, name = ""] = /^(input|output):(.*)$/s.exec(value) ?? [];
    if (kind === undefined) return { is: "Literal", value };
    const input = kind === "input" ? inputs.find(({ key }) => key === name) : undefined;
    if (input !== undefined) return { is: "Input", value: input.port };
    if (kind === "output" && outputs.some(({ port }) => port === name)) return { is: "Output", value: name };
    const known = kind === "input" ? inputs.map(({ key }) => key) : outputs.map(({ port }) => port);
    add(
      "unknown-binding",
      ["arguments", index],
      `The step has no ${kind} ${JSON.stringify(name)}, so that the argument is the text ${JSON.stringify(value)} itself.${suggestionFor(name, known)}`,
      `Name one of its ${kind}s.`,
      "warning",
    );
    return { is: "Literal", value };
  });
}
