import type { LiveEndpoint } from "../azure/online-endpoints.ts";
import { membersOf, textOf, type Members } from "../azure/members.ts";
import { defined } from "../azure/defined.ts";
import type { OnlineEndpoint } from "../deployment/online/definition.ts";
import { toEndpointRequest } from "../deployment/online/request.ts";
import type { ResolvedDeployment } from "../deployment/resolved.ts";
import { isMark, tagsOf } from "./online-live.ts";
import type { EndpointState } from "./rollout.ts";

/** The service notes at a resource which operation has made it what it is. */
export const operationProperty = "AzureAsyncOperationUri";

/**
 * The whole of an endpoint, which a write replaces: as it is declared, else as it is live, with the traffic that the release
 * has come to. Tags that somebody else has put on it, a policy for example, stay.
 */
export function endpointBody(
  declared: OnlineEndpoint | undefined,
  live: LiveEndpoint | undefined,
  resolved: ResolvedDeployment,
  { traffic, mirror, marks }: EndpointState,
): unknown {
  const shares = { traffic, mirrorTraffic: mirror };
  const body =
    declared === undefined ? bodyOfLive(live, resolved, shares) : toEndpointRequest(declared, resolved, shares);
  const theirs = Object.fromEntries(Object.entries(live?.tags ?? {}).filter(([tag]) => !isMark(tag)));
  const own = membersOf(membersOf(body)["tags"]);
  return { ...body, tags: { ...theirs, ...own, ...tagsOf(marks) } };
}

/** As the official client writes back what it has read. */
function bodyOfLive(
  live: LiveEndpoint | undefined,
  { location }: ResolvedDeployment,
  shares: { readonly traffic: object; readonly mirrorTraffic: object },
): object {
  const { identity, authMode, description, compute, publicNetworkAccess } = live ?? {};
  // The service notes its own operations there, anew with each of them.
  const { [operationProperty]: _, ...properties } = live?.properties ?? {};
  const users = identity?.userAssignedIds ?? [];
  return {
    location: live?.location ?? location,
    ...(identity === undefined
      ? {}
      : {
          identity: {
            type: identity.type,
            ...(users.length === 0 ? {} : { userAssignedIdentities: Object.fromEntries(users.map((id) => [id, {}])) }),
          },
        }),
    properties: { ...defined({ authMode, description, compute, publicNetworkAccess, properties }), ...shares },
  };
}

/** What was read of a deployment, as it is written back: without the note of the operation that has made it. */
export function bodyToRestore({ properties: read, ...rest }: Members): unknown {
  const { properties: noted, ...properties } = membersOf(read);
  const { [operationProperty]: _, ...own } = membersOf(noted);
  return { ...rest, properties: { ...properties, properties: own } };
}

/** Members that a body sets and the live endpoint has otherwise. What the service filled in is no difference, nor is traffic. */
export function differencesFromLive(body: unknown, live: LiveEndpoint): readonly string[] {
  const wanted = membersOf(body);
  const properties = membersOf(wanted["properties"]);
  const differs = (key: "authMode" | "description" | "compute" | "publicNetworkAccess") => {
    const text = textOf(properties[key]);
    return text !== undefined && !isSameText(key, text, live[key]);
  };
  return [
    ...(["authMode", "description", "compute", "publicNetworkAccess"] as const).filter(differs),
    ...(isSameIdentity(membersOf(wanted["identity"]), live.identity) ? [] : ["identity"]),
    ...missingIn(membersOf(wanted["tags"]), live.tags)
      .filter((tag) => !isMark(tag))
      .map((tag) => `tags.${tag}`),
    ...missingIn(membersOf(properties["properties"]), live.properties).map((key) => `properties.${key}`),
  ];
}

function isSameText(key: string, wanted: string, live: string | undefined): boolean {
  return key === "description" ? wanted === live : wanted.toLowerCase() === live?.toLowerCase();
}

/** Values may be written as numbers or as true and false: the service keeps texts. */
function missingIn(wanted: Members, live: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(wanted).flatMap(([key, value]) =>
    isSameValue(value, Object.hasOwn(live, key) ? live[key] : undefined) ? [] : [key],
  );
}

function isSameValue(wanted: unknown, live: string | undefined): boolean {
  if (wanted === undefined || wanted === null) return true;
  if (typeof wanted === "string") return wanted === live;
  return JSON.stringify(wanted).toLowerCase() === live?.toLowerCase();
}

function isSameIdentity(wanted: Members, live: LiveEndpoint["identity"]): boolean {
  const type = textOf(wanted["type"]);
  if (type === undefined) return true;
  const words = (text: string) =>
    text
      .toLowerCase()
      .split(",")
      .map((word) => word.trim())
      .sort()
      .join(",");
  const ids = (list: readonly string[]) => list.map((id) => id.toLowerCase()).sort();
  const declared = ids(Object.keys(membersOf(wanted["userAssignedIdentities"])));
  const had = ids(live?.userAssignedIds ?? []);
  return words(type) === words(live?.type ?? "none") && declared.join() === had.join();
}
