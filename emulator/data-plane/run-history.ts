import { artifactContainer, artifactFolder, type JobDocument } from "../arm/jobs/document.ts";
import { runTypes } from "../arm/jobs/types.ts";
import { armError, ok, type Incoming, type Reply } from "../server/reply.ts";
import { seeded, workspacePath } from "../settings.ts";
import { experimentNamed, type Experiment } from "./mlflow.ts";
import type { Storage } from "../storage.ts";
import type { Store } from "../store.ts";
import { cancelUriOf } from "./v1-execution.ts";

/** Runs on one page of the runs below another one. */
const mostChildren = 100;

/** The regional data plane's run history and artifact services. */
export async function runHistory(request: Incoming, store: Store, storage: Storage): Promise<Reply | undefined> {
  const { path, endpoints } = request;
  if (path === "/discovery") {
    const services = [
      "api",
      "catalog",
      "experimentation",
      "gallery",
      "history",
      "hyperdrive",
      "labeling",
      "modelmanagement",
      "pipelines",
      "inferencing",
    ];
    return ok({ ...Object.fromEntries(services.map((service) => [service, endpoints.api])), studio: endpoints.studio });
  }
  const below = path.toLowerCase().indexOf(workspacePath.toLowerCase());
  const rest = below < 0 ? "" : path.slice(below + workspacePath.length);
  const blobUrl = (blob: string) =>
    `${endpoints.blob(seeded.storageAccount)}/${artifactContainer}/${blob.split("/").map(encodeURIComponent).join("/")}?${storage.sign(artifactContainer, blob, "r", 1)}`;
  const blobsBelow = async (prefix: string): Promise<readonly string[]> => {
    const names: string[] = [];
    for await (const blob of (await storage.service()).getContainerClient(artifactContainer).listBlobsFlat({ prefix }))
      names.push(blob.name);
    return names;
  };
  if (path.startsWith("/data/v1.0") || path.startsWith("/modelregistry/v1.0")) {
    return rest.endsWith("/batchGetResolvedUris") ? resolvedAddresses(request, store) : undefined;
  }
  if (path.startsWith("/history/v1.0")) {
    const [, experimentId] = /\/experimentids\/([^/]+)$/.exec(rest) ?? [];
    if (experimentId !== undefined) return experimentOf(experimentId, store);
    // `rundata` asks for a run by its body, and gets it wrapped.
    const asked = rest === "/rundata" ? (request.body as { readonly runId?: string } | undefined)?.runId : undefined;
    const [, inPath, view] = /\/runs\/([^/]+)(?:\/(details|children))?$/.exec(rest) ?? [];
    const name = asked ?? inPath;
    const job = name === undefined ? undefined : store.get<JobDocument>("jobs", name);
    if (name === undefined || job === undefined) return notFound(name);
    if (view === "children") {
      const below = store.list<JobDocument>("jobs").flatMap(({ value }) => (value.parent === name ? [value] : []));
      const start = Number(request.query.get("$continuationtoken") ?? 0) || 0;
      const size = Math.min(Number(request.query.get("$top") ?? mostChildren) || mostChildren, mostChildren);
      const next = start + size < below.length ? String(start + size) : null;
      return ok({
        value: below.slice(start, start + size).map((child) => ({ ...runOf(child, store), logFiles: {} })),
        continuationToken: next,
        nextLink: null,
      });
    }
    const logs =
      view === undefined
        ? []
        : (await blobsBelow(`${artifactFolder(name)}/`)).filter((blob) =>
            /\/(user_logs|system_logs|azureml-logs|logs\/azureml)\//.test(blob),
          );
    const inFolder = artifactFolder(name).length + 1;
    const run = {
      ...runOf(job, store),
      cancelUri: cancelUriOf(job, endpoints.api),
      logFiles: Object.fromEntries(logs.map((blob) => [blob.slice(inFolder), blobUrl(blob)])),
    };
    return ok(asked === undefined ? run : { runMetadata: run });
  }
  if (path.startsWith("/artifact/v2.0")) {
    const [, run = "", file] = /\/ExperimentRun\/dcid\.([^/]+)(?:\/(.*))?$/.exec(rest) ?? [];
    const inFolder = artifactFolder(run).length + 1;
    const describe = (blob: string) => ({
      artifactId: `ExperimentRun/dcid.${run}/${blob.slice(inFolder)}`,
      origin: "ExperimentRun",
      container: `dcid.${run}`,
      path: blob.slice(inFolder),
    });
    if (/^\/artifacts\/prefix\/contentinfo\//.test(rest)) {
      const blobs = await blobsBelow(`${artifactFolder(run)}/${decodeURIComponent(file ?? "")}`);
      return pageOf(blobs, request, (blob) => ({ ...describe(blob), contentUri: blobUrl(blob) }));
    }
    if (/^\/artifacts\/contentinfo\//.test(rest)) {
      const blob = `${artifactFolder(run)}/${decodeURIComponent(file ?? "")}`;
      if (!(await blobsBelow(blob)).includes(blob)) return notFound(file);
      return ok({ ...describe(blob), contentUri: blobUrl(blob) });
    }
    const blobs = await blobsBelow(`${artifactFolder(run)}/`);
    return pageOf(blobs, request, describe);
  }
  return undefined;
}

/** The types of outputs that are models, as the service calls them. */
const modelTypes = new Map([
  ["custom_model", "CustomModel"],
  ["mlflow_model", "MLFlowModel"],
  ["triton_model", "TritonModel"],
]);

/** The service makes an asset of each output of a run. */
function outputAssetsOf({ name, outputs = {}, properties }: JobDocument) {
  const declared = (properties["outputs"] ?? {}) as Readonly<Record<string, { readonly jobOutputType?: string }>>;
  return Object.fromEntries(
    Object.keys(outputs).map((output) => {
      const type = declared[output]?.jobOutputType ?? "uri_folder";
      const model = modelTypes.get(type);
      const kind = model === undefined ? "data" : "models";
      return [
        output,
        {
          assetId: `azureml://locations/${seeded.location}/workspaces/${seeded.workspaceId}/${kind}/azureml_${name}_output_${kind}_${output}/versions/1`,
          type: model ?? type,
        },
      ];
    }),
  );
}

/** Where the assets of outputs are, by their ids: of data as `uri`, of models as `path`. */
function resolvedAddresses({ body, path }: Incoming, store: Store): Reply {
  const asked = new Set((body as { readonly values?: readonly string[] } | undefined)?.values);
  const isOfModels = path.startsWith("/modelregistry/");
  const found = store.list<JobDocument>("jobs").flatMap(({ value: job }) =>
    Object.entries(outputAssetsOf(job)).flatMap(([output, { assetId, type }]) => {
      const short = job.outputs?.[output] ?? "";
      const isModel = assetId.includes("/models/");
      if (!asked.has(assetId) || isModel !== isOfModels) return [];
      const long = short.replace(
        "azureml://",
        `azureml://subscriptions/${seeded.subscriptionId}/resourcegroups/${seeded.resourceGroup}/workspaces/${seeded.workspace}/`,
      );
      return [[assetId, isModel ? { path: long, type } : { uri: long, type }]];
    }),
  );
  return ok({ values: Object.fromEntries(found) as unknown });
}

function experimentOf(id: string, store: Store): Reply {
  const found = store.list<Experiment>("experiments").find(({ value }) => value.experiment_id === id)?.value;
  return found === undefined ? notFound(id) : ok({ experimentId: id, name: found.name, tags: {}, archivedTime: null });
}

/** A run as run history describes it, wherever it shows one. */
function runOf(job: JobDocument, store: Store) {
  const { name, parent, properties } = job;
  return {
    runId: name,
    parentRunId: parent ?? null,
    rootRunId: parent ?? name,
    runNumber: Math.floor(Date.parse(job.createdAt) / 1000),
    experimentId: experimentNamed(String(properties["experimentName"] ?? "Default"), store).experiment_id,
    status: job.status,
    displayName: properties["displayName"] ?? name,
    name: properties["displayName"] ?? null,
    target: String(properties["computeId"] ?? "")
      .split("/")
      .at(-1),
    createdUtc: job.createdAt,
    startTimeUtc: job.startedAt ?? null,
    endTimeUtc: job.endedAt ?? null,
    properties: properties["properties"] ?? {},
    tags: properties["tags"] ?? {},
    outputs: outputAssetsOf(job),
    error:
      job.error === undefined
        ? null
        : {
            error: { ...job.error, messageParameters: {}, details: [] },
            correlation: { operation: null, request: null },
            environment: seeded.location,
            location: seeded.location,
            time: job.endedAt ?? null,
          },
    warnings: [],
    runType: runTypes.get(properties["jobType"])?.runType ?? null,
  };
}

/** Entries on one page of a list. */
const pageSize = 500;

function pageOf(blobs: readonly string[], { query }: Incoming, describe: (blob: string) => unknown): Reply {
  const from = Number(query.get("continuationToken") ?? 0);
  const to = from + pageSize;
  return ok({
    value: blobs.slice(from, to).map(describe),
    continuationToken: to < blobs.length ? String(to) : null,
  });
}

function notFound(what: string | undefined): Reply {
  return armError(404, "UserError", `${what ?? "It"} was not found.`);
}
