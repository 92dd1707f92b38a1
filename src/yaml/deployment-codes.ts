import type { CodeEntry } from "./code-entry.ts";

/** The codes of what can be wrong with deployments, and with how they are released. */
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
    title: "The compute of a deployment does not exist.",
    explanation:
      "It is neither a declared target nor in the workspace, or it is of a type that cannot serve the deployment. Nothing is deployed to another place instead.",
    help: "Fix the name, or declare the target.",
  },
  "wrong-steps": {
    title: "The steps of a canary do not lead to 100 %.",
    explanation: "Each step is the share of the new deployment. They rise, and the last one is 100.",
    help: "Write steps such as [10, 50, 100].",
  },
  "wrong-test": {
    title: "A test of a deployment cannot be run as it is.",
    explanation:
      "Online deployments and web services answer requests, batch deployments are invoked; some keys are for one of the two only.",
    help: "Write what the message says.",
  },
  "wrong-schema": {
    title: "A schema is not a JSON Schema.",
    explanation: "The answer to a test is checked by a JSON Schema, which has to be one itself.",
    help: "Fix the schema at the place that the message names.",
  },
  "unknown-run": {
    title: "A model names a run in a way that is not known.",
    explanation:
      "The path of a model may name the run that this call has trained: ${{run.name}}, ${{run.best}} for its best trial, ${{run.steps.NAME}} for a step.",
    help: "Write azureml://jobs/${{run.name}}/outputs/artifacts/paths/model/.",
  },
  "two-models": {
    title: "A deployment has two models.",
    explanation:
      "A promoted model comes from a registry or another workspace, so no other source can be named beside it.",
    help: "Keep promote_from with the name, version and tags of the model, or the model with its path.",
  },
  "unlike-endpoint": {
    title: "A deployment names another endpoint than the one beside it.",
    explanation: "An endpoint and a deployment that are declared together belong together.",
    help: "Write the same name twice, or leave endpoint_name out.",
  },
  "wrong-traffic": {
    title: "The traffic of an endpoint does not add up.",
    explanation:
      "Percentages add up to 100, or to 0 before the first release; at most 50 % may be mirrored, to one deployment.",
    help: "Fix the percentages.",
  },
} as const satisfies Readonly<Record<string, CodeEntry>>;
