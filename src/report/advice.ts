import type { ServiceError } from "../azure/outcome.ts";
import type { Hint } from "../compute/kind.ts";
import { kindHints } from "../compute/target.ts";

const commandFailed = "The job's own command failed. Its log is below.";

/**
 * Failures that people are known to meet, and what helped them. Matched against code and message of each cause, the
 * deepest first. Sources: `docs/troubleshooting.md`.
 */
const hints: readonly Hint[] = [
  {
    when: /ClusterMinNodesExceedCoreQuota|exceed.*quota|CoreQuota|quota limits/i,
    advice:
      "The region's quota does not cover it. Lower min_instances, choose another size or region, or ask for more quota in the portal.",
  },
  {
    when: /AlreadyExists|name .* is not available|needs to be unique across all existing computes/i,
    advice: "Compute names are unique in a region, across all workspaces. Choose another name.",
  },
  {
    when: /AttachmentReplaced|attachment replaced|AttachedTwice/i,
    advice:
      "Another attachment of the same resource took its place. Keep one of the two; on-conflict: replace detaches the other.",
  },
  {
    when: /LinkedAuthorizationFailed|AuthorizationFailed.*to perform action '(?!Microsoft\.MachineLearningServices\/)/i,
    advice:
      "The identity lacks a permission on something that the target refers to: its subnet, its identity, or the resource behind it. The message names the action and the resource; doctor lists the permissions that are needed.",
  },
  {
    when: /AuthorizationFailed|does not have authorization|Forbidden/i,
    advice:
      "The identity lacks a role. Give it AzureML Data Scientist and AzureML Compute Operator on the workspace; a change takes up to an hour.",
  },
  {
    when: /KeyBasedAuthenticationNotPermitted/i,
    advice: "The storage account does not accept keys. Give the identity Storage Blob Data Contributor on it.",
  },
  {
    when: /ResourceNotFound|was not found|could not be found/i,
    advice: "Check the ID: subscription, resource group and name.",
  },
  {
    when: /SkuNotAvailable|not supported in (the )?(region|location)|InvalidVmSize/i,
    advice: "The region does not offer this size. Choose another size, or another location.",
  },
  {
    when: /ImageBuildFail|image build/i,
    advice: "Building the environment failed. The image build log says which package; pin versions that exist.",
  },
  { when: /exit code/i, advice: commandFailed },
];

/** What to do about an error; `undefined` where nothing is known to help. */
export function adviceFor(error: ServiceError): string | undefined {
  // What a script says of its own failure reads like one of the service's: "Permission denied", "unable to connect".
  return isOfCommand(error) ? commandFailed : ofService(error);
}

function isOfCommand({ code, message, details }: ServiceError): boolean {
  return (
    /ExecutionFailed|UserProgramException|User program failed/i.test(`${code} ${message}`) || details.some(isOfCommand)
  );
}

function ofService(error: ServiceError): string | undefined {
  for (const detail of error.details) {
    const found = ofService(detail);
    if (found !== undefined) return found;
  }
  return [...kindHints, ...hints].find(({ when }) => when.test(`${error.code} ${error.message}`))?.advice;
}

/** The same, and where nothing is known to help: what the ids are for. */
export function whatToDo(error: ServiceError): string | undefined {
  const known = adviceFor(error);
  if (known !== undefined || error.correlationId === undefined) return known;
  return "Run the command again. If it fails again, send these IDs to Azure support.";
}
