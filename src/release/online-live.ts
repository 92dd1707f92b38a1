import type { LiveEndpoint, LiveOnlineDeployment } from "../azure/online-endpoints.ts";
import { digestOfLive } from "./digest.ts";
import type { LiveParts } from "./live-endpoint.ts";
import type { Marks, RolloutDeployment, RolloutEndpoint } from "./rollout.ts";
import { normalized } from "./traffic.ts";

export type LiveOnline = LiveParts<LiveEndpoint, LiveOnlineDeployment>;

/** Tags of an endpoint by which one run tells the next ones what they have to know. */
const markTags = { releasing: "azureml-targets.releasing", kept: "azureml-targets.kept" } as const;

/** The longest value that a tag of Azure can have. */
const longestTag = 256;

/** True for a tag that this action writes itself. */
export function isMark(tag: string): boolean {
  return Object.values<string>(markTags).includes(tag);
}

export function marksOf(tags: Readonly<Record<string, string>>): Marks {
  const releasing = tags[markTags.releasing];
  const kept = (tags[markTags.kept] ?? "").split(" ").filter((key) => key !== "");
  return { kept, ...(releasing === undefined || releasing === "" ? {} : { releasing }) };
}

export function tagsOf({ releasing, kept }: Marks): Readonly<Record<string, string>> {
  // What does not fit is what was kept first.
  const fitting = kept.reduceRight(
    (text, key) => (text.length + key.length + 1 > longestTag ? text : `${key} ${text}`),
    "",
  );
  return {
    ...(releasing === undefined ? {} : { [markTags.releasing]: releasing }),
    ...(fitting === "" ? {} : { [markTags.kept]: fitting.trim() }),
  };
}

/** What an operation leaves behind, by the service's word; words that are not known are of something that runs. */
export function stateOf(provisioningState: string): RolloutDeployment["state"] {
  switch (provisioningState.toLowerCase()) {
    case "succeeded":
    // More or fewer machines of what serves already.
    case "scaling":
      return "ready";
    case "failed":
    case "canceled":
      return "failed";
    case "deleting":
      return "leaving";
    default:
      return "in-flight";
  }
}

/** What is live, as a rollout sees it. */
export function rolloutEndpointOf(
  endpoint: LiveEndpoint,
  deployments: readonly LiveOnlineDeployment[],
  isAsDeclared: boolean,
): RolloutEndpoint {
  const names = deployments.map(({ name }) => name);
  return {
    isAsDeclared,
    hasFailed: stateOf(endpoint.provisioningState) === "failed",
    traffic: normalized(endpoint.traffic, names),
    mirror: normalized(endpoint.mirrorTraffic, names),
    marks: marksOf(endpoint.tags),
    deployments: deployments.map(({ name, provisioningState, ...rest }) => {
      const digest = digestOfLive(rest);
      return { name, state: stateOf(provisioningState), ...(digest === undefined ? {} : { digest }) };
    }),
  };
}
