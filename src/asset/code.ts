import { succeeded, type Outcome } from "../azure/outcome.ts";
import type { AssetDeps, AssetRequest } from "./kind.ts";
import { takeSnapshot, type Snapshot } from "./upload/snapshot.ts";
import { contentGuid } from "./version.ts";

/** Code that becomes a version of its own, without a name that anybody knows. */
export type Code =
  /** `path` as written, `folder` absolute; nothing outside `root` is taken. */
  | { readonly from: "local"; readonly path: string; readonly folder: string; readonly root: string }
  /** Code at an address is registered as it is; the service fetches it. */
  | { readonly from: "address"; readonly url: string };

export const label = "code";
export const collection = "codes";
export const hasNoLabels = true;

/** The official client's hash version. */
const hashVersion = 202208;
/** Every content has a name of its own, and one version. */
const onlyVersion = "1";

/** Code is uploaded to a place that the service names for it, never to a datastore. */
export function uploadOf(_: Code): undefined {
  return undefined;
}

export async function contentOf(code: Code): Promise<Snapshot | undefined> {
  return code.from === "local" ? takeSnapshot(code.folder, code.root) : undefined;
}

export function identityOf(code: Code, snapshot: Snapshot | undefined): string {
  return code.from === "local" ? taken(snapshot).hash : code.url;
}

/** The service finds code by its content. */
export async function find(
  _: Code,
  snapshot: Snapshot | undefined,
  { assets, onProgress }: AssetDeps,
): Promise<Outcome<string | undefined>> {
  if (snapshot === undefined) return succeeded(undefined);
  const found = await assets.findCode(contentGuid(snapshot.hash), snapshot.hash);
  if (found.ok && found.value !== undefined)
    onProgress(`The workspace has this code already (${snapshot.files.length} files); nothing is uploaded.`);
  return found;
}

export async function upload(
  code: Code,
  snapshot: Snapshot | undefined,
  _: string,
  { assets, blobs, signal, onProgress }: AssetDeps,
): Promise<Outcome<string>> {
  if (code.from === "address") return succeeded(code.url);
  const { hash, files, bytes, folder, isFile } = taken(snapshot);
  const name = contentGuid(hash);
  onProgress(`Uploading ${files.length} files of code, ${bytes} bytes.`);
  const place = await assets.startCodeUpload(name, onlyVersion);
  if (!place.ok) return place;
  const named = files.map((file) => ({ name: isFile ? file.name : `${folder}/${file.name}`, path: file.path }));
  const uploaded = await blobs.upload(place.value, named, { signal });
  if (!uploaded.ok) return uploaded;
  // The official client marks the first file so that it can tell whole uploads from broken ones.
  const marked = await blobs.setMetadata(place.value, named[0]?.name ?? "", {
    name,
    version: onlyVersion,
    upload_status: "completed",
  });
  return marked.ok ? succeeded(`${place.value.url}/${folder}`) : marked;
}

export function toRequest(code: Code, snapshot: Snapshot | undefined, address: string | undefined): AssetRequest {
  const properties = code.from === "local" ? { hash_sha256: taken(snapshot).hash, hash_version: hashVersion } : {};
  return {
    name: contentGuid(identityOf(code, snapshot)),
    version: onlyVersion,
    body: { properties: { codeUri: address, isAnonymous: true, properties } },
  };
}

function taken(snapshot: Snapshot | undefined): Snapshot {
  if (snapshot === undefined) throw new Error("The code was not read.");
  return snapshot;
}
