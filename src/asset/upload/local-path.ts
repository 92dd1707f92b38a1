import { defaultDatastore } from "../../azure/datastores.ts";
import { succeeded, type Outcome } from "../../azure/outcome.ts";
import type { AssetDeps, DatastoreUpload } from "../kind.ts";
import { ensureUploaded, takeUpload, type LocalUpload } from "./local-upload.ts";

/** A file or folder of this machine that a job reads: it goes to a datastore, and its address there stands for it. */
export type LocalPath = DatastoreUpload & {
  /** az ml's `type`: `uri_file`, `uri_folder`, `mltable`, `custom_model`, … */
  readonly type: string;
};

export function uploadOf(path: LocalPath): DatastoreUpload {
  return path;
}

export async function contentOf({ local, root }: LocalPath): Promise<LocalUpload> {
  return takeUpload(local, root);
}

/** The address that it has once it is uploaded. A folder's ends in a slash, as the official client writes it. */
export function identityOf({ datastore = defaultDatastore, type }: LocalPath, { blobPath }: LocalUpload): string {
  return `azureml://datastores/${datastore}/paths/${blobPath}${type === "uri_folder" ? "/" : ""}`;
}

export async function upload(
  path: LocalPath,
  content: LocalUpload,
  what: string,
  deps: AssetDeps,
): Promise<Outcome<string>> {
  const uploaded = await ensureUploaded(content, path.datastore ?? defaultDatastore, what, deps);
  return uploaded.ok ? succeeded(identityOf(path, content)) : uploaded;
}
