import type { AddProblem } from "../../compute/kind.ts";
import type { SourceNode } from "../../yaml/source.ts";

/** What the reader of one part of a job is handed. */
export type PartReader = {
  /** The job, or the mapping inside it that the part belongs to. */
  readonly node: SourceNode;
  /** Adds a problem at the place of a key of the job. */
  readonly add: AddProblem;
};
