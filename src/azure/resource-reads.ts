import type { Arm } from "./arm.ts";
import type { Cloud } from "./cloud.ts";
import { membersOf } from "./members.ts";
import { succeeded, type Outcome } from "./outcome.ts";
import type { Workspace } from "./workspace.ts";

/** Plain GETs on the resources that targets point at, each address read once, however many targets need it. */
export type ResourceReads = {
  /** @param id ARM id, or a path below the subscription. `not-found` and 403 come back as failures. */
  readonly get: (
    id: string,
    apiVersion: string,
    query?: Readonly<Record<string, string>>,
  ) => Promise<Outcome<Readonly<Record<string, unknown>>>>;
  /** All pages of a list. Anything but a list comes back as a failure. */
  readonly list: (id: string, apiVersion: string) => Promise<Outcome<readonly unknown[]>>;
  readonly workspace: Workspace;
  readonly cloud: Pick<Cloud, "hdInsightSuffix">;
};

type Document = Readonly<Record<string, unknown>>;

/** Reads of the resources behind targets: each address is read once in a command, however many targets share it. */
export function createResourceReads(arm: Arm, cloud: Cloud, workspace: Workspace): ResourceReads {
  const documents = askedOnce<Document>();
  const lists = askedOnce<readonly unknown[]>();
  const read = async (url: string): Promise<Outcome<Document>> => {
    const answer = await arm.getUrl(url);
    return answer.ok ? succeeded(membersOf(answer.value.body)) : answer;
  };
  return {
    workspace,
    cloud,
    get: (id, apiVersion, query = {}) => {
      const url = `${cloud.resourceManager}${id}?${new URLSearchParams({ "api-version": apiVersion, ...query }).toString()}`;
      return documents(url, () => read(url));
    },
    list: (id, apiVersion) => lists(`${id}?${apiVersion}`, () => arm.list(id, apiVersion)),
  };
}

/** Answers by address, ignoring case. */
function askedOnce<Value>() {
  const known = new Map<string, Promise<Outcome<Value>>>();
  return (address: string, read: () => Promise<Outcome<Value>>): Promise<Outcome<Value>> => {
    const key = address.toLowerCase();
    const found = known.get(key) ?? read();
    known.set(key, found);
    return found;
  };
}
