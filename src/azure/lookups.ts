import type { Arm } from "./arm.ts";
import { assetVersions, type Collection } from "./assets.ts";
import { datastoresVersion } from "./datastores.ts";
import { membersOf, textOf } from "./members.ts";
import { succeeded, type Outcome } from "./outcome.ts";
import { workspaceId, type WorkspaceRef } from "./workspace.ts";

/** Reads about what a declaration refers to: whether it is there, and what there is in its place. */
export type Lookups = {
  /** Whether the version of an asset with this ARM id is there, in this workspace, another one or a registry. */
  readonly exists: (id: string) => Promise<Outcome<boolean>>;
  /** The names of all assets of a kind. */
  readonly assetNames: (collection: Collection) => Promise<Outcome<readonly string[]>>;
  readonly datastoreNames: () => Promise<Outcome<readonly string[]>>;
};

/** True for an id that {@link Lookups.exists} can ask for. */
export function isVersionId(id: string): boolean {
  return /^\/subscriptions\//i.test(id) && collectionOf(id) !== undefined;
}

function collectionOf(id: string): Collection | undefined {
  const word = /\/([a-z]+)\/[^/]+\/versions\/[^/]+$/i.exec(id)?.[1]?.toLowerCase();
  return (Object.keys(assetVersions) as Collection[]).find((collection) => collection === word);
}

export function createLookups(arm: Arm, workspace: WorkspaceRef): Lookups {
  const readNames = async (list: string, apiVersion: string): Promise<Outcome<readonly string[]>> => {
    const pages = await arm.list(`${workspaceId(workspace)}/${list}`, apiVersion);
    return pages.ok ? succeeded(pages.value.flatMap((item) => textOf(membersOf(item)["name"]) ?? [])) : pages;
  };
  // For suggestions alone, of which several may be wanted at once: one reading serves them.
  const known = new Map<string, ReturnType<typeof readNames>>();
  const namesIn = (list: string, apiVersion: string) => {
    const names = known.get(list) ?? readNames(list, apiVersion);
    known.set(list, names);
    return names;
  };
  return {
    exists: async (id) => {
      const collection = collectionOf(id);
      if (collection === undefined) throw new Error(`${id} is not the id of a version.`);
      const answer = await arm.get(id, assetVersions[collection]);
      if (answer.ok) return succeeded(true);
      return answer.failure.reason === "not-found" ? succeeded(false) : answer;
    },
    assetNames: (collection) => namesIn(collection, assetVersions[collection]),
    datastoreNames: () => namesIn("datastores", datastoresVersion),
  };
}
