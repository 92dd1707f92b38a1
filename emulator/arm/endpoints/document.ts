import type { Json } from "../computes/document.ts";

/** The two families of endpoints, with deployments below each. */
export type Family = "onlineEndpoints" | "batchEndpoints";

/** An endpoint, or a deployment below one, as it is kept. */
export type EndpointDocument = {
  readonly family: Family;
  /** Of the endpoint itself, or of the one above a deployment. */
  readonly endpoint: string;
  /** Absent of an endpoint. */
  readonly deployment?: string;
  readonly location: string;
  readonly tags: Json;
  readonly kind?: string;
  readonly identity?: Json;
  readonly sku?: Json;
  readonly properties: Json;
  readonly createdAt: string;
  readonly modifiedAt: string;
  /** In flight. */
  readonly operation?: string;
  /** The one that has made or changed it last; shown as `AzureAsyncOperationUri`. */
  readonly lastOperation?: string;
  readonly apiVersion: string;
  /** Never shown; of an online endpoint. */
  readonly keys?: { readonly primaryKey: string; readonly secondaryKey: string };
  /** What they become when the operation in flight ends well. */
  readonly nextKeys?: EndpointDocument["keys"];
  /** Whether it has ever been brought up: what failed at first is not repaired by another PUT. */
  readonly everSucceeded?: boolean;
};

export const collections = {
  onlineEndpoints: { endpoints: "onlineEndpoints", deployments: "onlineDeployments" },
  batchEndpoints: { endpoints: "batchEndpoints", deployments: "batchDeployments" },
} as const satisfies Record<Family, { readonly endpoints: string; readonly deployments: string }>;

export function nameOf({ endpoint, deployment }: Pick<EndpointDocument, "endpoint" | "deployment">): string {
  return deployment ?? endpoint;
}

/** Names do not mind case. */
export function keyOf({ endpoint, deployment }: Pick<EndpointDocument, "endpoint" | "deployment">): string {
  return (deployment === undefined ? endpoint : `${endpoint}/${deployment}`).toLowerCase();
}

export function collectionOf({ family, deployment }: Pick<EndpointDocument, "family" | "deployment">): string {
  return deployment === undefined ? collections[family].endpoints : collections[family].deployments;
}

export function stateOf({ properties }: Pick<EndpointDocument, "properties">): string {
  return String(properties["provisioningState"]);
}

/** A share of an endpoint's traffic by the names of deployments, as it is kept: only what is above zero. */
export type Shares = Readonly<Record<string, number>>;

export function sharesOf(
  { properties }: Pick<EndpointDocument, "properties">,
  member: "traffic" | "mirrorTraffic",
): Shares {
  return (properties[member] ?? {}) as Shares;
}
