import type { Problem } from "../yaml/problem.ts";
import { positionOf, type SourceNode } from "../yaml/source.ts";

/**
 * Azure Container Instances are not a compute of a workspace: a container group is created with the web service that is
 * deployed to it, and deleted with it. People declare it as a target because the first SDK counts it among its targets.
 *
 * @see https://learn.microsoft.com/azure/machine-learning/v1/how-to-deploy-azure-container-instance
 */
export function problemOf(node: SourceNode): Problem {
  return {
    code: "by-deployment-only",
    severity: "error",
    where: positionOf(node, ["type"]),
    message:
      "An Azure Container Instance cannot be attached or created as a target: it is created with a deployment, and deleted with it.",
    fix: "Remove this target, and write it under deploy: in the declaration file, as { type: aci, … }.",
  };
}
