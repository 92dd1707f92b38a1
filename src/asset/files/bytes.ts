import { defaultDatastore } from "../../azure/datastores.ts";
import { succeeded, type Outcome } from "../../azure/outcome.ts";
import type { AssetDeps, DatastoreUpload } from "../kind.ts";
import { ensureUploaded, takeUpload, type LocalUpload } from "../upload/local-upload.ts";
import type { Location } from "./location.ts";

type Located = { readonly location: Location };

export function uploadOf({ location }: Located): DatastoreUpload | undefined {
  return location.from === "local" ? location : undefined;
}

/** The address that its file names, for one that is in Azure already. */
export function addressIn({ location }: Located): string | undefined {
  return location.from === "address" ? location.address : undefined;
}

/** What of it is on this machine. */
export async function contentOf({ location }: Located): Promise<LocalUpload | undefined> {
  return location.from === "local" ? takeUpload(location.local, location.root) : undefined;
}

/** The address that the bytes have, or will have once they are uploaded: the content is part of it. */
export function addressOf({ location }: Located, content: LocalUpload | undefined): string {
  if (location.from === "address") return location.address;
  if (content === undefined) throw new Error(`${location.local} was not read.`);
  return `azureml://datastores/${location.datastore ?? defaultDatastore}/paths/${content.blobPath}`;
}

export async function upload(
  definition: Located,
  content: LocalUpload | undefined,
  what: string,
  deps: AssetDeps,
): Promise<Outcome<string>> {
  const { location } = definition;
  if (location.from === "local" && content !== undefined) {
    const uploaded = await ensureUploaded(content, location.datastore ?? defaultDatastore, what, deps);
    if (!uploaded.ok) return uploaded;
  }
  return succeeded(addressOf(definition, content));
}
