import { randomUUID } from "node:crypto";
import { isTerminal, type JobDocument } from "../arm/jobs/document.ts";
import type { Runner } from "../arm/jobs/runner.ts";
import { ok, type Incoming, type Reply } from "../server/reply.ts";
import { seeded, workspacePath } from "../settings.ts";
import type { Store } from "../store.ts";
import { v1Error } from "./v1-error.ts";
import {
  assignmentsOf,
  checkGraph,
  v1Collections,
  type CreationRequest,
  type V1Module,
  type V1Run,
} from "./v1-graph.ts";

const base = `/pipelines/v1.0${workspacePath}`.toLowerCase();

/** The pipeline service of the first SDK, as its client was recorded to use it. */
export function v1Pipelines(request: Incoming, store: Store, runner: Runner): Reply | undefined {
  const { method, path } = request;
  if (!path.toLowerCase().startsWith(`${base}/`)) return undefined;
  const [collection = "", first, second, third, fourth] = path.slice(base.length + 1).split("/");
  if (
    method === "POST" &&
    request.body !== undefined &&
    !/^application\/json-patch\+json/.test(request.headers["content-type"] ?? "")
  )
    return v1Error(415, "UserError", "The content type of the request is not application/json-patch+json.");
  if (collection === "DataTypes") return dataTypes(request, store);
  if (collection === "Modules") return entities("modules", request, store, first, second);
  if (collection === "DataSources") return entities("dataSources", request, store, first, second);
  if (collection !== "PipelineRuns" || first === undefined) return undefined;
  if (method === "POST" && first === "Unsubmitted" && second === "CreationInfoWithGraph")
    return createRun(request, store);
  if (method === "POST" && first === "Submit" && second !== undefined) return submitRun(second, store, runner);
  const run = store.get<V1Run>(v1Collections.runs, first);
  if (run === undefined) return v1Error(404, "NotFound", `The pipeline run ${first} was not found.`);
  if (method === "GET" && second === undefined) return ok(shown(run, store));
  if (method === "DELETE" && second === "Execution") return cancelRun(run, store, runner);
  if (method === "POST" && second === "Graph" && third === "Node" && fourth === "StatusCode")
    return ok(nodeStatus(run, nodeAsked(request), store));
  if (method === "POST" && second === "Outputs") return ok(outputsOf(run, nodeAsked(request), store));
  return undefined;
}

function dataTypes({ method, body }: Incoming, store: Store): Reply {
  const known = store.list<{ readonly Id: string }>(v1Collections.dataTypes);
  if (method === "GET") return ok(known.map(({ value }) => value));
  const type = body as { readonly Id: string };
  if (known.some(({ key }) => key === type.Id))
    return v1Error(400, "UserError", `A data type with the id ${type.Id} does already exist.`);
  const kept = { ...type, ...record() };
  store.put(v1Collections.dataTypes, type.Id, kept);
  return ok(kept);
}

/** What the service adds to everything that it keeps. */
function record() {
  const now = new Date().toISOString();
  return { Etag: `"${randomUUID()}"`, CreatedDate: now, LastModifiedDate: now, EntityStatus: "Active" };
}

/** Modules and data sources: found by hash or id, and made as often as they are posted. */
function entities(
  kind: "modules" | "dataSources",
  { method, body }: Incoming,
  store: Store,
  first: string | undefined,
  hash: string | undefined,
): Reply | undefined {
  const collection = v1Collections[kind];
  if (method === "POST" && first === undefined) {
    const Id = randomUUID();
    const made = kind === "modules" ? madeModule(body as V1Module, Id, store) : madeDataSource(body as DataSource, Id);
    if ("status" in made) return made as Reply;
    store.put(collection, Id, made);
    return ok(made);
  }
  if (method !== "GET" || first === undefined) return undefined;
  const found =
    first === "Hash"
      ? store.list<V1Module>(collection).findLast(({ value }) => value.IdentifierHash === hash)?.value
      : store.get<V1Module>(collection, first);
  if (found === undefined)
    return v1Error(
      404,
      "NotFound",
      first === "Hash" ? `An entity with the hash ${hash ?? ""} was not found.` : `The entity ${first} was not found.`,
    );
  return ok(kind === "modules" ? { Data: found, Interface: {} } : found);
}

function madeModule(module: V1Module, Id: string, store: Store): object {
  const { StorageId: snapshot, IsInterfaceOnly: isBare } = module;
  const isThere = snapshot !== undefined && store.get(v1Collections.snapshots, snapshot) !== undefined;
  if (isBare !== true && !isThere)
    return v1Error(400, "UserError", `The snapshot ${snapshot ?? ""} of the module was not found.`);
  return { ...module, ...record(), Id, UploadState: "Completed" };
}

type DataSource = {
  readonly Name: string;
  readonly IdentifierHash: string;
  readonly DataStoreName: string;
  readonly PathOnDataStore: string;
};

function madeDataSource({ Name, IdentifierHash, DataStoreName, PathOnDataStore }: DataSource, Id: string): object {
  return {
    Name,
    Description: null,
    IdentifierHash,
    ...record(),
    Id,
    UploadState: "Completed",
    DataTypeId: "AzureBlobReference",
    DataLocation: dataLocation(DataStoreName, PathOnDataStore, { StorageId: null, Uri: null }),
  };
}

function dataLocation(store: string, path: string, more: object = {}) {
  return {
    StorageType: "AmlDataStore",
    ...more,
    DataReference: { Type: "AzureBlob", AzureBlobReference: { RelativePath: path, AmlDataStoreName: store } },
  };
}

function createRun({ query, body }: Incoming, store: Store): Reply {
  const experiment = query.get("experimentName") ?? "";
  if (store.get(v1Collections.experiments, experiment) === undefined)
    return v1Error(404, "UserError", `The experiment ${experiment} was not found.`);
  const request = body as CreationRequest;
  const refused = checkGraph(request, store);
  if (refused !== undefined) return refused;
  const now = new Date().toISOString();
  const run: V1Run = { id: randomUUID(), graphId: randomUUID(), experiment, request, createdAt: now };
  store.put(v1Collections.runs, run.id, run);
  return ok(shown(run, store));
}

function submitRun(id: string, store: Store, runner: Runner): Reply {
  const run = store.get<V1Run>(v1Collections.runs, id);
  if (run === undefined) return v1Error(404, "NotFound", `The pipeline run ${id} was not found.`);
  // What the service answers to a second submission is not known; the recorded stand-in refuses it.
  if (store.get("jobs", id) !== undefined)
    return v1Error(400, "UserError", `The pipeline run ${id} was submitted already.`);
  const { CreationInfo: info } = run.request;
  const job: JobDocument = {
    name: id,
    status: "NotStarted",
    createdAt: new Date().toISOString(),
    properties: {
      jobType: "V1Pipeline",
      experimentName: run.experiment,
      displayName: info.Description,
      computeId: "local",
      tags: info.tags ?? {},
      properties: {
        "azureml.runsource": "azureml.PipelineRun",
        runSource: "SDK",
        runType: "SDK",
        "azureml.parameters": JSON.stringify(assignmentsOf(run.request)),
        "azureml.continue_on_step_failure": info.ContinueExperimentOnNodeFailure ? "True" : "False",
        "azureml.continue_on_failed_optional_input": "True",
        "azureml.pipelineComponent": "pipelinerun",
        ...info.Properties,
      },
      run,
    },
  };
  store.put("jobs", id, job);
  runner.submit(id);
  return ok(undefined);
}

function cancelRun({ id }: V1Run, store: Store, runner: Runner): Reply {
  const job = store.get<JobDocument>("jobs", id);
  // As recorded of the pipelines of az ml.
  if (job === undefined || isTerminal(job))
    return v1Error(400, "UserError", `The pipeline run ${id} is in terminal status, it can't be canceled.`);
  runner.cancel(id);
  return ok(undefined);
}

/** The service's own words, where run history has others. */
function statusCode(status: string | undefined): string {
  switch (status) {
    case undefined:
    case "NotStarted":
    case "Queued":
      return "NotStarted";
    case "Completed":
      return "Finished";
    case "Failed":
    case "Canceled":
      return status;
    default:
      return "Running";
  }
}

function shown({ id, graphId, experiment, request, createdAt }: V1Run, store: Store) {
  const job = store.get<JobDocument>("jobs", id);
  const { CreationInfo: info, Graph } = request;
  return {
    Description: info.Description,
    GraphId: graphId,
    IsSubmitted: job !== undefined,
    HasErrors: false,
    HasWarnings: false,
    UploadState: "Completed",
    Status:
      job === undefined
        ? null
        : {
            StatusCode: statusCode(job.status),
            StatusDetail: null,
            CreationTime: job.createdAt,
            EndTime: job.endedAt ?? null,
          },
    ParameterAssignments: assignmentsOf(request),
    DataSetDefinitionValueAssignments: {},
    RunHistoryExperimentName: experiment,
    PipelineId: null,
    RunSource: info.RunSource,
    RunType: info.RunType,
    TotalRunSteps: Graph.ModuleNodes.length,
    ScheduleId: null,
    tags: info.tags ?? {},
    Properties: info.Properties ?? {},
    Etag: `"${randomUUID()}"`,
    CreatedDate: createdAt,
    LastModifiedDate: job?.endedAt ?? createdAt,
    EntityStatus: "Active",
    Id: id,
  };
}

function nodeAsked({ body }: Incoming): string {
  return Array.isArray(body) ? String(body[0]) : "";
}

function childOf({ id }: V1Run, node: string, store: Store): JobDocument | undefined {
  return store
    .list<JobDocument>("jobs")
    .find(
      ({ value }) =>
        value.parent === id &&
        (value.properties["tags"] as Readonly<Record<string, string>> | undefined)?.["azureml.nodeid"] === node,
    )?.value;
}

function nodeStatus(run: V1Run, node: string, store: Store): string {
  return statusCode(childOf(run, node, store)?.status);
}

function outputsOf(run: V1Run, node: string, store: Store) {
  const child = childOf(run, node, store);
  if (child?.status !== "Completed") return {};
  const { ModuleOutputSettings: outputs = [] } = run.request.Graph.ModuleNodes.find(({ Id }) => Id === node) ?? {};
  const of = (child.properties["properties"] as Readonly<Record<string, string>>)["azureml.reusedrunid"] ?? child.name;
  return Object.fromEntries(
    outputs.map(({ Name, DataStoreName = "workspaceblobstore" }) => [
      Name,
      {
        DataTypeId: "AnyFile",
        LogicalSizeInBytes: 0,
        PhysicalSizeInBytes: 0,
        Hash: null,
        DataLocation: dataLocation(DataStoreName, `azureml/${of}/${Name}`),
      },
    ]),
  );
}

/** Experiments, and their runs by a filter, as the first SDK asks run history. */
export function v1Experiments(request: Incoming, store: Store): Reply | undefined {
  const prefix = `/history/v1.0${workspacePath}/experiments/`;
  const { method, path } = request;
  if (!path.toLowerCase().startsWith(prefix.toLowerCase())) return undefined;
  const [, name = "", query] = /^([^/]+)(\/runs:query)?$/.exec(path.slice(prefix.length)) ?? [];
  if (name === "") return undefined;
  const experiment = decodeURIComponent(name);
  const known = store.get<object>(v1Collections.experiments, experiment);
  if (query === undefined && method === "POST") {
    if (known !== undefined) return v1Error(409, "UserError", `The experiment ${experiment} exists already.`);
    const made = {
      experimentId: randomUUID(),
      name: experiment,
      description: null,
      createdUtc: new Date().toISOString(),
      tags: {},
      archivedTime: null,
      artifactLocation: "",
    };
    store.put(v1Collections.experiments, experiment, made);
    return ok(made);
  }
  if (known === undefined) return v1Error(404, "UserError", `The experiment ${experiment} was not found.`);
  if (query === undefined) return ok(known);
  return ok({ value: runsBy(request, experiment, store), continuationToken: null, nextLink: null });
}

function runsBy({ body }: Incoming, experiment: string, store: Store): readonly object[] {
  const { filter = "" } = (body ?? {}) as { readonly filter?: string };
  const [, equal, value] = /^\(Tags\/(\S+) eq (.*)\)$/.exec(filter) ?? [];
  const [, present] = /^\(Tags\/(\S+) ne null or Tags\/\S+ eq null\)$/.exec(filter) ?? [];
  const key = present ?? equal ?? "";
  return store
    .list<JobDocument>("jobs")
    .flatMap(({ value: job }) => {
      const { experimentName, tags } = job.properties as {
        readonly experimentName?: string;
        readonly tags?: Readonly<Record<string, string>>;
      };
      const tag = tags?.[key];
      if (job.parent !== undefined || experimentName !== experiment || tag === undefined) return [];
      return present === undefined && tag !== value ? [] : [{ runId: job.name, status: job.status, tags }];
    })
    .reverse();
}

/** The workspace's own datastore, without what the service says of its credentials. */
export function v1Datastores({ method, path }: Incoming): Reply | undefined {
  const isDefault = path.toLowerCase() === `/datastore/v1.0${workspacePath}/default`.toLowerCase();
  return method === "GET" && isDefault
    ? ok({
        name: "workspaceblobstore",
        hasBeenValidated: true,
        tags: {},
        dataStoreType: "AzureBlob",
        azureStorageSection: { accountName: seeded.storageAccount, containerName: "azureml-blobstore" },
      })
    : undefined;
}
