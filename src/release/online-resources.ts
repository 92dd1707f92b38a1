import type { LiveEndpoint, LiveOnlineDeployment, OnlineEndpoints } from "../azure/online-endpoints.ts";
import type { FollowedBy } from "../azure/operation.ts";
import type { Outcome } from "../azure/outcome.ts";
import { canonicalJson } from "../canonical-json.ts";
import { digestOfLive } from "./digest.ts";
import { differencesFromLive, operationProperty } from "./online-bodies.ts";
import { marksOf, stateOf, tagsOf } from "./online-live.ts";
import type { EndpointState } from "./rollout.ts";
import type { Writable } from "./settle.ts";
import { isSameTraffic, normalized, trafficText } from "./traffic.ts";

/** The whole of an endpoint, to be written. @param from the traffic that the decision was made on. */
export function writableEndpoint(
  name: string,
  { body, to, from }: { readonly body: unknown; readonly to: EndpointState; readonly from: EndpointState | undefined },
  endpoints: OnlineEndpoints,
  until?: AbortSignal,
): Writable<LiveEndpoint> {
  const what = `the endpoint '${name}'`;
  const isThere = (live: LiveEndpoint | undefined) =>
    live !== undefined && stateOf(live.provisioningState) === "ready" && isInState(live, to) && hasMarks(live, to);
  return {
    what,
    send: () => endpoints.put(name, body, until),
    progress: endpoints.progress,
    read: () => endpoints.get(name, until),
    stateOf: ({ provisioningState }) => provisioningState,
    isInFlight: ({ provisioningState }) => isInFlight(provisioningState),
    isAsSent: isThere,
    isCarriedOut: (live) => live !== undefined && isThere(live) && differencesFromLive(body, live).length === 0,
    hasFailed: (live) => stateOf(live.provisioningState) === "failed" && isInState(live, to),
    lastOperationOf: ({ properties }) => properties[operationProperty],
    obstacle: (live) =>
      live === undefined || from === undefined || isSameTraffic(live.traffic, from.traffic)
        ? undefined
        : `Somebody else has moved the traffic of ${what}: it is ${trafficText(live.traffic)} now, and was ${trafficText(from.traffic)}.`,
  };
}

/** An endpoint, to be removed. */
export function removableEndpoint(name: string, endpoints: OnlineEndpoints): Writable<LiveEndpoint> {
  return {
    what: `the endpoint '${name}'`,
    send: () => endpoints.remove(name),
    progress: endpoints.progress,
    read: () => endpoints.get(name),
    stateOf: ({ provisioningState }) => provisioningState,
    isInFlight: ({ provisioningState }) => isInFlight(provisioningState),
    isAsSent: (live) => live === undefined,
  };
}

/** Whether traffic, mirror and marks of an endpoint are these. */
export function isInState(live: LiveEndpoint, { traffic, mirror, marks }: EndpointState): boolean {
  const have = marksOf(live.tags);
  return (
    isSameTraffic(live.traffic, traffic) &&
    isSameTraffic(live.mirrorTraffic, mirror) &&
    (have.releasing ?? "") === (marks.releasing ?? "")
  );
}

/** Whether it says which deployments are kept, as far as that fits. */
function hasMarks(live: LiveEndpoint, { marks }: EndpointState): boolean {
  return canonicalJson(tagsOf(marksOf(live.tags))) === canonicalJson(tagsOf(marks));
}

export function stateOfLive({ traffic, mirrorTraffic, tags }: LiveEndpoint): EndpointState {
  return { traffic: normalized(traffic), mirror: normalized(mirrorTraffic), marks: marksOf(tags) };
}

/** A deployment, to be written. @param digest absent where it is put back as somebody else has made it. */
export function writableDeployment(
  endpoint: string,
  name: string,
  { body, digest }: { readonly body: unknown; readonly digest: string | undefined },
  endpoints: OnlineEndpoints,
): Writable<LiveOnlineDeployment> {
  return deploymentOf(endpoint, name, () => endpoints.putDeployment(endpoint, name, body), endpoints, {
    isAsSent: (live) =>
      live !== undefined && stateOf(live.provisioningState) === "ready" && digestOfLive(live) === digest,
    hasFailed: (live) => stateOf(live.provisioningState) === "failed" && digestOfLive(live) === digest,
  });
}

/** A deployment, to be removed. */
export function removableDeployment(
  endpoint: string,
  name: string,
  endpoints: OnlineEndpoints,
): Writable<LiveOnlineDeployment> {
  return deploymentOf(endpoint, name, () => endpoints.removeDeployment(endpoint, name), endpoints, {
    isAsSent: (live) => live === undefined,
  });
}

function deploymentOf(
  endpoint: string,
  name: string,
  send: () => Promise<Outcome<FollowedBy>>,
  endpoints: OnlineEndpoints,
  rest: Pick<Writable<LiveOnlineDeployment>, "isAsSent" | "hasFailed">,
): Writable<LiveOnlineDeployment> {
  return {
    what: `the deployment '${name}' of the endpoint '${endpoint}'`,
    send,
    progress: endpoints.progress,
    read: () => endpoints.deployment(endpoint, name),
    stateOf: ({ provisioningState }) => provisioningState,
    isInFlight: ({ provisioningState }) => isInFlight(provisioningState),
    lastOperationOf: ({ properties }) => properties[operationProperty],
    ...rest,
  };
}

export function isInFlight(provisioningState: string): boolean {
  return ["in-flight", "leaving"].includes(stateOf(provisioningState));
}
