import { constants } from "node:fs";
import { copyFile, mkdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { assetKinds } from "../../asset/asset.ts";
import { resolveReference } from "../../asset/reference.ts";
import { listData, takeUpload } from "../../asset/upload/local-upload.ts";
import type { Azure } from "../../azure/azure.ts";
import { textOf } from "../../azure/members.ts";
import { failed, refused, succeeded, type Outcome } from "../../azure/outcome.ts";
import type { DeployedModel } from "../../deployment/parts/model.ts";
import { escapes, escapingPath } from "../../run/download.ts";
import { filesAt, namedOutputs, placeOf, type RunFile } from "../../run/named-outputs.ts";

/** A model as far as it is known before it is fetched. */
export type FoundModel = {
  /** What tells it from every other. */
  readonly identity: string;
  readonly name?: string;
  readonly version?: string;
  /** ARM id, of a registered one. */
  readonly id?: string;
  /** Puts it into a folder, below the name that its path ends in. */
  readonly put: (folder: string) => Promise<Outcome<void>>;
};

type Reads = Pick<Azure, "assets" | "workspace" | "runHistory" | "runs" | "runOutputs" | "datastores" | "blobs">;

/**
 * Finds a model out: by its bytes, where they are here, else by where it is.
 *
 * @param addressOf an address with the runs that it names.
 * @throws SnapshotRefused where its files cannot be taken.
 */
export async function findModel(
  model: DeployedModel,
  azure: Reads | undefined,
  addressOf: (address: string) => Outcome<string>,
): Promise<Outcome<FoundModel>> {
  if (model.from === "reference") return findRegistered(model.reference, azure);
  const { name, version, file } = model;
  const named = { ...(name === undefined ? {} : { name }), ...(version === undefined ? {} : { version }) };
  const { location } = file;
  if (location.from === "local") {
    const { local, root } = location;
    const { blobPath } = await takeUpload(local, root);
    return succeeded({ identity: blobPath, ...named, put: (folder) => copyHere(local, root, folder) });
  }
  const address = addressOf(location.address);
  if (!address.ok) return address;
  return succeeded({
    identity: address.value,
    ...named,
    put: (folder) => fetchAddress(address.value, folder, azure),
  });
}

async function findRegistered(reference: string, azure: Reads | undefined): Promise<Outcome<FoundModel>> {
  if (azure === undefined) return refused("NoWorkspace", `${reference} is in a workspace, but no workspace is named.`);
  const { assets, workspace } = azure;
  const resolved = await resolveReference(reference, assetKinds.model, { assets, workspaceId: workspace.id });
  if (!resolved.ok) return resolved;
  const id = resolved.value;
  const [, place, name, version] = /^(.*)\/models\/([^/]+)\/versions\/([^/]+)$/i.exec(id) ?? [];
  if (name === undefined || version === undefined || place?.toLowerCase() !== workspace.id.toLowerCase())
    return refused(
      "ModelElsewhere",
      `The model ${reference} is not in the workspace '${workspace.name}': the runner fetches models of this workspace only.`,
    );
  const live = await assets.get("models", name, version);
  if (!live.ok) return live;
  const address = textOf(live.value?.["modelUri"]);
  if (address === undefined)
    return failed({
      reason: "not-found",
      error: { code: "ModelNotFound", message: `The workspace has no model ${name}:${version}.`, details: [] },
    });
  return succeeded({ identity: id, name, version, id, put: (folder) => fetchAddress(address, folder, azure) });
}

async function copyHere(path: string, root: string, folder: string): Promise<Outcome<void>> {
  const { name, isFile, files } = listData(path, root);
  for (const file of files) {
    const to = isFile ? join(folder, name) : join(folder, name, file.name);
    await mkdir(dirname(to), { recursive: true });
    // Models are large: where the file system can share the bytes, it does.
    await copyFile(file.path, to, constants.COPYFILE_FICLONE);
  }
  return succeeded(undefined);
}

type Below = { readonly base: string; readonly files: readonly RunFile[] };

/** Fetches what an address names, a file or a folder, as the service would mount it. */
async function fetchAddress(address: string, folder: string, azure: Reads | undefined): Promise<Outcome<void>> {
  if (azure === undefined) return refused("NoWorkspace", `${address} is in a workspace, but no workspace is named.`);
  const found = await filesOfAddress(address, azure);
  if (!found.ok) return found;
  const { base, files } = found.value;
  if (files.length === 0) return refused("NothingThere", `There is nothing at ${address}.`);
  const paths = files.map(({ path }) => (path === "" ? base : `${base}/${path}`));
  const escaping = escapingPath(paths, folder, folder);
  if (escaping !== undefined) return refused("EscapingPath", escapes(escaping, folder));
  for (const [index, { fetch }] of files.entries()) {
    const fetched = await fetch(join(folder, paths[index] ?? base));
    if (!fetched.ok) return fetched;
  }
  return succeeded(undefined);
}

async function filesOfAddress(address: string, azure: Reads): Promise<Outcome<Below>> {
  const [, run, output, path = ""] =
    /^azureml:\/\/(?:.*\/)?jobs\/([^/]+)\/outputs\/([^/]+)(?:\/(?:paths\/)?(.*))?$/i.exec(address) ?? [];
  if (run !== undefined && output !== undefined)
    return output === "artifacts" || output === "default"
      ? filesOfRun(run, path, azure)
      : filesOfOutput(run, output, path, azure);
  const [, mlflowRun, artifact = ""] = /^runs:\/+([^/]+)\/(.+)$/i.exec(address) ?? [];
  if (mlflowRun !== undefined) return filesOfRun(mlflowRun, artifact, azure);
  const place = placeOf(address, azure.workspace.name);
  if (place === undefined)
    return refused(
      "AddressElsewhere",
      `The model is at ${address}, which is neither a run's output nor in a datastore of the workspace '${azure.workspace.name}'.`,
    );
  const files = await filesAt(place, azure);
  // A single file is listed by its own name, which is that of the place.
  return files.ok ? succeeded(belowOf(files.value, trimmed(place.path))) : files;
}

/** Of the artifacts of a run. */
async function filesOfRun(run: string, path: string, { runHistory, blobs }: Reads): Promise<Outcome<Below>> {
  const whole = trimmed(path);
  const folder = dirname(whole) === "." ? "" : dirname(whole);
  const listed = await runHistory.artifacts(run, folder);
  if (!listed.ok) return listed;
  const files = within(
    listed.value.map(({ path: own, url }) => ({
      path: own,
      fetch: async (to: string) => {
        const renew = () => runHistory.artifactUrl(run, own);
        const from = url === undefined ? await renew() : succeeded(url);
        return from.ok ? blobs.download(from.value, to, { renew }) : from;
      },
    })),
    whole,
  );
  return succeeded({ base: basename(whole) || "artifacts", files });
}

async function filesOfOutput(run: string, output: string, path: string, azure: Reads): Promise<Outcome<Below>> {
  const outputs = await namedOutputs(run, [output], azure);
  if (!outputs.ok) return outputs;
  const files = await outputs.value.find(({ name }) => name === output)?.files();
  if (files === undefined) return succeeded({ base: output, files: [] });
  const whole = trimmed(path);
  return files.ok ? succeeded({ base: basename(whole) || output, files: within(files.value, whole) }) : files;
}

/** What is at a path or below it, by the way from there. */
function within(files: readonly RunFile[], path: string): readonly RunFile[] {
  return files.flatMap((file) => {
    if (path === "") return [file];
    if (file.path === path) return [{ ...file, path: "" }];
    return file.path.startsWith(`${path}/`) ? [{ ...file, path: file.path.slice(path.length + 1) }] : [];
  });
}

function belowOf(files: readonly RunFile[], place: string): Below {
  const base = basename(place);
  const [only] = files;
  const isFile = files.length === 1 && only?.path === base;
  return { base, files: isFile ? [{ ...only, path: "" }] : files };
}

function trimmed(path: string): string {
  return path.replace(/^\/+|\/+$/g, "");
}
