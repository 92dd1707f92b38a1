import type { ServerRecord } from "./record.ts";

/** What is served, put together on this machine. */
export type Served = {
  /** Of the deployment. */
  readonly name: string;
  /** Absolute folder of everything of this server. */
  readonly folder: string;
  /** Absolute; absent where the image brings its own. */
  readonly code?: { readonly folder: string; readonly scoringScript: string };
  /** Absolute: what `AZUREML_MODEL_DIR` names. */
  readonly modelFolder?: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly port: number;
};

/** A server that is ready to be started. */
export type Server = {
  /** What the record has of it before it is started. */
  readonly runs: ServerRecord["runs"];
  readonly scoringPath: string;
  /** What is asked whether it is there; `/` at Azure ML's own server. */
  readonly healthPath: string;
  /** Absent where the server is somebody else's, and may have none. */
  readonly swaggerPath?: string;
  /** @returns what the record has of it from then on. */
  readonly start: () => Promise<ServerRecord["runs"]>;
  /** Why it is there no more; `undefined` as long as it is. */
  readonly ended: () => Promise<string | undefined>;
  /** What it has written, to the last line. */
  readonly log: () => Promise<readonly string[]>;
};
