import type { Outcome } from "./outcome.ts";

/** Blobs behind SAS URLs (secrets): requests carry no bearer token. */
export type Blobs = {
  /** Uploads files as block blobs below `prefix` of the container, some at a time; a blob that is there already is kept. */
  readonly upload: (
    containerSasUrl: string,
    files: readonly { /** Blob name. */ readonly name: string; /** Absolute path. */ readonly path: string }[],
    signal?: AbortSignal,
  ) => Promise<Outcome<void>>;
  readonly setMetadata: (
    containerSasUrl: string,
    blob: string,
    metadata: Readonly<Record<string, string>>,
  ) => Promise<Outcome<void>>;
  /** Bytes from `offset` to the end, at most `limit`; empty when there is nothing new (416) or no blob yet (404). */
  readonly read: (sasUrl: string, offset: number, limit: number) => Promise<Outcome<Uint8Array>>;
  /** Streams the blob into a file, whose folder is made. */
  readonly download: (sasUrl: string, path: string, signal?: AbortSignal) => Promise<Outcome<void>>;
};
