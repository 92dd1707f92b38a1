import { createHash } from "node:crypto";
import type { Provenance } from "../job/resolved.ts";
import { canonicalJson } from "../canonical-json.ts";
import { definitionProperty, submittedByTag } from "./submit.ts";

/** The workflow run that submits, as far as it counts. */
export type WorkflowRun = {
  /** GitHub's event name. */
  readonly event: string;
  /** The commit; on pull requests the head commit and not the merge commit. */
  readonly commit: string;
  readonly repository: string;
  readonly runId: string;
  /** Address of the workflow run; absent outside GitHub. */
  readonly runUrl?: string;
};

/** Everything that the action adds to a job beside what its declaration says: where it comes from, and what it is. */
export function provenanceOf(github: WorkflowRun, definition: unknown, workflowAttempt: string): Provenance {
  const properties = {
    [definitionProperty]: createHash("sha256").update(canonicalJson(definition)).digest("hex"),
    ...(github.commit === "" ? {} : { "azureml-targets.commit": github.commit }),
    ...(github.repository === "" ? {} : { "azureml-targets.repository": github.repository }),
    ...(github.runUrl === undefined ? {} : { "azureml-targets.workflow-run": github.runUrl }),
  };
  return { properties, tags: { [submittedByTag]: workflowAttempt } };
}
