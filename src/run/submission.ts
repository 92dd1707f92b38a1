import type { IdentityOfReference } from "../asset/asset.ts";
import type { Job } from "../job/job.ts";
import type { Configuration, WorkflowRun } from "./provenance.ts";
import type { Repetition } from "./submit.ts";

/** A job, and what of its surroundings decides what is sent. */
export type JobSubmission = {
  readonly job: Job;
  readonly github: WorkflowRun;
  readonly configuration: Configuration;
  /** Id and attempt of this workflow run: `123-1`. */
  readonly workflowAttempt: string;
  readonly rerun: boolean;
  /** The attempt that is submitted anew. */
  readonly repeats?: Repetition;
  /** Name of the experiment when the job names none. */
  readonly fallbackExperiment: string;
  /** Names under which computes are live, by the declared names in lower case, where they differ. */
  readonly liveNames: ReadonlyMap<string, string>;
  /** For references to what the same call registers. */
  readonly identityOfReference?: IdentityOfReference;
};
