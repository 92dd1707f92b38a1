import * as z from "zod";
import { defined } from "../azure/defined.ts";
import { problemsAt } from "../compute/problems-at.ts";
import { checkShape, shape, text } from "../yaml/shape.ts";
import type { SourceNode } from "../yaml/source.ts";
import { baseKeys, readBase, shownKeys, toBase } from "./base.ts";
import type { ChildrenKind, JobBase, JobRequest, JobStep, JobType, Placement, ReadJob } from "./kind.ts";
import type { Resolved } from "./resolved.ts";
import { graphBody, type DataReference, type V1Graph } from "./v1-pipeline/graph.ts";
import { moduleHash } from "./v1-pipeline/module.ts";
import { readParameters } from "./v1-pipeline/parameters.ts";
import { readSteps, stepsBefore } from "./v1-pipeline/read-steps.ts";
import { pipelineSchema, type PipelineKeys } from "./v1-pipeline/shape.ts";

/** A pipeline of the first SDK, in the YAML of its command line. It goes to the service as modules, data sources and a graph. */
export type V1PipelineJob = JobBase & { readonly type: "v1_pipeline"; readonly graph: V1Graph };

export const label = "v1 pipeline job";
export const jobType = "V1Pipeline";
/** The service's own, which stands in its addresses. */
export const apiVersion = "v1.0";

export const schema = shape(() =>
  z
    .strictObject({
      $schema: text().optional(),
      type: z.literal("v1_pipeline").optional(),
      ...baseKeys(),
      ...shownKeys(),
      pipeline: pipelineSchema(),
    })
    .describe("A pipeline of the first SDK, in the YAML of its command line."),
);

export function read(node: SourceNode): ReadJob<V1PipelineJob> {
  const { value, problems: wrongShape } = checkShape(schema, node);
  if (value === undefined) return { problems: wrongShape };
  const at: SourceNode = { ...node, path: [...node.path, "pipeline"] };
  const { pipeline } = value;
  const { found, add } = problemsAt(at);
  const parameters = readParameters(pipeline.parameters, { node: at, add });
  const references = readReferences(pipeline.data_references, add);
  if (Object.keys(pipeline.steps).length === 0) add("missing-key", ["steps"], "The pipeline has no step.", "Add one.");
  const { steps, problems } = readSteps(pipeline.steps, at, {
    references: new Set(Object.keys(pipeline.data_references ?? {})),
    parameters,
    defaultCompute: pipeline.default_compute,
  });
  const description = pipeline.description ?? pipeline.name;
  return {
    problems: [...found, ...problems],
    job: {
      type: "v1_pipeline",
      ...readBase(value, node),
      graph: { steps, parameters, references, ...defined({ description }) },
    },
  };
}

function readReferences(
  declared: PipelineKeys["data_references"],
  add: ReturnType<typeof problemsAt>["add"],
): ReadonlyMap<string, DataReference> {
  return new Map(
    Object.entries(declared ?? {}).flatMap(([name, reference]): [string, DataReference][] => {
      const at = ["data_references", name];
      const { datastore, path_on_datastore: path, ...others } = reference;
      const [other] = Object.keys(others);
      if (other !== undefined) {
        add(
          "not-supported-yet",
          [...at, other],
          "Data references to datasets and to SQL are not supported.",
          "Name a place in a datastore: datastore and path_on_datastore.",
        );
        return [];
      }
      for (const [key, given] of Object.entries({ datastore, path_on_datastore: path }))
        if (given === undefined)
          add("missing-key", at, `The data reference ${JSON.stringify(name)} has no ${key}.`, `Add ${key}.`);
      return datastore === undefined || path === undefined ? [] : [[name, { name, datastore, path }]];
    }),
  );
}

/** What it takes along goes as snapshots of the first SDK, and not as assets. */
export function assetsOf(): readonly [] {
  return [];
}

/** Without their datastores the service takes no such pipeline. */
export function addressesOf({ graph }: V1PipelineJob): ReturnType<JobType<V1PipelineJob>["addressesOf"]> {
  const address = (datastore: string, path = "") => `azureml://datastores/${datastore}/paths/${path}`;
  const needed = { isNeeded: true } as const;
  return [
    ...[...graph.references.values()].map(({ name, datastore, path }) => ({
      path: ["pipeline", "data_references", name, "datastore"],
      address: address(datastore, path),
      ...needed,
    })),
    ...[...graph.parameters].flatMap(([name, parameter]) =>
      parameter.is === "datapath"
        ? [
            {
              path: ["pipeline", "parameters", name, "default", "datastore"],
              address: address(parameter.datastore, parameter.path),
              ...needed,
            },
          ]
        : [],
    ),
    ...graph.steps.flatMap(({ key, outputs }) =>
      outputs.flatMap(({ port, datastore }) =>
        datastore === undefined
          ? []
          : [
              {
                path: ["pipeline", "steps", key, "outputs", port, "datastore"],
                address: address(datastore),
                ...needed,
              },
            ],
      ),
    ),
  ];
}

export function computesOf({ graph }: V1PipelineJob): readonly string[] {
  return [...new Set(graph.steps.map(({ compute }) => compute))];
}

export function placementsOf({ graph }: V1PipelineJob): readonly Placement[] {
  return graph.steps.map(({ compute, workload, computePath: path }) => ({ compute, workload, path }));
}

export function secretsOf(): readonly [] {
  return [];
}

/** By the names under which the service shows their runs. */
export function stepsOf({ graph }: V1PipelineJob): readonly JobStep[] {
  const makerOf = new Map(
    graph.steps.flatMap(({ key, outputs }) => outputs.map(({ destination }) => [destination, key])),
  );
  const nameOf = new Map(graph.steps.map(({ key, name }) => [key, name]));
  return graph.steps.map((step) => ({
    name: step.name,
    after: stepsBefore(step, makerOf).map((key) => nameOf.get(key) ?? key),
  }));
}

export function childrenOf(): ChildrenKind {
  return { are: "steps" };
}

/** What makes it what it is. The service is sent it in parts: {@link graphOf}. */
export function toRequest(job: V1PipelineJob, resolved: Resolved): JobRequest {
  const defaultDatastore = "";
  return {
    properties: {
      jobType,
      ...toBase(job, resolved),
      ...defined({ pipelineDescription: job.graph.description }),
      ...graphBody(job.graph, {
        defaultDatastore,
        moduleIdOf: (step) => moduleHash(step, { defaultDatastore }),
        dataSourceIdOf: ({ name }) => name,
        computeOf: (name) => ({ name: resolved.computeIdOf(name) }),
      }),
    },
  };
}

export function graphOf({ graph }: V1PipelineJob): V1Graph {
  return graph;
}
