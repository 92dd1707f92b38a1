import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Assets } from "../arm/assets.ts";
import { artifactContainer, artifactFolder, type JobDocument } from "../arm/jobs/document.ts";
import { workspaceContainer } from "../azurite.ts";
import { seeded, workspacePath } from "../settings.ts";
import type { Storage } from "../storage.ts";
import type { Store } from "../store.ts";

/** Where what is served comes from. */
export type ContentSource = { readonly store: Store; readonly assets: Assets; readonly storage: Storage };

/** A place in the workspace's storage. */
type Place = { readonly container: string; readonly path: string };

/** A version of an asset by its ARM id, or of a registry. */
export function versionAt(
  kind: "models" | "environments" | "codes" | "components",
  id: string,
  { assets, store }: Pick<ContentSource, "assets" | "store">,
): Readonly<Record<string, unknown>> | undefined {
  if (isInRegistry(id)) return store.get<Readonly<Record<string, unknown>>>("registry-assets", id.toLowerCase());
  const [, workspace, found, name = "", version = ""] =
    /^(?:azureml:)?(\/.+\/workspaces\/[^/]+)\/(\w+)\/([^/]+)\/(?:versions|labels)\/([^/]+)$/i.exec(id) ?? [];
  // Another workspace's are not to be had here.
  if (workspace?.toLowerCase() !== workspacePath.toLowerCase()) return undefined;
  return found?.toLowerCase() === kind ? assets.find(kind, name, version)?.properties : undefined;
}

export function isInRegistry(id: string): boolean {
  return id.toLowerCase().startsWith("azureml://registries/");
}

/**
 * Puts a model where the service does: `AZUREML_MODEL_DIR` is a folder of the model's name and version, and the model, file or
 * folder, stands in it under its own name.
 *
 * @returns that folder; `undefined` where the storage has nothing at the model's address.
 * @see https://learn.microsoft.com/azure/machine-learning/how-to-deploy-online-endpoints
 */
export async function fetchModel(
  { name, version, uri }: { readonly name: string; readonly version: string; readonly uri: string },
  root: string,
  source: ContentSource,
): Promise<string | undefined> {
  const place = placeOf(uri, source.store);
  if (place === undefined) return undefined;
  const folder = join(root, "azureml-models", name, version);
  const path = place.path.replace(/\/+$/, "");
  const files = await download({ ...place, path }, join(folder, path.split("/").at(-1) ?? ""), source);
  return files === 0 ? undefined : folder;
}

/** @returns the folder of a registered code; `undefined` where the storage has nothing at its address. */
export async function fetchCodeFolder(uri: string, folder: string, source: ContentSource): Promise<string | undefined> {
  const place = placeOf(uri, source.store);
  if (place === undefined) return undefined;
  await mkdir(folder, { recursive: true });
  return (await download(place, folder, source)) === 0 ? undefined : folder;
}

/** The files below an address, or the file there. @returns how many. */
async function download({ container, path }: Place, target: string, { storage }: ContentSource): Promise<number> {
  const blobs = (await storage.service()).getContainerClient(container);
  let files = 0;
  for await (const { name } of blobs.listBlobsFlat({ prefix: path })) {
    const isFile = name === path;
    if (!isFile && !name.startsWith(path === "" || path.endsWith("/") ? path : `${path}/`)) continue;
    const to = isFile ? target : join(target, name.slice(path.length));
    await mkdir(dirname(to), { recursive: true });
    await blobs.getBlobClient(name).downloadToFile(to);
    files += 1;
  }
  return files;
}

const containers: Readonly<Record<string, string>> = {
  workspaceblobstore: workspaceContainer,
  workspaceartifactstore: artifactContainer,
};

/** @returns `undefined` for an address outside of the workspace's storage. */
function placeOf(uri: string, store: Store): Place | undefined {
  const [, datastore = "", path] = /^azureml:\/\/(?:.*\/)?datastores\/([^/]+)\/paths\/(.+)$/i.exec(uri) ?? [];
  const container = containers[datastore.toLowerCase()];
  if (path !== undefined) return container === undefined ? undefined : { container, path };
  const [, run, output = "", rest = ""] =
    /^azureml:\/\/jobs\/([^/]+)\/outputs\/([^/]+)(?:\/paths\/(.*))?$/i.exec(uri) ?? [];
  if (run !== undefined) return placeOfOutput(run, output, rest, store);
  const [, mlflowRun, artifact] = /^runs:\/([^/]+)\/(.+)$/i.exec(uri) ?? [];
  if (mlflowRun !== undefined) return placeOfOutput(mlflowRun, "artifacts", artifact ?? "", store);
  if (!/^https?:/i.test(uri)) return undefined;
  const parts = decodeURI(new URL(uri).pathname)
    .split("/")
    .filter((part) => part !== "");
  if (parts[0] === seeded.storageAccount) parts.shift();
  const [first = "", ...below] = parts;
  return { container: first, path: below.join("/") };
}

function placeOfOutput(run: string, output: string, rest: string, store: Store): Place | undefined {
  if (output === "artifacts" || output === "default")
    return { container: artifactContainer, path: `${artifactFolder(run)}/${rest}` };
  const uri = store.get<JobDocument>("jobs", run)?.outputs?.[output];
  const place = uri === undefined ? undefined : placeOf(uri, store);
  return place === undefined ? undefined : { ...place, path: `${place.path.replace(/\/+$/, "")}/${rest}` };
}

/** Writes one file below a folder, with the folders above it. */
export async function put(folder: string, name: string, text: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), text);
}
