import type { Arm } from "./arm.ts";
import { membersOf, textOf, type Members } from "./members.ts";
import { refused, succeeded, type Outcome } from "./outcome.ts";
import type { Workspace } from "./workspace.ts";

/**
 * Address of the regional data plane, or of one service in it that may have a host of its own: found through the
 * workspace's discovery document; read once, when needed.
 */
export type DataPlane = (
  service?: "modelmanagement" | "pipelines" | "experimentation" | "studio",
) => Promise<Outcome<string>>;

export function discoverDataPlane(arm: Arm, workspace: Workspace): DataPlane {
  let found: Promise<Outcome<Members>> | undefined;
  return async (service) => {
    const document = await (found ??= discover(arm, workspace));
    if (!document.ok) return document;
    const named = document.value;
    const own = textOf(named[service ?? "api"]);
    // The studio is for people: no other address stands in for it.
    const address = own ?? (service === "studio" ? undefined : (textOf(named["api"]) ?? textOf(named["history"])));
    if (address === undefined)
      return nothing(`The discovery document of the workspace '${workspace.name}' names no api.`);
    return succeeded(address.replace(/\/+$/, ""));
  };
}

/** Addresses below the workspace in the data plane. @param path made with the workspace's ARM id. */
export function addressesIn(workspace: () => Promise<Outcome<Pick<Workspace, "id">>>, dataPlane: DataPlane) {
  return async (service: Parameters<DataPlane>[0], path: (id: string) => string): Promise<Outcome<string>> => {
    const [place, host] = await Promise.all([workspace(), dataPlane(service)]);
    if (!place.ok) return place;
    return host.ok ? succeeded(`${host.value}${path(place.value.id)}`) : host;
  };
}

async function discover(arm: Arm, { discoveryUrl, name }: Workspace): Promise<Outcome<Members>> {
  if (discoveryUrl === undefined)
    return nothing(`The workspace '${name}' names no discoveryUrl; it may still be being created.`);
  const answer = await arm.getData(discoveryUrl);
  return answer.ok ? succeeded(membersOf(answer.value.body)) : answer;
}

function nothing(message: string): Outcome<never> {
  return refused("NoDataPlane", message);
}
