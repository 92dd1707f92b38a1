import * as z from "zod";
import type { AssetUse } from "../../asset/asset.ts";
import { problemsAt } from "../../compute/problems-at.ts";
import type { AddProblem } from "../../compute/kind.ts";
import { defined } from "../../azure/defined.ts";
import { own } from "../../yaml/own.ts";
import { valueAt, type SourceNode } from "../../yaml/source.ts";
import { suggestionFor } from "../../yaml/suggestion.ts";
import { isMapping, listed } from "../../yaml/wording.ts";
import type { JobStep } from "../kind.ts";
import { usesWithin } from "../parts/within.ts";
import { refusedType } from "../refused-types.ts";
import { isBinding } from "./io.ts";
import {
  withPlaces,
  type Around,
  type BindingSource,
  type Graph,
  type NodeIds,
  type NodeReader,
  type PipelineNode,
} from "./kind.ts";
import type { Port } from "./ports.ts";
import { typeOfStep } from "./step-type.ts";
import { isWorkload, type Workload } from "../../compute/workload.ts";
import type { Placement } from "../kind.ts";

/** The steps; each is checked by its own type. */
export const jobsSchema = () => z.record(z.string(), z.record(z.string(), z.unknown()));

/** The inputs and outputs of the pipeline that the steps stand in: what bindings to `parent` may name. */
export type Surroundings = {
  readonly inputs: Readonly<Record<string, BindingSource>>;
  readonly outputs: Readonly<Record<string, BindingSource>>;
};

/**
 * Reads the steps of a pipeline, each by its type, and what they are bound to.
 *
 * @param reader of the pipeline, whose steps are under `jobs`.
 */
export function readGraph(reader: NodeReader, surroundings: Surroundings): Graph {
  const { node, add, types } = reader;
  const jobs = valueAt(node, ["jobs"]);
  const declared = isMapping(jobs) ? Object.entries(jobs) : [];
  if (declared.length === 0) {
    add(
      "missing-key",
      isMapping(jobs) ? ["jobs"] : [],
      "The pipeline has no steps.",
      "Add jobs, with at least one step.",
    );
  }
  const nodes = new Map<string, PipelineNode>();
  const around: Around = { sourceOf: (binding) => sourceOf(binding, surroundings, nodes) };
  for (const [name, step] of declared) {
    const path = ["jobs", name];
    if (!/^[a-z_][a-z0-9_]*$/.test(name))
      add(
        "illegal-name",
        path,
        `${JSON.stringify(name)} is not a valid name for a step.`,
        "Use lower-case letters, digits and underscores, beginning with a letter.",
      );
    if (!isMapping(step)) continue;
    const written = typeOfStep(step, node);
    const type = typeof written === "string" ? own(types, written.toLowerCase()) : undefined;
    const refused = refusedType("step", written);
    if (refused !== undefined) {
      add("wrong-value", [...path, "type"], refused.message, refused.fix);
      continue;
    }
    if (type === undefined) {
      const known = Object.keys(types);
      const near = typeof written === "string" ? suggestionFor(written, known) : "";
      add(
        "wrong-value",
        [...path, "type"],
        `${JSON.stringify(written)} is not a type of step that this action knows.${near}`,
        `Use ${listed(known)}.`,
      );
      continue;
    }
    const at: SourceNode = { ...node, path: [...node.path, ...path] };
    const { found, add: addHere } = problemsAt(at);
    const read = type.read({ ...reader, node: at, add: addHere, around });
    reader.addProblems(found);
    if (read !== undefined) nodes.set(name, read);
  }
  const isWhole = nodes.size === declared.length;
  checkBindings(
    nodes,
    declared.map(([name]) => name),
    surroundings,
    add,
  );
  if (isWhole) {
    checkCircles(nodes, add);
    for (const { problemsOfTypes } of nodes.values()) reader.addProblems(problemsOfTypes?.() ?? []);
  }
  return { nodes, ...(isWhole ? {} : { isPartial: true }) };
}

/** What one binding names. */
type Bound =
  | { readonly to: "input" | "output"; readonly name: string }
  | { readonly to: "step"; readonly step: string; readonly io: "inputs" | "outputs"; readonly name: string }
  | { readonly to: "nothing"; readonly text: string };

/** Every binding in a text; most texts are one as a whole. */
function boundIn(text: string): readonly Bound[] {
  return [...text.matchAll(/\$\{\{\s*(\S+?)\s*\}\}/g)].map(([whole, body = ""]): Bound => {
    const [, io, name] = /^parent\.(inputs|outputs)\.(.+)$/.exec(body) ?? [];
    if (io !== undefined && name !== undefined) return { to: io === "inputs" ? "input" : "output", name };
    const [, step, side, port] = /^parent\.jobs\.([^.]+)\.(inputs|outputs)\.(.+)$/.exec(body) ?? [];
    if (step !== undefined && port !== undefined)
      return { to: "step", step, io: side === "inputs" ? "inputs" : "outputs", name: port };
    return { to: "nothing", text: whole };
  });
}

function sourceOf(
  binding: string,
  { inputs, outputs }: Surroundings,
  nodes: Graph["nodes"],
): BindingSource | undefined {
  const [bound] = boundIn(binding);
  switch (bound?.to) {
    case "input":
      return withoutRest(own(inputs, bound.name));
    case "output":
      return withoutRest(own(outputs, bound.name));
    case "step": {
      // The mode of an output says nothing of the mode in which another step reads it.
      const source =
        bound.io === "outputs"
          ? nodes.get(bound.step)?.outputOf(bound.name)
          : own(nodes.get(bound.step)?.ports ?? {}, bound.name);
      return source === undefined ? undefined : { type: source.type };
    }
    case "nothing":
    case undefined:
      return undefined;
  }
}

/** Of an input of a component, nothing but what a binding to it takes over. */
function withoutRest(source: BindingSource | undefined): BindingSource | undefined {
  return source && { type: source.type, ...(source.mode === undefined ? {} : { mode: source.mode }) };
}

function checkBindings(
  nodes: Graph["nodes"],
  names: readonly string[],
  { inputs, outputs }: Surroundings,
  add: AddProblem,
): void {
  for (const [name, node] of nodes) {
    for (const { path, text, isTyped } of node.bindings) {
      const at = ["jobs", name, ...path];
      const unknown = (what: string, known: readonly string[], wrong: string, fix: string) =>
        add(
          "unknown-binding",
          at,
          `${text}: ${what}.${suggestionFor(wrong, known)}`,
          known.length === 0 ? fix : `${fix} There ${known.length === 1 ? "is" : "are"} ${listed(known, "and")}.`,
        );
      const bounds = boundIn(text);
      if (isTyped === true && bounds.length > 1)
        add(
          "unknown-binding",
          at,
          `${text} binds one input to several things.`,
          "Bind one input to each, and put them together in the command.",
        );
      for (const bound of bounds) {
        if (bound.to === "nothing") {
          const today = /^\$\{\{\s*(inputs|jobs|outputs)\./.test(bound.text)
            ? ` Write ${bound.text.replace(/\{\{\s*/, "{{parent.")}.`
            : "";
          add(
            "unknown-binding",
            at,
            `${bound.text} is not bound to anything of the pipeline.${today}`,
            "Write ${{parent.inputs.NAME}}, ${{parent.jobs.STEP.outputs.NAME}} or ${{parent.outputs.NAME}}.",
          );
        } else if (bound.to === "step") {
          const step = nodes.get(bound.step);
          if (!names.includes(bound.step))
            unknown(`the pipeline has no step ${JSON.stringify(bound.step)}`, names, bound.step, "Fix the name.");
          else if (bound.io === "outputs" && step?.outputNames !== undefined && !step.outputNames.includes(bound.name))
            unknown(
              `the step ${JSON.stringify(bound.step)} has no output ${JSON.stringify(bound.name)}`,
              step.outputNames,
              bound.name,
              "Declare it there, or fix the name.",
            );
          else if (bound.io === "outputs" && isTyped === true && step?.outputOf(bound.name) === undefined)
            add(
              "unknown-binding",
              at,
              `${text}: the component of the step ${JSON.stringify(bound.step)} is in Azure, so the type of its output ${JSON.stringify(bound.name)} is not known here.`,
              `Declare ${bound.name} under the outputs of ${bound.step}, with its type.`,
            );
        } else {
          const known = Object.keys(bound.to === "input" ? inputs : outputs);
          if (!known.includes(bound.name))
            unknown(
              `the pipeline has no ${bound.to} ${JSON.stringify(bound.name)}`,
              known,
              bound.name,
              `Declare it under the pipeline's ${bound.to}s.`,
            );
        }
      }
    }
  }
}

/** The steps whose outputs a step reads. */
export function stepsBefore({ bindings }: PipelineNode): readonly string[] {
  return bindings.flatMap(({ text }) => stepsRead(text));
}

function stepsRead(text: string): readonly string[] {
  return boundIn(text).flatMap((bound) => (bound.to === "step" && bound.io === "outputs" ? [bound.step] : []));
}

/** The steps by name, each with those that it starts after: whose outputs it reads, and the first and the last of all. */
export function declaredSteps({ nodes }: Graph, ends: Ends = {}): readonly JobStep[] {
  return inOrder(
    [...nodes].map(([name, node]) => {
      const { displayName, primaryMetric } = node;
      return { name, before: stepsBefore(node), ...defined({ displayName, primaryMetric }) };
    }),
    ends,
  );
}

/** The steps that run before all others, and after them. */
type Ends = { readonly first?: string; readonly last?: string };

function inOrder(
  steps: readonly (Omit<JobStep, "after"> & { readonly before: readonly string[] })[],
  { first, last }: Ends,
): readonly JobStep[] {
  const names = steps.map(({ name }) => name);
  const known = steps.map(({ before, ...step }) => ({
    step,
    before: [...new Set(before)].filter((one) => names.includes(one)),
  }));
  const read = new Set(known.flatMap(({ before }) => before));
  const afterOf = (name: string, before: readonly string[]): readonly string[] => {
    if (name === last) return names.filter((one) => one !== last && one !== first && !read.has(one));
    return before.length === 0 && first !== undefined && name !== first ? [first] : before;
  };
  return known.map(({ step, before }) => ({ ...step, after: afterOf(step.name, before) }));
}

/**
 * The steps of a pipeline that is in Azure, as its job shows them (`properties.jobs`). What of them cannot be read says
 * nothing: a picture without an edge is better than none.
 */
export function liveSteps(jobs: Readonly<Record<string, unknown>>, ends: Ends = {}): readonly JobStep[] {
  return inOrder(
    Object.entries(jobs).map(([name, step]) => {
      const shown = isMapping(step) ? (step["display_name"] ?? step["displayName"]) : undefined;
      return {
        name,
        before: textsIn(step).flatMap(stepsRead),
        ...(typeof shown === "string" && shown !== "" && shown !== name ? { displayName: shown } : {}),
      };
    }),
    ends,
  );
}

/** Every text of a value, however deep: a step has bindings in its inputs, in its trial, in the data of its task. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** Steps that wait for each other would never start. */
function checkCircles(nodes: Graph["nodes"], add: AddProblem): void {
  const done = new Set<string>();
  const visit = (name: string, way: readonly string[]): boolean => {
    const node = nodes.get(name);
    if (node === undefined || done.has(name)) return false;
    if (way.includes(name)) {
      const circle = [...way.slice(way.indexOf(name)), name];
      add(
        "circle",
        ["jobs", name],
        `The steps wait for each other: ${circle.join(" → ")} (each reads an output of the next).`,
        "Break the cycle: no step can start before the outputs it reads are there.",
      );
      return true;
    }
    const found = stepsBefore(node).some((before) => visit(before, [...way, name]));
    done.add(name);
    return found;
  };
  for (const name of nodes.keys()) if (visit(name, [])) return;
}

/** Steps that would run nowhere, by the official client's rule; those of pipelines inside count, too. */
export function stepsWithoutCompute({ nodes }: Graph): readonly string[] {
  return [...nodes].flatMap(([name, node]) => {
    if (node.inside !== undefined) return stepsWithoutCompute(node.inside).length === 0 ? [] : [name];
    return node.needsCompute ? [name] : [];
  });
}

/** Whatever the steps use, by its place in the pipeline. */
export function assetsOfGraph({ nodes }: Graph): readonly AssetUse[] {
  return [...nodes].flatMap(([name, { assets }]) =>
    usesWithin(assets, ["jobs", name]).map((use) => ({ ...use, what: `${use.what} of the step ${name}` })),
  );
}

/** The same, each with its place in the file that the pipeline is in. */
export function partsOfGraph(graph: Graph, source: SourceNode): readonly AssetUse[] {
  return withPlaces(assetsOfGraph(graph), source);
}

/** Every compute that a step names, those of pipelines inside, too. */
export function computesOfGraph({ nodes }: Graph): readonly string[] {
  return [...nodes.values()].flatMap(({ computes, inside }) => [
    ...computes.map(({ compute }) => compute),
    ...(inside === undefined ? [] : computesOfGraph(inside)),
  ]);
}

/** Everything that runs on a compute which a step names, at its place below `jobs`. */
export function placementsOfGraph({ nodes }: Graph): readonly Placement[] {
  return [...nodes].flatMap(([name, { type, computes, inside }]) =>
    [
      ...computes.flatMap(({ path, compute }) => (isWorkload(type) ? [{ compute, workload: type, path }] : [])),
      ...(inside === undefined ? [] : placementsOfGraph(inside)),
    ].map((placement) => ({ ...placement, path: ["jobs", name, ...placement.path] })),
  );
}

/** What the steps without a compute of their own ask of the pipeline's default one; where data transfers go is not documented. */
export function workloadsOnDefault({ nodes }: Graph): readonly Workload[] {
  const types = [...nodes.values()].flatMap(({ type, computes, needsCompute }) =>
    needsCompute && computes.length === 0 && isWorkload(type) && type !== "data_transfer" ? [type] : [],
  );
  return [...new Set(types)];
}

export function toJobs({ nodes }: Graph, ids: NodeIds): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    [...nodes].map(([name, node]) => [
      name,
      node.toRequest(name, { ...ids, idOf: (where) => ids.idOf(`jobs.${name}.${where}`) }),
    ]),
  );
}

/**
 * Which inputs of a pipeline component are optional, as the official client finds out: one that says nothing is, once a step
 * is read that binds it to none but optional inputs.
 */
export function withOptional(
  inputs: Readonly<Record<string, Port>>,
  { nodes }: Graph,
  add: AddProblem,
): Readonly<Record<string, Port>> {
  const inferred = new Set<string>();
  for (const [step, { ports, bindings }] of nodes) {
    if (ports === undefined) continue;
    const uses = new Map<string, string[]>();
    for (const { path, text } of bindings) {
      if (path[0] !== "inputs") continue;
      for (const bound of boundIn(text)) {
        if (bound.to !== "input" || !Object.hasOwn(inputs, bound.name)) continue;
        const required = uses.get(bound.name) ?? [];
        if (isBinding(text) && own(ports, String(path[1]))?.optional !== true)
          required.push(`${step}.inputs.${String(path[1])}`);
        uses.set(bound.name, required);
      }
    }
    for (const [name, required] of uses) {
      if (own(inputs, name)?.optional === true) {
        if (required.length > 0)
          add(
            "optional-input",
            ["inputs", name],
            `The input ${JSON.stringify(name)} is optional, and ${required.join(", ")} needs it.`,
            "Remove optional, or make the step's input optional, too.",
          );
      } else if (required.length === 0) inferred.add(name);
      else inferred.delete(name);
    }
  }
  return Object.fromEntries(
    Object.entries(inputs).map(([name, port]) => [name, inferred.has(name) ? { ...port, optional: true } : port]),
  );
}
