import { problemsAt } from "../../compute/problems-at.ts";
import { own } from "../../yaml/own.ts";
import type { Problem } from "../../yaml/problem.ts";
import { checkShape } from "../../yaml/shape.ts";
import { positionOf, valueAt, type NodePath, type SourceNode } from "../../yaml/source.ts";
import { suggestionFor } from "../../yaml/suggestion.ts";
import { isMapping, listed, quoted } from "../../yaml/wording.ts";
import { readInputs, readOutputs, type Sources } from "./io.ts";
import type { CommonKeys, PipelineKeys } from "./shape.ts";
import type { StepType, V1Step } from "./step.ts";
import { refusedTypes, stepTypes } from "./steps.ts";

/** What steps are read with: everything around them that their inputs and values may name. */
export type Around = Omit<Sources, "destinations"> & { readonly defaultCompute: string | undefined };

/** @param node the pipeline, below which the steps are. */
export function readSteps(
  declared: PipelineKeys["steps"],
  node: SourceNode,
  around: Around,
): { readonly steps: readonly V1Step[]; readonly problems: readonly Problem[] } {
  const { found, add } = problemsAt(node);
  const problems: Problem[] = [];
  const destinations = new Map<string, string>();
  for (const [key, step] of Object.entries(declared))
    for (const [port, output] of Object.entries(isMapping(step["outputs"]) ? step["outputs"] : {})) {
      const destination = isMapping(output) ? output["destination"] : undefined;
      if (typeof destination !== "string") continue;
      const other = destinations.get(destination);
      if (other === undefined) destinations.set(destination, key);
      else
        add(
          "duplicate-name",
          ["steps", key, "outputs", port, "destination"],
          `${JSON.stringify(destination)} is the destination of an output of ${JSON.stringify(other)} already.`,
          "Give each output a destination of its own.",
        );
    }
  const sources = { ...around, destinations: new Set(destinations.keys()) };
  const steps = Object.entries(declared).flatMap(([key, step]): readonly V1Step[] => {
    const at: SourceNode = { ...node, path: [...node.path, "steps", key] };
    const type = typeOf(step["type"], at, problems);
    return type === undefined ? [] : readStep(type, key, at, sources, around.defaultCompute, problems);
  });
  checkCircles(steps, destinations, add);
  return { steps, problems: [...problems, ...found] };
}

function typeOf(written: unknown, at: SourceNode, problems: Problem[]): StepType | undefined {
  const { found, add } = problemsAt(at);
  const known = stepTypes.find(({ type }) => type === written);
  const names = stepTypes.map(({ type }) => type);
  const refused = typeof written === "string" ? own(refusedTypes, written) : undefined;
  if (refused !== undefined)
    add(
      "refused-step",
      ["type"],
      `The step is ${articled(String(written))}, which is not submitted: ${refused.why}.`,
      refused.fix,
    );
  else if (known === undefined) {
    const isMissing = written === undefined || written === null;
    add(
      isMissing ? "missing-key" : "wrong-value",
      ["type"],
      isMissing
        ? "The step has no type."
        : `${quoted(written)} is not a type of step.${suggestionFor(typeof written === "string" ? written : "", [...names, ...Object.keys(refusedTypes)])}`,
      `Use ${listed(names)}.`,
    );
  }
  problems.push(...found);
  return known;
}

function articled(word: string): string {
  return `${/^[AEIOU]/.test(word) ? "an" : "a"} ${word}`;
}

function readStep(
  type: StepType,
  key: string,
  node: SourceNode,
  sources: Sources,
  defaultCompute: string | undefined,
  problems: Problem[],
): readonly V1Step[] {
  const checked = checkShape(type.schema, node);
  problems.push(...checked.problems);
  if (checked.value === undefined) return [];
  const value = checked.value as CommonKeys;
  const { found, add } = problemsAt(node);
  problems.push(...unsentKeys(type, node), ...wordsOfOldYaml(node));
  checkSources(value.parameters, "parameters", sources, add);
  checkSources(
    (value as { readonly runconfig_parameters?: CommonKeys["parameters"] }).runconfig_parameters,
    "runconfig_parameters",
    sources,
    add,
  );
  const compute = value.compute ?? defaultCompute;
  if (compute === undefined)
    add(
      "step-without-compute",
      [],
      `The step ${JSON.stringify(key)} has no compute, and the pipeline has no default_compute.`,
      "Add compute to the step, or default_compute to the pipeline.",
    );
  else if (/^(azureml:)?(serverless|local)$/i.test(compute))
    problems.push({
      code: "wrong-value",
      severity: "error",
      where: positionOf(node, value.compute === undefined ? [] : ["compute"]),
      message: `Steps of pipelines of the first SDK do not run on ${JSON.stringify(compute)}.`,
      fix: "Name a compute target of the workspace.",
    });
  const inputs = readInputs(value.inputs, sources, add);
  const outputs = readOutputs(value.outputs, add);
  const parts = type.read({
    node,
    value: value as never,
    add,
    addProblems: (more) => void problems.push(...more),
    // In a script's environment, an input and an output of one name would be one variable.
    inputs: type.executionType === "escloud" ? apart(inputs, outputs) : inputs,
    outputs,
    parameters: sources.parameters,
    compute: compute ?? "",
  });
  problems.push(...found);
  if (parts === undefined || compute === undefined) return [];
  return [
    {
      ...parts,
      key,
      type: type.type,
      executionType: type.executionType,
      isDeterministic: value.allow_reuse ?? true,
      compute: compute.replace(/^azureml:/, ""),
      computePath:
        value.compute === undefined ? ["pipeline", "default_compute"] : ["pipeline", "steps", key, "compute"],
      workload: type.workload,
      inputs: (type.executionType === "escloud" ? apart(inputs, outputs) : inputs).map(({ key: _, ...input }) => input),
      outputs,
    },
  ];
}

/** At their keys: what they hold may begin below. */
function unsentKeys(type: StepType, node: SourceNode): readonly Problem[] {
  return Object.entries(type.unsent).flatMap(([key, fix]): readonly Problem[] =>
    valueAt(node, [key]) === undefined
      ? []
      : [
          {
            code: "not-carried-over",
            severity: "warning",
            where: positionOf(node, [key], "key"),
            message: `${key} is not carried over: of ${articled(type.type)}, the official client never sends it.`,
            fix,
          },
        ],
  );
}

/** The first SDK reads YAML 1.2, to which `yes` and `off` are text, and everything else of this action reads YAML 1.1. */
function wordsOfOldYaml(node: SourceNode, path: NodePath = []): readonly Problem[] {
  const value = valueAt(node, path);
  if (typeof value === "object" && value !== null)
    return Object.keys(value).flatMap((key) =>
      wordsOfOldYaml(node, [...path, Array.isArray(value) ? Number(key) : key]),
    );
  const written = node.document.textAt?.([...node.path, ...path]);
  if (typeof value !== "boolean" || written === undefined || /^(true|false)$/i.test(written)) return [];
  return [
    {
      code: "wrong-value",
      severity: "error",
      where: positionOf(node, path),
      message: `${written} is text to the first SDK, and ${String(value)} to az ml.`,
      fix: `Write ${String(value)}, or put it in quotes.`,
    },
  ];
}

/** The parameters of the pipeline that values come from. */
function checkSources(
  given: CommonKeys["parameters"],
  key: string,
  { parameters }: Sources,
  add: ReturnType<typeof problemsAt>["add"],
): void {
  const known = [...parameters].flatMap(([name, { is }]) => (is === "value" ? [name] : []));
  for (const [name, value] of Object.entries(given ?? {})) {
    if (typeof value !== "object" || parameters.get(value.source)?.is === "value") continue;
    add(
      "unknown-binding",
      [key, name, "source"],
      parameters.has(value.source)
        ? `The parameter ${JSON.stringify(value.source)} is a data path, and a value is expected.`
        : `The pipeline has no parameter ${JSON.stringify(value.source)}.${suggestionFor(value.source, known)}`,
      "Name one of its parameters that is a value.",
    );
  }
}

function apart<Input extends { readonly port: string }>(
  inputs: readonly Input[],
  outputs: readonly { readonly port: string }[],
): readonly Input[] {
  return inputs.map((input) =>
    outputs.some(({ port }) => port === input.port) ? { ...input, port: `INPUT_${input.port}` } : input,
  );
}

/** Steps that wait for each other never start. */
function checkCircles(
  steps: readonly V1Step[],
  makerOf: ReadonlyMap<string, string>,
  add: ReturnType<typeof problemsAt>["add"],
): void {
  const before = new Map(steps.map((step) => [step.key, stepsBefore(step, makerOf)]));
  const leadsBack = (key: string): boolean => {
    const seen = new Set<string>();
    const queue = [...(before.get(key) ?? [])];
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      if (next === key) return true;
      if (seen.has(next)) continue;
      seen.add(next);
      queue.push(...(before.get(next) ?? []));
    }
    return false;
  };
  const [first, ...others] = steps.filter(({ key }) => leadsBack(key));
  if (first === undefined) return;
  const input = first.inputs.find(({ source }) => source.is === "output");
  const words = [first, ...others].map(({ key }) => JSON.stringify(key));
  add(
    "circle",
    ["steps", first.key, "inputs", ...(input === undefined ? [] : [input.port, "source"])],
    words.length === 1
      ? `The step ${words[0] ?? ""} reads what it writes itself.`
      : `The steps ${listed(words, "and")} read each other's outputs in a cycle.`,
    "Break the cycle at one of their inputs.",
  );
}

/** Keys of the steps whose outputs a step reads. */
export function stepsBefore(
  { inputs }: Pick<V1Step, "inputs">,
  makerOf: ReadonlyMap<string, string>,
): readonly string[] {
  return inputs.flatMap(({ source }) => {
    const maker = source.is === "output" ? makerOf.get(source.name) : undefined;
    return maker === undefined ? [] : [maker];
  });
}
