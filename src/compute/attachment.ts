import { canonicalId } from "../azure/resource-id.ts";

/** What an attachment holds of the resource behind it. */
export type Attachment = {
  /** ARM's discriminator, in any case. */
  readonly computeType: string;
  /** ARM id, in any case. */
  readonly resourceId: string;
  /** Where the kind attaches one resource once in every namespace. */
  readonly namespace?: string;
};

/**
 * True when two attachments cannot stand beside each other: the later one would break the earlier one. Kubernetes alone
 * may be attached once in every namespace of a cluster.
 *
 * @see https://learn.microsoft.com/azure/machine-learning/how-to-attach-kubernetes-to-workspace
 */
export function conflicts(a: Attachment, b: Attachment): boolean {
  if (canonicalId(a.resourceId) !== canonicalId(b.resourceId)) return false;
  const kubernetes = [a, b].every(({ computeType }) => computeType.toLowerCase() === "kubernetes");
  return !kubernetes || (a.namespace ?? "default") === (b.namespace ?? "default");
}
