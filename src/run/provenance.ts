import { createHash } from "node:crypto";
import type { GithubContext } from "../github/context.ts";
import type { Provenance } from "../job/resolved.ts";
import { canonicalJson } from "./name.ts";
import { definitionProperty, submittedByTag } from "./submit.ts";

/** Everything that the action adds to a job beside what its declaration says: where it comes from, and what it is. */
export function provenanceOf(github: GithubContext, definition: unknown, workflowAttempt: string): Provenance {
  const properties = {
    [definitionProperty]: createHash("sha256").update(canonicalJson(definition)).digest("hex"),
    ...(github.commit === "" ? {} : { "azureml-targets.commit": github.commit }),
    ...(github.repository === "" ? {} : { "azureml-targets.repository": github.repository }),
    ...(github.runUrl === undefined ? {} : { "azureml-targets.workflow-run": github.runUrl }),
  };
  return { properties, tags: { [submittedByTag]: workflowAttempt } };
}
