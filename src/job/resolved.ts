import type { SecretReference } from "../secret/secret.ts";

/** A secret that is sent with a job. */
export type JobSecret = {
  /** What it is for: the name of a variable. */
  readonly name: string;
  /** Its place inside the job: `environment_variables.TOKEN`. */
  readonly where: string;
  readonly reference: SecretReference;
};

/** Where a run comes from. Added to the job's properties and tags; the official client adds none of it. */
export type Provenance = {
  readonly properties: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
};

/** What the references of a job have become, and what its file leaves open. */
export type Resolved = {
  readonly runName: string;
  /** Name of the experiment when the job names none. */
  readonly fallbackExperiment: string;
  readonly provenance: Provenance;
  /** Id or address of an asset, by the place of its use: `environment`, `inputs.data`. */
  readonly idOf: (where: string) => string;
  /** ARM id of a compute that the job names. */
  readonly computeIdOf: (compute: string) => string;
  /** ARM id of a datastore that the job names. */
  readonly datastoreIdOf: (datastore: string) => string;
  /** Value of a secret; `undefined` leaves out what needs it, so that no secret is part of a name or hash. */
  readonly valueOf: (reference: SecretReference) => string | undefined;
};
