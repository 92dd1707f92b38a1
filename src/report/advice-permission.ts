import type { ServiceError } from "../azure/outcome.ts";

/** The built-in role that has an action, with the least beside it. The first that fits decides. */
const roles: readonly (readonly [action: RegExp, role: string])[] = [
  [/^Microsoft\.MachineLearningServices\/workspaces\/computes\//i, "AzureML Compute Operator"],
  [/^Microsoft\.MachineLearningServices\/workspaces\/(write|delete)$/i, "Contributor"],
  [/^Microsoft\.MachineLearningServices\/workspaces\//i, "AzureML Data Scientist"],
  [/^Microsoft\.ManagedIdentity\/.*\/assign\/action$/i, "Managed Identity Operator"],
  [/^Microsoft\.Network\/virtualNetworks\/subnets\/join/i, "Network Contributor"],
  [/^Microsoft\.ContainerService\/.*ClusterAdminCredential/i, "Azure Kubernetes Service Cluster Admin Role"],
  [/^Microsoft\.ContainerService\//i, "Azure Kubernetes Service Contributor Role"],
  [/^Microsoft\.Databricks\//i, "Contributor"],
  [/^Microsoft\.Authorization\/.*\/(write|delete)$/i, "User Access Administrator"],
  [/^Microsoft\.Storage\/.*\/blobs\/(read)$/i, "Storage Blob Data Reader"],
  [/^Microsoft\.Storage\/.*\/blobs\//i, "Storage Blob Data Contributor"],
  [/^Microsoft\.KeyVault\/.*\/secrets\//i, "Key Vault Secrets User"],
  [/\/read$/i, "Reader"],
  [/./, "Contributor"],
];

const afterwards = "A new role assignment takes up to an hour. The command doctor lists everything that is missing.";

/**
 * What to do about a refusal for want of a permission: the identity, action and scope that the service names, and the role
 * that has the action. A linked refusal names first the action that is allowed.
 */
export function missingPermission({ code, message }: ServiceError): string {
  const linked =
    /does not have (?:authorization|permission) to perform actions? '([^']+)' (?:on|over) the linked scopes?(?:\(s\))? '([^']+)'/i.exec(
      message,
    );
  const direct =
    /does not have (?:authorization|permission) to perform actions? '([^']+)'(?: or '[^']+')?(?: (?:over|on) scope '([^']+)')?/i.exec(
      message,
    );
  const [, action, scope] = linked ?? direct ?? [];
  const [, identity] = /\bobject id '([^']+)'/i.exec(message) ?? /\bclient '([^']+)'/i.exec(message) ?? [];
  if (action === undefined) {
    return /Linked/i.test(code)
      ? `The identity lacks a permission on something that the target refers to: its subnet, its identity, or the resource behind it. ${afterwards}`
      : `The identity lacks a role. For work on a workspace it needs AzureML Data Scientist, for its computes AzureML Compute Operator. ${afterwards}`;
  }
  const role = roles.find(([pattern]) => pattern.test(action))?.[1] ?? "Contributor";
  const who = identity === undefined ? "The identity" : `The identity ${identity}`;
  const what = scope === undefined ? "" : ` on ${scope}`;
  const own = /^Microsoft\.MachineLearningServices\//i.test(action);
  const refers = own ? "" : ", which the target refers to";
  return `${who} lacks the action ${action}${what}${refers}. The role ${role} has it: assign that there. ${afterwards}`;
}
