import type { CodeEntry } from "./code-entry.ts";

/** The codes of what can be wrong with deployments. */
export const deploymentCodes = {
  "duplicate-deployment": {
    title: "The same deployment is declared twice.",
    explanation: "Two entries of deploy have the same endpoint and deployment, or the same web service.",
    help: "Remove one of the two, or give them different names.",
  },
  "not-deployed": {
    title: "An endpoint or a deployment is only checked.",
    explanation:
      "A pattern in config matches the file. Deploying changes what answers requests, so only what deploy names is deployed.",
    help: "Name it with deploy, or narrow the pattern.",
  },
  "unknown-compute": {
    title: "The compute of a deployment is not there.",
    explanation:
      "It is neither a declared target nor in the workspace, or it is of a type that cannot serve the deployment. Nothing is deployed to another place instead.",
    help: "Fix the name, or declare the target.",
  },
} as const satisfies Readonly<Record<string, CodeEntry>>;
