import { createHash, randomUUID } from "node:crypto";
import { armError } from "../../server/reply.ts";
import { assignmentsOf, v1Collections, type V1Module, type V1Node, type V1Run } from "../../data-plane/v1-graph.ts";
import type { JobDocument } from "./document.ts";
import { JobFailed, type ChildRun, type EmulatedJobType, type JobRun } from "./type.ts";

/** What a port reads: a place in a datastore. */
type Place = { readonly store: string; readonly path: string };

/** A run of a step that may be used again in place of a new one. */
type Reusable = { readonly run: string; readonly node: string; readonly pipeline: string };

/** A pipeline of the first SDK: each step starts as soon as what it reads is there. It comes by no job of ARM. */
export const v1Pipeline: EmulatedJobType = {
  jobType: "V1Pipeline",
  runType: "azureml.PipelineRun",
  check: () => armError(400, "UserError", "Jobs of ARM have no type V1Pipeline."),
  run: async (run) => {
    const log = await run.log("logs/azureml/executionlogs.txt");
    run.setStatus("Running");
    const pipeline = new V1GraphRun(run, (text) => log.line(`[${new Date().toISOString()}] ${text}`));
    const cancel = () => pipeline.cancelAll();
    run.signal.addEventListener("abort", cancel, { once: true });
    try {
      await pipeline.runAll();
    } finally {
      run.signal.removeEventListener("abort", cancel);
    }
    if (pipeline.failed.length > 0 && !run.signal.aborted)
      throw new JobFailed(
        "UserError",
        `Pipeline has some failed steps: ${pipeline.failed.join(", ")}. See child runs or execution logs for more details.`,
      );
  },
};

class V1GraphRun {
  readonly failed: string[] = [];
  readonly #run: JobRun;
  readonly #say: (text: string) => void;
  readonly #going = new Set<ChildRun>();
  readonly #done = new Map<string, string | undefined>();
  readonly #started = new Map<string, Promise<void>>();
  readonly #made: V1Run;

  constructor(run: JobRun, say: (text: string) => void) {
    this.#run = run;
    this.#say = say;
    this.#made = run.job.properties["run"] as V1Run;
  }

  cancelAll(): void {
    for (const child of this.#going) child.cancel();
  }

  async runAll(): Promise<void> {
    await Promise.all(this.#made.request.Graph.ModuleNodes.map((node) => this.#start(node)));
  }

  #before({ Id }: V1Node): readonly V1Node[] {
    const { ModuleNodes, Edges } = this.#made.request.Graph;
    const sources = Edges.filter(({ DestinationInputPort: to }) => to.NodeId === Id).map(
      ({ SourceOutputPort: from }) => from.NodeId,
    );
    return ModuleNodes.filter((node) => sources.includes(node.Id));
  }

  #start(node: V1Node): Promise<void> {
    const known = this.#started.get(node.Id);
    if (known !== undefined) return known;
    this.#started.set(node.Id, Promise.resolve());
    const before = this.#before(node);
    const end = Promise.all(before.map((one) => this.#start(one))).then(async () => {
      const goesOn = this.#made.request.CreationInfo.ContinueExperimentOnNodeFailure === true;
      const isBlocked =
        before.some(({ Id }) => this.#done.get(Id) === undefined) || (this.failed.length > 0 && !goesOn);
      if (this.#run.signal.aborted || isBlocked) this.#say(`The step ${node.Id} is skipped.`);
      else this.#done.set(node.Id, await this.#runStep(node));
    });
    this.#started.set(node.Id, end);
    return end;
  }

  /** @returns the run that has its outputs; nothing for one that did not end well. */
  async #runStep(node: V1Node): Promise<string | undefined> {
    const { options, job, child } = this.#run;
    const module = options.store.get<V1Module>(v1Collections.modules, node.ModuleId);
    if (module === undefined) throw new JobFailed("UserError", `The module ${node.ModuleId} does not exist.`);
    const inputs = this.#inputsOf(node);
    const key = this.#reuseKey(node, inputs);
    const earlier = options.store.get<Reusable>(v1Collections.reusable, key);
    const isReused = module.IsDeterministic === true && node.RegenerateOutput !== true && earlier !== undefined;
    const id = randomUUID();
    this.#say(`The step ${module.Name} starts as the run ${id}.`);
    const started = child(id, {
      jobType: "V1Step",
      displayName: module.Name,
      experimentName: job.properties["experimentName"],
      computeId: valueOf(node, "Target") ?? valueOf(node, "compute_name") ?? valueOf(node, "AccountName"),
      tags: { "azureml.nodeid": node.Id, "azureml.pipeline": job.name },
      properties: {
        ContentSnapshotId: module.StorageId ?? null,
        StepType: module.StepType,
        "azureml.moduleid": module.Id,
        "azureml.moduleName": module.Name,
        "azureml.runsource": "azureml.StepRun",
        "azureml.nodeid": node.Id,
        "azureml.pipelinerunid": job.name,
        "azureml.pipeline": job.name,
        "azureml.rootpipelinerunid": job.name,
        ...(isReused
          ? {
              "azureml.reusedrunid": earlier.run,
              "azureml.reusednodeid": earlier.node,
              "azureml.reusedpipeline": earlier.pipeline,
              "azureml.isreused": "true",
            }
          : {}),
      },
      outputs: Object.fromEntries(
        module.StructuredInterface.Outputs.flatMap(({ Name, SkipProcessing }) =>
          SkipProcessing === true ? [] : [[Name, {}]],
        ),
      ),
      step: { module, node, inputs, assignments: assignmentsOf(this.#made.request), isReused },
    });
    this.#going.add(started);
    await started.done;
    this.#going.delete(started);
    const ended = options.store.get<JobDocument>("jobs", id);
    this.#say(`The step ${module.Name} has ended: ${String(ended?.status)}.`);
    if (ended?.status === "Completed") {
      if (isReused) return earlier.run;
      options.store.put(v1Collections.reusable, key, { run: id, node: node.Id, pipeline: job.name } satisfies Reusable);
      return id;
    }
    if (!this.#run.signal.aborted) this.failed.push(module.Name);
    return undefined;
  }

  #inputsOf({ Id }: V1Node): Readonly<Record<string, Place>> {
    const { Graph, GraphInterface } = this.#made.request;
    const edges = Graph.Edges.filter(({ DestinationInputPort: to }) => to.NodeId === Id);
    return Object.fromEntries(
      edges.flatMap(({ SourceOutputPort: from, DestinationInputPort: to }): [string, Place][] => {
        const maker = this.#done.get(from.NodeId);
        if (maker !== undefined)
          return [[to.PortName, { store: "workspaceblobstore", path: `azureml/${maker}/${from.PortName}/` }]];
        const dataset = Graph.DatasetNodes.find((node) => node.Id === from.NodeId);
        const path = GraphInterface.DataPathParameters?.find(({ Name }) => Name === dataset?.DataPathParameterName);
        if (path !== undefined)
          return [[to.PortName, { store: path.DefaultValue.DataStoreName, path: path.DefaultValue.RelativePath }]];
        const source = this.#run.options.store.get<DataSource>(v1Collections.dataSources, dataset?.DatasetId ?? "");
        const reference = source?.DataLocation.DataReference.AzureBlobReference;
        return reference === undefined
          ? []
          : [[to.PortName, { store: reference.AmlDataStoreName, path: reference.RelativePath }]];
      }),
    );
  }

  /** What the service decides by whether an earlier run of the step will do. */
  #reuseKey(node: V1Node, inputs: Readonly<Record<string, Place>>): string {
    const { ModuleId, ModuleParameters, ModuleMetadataParameters } = node;
    const parts = [ModuleId, ModuleParameters, ModuleMetadataParameters, inputs, assignmentsOf(this.#made.request)];
    return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
  }
}

type DataSource = {
  readonly DataLocation: {
    readonly DataReference: {
      readonly AzureBlobReference: { readonly RelativePath: string; readonly AmlDataStoreName: string };
    };
  };
};

function valueOf({ ModuleParameters, ModuleMetadataParameters }: V1Node, name: string): string | undefined {
  return [...ModuleParameters, ...ModuleMetadataParameters].find(({ Name }) => Name === name)?.Value;
}
