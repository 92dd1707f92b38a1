import { own } from "../../yaml/own.ts";
import type { RunnerFault, RunnerInput, RunnerProcess } from "../kind.ts";
import type { JobInputs } from "../parts/inputs.ts";
import { stepsBefore } from "./graph.ts";
import type { Graph, PipelineNode } from "./kind.ts";

/** What of the pipeline decides how its steps run. */
type Around = {
  readonly inputs: JobInputs;
  readonly onInit?: string | undefined;
  readonly onFinalize?: string | undefined;
  /** Steps that need nothing of a failed one still run. */
  readonly continuesAfterFailure: boolean;
  /** Of the steps that name none. */
  readonly defaultCompute?: string | undefined;
};

/** What of a pipeline needs the service. Places are counted from the pipeline. */
export function faultsOfSteps({ nodes }: Graph, { inputs }: Pick<Around, "inputs">): readonly RunnerFault[] {
  return [...nodes].flatMap(([name, node]): readonly RunnerFault[] => {
    const at = ["jobs", name];
    const { runs } = node;
    if (runs === undefined) {
      const message = `The step ${JSON.stringify(name)} does not run on the runner: only commands do whose definition is in the repository.`;
      return [{ path: at, message }];
    }
    const unresolved = node.bindings.flatMap(({ path, text }) => {
      if (path[0] === "outputs" || (path[0] === "inputs" && path.length > 1 && !("unknown" in bound(text, inputs))))
        return [];
      return [{ path: [...at, ...path], message: `The runner does not resolve the binding ${text}.` }];
    });
    return [...unresolved, ...runs.faults.map((fault) => ({ ...fault, path: [...at, ...fault.path] }))];
  });
}

/** The steps in an order in which each comes after those whose outputs it reads. */
export function processesOfSteps({ nodes }: Graph, around: Around): readonly RunnerProcess[] {
  const { onInit, onFinalize, continuesAfterFailure } = around;
  const order: string[] = [];
  const put = (name: string) => {
    const node = nodes.get(name);
    if (node === undefined || order.includes(name)) return;
    stepsBefore(node).forEach(put);
    order.push(name);
  };
  if (onInit !== undefined) put(onInit);
  [...nodes.keys()].filter((name) => name !== onFinalize).forEach(put);
  if (onFinalize !== undefined) put(onFinalize);
  return order.flatMap((name, index) => {
    const node = nodes.get(name);
    if (node === undefined) return [];
    const needed = [...stepsBefore(node), ...(onInit === undefined || onInit === name ? [] : [onInit])];
    const after = name === onFinalize ? [] : continuesAfterFailure ? needed : order.slice(0, index);
    return processOf(name, node, after, around);
  });
}

function processOf(
  name: string,
  { runs, computes }: PipelineNode,
  after: readonly string[],
  around: Pick<Around, "inputs" | "defaultCompute">,
): readonly RunnerProcess[] {
  if (runs === undefined) return [];
  const inputs = Object.fromEntries(
    Object.entries(runs.inputs).flatMap(([key, input]): readonly [string, RunnerInput][] => {
      if (input.kind === "data") return [[key, input]];
      const found = bound(input.value, around.inputs);
      return "input" in found ? [[key, found.input]] : [];
    }),
  );
  const compute = computes[0]?.compute ?? around.defaultCompute;
  return [
    {
      ...runs,
      ...(compute === undefined ? {} : { compute }),
      command: withGiven(runs.command, Object.keys(inputs)),
      inputs,
      step: { name, after },
      placeOf: (path) => ["jobs", name, ...path],
    },
  ];
}

/** What a text of a step is: itself, what it is bound to as a whole, or with values of the pipeline's inputs put in. */
function bound(text: string, inputs: JobInputs): { readonly input: RunnerInput } | { unset: true } | { unknown: true } {
  const [, step, output] = /^\$\{\{\s*parent\.jobs\.([^.\s]+)\.outputs\.(\S+?)\s*\}\}$/.exec(text) ?? [];
  if (step !== undefined && output !== undefined) return { input: { kind: "output", step, name: output } };
  const [, whole] = /^\$\{\{\s*parent\.inputs\.(\S+?)\s*\}\}$/.exec(text) ?? [];
  if (whole !== undefined) {
    const input = own(inputs, whole);
    return input === undefined ? { unset: true } : { input };
  }
  const value = text.replaceAll(/\$\{\{\s*parent\.inputs\.(\S+?)\s*\}\}/g, (binding, name: string) => {
    const input = own(inputs, name);
    return input?.kind === "literal" ? input.value : binding;
  });
  return value.includes("${{") ? { unknown: true } : { input: { kind: "literal", value } };
}

/** A part of a command in `$[[…]]` is there where all of its inputs are. */
function withGiven(command: string, given: readonly string[]): string {
  return command.replaceAll(/\$\[\[([^]*?)\]\]/g, (_, part: string) =>
    [...part.matchAll(/\$\{\{\s*inputs\.(\w+)\s*\}\}/g)].every(([, name = ""]) => given.includes(name)) ? part : "",
  );
}
