/** A job as it is kept. */
export type JobDocument = {
  readonly name: string;
  /** The job that has made this one, as a sweep its trials. */
  readonly parent?: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** The type that runs it, where that is not the one as which it is shown. */
  readonly runsAs?: string;
  readonly status: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  /** Addresses of its outputs by name, where these are not below the run itself. */
  readonly outputs?: Readonly<Record<string, string>>;
  readonly error?: { readonly code: string; readonly message: string };
};

/** A job in one of these states never changes again. */
const terminal: readonly string[] = ["Completed", "Failed", "Canceled"];

export function isTerminal({ status }: Pick<JobDocument, "status">): boolean {
  return terminal.includes(status);
}

/** Folder of a run's artifacts in the artifact container. */
export function artifactFolder(run: string): string {
  return `ExperimentRun/dcid.${run}`;
}
export const artifactContainer = "azureml";

/** Where a run puts an output that names no place of its own. */
export function addressOfOutput(run: string, output: string): string {
  return `azureml://datastores/workspaceblobstore/paths/azureml/${run}/${output}/`;
}
