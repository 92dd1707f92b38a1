import type { Arm } from "./arm.ts";
import { membersOf, textOf } from "./members.ts";
import { failed, succeeded, type Outcome } from "./outcome.ts";
import type { Workspace } from "./workspace.ts";

/** Address of the regional data plane, found through the workspace's discovery document; read once, when needed. */
export type DataPlane = () => Promise<Outcome<string>>;

export function discoverDataPlane(arm: Arm, workspace: Workspace): DataPlane {
  let found: Promise<Outcome<string>> | undefined;
  return () => {
    found ??= discover(arm, workspace);
    return found;
  };
}

async function discover(arm: Arm, { discoveryUrl, name }: Workspace): Promise<Outcome<string>> {
  if (discoveryUrl === undefined)
    return nothing(`The workspace '${name}' names no discoveryUrl; it may still be being created.`);
  const answer = await arm.getData(discoveryUrl);
  if (!answer.ok) return answer;
  const { api, history } = membersOf(answer.value.body);
  const address = textOf(api) ?? textOf(history);
  if (address === undefined) return nothing(`The discovery document of the workspace '${name}' names no api.`);
  return succeeded(address.replace(/\/+$/, ""));
}

function nothing(message: string): Outcome<never> {
  return failed({ reason: "refused", error: { code: "NoDataPlane", message, details: [] } });
}
