import type { BlobContainer } from "../../azure/blob-container.ts";
import { defaultDatastore } from "../../azure/datastores.ts";
import { succeeded, type Outcome } from "../../azure/outcome.ts";
import type { UploadDeps } from "./local-upload.ts";
import type { Snapshot } from "./snapshot.ts";

/**
 * Where a snapshot is being uploaded to. The service names a new place for every upload of code, so that one that was cut off
 * could not go on: of a large one the place is noted beside the leases, in the workspace's own store, until the code is
 * registered. A note has the name of a container and no access to it; who may not write one uploads without.
 */

/** Smaller ones are sent again sooner than a note is written. Our choice. */
const smallFiles = 100;
const smallBytes = 16 * 1000 ** 2;

type PlaceDeps = Pick<UploadDeps, "blobs" | "datastores" | "onProgress">;
type Content = Pick<Snapshot, "hash" | "files" | "bytes">;

/**
 * Uploads to the place that an earlier upload of the same content has left, else to a new one.
 *
 * @param start has the service name a place.
 * @param send uploads; told whether something may be there.
 * @returns the place.
 */
export async function uploadToPlace(
  content: Content,
  start: () => Promise<Outcome<BlobContainer>>,
  deps: PlaceDeps,
  send: (place: BlobContainer, resumes: boolean) => Promise<Outcome<void>>,
): Promise<Outcome<BlobContainer>> {
  const store = isLarge(content) ? await openStore(deps) : undefined;
  if (store !== undefined) {
    const noted = await deps.blobs.metadata(store, noteOf(content));
    const container = noted.ok ? noted.value?.["container"] : undefined;
    // Somebody else may have written it: it is the name of a container, or nothing.
    if (container !== undefined && /^[a-z0-9][a-z0-9-]{2,62}$/.test(container)) {
      const place = { url: `${store.url.slice(0, store.url.lastIndexOf("/"))}/${container}`, access: store.access };
      deps.onProgress("An earlier upload of this code was interrupted; resuming it.");
      const sent = await send(place, true);
      if (sent.ok) return succeeded(place);
      // It may have been cleared away, or be closed to this identity. Anything else ends a new upload as well.
      if (sent.failure.status !== 404 && sent.failure.status !== 403) return sent;
    }
  }
  const place = await start();
  if (!place.ok) return place;
  if (store !== undefined)
    await deps.blobs.note(store, noteOf(content), { container: place.value.url.split("/").at(-1) ?? "" });
  const sent = await send(place.value, false);
  return sent.ok ? place : sent;
}

/** The code is registered. */
export async function forgetPlace(content: Content, deps: PlaceDeps): Promise<void> {
  const store = isLarge(content) ? await openStore(deps) : undefined;
  if (store !== undefined) await deps.blobs.remove(store, noteOf(content));
}

function isLarge({ files, bytes }: Content): boolean {
  return files.length > smallFiles || bytes > smallBytes;
}

function noteOf({ hash }: Content): string {
  return `azureml-targets/uploads/${hash}`;
}

/** The workspace's own store, where its access reaches the place of an upload too: a signature is for one container. */
async function openStore({ datastores }: PlaceDeps): Promise<BlobContainer | undefined> {
  const store = await datastores.open(defaultDatastore);
  return store.ok && store.value.access.by !== "sas" ? store.value : undefined;
}
