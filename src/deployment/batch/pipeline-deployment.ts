import * as z from "zod";
import type { AssetUse } from "../../asset/asset.ts";
import type { ComponentDefinition } from "../../asset/component.ts";
import { defined } from "../../azure/defined.ts";
import { typesThatRun } from "../../compute/target.ts";
import { assetOfComponent, readNamedComponent } from "../../job/node/component.ts";
import { placementsOfGraph } from "../../job/node/graph.ts";
import type { Graph } from "../../job/node/kind.ts";
import { nodeTypes, readerOfAll } from "../../job/node/nodes.ts";
import { readCompute } from "../../job/parts/compute.ts";
import type { PartReader } from "../../job/parts/read-part.ts";
import type { Problem } from "../../yaml/problem.ts";
import { shape, text } from "../../yaml/shape.ts";
import { anyValues } from "../parts/words.ts";
import type { BatchDefinition, BatchOfPipeline } from "./definition.ts";
import type { ReadBatchDefinition } from "./model-deployment.ts";

/** A deployment that runs a pipeline component whenever it is invoked. */
export const pipelineDeploymentSchema = shape(() =>
  z
    .strictObject({
      $schema: text().optional(),
      name: text().describe("3 to 32 characters."),
      endpoint_name: text().optional().describe("May be left out beside an endpoint."),
      type: z.preprocess((type) => (typeof type === "string" ? type.toLowerCase() : type), z.literal("pipeline")),
      description: text().optional(),
      tags: anyValues().optional(),
      component: z
        .union([text(), z.record(z.string(), z.unknown())])
        .optional()
        .describe(
          "Path of a pipeline component file, azureml:NAME:VERSION, azureml://registries/…, or the component itself.",
        ),
      job_definition: text().optional().describe("azureml:NAME of a pipeline job, in place of component."),
      settings: anyValues()
        .optional()
        .describe("default_compute, default_datastore, continue_on_step_failure, force_rerun."),
    })
    .describe("An az ml batch deployment of a pipeline component."),
);

type Declared = z.infer<ReturnType<typeof pipelineDeploymentSchema>>;

/** What the client sends for a pipeline, of which none of it is true or false. */
const members = {
  errorThreshold: -1,
  maxConcurrencyPerInstance: 1,
  miniBatchSize: 10,
  outputFileName: "predictions.csv",
};

export function readPipelineDeployment(value: Declared, reader: PartReader): ReadBatchDefinition {
  const { node } = reader;
  const { component, configuration, stepComputes = [], problems } = readRun(value, reader);
  if (component === undefined) return { problems };
  const compute = value.settings?.["default_compute"];
  const definition: BatchDefinition = {
    of: "pipeline",
    source: node,
    name: value.name.toLowerCase(),
    tags: value.tags ?? {},
    properties: {},
    members,
    component,
    stepComputes,
    configuration: { ...configuration, ...defined({ settings: value.settings }) },
    ...defined({
      description: value.description,
      compute: typeof compute === "string" && !isServerless(compute) ? readCompute(compute) : undefined,
    }),
  };
  return { definition, problems };
}

/** The service's own machines, which no workspace lists. */
const isServerless = (compute: string) => /^(?:azureml:)?serverless$/i.test(compute);

type Run = {
  readonly component?: AssetUse<"component">;
  readonly configuration?: Readonly<Record<string, unknown>>;
  readonly stepComputes?: BatchOfPipeline["stepComputes"];
  readonly problems: readonly Problem[];
};

function readRun({ component: written, job_definition: job }: Declared, { node, add }: PartReader): Run {
  if (written === undefined && job === undefined) {
    add(
      "missing-key",
      [],
      'The key "component" is missing.',
      "Add component: a pipeline component's file, or azureml:NAME:VERSION.",
    );
    return { problems: [] };
  }
  if (written !== undefined && job !== undefined)
    add("said-twice", ["job_definition"], "The deployment has a component and a job.", "Keep one of the two.");
  if (written === undefined) return { ...(job === undefined ? {} : ofJob(job, { node, add })), problems: [] };
  if (typeof written === "string" && /^file:/i.test(written)) {
    const path = written.replace(/^file:/i, "");
    add(
      "wrong-reference",
      ["component"],
      "az ml expects only the path of the component here.",
      `Write component: ${path}.`,
    );
    return { problems: [] };
  }
  const type = nodeTypes["pipeline"];
  if (type === undefined) throw new Error("There is no type of pipelines.");
  const { reader, problems } = readerOfAll(node);
  const named = readNamedComponent(reader, type);
  if (named === undefined) return { problems: problems() };
  const { description, tags } = named.is === "here" ? named.component.definition : {};
  return {
    component: assetOfComponent(named),
    configuration: defined({ description, tags }),
    stepComputes: named.is === "here" && named.component.inside !== undefined ? computesIn(named.component.inside) : [],
    problems: problems(),
  };
}

function computesIn(graph: Graph): BatchOfPipeline["stepComputes"] {
  return placementsOfGraph(graph).flatMap(({ compute, workload }) =>
    isServerless(compute) ? [] : [{ compute, types: typesThatRun(workload) }],
  );
}

/** The component that the client makes of a job that has run. */
function ofJob(job: string, { add }: PartReader): Pick<Run, "component"> {
  const name = /^azureml:(?!\/\/)(.+)$/i.exec(job)?.[1];
  if (name === undefined) {
    add(
      "wrong-reference",
      ["job_definition"],
      `${JSON.stringify(job)} is not a job of the workspace.`,
      "Write job_definition: azureml:NAME.",
    );
    return {};
  }
  const declared: ComponentDefinition<AssetUse> = {
    tags: {},
    isGraph: true,
    parts: [],
    // Once in each spelling, as the official client has it.
    toSpec: () => ({ _source: "CLASS", type: "pipeline", jobs: {}, sourceJobId: name, source_job_id: name }),
  };
  return { component: { kind: "component", where: "component", what: "the component", declared } };
}
