/** A job as it is kept. */
export type JobDocument = {
  readonly name: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly status: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly error?: { readonly code: string; readonly message: string };
};

/** A run as MLflow's tracking API keeps it. */
export type TrackedRun = {
  readonly runId: string;
  readonly experimentId: string;
  readonly status: string;
  readonly startTime: number;
  readonly endTime?: number;
  readonly name: string;
  readonly params: readonly { readonly key: string; readonly value: string }[];
  readonly tags: readonly { readonly key: string; readonly value: string }[];
};

/** Folder of a run's artifacts in the artifact container. */
export function artifactFolder(run: string): string {
  return `ExperimentRun/dcid.${run}`;
}
export const artifactContainer = "azureml";
