import type { Reply } from "../../server/reply.ts";
import type { Store } from "../../store.ts";
import type { Assets } from "../assets.ts";
import type { Storage } from "../../storage.ts";
import type { JobDocument } from "./document.ts";
import type { LiveLog } from "./live-log.ts";

export type RunnerOptions = {
  readonly store: Store;
  readonly storage: Storage;
  readonly assets: Assets;
  readonly folder: string;
  readonly maxParallel: number;
  readonly caFile: string;
  /** Own origin: a job on this machine reaches the tracking server by it, whatever way its submitter came. */
  readonly origin: () => string;
  readonly issueToken: () => string;
};

/** One run of a job, as its type sees it. */
export type JobRun = {
  readonly job: JobDocument;
  /** The run's own; it is removed when the run has ended. */
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly options: RunnerOptions;
  readonly log: (file: string) => Promise<LiveLog>;
  readonly closeLogs: () => Promise<void>;
  readonly setStatus: (status: string) => void;
  /** Ends as this, though nothing failed. */
  readonly endAs: (status: "Canceled") => void;
  /** Adds to the job's own properties and tags. */
  readonly describe: (added: {
    readonly properties?: Readonly<Record<string, string>>;
    readonly tags?: Readonly<Record<string, string>>;
  }) => void;
  /** Says where outputs are that others have written. */
  readonly putOutputs: (outputs: Readonly<Record<string, string>>) => void;
  /** Starts a job below this one, beside the queue: how many run at once is up to this one. */
  readonly child: (name: string, properties: JobDocument["properties"]) => ChildRun;
};

/** A job below another one, on its way. */
export type ChildRun = {
  /** Resolves when it has ended, however it did. */
  readonly done: Promise<void>;
  readonly cancel: () => void;
};

/** All that the emulator knows about one type of job. */
export type EmulatedJobType = {
  /** Discriminator on the wire. */
  readonly jobType: string;
  /** What run history calls its runs. */
  readonly runType: string;
  /** Why the service refuses it. */
  readonly check: (properties: JobDocument["properties"], store: Store) => Reply | undefined;
  /** Runs it to its end. @throws JobFailed where the run ends as failed. */
  readonly run: (run: JobRun) => Promise<void>;
};

/** A job that failed, or that the service could not run; becomes the run's error. */
export class JobFailed extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
