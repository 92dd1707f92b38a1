import type { Blobs } from "../azure/blobs.ts";
import { defaultDatastore, type Datastores } from "../azure/datastores.ts";
import { failed, refused, succeeded, type AzureFailure, type Outcome } from "../azure/outcome.ts";
import type { RunOutputs } from "../azure/run-outputs.ts";
import type { Runs } from "../azure/runs.ts";
import type { WorkspaceRef } from "../azure/workspace.ts";

/** A file that a run has left. */
export type RunFile = {
  readonly path: string;
  /** @returns its length. */
  readonly fetch: (to: string) => Promise<Outcome<number>>;
};

export type OutputDeps = {
  readonly runs: Runs;
  readonly runOutputs: RunOutputs;
  readonly datastores: Pick<Datastores, "open">;
  readonly blobs: Pick<Blobs, "list" | "fetch" | "download">;
  readonly workspace: Pick<WorkspaceRef, "name">;
};

type NamedOutput = {
  readonly name: string;
  /** Its files, by their paths inside it. */
  readonly files: () => Promise<Outcome<readonly RunFile[]>>;
};

/**
 * The named outputs of a run. Where each one is is said by the run history, else by the job itself; where neither says it, it
 * is looked for where the service puts outputs that are given no place (azure-ai-ml does the same in `jobs.download`).
 *
 * @param asked names that are looked for though nobody mentions them.
 */
export async function namedOutputs(
  run: string,
  asked: readonly string[],
  deps: OutputDeps,
): Promise<Outcome<readonly NamedOutput[]>> {
  const [recorded, job] = await Promise.all([deps.runOutputs(run), deps.runs.get(run)]);
  if (!recorded.ok && recorded.failure.reason !== "not-found") return recorded;
  if (!job.ok) return job;
  const declared = job.value?.outputs ?? new Map<string, string | undefined>();
  const known = recorded.ok ? recorded.value : new Map<string, string>();
  const names = new Set([...known.keys(), ...declared.keys(), ...asked]);
  const outputs = [...names].filter(isOneName).map((name): NamedOutput => {
    const address = known.get(name) ?? declared.get(name)?.replaceAll("${{name}}", run);
    const places =
      address === undefined
        ? ["azureml", "dataset"].map((folder) => ({ store: defaultDatastore, path: `${folder}/${run}/${name}/` }))
        : [placeOf(address, deps.workspace.name)];
    return { name, files: () => firstThatIsThere(name, places, address, deps) };
  });
  return succeeded(outputs);
}

function isOneName(name: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(name);
}

/** A path of a datastore. */
export type Place = { readonly store: string; readonly path: string };

/** @returns `undefined` for what is in no datastore of this workspace. */
export function placeOf(address: string, workspace: string): Place | undefined {
  const [, before = "", store, path] = /^azureml:\/\/(.*?)datastores\/([^/]+)\/paths\/(.*)$/s.exec(address) ?? [];
  const [, other] = /^subscriptions\/.*\/workspaces\/([^/]+)\//i.exec(before) ?? [];
  if (store === undefined || path === undefined) return undefined;
  return other === undefined || other.toLowerCase() === workspace.toLowerCase() ? { store, path } : undefined;
}

async function firstThatIsThere(
  name: string,
  places: readonly (Place | undefined)[],
  address: string | undefined,
  deps: OutputDeps,
): Promise<Outcome<readonly RunFile[]>> {
  for (const place of places) {
    if (place === undefined)
      return refused(
        "OutputElsewhere",
        `The output '${name}' is at ${JSON.stringify(address)}, which is not in a datastore of this workspace. Download it by other means.`,
      );
    const files = await filesAt(place, deps);
    if (!files.ok) return failed(named(`named-outputs/${name}`, files.failure));
    if (files.value.length > 0) return files;
  }
  return succeeded([]);
}

/** Files below a path of a datastore; where the path is a file, that. */
export async function filesAt(
  { store, path }: Place,
  { datastores, blobs }: Pick<OutputDeps, "datastores" | "blobs">,
): Promise<Outcome<readonly RunFile[]>> {
  const prefix = path.replace(/\/+$/, "");
  const listed = await withAccess(store, datastores, (container) => blobs.list(container, prefix));
  if (!listed.ok) return listed;
  const files = [...listed.value].flatMap(([blob, { metadata }]): readonly RunFile[] => {
    const isInside = prefix === "" || blob.startsWith(`${prefix}/`);
    // What stands for a folder itself, in accounts with a hierarchy of folders.
    if (metadata["hdi_isfolder"] === "true" || (!isInside && blob !== prefix)) return [];
    const inFolder = isInside ? blob.slice(prefix === "" ? 0 : prefix.length + 1) : (blob.split("/").at(-1) ?? blob);
    return [
      { path: inFolder, fetch: (to) => withAccess(store, datastores, (container) => blobs.fetch(container, blob, to)) },
    ];
  });
  return succeeded(files);
}

type Opened = Extract<Awaited<ReturnType<Datastores["open"]>>, { readonly ok: true }>["value"];

/** Once more with new access where it is refused: what was handed out earlier may have run out, as a run is followed for hours. */
async function withAccess<Value>(
  store: string,
  datastores: OutputDeps["datastores"],
  use: (container: Opened) => Promise<Outcome<Value>>,
): Promise<Outcome<Value>> {
  const opened = await datastores.open(store);
  if (!opened.ok) return opened;
  const outcome = await use(opened.value);
  if (outcome.ok || outcome.failure.status !== 403) return outcome;
  const anew = await datastores.open(store, true);
  return anew.ok ? use(anew.value) : anew;
}

/** The same failure, saying of what. */
export function named(what: string, failure: AzureFailure): AzureFailure {
  const { error } = failure;
  return { ...failure, error: { ...error, message: `${what}: ${error.message}` } };
}
