import { succeeded, type Outcome } from "../azure/outcome.ts";
import type { AssetDeps, AssetRequest } from "./kind.ts";
import { contentText } from "./upload/content-text.ts";
import { forgetPlace, uploadToPlace } from "./upload/noted-place.ts";
import { takeSnapshot, type Snapshot } from "./upload/snapshot.ts";
import { contentGuid } from "./version.ts";

/** Code that becomes a version of its own, without a name that anybody knows: `path` as written, `folder` absolute; nothing outside `root` is taken. */
export type Code = {
  readonly from: "local";
  readonly path: string;
  readonly folder: string;
  readonly root: string;
  /** Absolute files and folders that are put beside what is in the folder. */
  readonly includes?: readonly string[];
};

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
  return takeSnapshot(code.folder, code.root, code.includes);
}

export function identityOf(_: Code, snapshot: Snapshot | undefined): string {
  return taken(snapshot).hash;
}

/** The service finds code by its content. */
export async function find(
  _: Code,
  snapshot: Snapshot | undefined,
  { assets, onProgress }: AssetDeps,
): Promise<Outcome<string | undefined>> {
  const { hash, files } = taken(snapshot);
  const found = await assets.findCode(contentGuid(hash), hash);
  if (found.ok && found.value !== undefined)
    onProgress(`The workspace already has this code (${files.length} files); nothing to upload.`);
  return found;
}

export async function upload(
  _code: Code,
  snapshot: Snapshot | undefined,
  what: string,
  deps: AssetDeps,
): Promise<Outcome<string>> {
  const { blobs, signal, onProgress } = deps;
  const content = taken(snapshot);
  const { hash, files, folder, isFile } = content;
  const name = contentGuid(hash);
  onProgress(`Uploading ${what}: ${contentText(content)}`);
  const named = files.map((file) => ({ ...file, name: isFile ? file.name : `${folder}/${file.name}` }));
  const start = () => deps.assets.startCodeUpload(name, onlyVersion);
  const uploaded = await uploadToPlace(content, start, deps, (container, resumes) =>
    blobs.upload(container, named, { signal, onProgress, ...(resumes ? { resumes: folder } : {}) }),
  );
  if (!uploaded.ok) return uploaded;
  // The official client marks the first file so that it can tell whole uploads from broken ones.
  const marked = await blobs.setMetadata(uploaded.value, named[0]?.name ?? "", {
    name,
    version: onlyVersion,
    upload_status: "completed",
  });
  return marked.ok ? succeeded(`${uploaded.value.url}/${folder}`) : marked;
}

/** The code is registered: where it was being uploaded to need not be known any more. */
export async function afterwards(_: Code, snapshot: Snapshot | undefined, deps: AssetDeps): Promise<void> {
  await forgetPlace(taken(snapshot), deps);
}

export function toRequest(_: Code, snapshot: Snapshot | undefined, address: string | undefined): AssetRequest {
  const { hash } = taken(snapshot);
  const properties = { hash_sha256: hash, hash_version: hashVersion };
  return {
    name: contentGuid(hash),
    version: onlyVersion,
    body: { properties: { codeUri: address, isAnonymous: true, properties } },
  };
}

function taken(snapshot: Snapshot | undefined): Snapshot {
  if (snapshot === undefined) throw new Error("The code was not read.");
  return snapshot;
}
