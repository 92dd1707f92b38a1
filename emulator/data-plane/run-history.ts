import { artifactContainer, artifactFolder, type JobDocument } from "../arm/jobs/document.ts";
import { jobTypes } from "../arm/jobs/types.ts";
import { armError, ok, type Incoming, type Reply } from "../server/reply.ts";
import { seeded, workspacePath } from "../settings.ts";
import type { Storage } from "../storage.ts";
import type { Store } from "../store.ts";

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
    `${endpoints.blob(seeded.storageAccount)}/${artifactContainer}/${blob}?${storage.sign(artifactContainer, blob, "r", 1)}`;
  const blobsBelow = async (prefix: string): Promise<readonly string[]> => {
    const names: string[] = [];
    for await (const blob of (await storage.service()).getContainerClient(artifactContainer).listBlobsFlat({ prefix }))
      names.push(blob.name);
    return names;
  };
  if (path.startsWith("/history/v1.0")) {
    // `rundata` asks for a run by its body, and gets it wrapped; named outputs are not kept as assets here.
    const asked = rest === "/rundata" ? (request.body as { readonly runId?: string } | undefined)?.runId : undefined;
    const [, inPath, details] = /\/runs\/([^/]+)(\/details)?$/.exec(rest) ?? [];
    const name = asked ?? inPath;
    const job = name === undefined ? undefined : store.get<JobDocument>("jobs", name);
    if (name === undefined || job === undefined) return notFound(name);
    const logs =
      details === undefined
        ? []
        : (await blobsBelow(`${artifactFolder(name)}/`)).filter((blob) =>
            /\/(user_logs|system_logs|azureml-logs|logs\/azureml)\//.test(blob),
          );
    const inFolder = artifactFolder(name).length + 1;
    const run = {
      runId: name,
      parentRunId: null,
      rootRunId: name,
      status: job.status,
      displayName: job.properties["displayName"] ?? name,
      target: String(job.properties["computeId"] ?? "")
        .split("/")
        .at(-1),
      createdUtc: job.createdAt,
      startTimeUtc: job.startedAt ?? null,
      endTimeUtc: job.endedAt ?? null,
      properties: job.properties["properties"] ?? {},
      tags: job.properties["tags"] ?? {},
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
      runType: jobTypes.get(job.properties["jobType"])?.runType ?? null,
      logFiles: Object.fromEntries(logs.map((blob) => [blob.slice(inFolder), blobUrl(blob)])),
    };
    return ok(asked === undefined ? run : { runMetadata: { ...run, outputs: {} } });
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
      const blobs = await blobsBelow(`${artifactFolder(run)}/${file ?? ""}`);
      return ok({
        value: blobs.map((blob) => ({ ...describe(blob), contentUri: blobUrl(blob) })),
        continuationToken: null,
      });
    }
    if (/^\/artifacts\/contentinfo\//.test(rest)) {
      const blob = `${artifactFolder(run)}/${decodeURIComponent(file ?? "")}`;
      if (!(await blobsBelow(blob)).includes(blob)) return notFound(file);
      return ok({ ...describe(blob), contentUri: blobUrl(blob) });
    }
    const blobs = await blobsBelow(`${artifactFolder(run)}/`);
    return ok({ value: blobs.map(describe), continuationToken: null });
  }
  return undefined;
}

function notFound(what: string | undefined): Reply {
  return armError(404, "UserError", `${what ?? "It"} was not found.`);
}
