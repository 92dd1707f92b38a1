import type { ResourceReads } from "../compute/kind.ts";
import type { Arm } from "./arm.ts";
import type { Cloud } from "./cloud.ts";
import { succeeded, type Outcome } from "./outcome.ts";
import type { Workspace } from "./workspace.ts";

type Document = Readonly<Record<string, unknown>>;

/** Reads of the resources behind targets: each address is asked for once in a command, however many targets share it. */
export function createResourceReads(arm: Arm, cloud: Cloud, workspace: Workspace): ResourceReads {
  const known = new Map<string, Promise<Outcome<Document>>>();
  const lists = new Map<string, Promise<Outcome<readonly unknown[]>>>();
  const read = async (url: string): Promise<Outcome<Document>> => {
    const answer = await arm.getUrl(url);
    return answer.ok ? succeeded((answer.value.body ?? {}) as Document) : answer;
  };
  return {
    workspace,
    cloud,
    get: (id, apiVersion, query = {}) => {
      const url = `${cloud.resourceManager}${id}?${new URLSearchParams({ "api-version": apiVersion, ...query }).toString()}`;
      const found = known.get(url.toLowerCase()) ?? read(url);
      known.set(url.toLowerCase(), found);
      return found;
    },
    list: (id, apiVersion) => {
      const key = `${id}?${apiVersion}`.toLowerCase();
      const found = lists.get(key) ?? arm.list(id, apiVersion);
      lists.set(key, found);
      return found;
    },
  };
}
