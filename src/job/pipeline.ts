import * as z from "zod";
import type { AssetUse } from "../asset/asset.ts";
import { defined } from "../azure/defined.ts";
import type { LiveJob } from "../azure/jobs.ts";
import type { AddProblem } from "../compute/kind.ts";
import { boolean, checkShape, shape, text } from "../yaml/shape.ts";
import { valueAt, type SourceNode } from "../yaml/source.ts";
import { suggestionFor } from "../yaml/suggestion.ts";
import { isMapping } from "../yaml/wording.ts";
import { baseKeys, readBase, shownKeys, toBase } from "./base.ts";
import type { ChildrenKind, JobBase, JobRequest, JobStep, Placement, ReadJob, RunnerWork } from "./kind.ts";
import { assetOfComponent, readNamedComponent, toComponentId, type NamedComponent } from "./node/component.ts";
import {
  assetsOfGraph,
  computesOfGraph,
  declaredSteps,
  liveSteps,
  placementsOfGraph,
  workloadsOnDefault,
  jobsSchema,
  readGraph,
  stepsBefore,
  stepsWithoutCompute,
  toJobs,
  type Surroundings,
} from "./node/graph.ts";
import { literalTypeOf } from "./node/io.ts";
import type { Component, Graph } from "./node/kind.ts";
import { readerOfAll } from "./node/nodes.ts";
import { faultsOfSteps, processesOfSteps } from "./node/on-runner.ts";
import { pipelineNode } from "./node/pipeline.ts";
import { checkAgainstPorts } from "./node/ports.ts";
import { checkGroupedName } from "./parts/bindings.ts";
import { computeSchema, readCompute } from "./parts/compute.ts";
import { identitySchema, toIdentity } from "./parts/identity.ts";
import { assetsOfInputs, inputsSchema, readInputs, toInputs, type JobInputs } from "./parts/inputs.ts";
import {
  addressesOfOutputs,
  keptHere,
  modes as outputModes,
  outputsSchema,
  readOutputs,
  toOutputs,
  type JobOutputs,
} from "./parts/outputs.ts";
import { secretsWithin } from "./parts/within.ts";
import type { JobSecret, Resolved } from "./resolved.ts";

/** An az ml pipeline job, read and checked: steps of its own, or a pipeline component. */
export type PipelineJob = JobBase & {
  readonly type: "pipeline";
  readonly graph: Graph;
  readonly component?: NamedComponent;
  readonly compute?: string;
  readonly inputs: JobInputs;
  readonly outputs: JobOutputs;
  readonly settings: Settings;
  /** In ARM's own shape. */
  readonly identity?: object;
};

type Settings = {
  readonly defaultCompute?: string;
  readonly defaultDatastore?: string;
  /** Sent as they are declared. */
  readonly rest: Readonly<Record<string, unknown>>;
};

export const label = "pipeline job";
export const jobType = "Pipeline";
export const apiVersion = "2024-01-01-preview";

// az ml's own schema lets any other setting through to the service.
export const settingsSchema = () =>
  z.looseObject({
    default_compute: text().optional().describe("azureml:NAME of a target, or azureml:serverless."),
    default_datastore: text().optional(),
    continue_on_step_failure: boolean().optional(),
    force_rerun: boolean().optional().describe("Run every step, whatever earlier runs have left to reuse."),
    on_init: text().optional().describe("Name of the step that runs before all others."),
    on_finalize: text().optional().describe("Name of the step that runs after all others, whatever their outcome."),
  });

export const schema = shape(() =>
  z
    .strictObject({
      $schema: text().optional(),
      type: z.literal("pipeline").optional(),
      ...baseKeys(),
      jobs: jobsSchema().optional().describe("The steps, by their names."),
      component: text().optional().describe("A pipeline component, in place of jobs."),
      compute: computeSchema(),
      inputs: inputsSchema().optional(),
      outputs: outputsSchema().optional(),
      settings: settingsSchema().optional(),
      identity: identitySchema().optional(),
      ...shownKeys(),
    })
    .describe("An az ml pipeline job."),
);

export function read(node: SourceNode): ReadJob<PipelineJob> {
  const { value, problems: wrongShape } = checkShape(schema, node);
  if (value === undefined) return { problems: wrongShape };
  const { reader, problems: all } = readerOfAll(node);
  const { add } = reader;
  const inputs = readInputs(value.inputs ?? {}, reader, checkGroupedName);
  const declaredOutputs = readOutputs(value.outputs ?? {}, reader);
  const component = value.component === undefined ? undefined : readNamedComponent(reader, pipelineNode);
  if (value.component !== undefined && value.jobs !== undefined)
    add("jobs-and-component", ["component"], "The pipeline has jobs and a component.", "Keep one of the two.");
  const known = component?.is === "here" ? component.component : undefined;
  if (known !== undefined) {
    checkAgainstPorts(value.inputs ?? {}, known.inferred ?? known.inputs, "input", reader);
    checkAgainstPorts(value.outputs ?? {}, known.outputs, "output", reader);
  }
  const graph =
    value.component === undefined
      ? readGraph(reader, surroundingsOf(value.inputs ?? {}, inputs, value.outputs ?? {}, node))
      : { nodes: new Map() };
  const inside = known?.inside ?? graph;
  const compute = value.compute === undefined ? undefined : readCompute(value.compute);
  const settings = readSettings(value.settings ?? {}, inside, add);
  if (compute === undefined && settings.defaultCompute === undefined)
    for (const step of stepsWithoutCompute(inside))
      add(
        "step-without-compute",
        component === undefined ? ["jobs", step] : ["component"],
        `The step ${step} has no compute, and the pipeline has no default one.`,
        "Add settings: { default_compute: azureml:NAME }, or azureml:serverless; or compute to the step.",
      );
  const problems = all();
  if (value.component !== undefined && component === undefined) return { problems };
  const given = Object.fromEntries(
    Object.entries(inputs).filter(([name]) => known === undefined || Object.hasOwn(known.inputs, name)),
  );
  return {
    problems,
    job: {
      type: "pipeline",
      ...readBase(value, node),
      graph,
      inputs: { ...defaultsOf(known), ...given },
      outputs: { ...outputsOf(known), ...declaredOutputs },
      settings,
      ...defined({
        // Names of pipelines keep their case.
        name: value.name,
        displayName: value.display_name ?? known?.displayName,
        component,
        compute,
        identity: value.identity && toIdentity(value.identity),
      }),
    },
  };
}

/** What a component gives where a job that runs it says nothing. */
function defaultsOf(component: Component | undefined): JobInputs {
  return Object.fromEntries(
    Object.entries(component?.inputs ?? {}).flatMap(([name, { default: value }]) =>
      value === undefined ? [] : [[name, { kind: "literal", value }]],
    ),
  );
}

function outputsOf(component: Component | undefined): JobOutputs {
  return Object.fromEntries(
    Object.entries(component?.outputs ?? {}).map(([name, { type, mode }]) => [
      name,
      { type, ...defined({ mode: outputModes[mode as keyof typeof outputModes] }) },
    ]),
  );
}

/** Types and modes of the pipeline's own inputs and outputs, in az ml's words. */
function surroundingsOf(
  declaredInputs: Readonly<Record<string, unknown>>,
  inputs: JobInputs,
  declaredOutputs: Readonly<Record<string, { readonly mode?: string | undefined } | null>>,
  node: SourceNode,
): Surroundings {
  const modeOf = (written: unknown) =>
    isMapping(written) && typeof written["mode"] === "string" ? { mode: written["mode"] } : {};
  return {
    inputs: Object.fromEntries(
      Object.entries(inputs).map(([name, input]) => {
        if (input.kind === "data") return [name, { type: input.type, ...modeOf(declaredInputs[name]) }];
        const at = isMapping(declaredInputs[name]) ? ["inputs", name, "value"] : ["inputs", name];
        return [name, { type: literalTypeOf(valueAt(node, at), node.document.textAt?.([...node.path, ...at])) }];
      }),
    ),
    outputs: Object.fromEntries(
      Object.entries(declaredOutputs).map(([name, output]) => [
        name,
        {
          type: (isMapping(output) ? (output as { type?: string }).type : undefined) ?? "uri_folder",
          ...modeOf(output),
        },
      ]),
    ),
  };
}

function readSettings(value: z.infer<ReturnType<typeof settingsSchema>>, { nodes }: Graph, add: AddProblem): Settings {
  const { default_compute: compute, default_datastore: datastore, ...rest } = value;
  const { on_init: first, on_finalize: last } = rest;
  const names = [...nodes.keys()];
  const known = Object.keys(settingsSchema().shape);
  for (const key of Object.keys(value).filter((name) => !known.includes(name)))
    add(
      "unknown-key",
      ["settings", key],
      `az ml does not know the setting ${JSON.stringify(key)}; it is sent as written.${suggestionFor(key, known)}`,
      "Check its name.",
      "warning",
    );
  for (const key of ["on_init", "on_finalize"] as const) {
    const step = value[key];
    if (step === undefined) continue;
    const path = ["settings", key];
    const node = nodes.get(step);
    if (node === undefined)
      add(
        "unknown-binding",
        path,
        `The pipeline has no step ${JSON.stringify(step)}.${suggestionFor(step, names)}`,
        "Name one of its steps.",
      );
    else if (stepsBefore(node).length > 0 || [...nodes.values()].some((other) => stepsBefore(other).includes(step)))
      add(
        "circle",
        path,
        `The step ${JSON.stringify(step)} is connected with others, and ${key} runs apart from them.`,
        "Remove its bindings to other steps, and theirs to it.",
      );
  }
  if (first !== undefined && first === last)
    add("wrong-value", ["settings", "on_finalize"], "on_init and on_finalize are the same step.", "Name two steps.");
  if (names.length > 0 && names.every((name) => [first, last].includes(name)))
    add(
      "missing-key",
      ["jobs"],
      "The pipeline has no step besides on_init and on_finalize.",
      "Add the step that does the work.",
    );
  return {
    rest: defined(rest),
    ...defined({
      defaultCompute: compute === undefined ? undefined : readCompute(compute),
      defaultDatastore: datastore?.replace(/^azureml:(?!\/\/)/, ""),
    }),
  };
}

/** Those of its component, where it runs one; `undefined` where that is in Azure, or a step could not be read. */
export function stepsOf({ graph, component, settings }: PipelineJob): readonly JobStep[] | undefined {
  const { on_init: first, on_finalize: last } = settings.rest;
  if (graph.isPartial === true) return undefined;
  if (component === undefined) return declaredSteps(graph, defined({ first: textOf(first), last: textOf(last) }));
  const inside = component.is === "here" ? component.component.inside : undefined;
  return inside === undefined || inside.isPartial === true ? undefined : declaredSteps(inside);
}

export function liveStepsOf({ pipeline }: Pick<LiveJob, "pipeline">): readonly JobStep[] | undefined {
  if (pipeline === undefined) return undefined;
  const { on_init: first, on_finalize: last } = pipeline.settings;
  return liveSteps(pipeline.jobs, defined({ first: textOf(first), last: textOf(last) }));
}

const textOf = (value: unknown) => (typeof value === "string" ? value : undefined);

/** Its runs are those of its steps. */
export function childrenOf(): ChildrenKind {
  return { are: "steps" };
}

export function assetsOf({ graph, component, inputs }: PipelineJob): readonly AssetUse[] {
  return [
    ...(component === undefined ? [] : [assetOfComponent(component)]),
    ...assetsOfGraph(graph),
    ...assetsOfInputs(inputs),
  ];
}

export function addressesOf({ graph, outputs }: PipelineJob): ReturnType<typeof addressesOfOutputs> {
  return [
    ...addressesOfOutputs(outputs),
    ...[...graph.nodes].flatMap(([name, { addresses }]) =>
      addresses.map(({ path, address }) => ({ path: ["jobs", name, ...path], address })),
    ),
  ];
}

export function computesOf({ graph, component, compute, settings }: PipelineJob): readonly string[] {
  const inside = component?.is === "here" ? component.component.inside : undefined;
  return [
    ...new Set([
      ...(compute === undefined ? [] : [compute]),
      ...(settings.defaultCompute === undefined ? [] : [settings.defaultCompute]),
      ...computesOfGraph(graph),
      ...(inside === undefined ? [] : computesOfGraph(inside)),
    ]),
  ];
}

export function placementsOf({ graph, compute, settings }: PipelineJob): readonly Placement[] {
  const defaults = [
    { path: ["compute"], compute },
    { path: ["settings", "default_compute"], compute: settings.defaultCompute },
  ].flatMap(({ path, compute: name }) =>
    name === undefined ? [] : workloadsOnDefault(graph).map((workload) => ({ compute: name, workload, path })),
  );
  return [...defaults, ...placementsOfGraph(graph)];
}

export function secretsOf({ graph }: PipelineJob): readonly JobSecret[] {
  return [...graph.nodes].flatMap(([name, { secrets }]) => secretsWithin(secrets, ["jobs", name]));
}

export function toRequest(job: PipelineJob, resolved: Resolved): JobRequest {
  const { component, compute, settings } = job;
  const { defaultCompute, defaultDatastore, rest } = settings;
  const definition = component?.is === "here" ? component.component.definition : undefined;
  const base = toBase({ ...defined({ description: definition?.description }), ...job }, resolved);
  return {
    properties: {
      jobType,
      ...base,
      ...defined({
        componentId: component === undefined ? undefined : toComponentId(resolved),
        computeId: compute === undefined ? undefined : resolved.computeIdOf(compute),
        identity: job.identity,
      }),
      jobs: toJobs(job.graph, resolved),
      // The service takes no empty text for a value.
      inputs: toInputs(
        Object.fromEntries(
          Object.entries(job.inputs).filter(([, input]) => input.kind !== "literal" || input.value !== ""),
        ),
        resolved,
      ),
      outputs: toOutputs(job.outputs),
      settings: defined({
        ...rest,
        _source: component === undefined ? "YAML.JOB" : "REMOTE.WORKSPACE.JOB",
        default_compute: defaultCompute === undefined ? undefined : resolved.computeIdOf(defaultCompute),
        default_datastore: defaultDatastore === undefined ? undefined : resolved.datastoreIdOf(defaultDatastore),
      }),
    },
  };
}

/** Its steps one after the other, in the order of their graph. */
export function onRunner({ graph, component, compute, inputs, outputs, settings }: PipelineJob): RunnerWork {
  const { on_init: onInit, on_finalize: onFinalize, continue_on_step_failure: goesOn } = settings.rest;
  const nameOf = (step: unknown) => (typeof step === "string" ? step : undefined);
  const around = {
    inputs,
    onInit: nameOf(onInit),
    onFinalize: nameOf(onFinalize),
    continuesAfterFailure: goesOn === true,
    defaultCompute: settings.defaultCompute ?? compute,
  };
  return {
    processes: () => processesOfSteps(graph, around),
    children: childrenOf(),
    faults:
      component === undefined
        ? [...faultsOfSteps(graph, around), ...keptHere(outputs)]
        : [{ path: ["component"], message: "The runner runs the steps of a pipeline that are written in its jobs." }],
  };
}
