import type { Outcome } from "./outcome.ts";

/** Where the bytes of a code version go. */
export type PendingUpload = {
  /** `https://{account}.blob…/{container}` without the signature. */
  readonly blobUri: string;
  /** The same with a signature: a secret, never printed. */
  readonly sasUri: string;
};

/** Versions of codes, environments and data of one workspace. */
export type Assets = {
  /** Id of the code version whose content has this hash (hashVersion 202208), whatever its name; `undefined` if none. */
  readonly findCode: (name: string, hash: string) => Promise<Outcome<string | undefined>>;
  readonly startCodeUpload: (name: string, version: string) => Promise<Outcome<PendingUpload>>;
  /** @returns the id to use as `codeId`. */
  readonly putCode: (name: string, version: string, body: unknown) => Promise<Outcome<string>>;
  /** @returns the id to use as `environmentId`. "Already there" is a success. */
  readonly putEnvironment: (name: string, version: string, body: unknown) => Promise<Outcome<string>>;
  /** Newest version of a named asset container (`properties.latestVersion`); `undefined` if there is none. */
  readonly latestVersion: (kind: "environments" | "data" | "models", name: string) => Promise<Outcome<string | undefined>>;
  /** @returns the id of the data version made. */
  readonly putData: (name: string, version: string, body: unknown) => Promise<Outcome<string>>;
};
