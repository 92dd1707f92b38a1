import { takeFirstSdkSnapshot, type FirstSdkSnapshot } from "../asset/upload/first-sdk-snapshot.ts";
import { contentText } from "../asset/upload/content-text.ts";
import { snapshotRefusal } from "../asset/upload/refusal.ts";
import { succeeded, type Outcome } from "../azure/outcome.ts";
import type { V1Entity, V1Pipelines } from "../azure/v1-pipelines.ts";
import type { V1Snapshots } from "../azure/v1-snapshots.ts";
import type { Clock } from "../clock.ts";
import { dataOf, dataSourceBody, dataSourceHash, type DataReference, type V1Graph } from "../job/v1-pipeline/graph.ts";
import { moduleBody, moduleHash } from "../job/v1-pipeline/module.ts";
import type { V1Step } from "../job/v1-pipeline/step.ts";

/** The folders of the steps, by the keys of the steps. */
export type Folders = ReadonlyMap<string, FirstSdkSnapshot>;

/** Reads what the steps take along, before anything is sent; a folder of several steps once. */
export async function takeFolders({ steps }: V1Graph): Promise<Outcome<Folders>> {
  const taken = new Map<string, FirstSdkSnapshot>();
  const folders = new Map<string, FirstSdkSnapshot>();
  for (const { key, folder } of steps) {
    if (folder === undefined) continue;
    const known = succeededOr(taken.get(folder.folder)) ?? (await takeFolder(folder, `steps.${key}.source_directory`));
    if (!known.ok) return known;
    taken.set(folder.folder, known.value);
    folders.set(key, known.value);
  }
  return succeeded(folders);
}

/** Reads a folder that a run takes along. @param field of the pipeline that names it, for a refusal. */
export async function takeFolder(
  { folder, root }: Pick<NonNullable<V1Step["folder"]>, "folder" | "root">,
  field?: string,
): Promise<Outcome<FirstSdkSnapshot>> {
  try {
    return succeeded(await takeFirstSdkSnapshot(folder, root));
  } catch (error) {
    return snapshotRefusal(error, field === undefined ? undefined : `pipeline.${field}`);
  }
}

export type ModuleDeps = {
  readonly pipelines: V1Pipelines;
  readonly snapshots: V1Snapshots;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Ids that nobody else has. */
  readonly newId: () => string;
  readonly onProgress: (message: string) => void;
};

/** Ids of the modules by the keys of their steps, and of what is read by their hashes. */
export type Brought = {
  readonly modules: ReadonlyMap<string, string>;
  readonly dataSources: ReadonlyMap<string, string>;
};

/** Finds the modules and the data sources of a pipeline, and makes what is not there. What is there stays as it is. */
export async function bringModules(
  graph: V1Graph,
  folders: Folders,
  facts: { readonly defaultDatastore: string; readonly properties: Readonly<Record<string, string>> },
  deps: ModuleDeps,
): Promise<Outcome<Brought>> {
  const modules = new Map<string, string>();
  const byHash = new Map<string, string>();
  for (const step of graph.steps) {
    const folder = folders.get(step.key);
    const known = { ...facts, ...(folder === undefined ? {} : { folderHash: folder.hash }) };
    const hash = moduleHash(step, known);
    const id =
      succeededOr(byHash.get(hash)) ?? (await ensure("Modules", hash, () => bodyOf(step, folder, known, deps), deps));
    if (!id.ok) return id;
    byHash.set(hash, id.value);
    modules.set(step.key, id.value);
  }
  const dataSources = new Map<string, string>();
  for (const reference of dataOf(graph)) {
    const id = await ensureDataSource(reference, deps);
    if (!id.ok) return id;
    dataSources.set(dataSourceHash(reference), id.value);
  }
  return succeeded({ modules, dataSources });
}

const succeededOr = <Value>(value: Value | undefined) => (value === undefined ? undefined : succeeded(value));

function ensureDataSource(reference: DataReference, deps: ModuleDeps): Promise<Outcome<string>> {
  return ensure("DataSources", dataSourceHash(reference), async () => succeeded(dataSourceBody(reference)), deps);
}

/** With a snapshot of its folder, which is uploaded for a module that is not there. */
async function bodyOf(
  step: V1Step,
  folder: FirstSdkSnapshot | undefined,
  facts: Parameters<typeof moduleBody>[1],
  { snapshots, newId, onProgress }: ModuleDeps,
): Promise<Outcome<unknown>> {
  if (folder === undefined) return succeeded(moduleBody(step, facts));
  onProgress(`Uploading the source directory of the step '${step.name}': ${contentText(folder)}`);
  const snapshot = newId();
  const { files, tree } = folder;
  const made = await snapshots.create({ id: snapshot, files, tree, properties: facts.properties });
  return made.ok ? succeeded(moduleBody(step, { ...facts, snapshot })) : made;
}

/** Seconds before what an unanswered request may have made is looked for. */
const pauses = [1, 2, 4];

/** What a lost reply has made is found by its hash, so that nothing is made twice. */
async function ensure(
  kind: V1Entity,
  hash: string,
  bodyFor: () => Promise<Outcome<unknown>>,
  { pipelines, clock, signal }: ModuleDeps,
): Promise<Outcome<string>> {
  const found = await pipelines.find(kind, hash);
  if (!found.ok) return found;
  if (found.value !== undefined) return succeeded(found.value);
  const body = await bodyFor();
  if (!body.ok) return body;
  for (const pause of [...pauses, undefined]) {
    const made = await pipelines.create(kind, body.value);
    if (made.ok || made.failure.reason !== "unknown" || pause === undefined) return made;
    try {
      await clock.sleep(pause, signal);
    } catch {
      return made;
    }
    const there = await pipelines.find(kind, hash);
    if (!there.ok) return there;
    if (there.value !== undefined) return succeeded(there.value);
  }
  throw new Error("Every way out of the loop returns.");
}
