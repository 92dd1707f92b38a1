import { defaultDatastore } from "../azure/datastores.ts";
import { takeUpload, type LocalUpload } from "../asset/upload/local-upload.ts";
import { takeSnapshot, type Snapshot } from "../asset/upload/snapshot.ts";
import type { CommandJob, JobInput } from "./definition.ts";

/** Everything of a job that lies on this machine, read before anything is sent: its content is part of the run's name. */
export type LocalParts = {
  readonly code?: Snapshot;
  /** By the names of inputs. */
  readonly inputs: Readonly<Record<string, LocalUpload>>;
  /** Docker build context of an inline environment. */
  readonly context?: LocalUpload;
};

/** @throws SnapshotRefused when a folder cannot be taken as it is. */
export async function takeLocalParts(job: CommandJob): Promise<LocalParts> {
  const code = job.code?.from === "local" ? await takeSnapshot(job.code.folder) : undefined;
  const inputs: Record<string, LocalUpload> = {};
  for (const [name, input] of Object.entries(job.inputs)) {
    if (input.kind === "data" && input.local !== undefined) inputs[name] = await takeUpload(input.local);
  }
  const build = job.environment.from === "inline" ? job.environment.definition.build?.context : undefined;
  const context = build?.from === "local" ? await takeUpload(build.folder) : undefined;
  return {
    ...(code === undefined ? {} : { code }),
    inputs,
    ...(context === undefined ? {} : { context }),
  };
}

/** The address of an uploaded input. A folder's ends in a slash, as the official client writes it. */
export function inputUri(
  { datastore = defaultDatastore, type }: Extract<JobInput, { kind: "data" }>,
  { blobPath }: LocalUpload,
): string {
  return `azureml://datastores/${datastore}/paths/${blobPath}${type === "uri_folder" ? "/" : ""}`;
}
