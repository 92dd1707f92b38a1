/** ARM compares ids without regard to case; a trailing slash means nothing. The form to compare and to key maps with. */
export function canonicalId(id: string): string {
  return id
    .trim()
    .replace(/(?<!\/)\/+$/, "")
    .toLowerCase();
}

/** The parts of `/subscriptions/{s}/resourceGroups/{g}/providers/{namespace}/{type}/{name}[/{type}/{name}…]`. */
export type ResourceId = {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  /** `Microsoft.Compute/virtualMachines`, with sub-types joined by `/`. */
  readonly type: string;
  readonly names: readonly string[];
};

/** @returns `undefined` when the text is not a resource id inside a resource group. */
export function parseResourceId(id: string): ResourceId | undefined {
  const match = /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/([^/]+)((?:\/[^/]+\/[^/]+)+)\/?$/i.exec(
    id.trim(),
  );
  if (match === null) return undefined;
  const [, subscriptionId, resourceGroup, namespace, rest] = match;
  if (!subscriptionId || !resourceGroup || !namespace || !rest) return undefined;
  const segments = rest.slice(1).split("/");
  const types = segments.filter((_, index) => index % 2 === 0);
  const names = segments.filter((_, index) => index % 2 === 1);
  return { subscriptionId, resourceGroup, type: [namespace, ...types].join("/"), names };
}

/** What people give in place of a subscription's id is its name, which no address takes. */
export function isSubscriptionId(text: string): boolean {
  return /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text.trim());
}

/** What to write instead. No full stop: it is used inside a sentence. */
export const giveSubscriptionId =
  "Give the ID of the subscription, not its name; both are shown by: az account list --output table";
