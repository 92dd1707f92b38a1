import { canonicalId } from "../azure/resource-id.ts";

/** What an attachment holds of the resource behind it. */
export type Attachment = {
  /** ARM's discriminator, in any case. */
  readonly computeType: string;
  /** ARM id, in any case. */
  readonly resourceId: string;
  /** Only for a kind that attaches one resource once in every namespace. */
  readonly namespace?: string;
};

/**
 * True when two attachments cannot coexist: the later one would break the earlier one. Two of a kind that
 * has namespaces can, in different ones.
 *
 * @see https://learn.microsoft.com/azure/machine-learning/how-to-attach-kubernetes-to-workspace
 */
export function conflicts(a: Attachment, b: Attachment): boolean {
  if (canonicalId(a.resourceId) !== canonicalId(b.resourceId)) return false;
  const areOfOneKind = a.computeType.toLowerCase() === b.computeType.toLowerCase();
  const haveNamespaces = a.namespace !== undefined && b.namespace !== undefined;
  return !(areOfOneKind && haveNamespaces && a.namespace !== b.namespace);
}
