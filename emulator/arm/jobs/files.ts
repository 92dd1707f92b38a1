import { mkdir, readdir } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { seeded } from "../../settings.ts";
import { artifactContainer, artifactFolder, type JobDocument } from "./document.ts";
import { JobFailed, type JobRun, type RunnerOptions } from "./type.ts";

/** Downloads the registered code into the folder in which the job runs. */
export async function fetchCode(job: JobDocument, folder: string, { assets, storage }: RunnerOptions): Promise<void> {
  const id = job.properties["codeId"];
  if (typeof id !== "string") return;
  const [, name = "", version = ""] = /\/codes\/([^/]+)\/versions\/([^/]+)$/.exec(id) ?? [];
  const uri = assets.find("codes", name, version)?.properties["codeUri"];
  if (typeof uri !== "string") throw new JobFailed("UserError", `The code ${id} does not exist.`);
  const parts = new URL(uri).pathname.split("/").filter((part) => part !== "");
  if (parts[0] === seeded.storageAccount) parts.shift();
  const [containerName = "", ...prefix] = parts;
  const container = (await storage.service()).getContainerClient(containerName);
  const start = prefix.length === 0 ? "" : `${prefix.join("/")}/`;
  for await (const blob of container.listBlobsFlat({ prefix: start })) {
    const path = join(folder, blob.name.slice(start.length));
    await mkdir(dirname(path), { recursive: true });
    await container.getBlobClient(blob.name).downloadToFile(path);
  }
}

/** @returns where data of the workspace's own storage was put; any other address as it is. */
export async function fetchData(uri: string, target: string, { assets, storage }: RunnerOptions): Promise<string> {
  const [, asset, version] = /\/data\/([^/]+)\/versions\/([^/]+)$/.exec(uri) ?? [];
  const address =
    asset === undefined ? uri : String(assets.find("data", asset, version ?? "")?.properties["dataUri"] ?? "");
  const [, path] = /^azureml:\/\/.*datastores\/workspaceblobstore\/paths\/(.+)$/.exec(address) ?? [];
  if (path === undefined) return address;
  const container = (await storage.service()).getContainerClient("azureml-blobstore");
  await mkdir(target, { recursive: true });
  let last = target;
  for await (const blob of container.listBlobsFlat({ prefix: path })) {
    const rest = blob.name === path ? (blob.name.split("/").at(-1) ?? "") : relative(path, blob.name);
    last = join(target, rest);
    await mkdir(dirname(last), { recursive: true });
    await container.getBlobClient(blob.name).downloadToFile(last);
    if (blob.name === path) return last;
  }
  return target;
}

/**
 * The end of every job that is a process: its logs are closed, what it wrote is kept, and the exit code decides.
 *
 * @param code the folder that it ran in.
 * @param failure how the service would say that it failed.
 */
export async function finishProcess(
  run: JobRun,
  code: string,
  exitCode: number | null,
  failure: string,
): Promise<void> {
  run.setStatus(run.signal.aborted ? "CancelRequested" : "Finalizing");
  await run.closeLogs();
  await uploadOutputs(run, code);
  if (!run.signal.aborted && exitCode !== 0) throw new JobFailed("UserError", failure);
}

/** What the job wrote to `outputs` and `logs` becomes artifacts; named outputs go to the default datastore, or where the job says. */
export async function uploadOutputs(
  { job: { name, properties }, folder, options: { storage }, putOutputs }: JobRun,
  code: string,
): Promise<void> {
  const service = await storage.service();
  const upload = async (from: string, containerName: string, prefix: string) => {
    const entries = await readdir(from, { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      await service
        .getContainerClient(containerName)
        .getBlockBlobClient(`${prefix}/${relative(from, path)}`)
        .uploadFile(path);
    }
  };
  await upload(join(code, "outputs"), artifactContainer, `${artifactFolder(name)}/outputs`);
  await upload(join(code, "logs"), artifactContainer, `${artifactFolder(name)}/logs`);
  const places: Record<string, string> = {};
  for (const [output, declared] of Object.entries((properties["outputs"] ?? {}) as Readonly<Record<string, unknown>>)) {
    const { uri } = (declared ?? {}) as { readonly uri?: string | null };
    const [, path] = /^azureml:\/\/.*datastores\/workspaceblobstore\/paths\/(.+?)\/*$/.exec(uri ?? "") ?? [];
    const place = path?.replaceAll("${{name}}", name) ?? `azureml/${name}/${output}`;
    await upload(join(folder, "named-outputs", output), "azureml-blobstore", place);
    places[output] = `azureml://datastores/workspaceblobstore/paths/${place}/`;
  }
  putOutputs(places);
}
