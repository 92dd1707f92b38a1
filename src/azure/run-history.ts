import type { Outcome, ServiceError } from "./outcome.ts";

/** `GET {api}/history/v1.0{workspace}/runs/{run}/details` */
export type RunDetails = {
  readonly status: string;
  readonly error?: ServiceError;
  readonly warnings: readonly string[];
  /** ISO 8601. */
  readonly startTime?: string;
  readonly endTime?: string;
  /** Log name (`user_logs/std_log.txt`) → SAS URL. The URLs are secrets. */
  readonly logFiles: Readonly<Record<string, string>>;
};

export type RunArtifact = { /** `outputs/model.pkl` */ readonly path: string };

/** The run history and the artifacts of one workspace (data plane, found through `discoveryUrl`). */
export type RunHistory = {
  readonly details: (run: string) => Promise<Outcome<RunDetails>>;
  /** All pages. */
  readonly artifacts: (run: string) => Promise<Outcome<readonly RunArtifact[]>>;
  /** SAS URL of one artifact: a secret. */
  readonly artifactUrl: (run: string, path: string) => Promise<Outcome<string>>;
};
