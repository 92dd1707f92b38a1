import { succeeded, type Outcome } from "../azure/outcome.ts";

/** What of an endpoint is live. */
export type LiveParts<Endpoint, Deployment> = {
  readonly endpoint?: Endpoint | undefined;
  readonly deployments: readonly Deployment[];
};

/** Names of deployments do not mind case; what has no name is the same as nothing. */
export function isSameName(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && one.toLowerCase() === other?.toLowerCase();
}

/** Reads an endpoint with its deployments; of one that is not there nothing. */
export async function readLive<Endpoint, Deployment>(
  name: string,
  endpoints: {
    readonly get: (name: string) => Promise<Outcome<Endpoint | undefined>>;
    readonly deployments: (name: string) => Promise<Outcome<readonly Deployment[]>>;
  },
): Promise<Outcome<LiveParts<Endpoint, Deployment>>> {
  const endpoint = await endpoints.get(name);
  if (!endpoint.ok) return endpoint;
  if (endpoint.value === undefined) return succeeded({ deployments: [] });
  const deployments = await endpoints.deployments(name);
  return deployments.ok ? succeeded({ endpoint: endpoint.value, deployments: deployments.value }) : deployments;
}
