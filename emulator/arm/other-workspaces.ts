import type { Fault } from "../faults.ts";
import { armError, ok, type Incoming, type Reply } from "../server/reply.ts";
import { pathOfWorkspace, seeded } from "../settings.ts";
import type { Storage } from "../storage.ts";
import type { Store } from "../store.ts";
import type { ComputeSettings } from "./computes/collection.ts";
import { createAssets } from "./assets.ts";
import { createComputes } from "./computes/computes.ts";

/** A workspace beside the seeded one, as it was added. */
export type WorkspaceDocument = { readonly name: string; readonly resourceGroup: string };

const collection = "workspaces";
/** What a workspace keeps for itself; the resources that targets point at belong to the subscription. */
const own = ["computes", "operations", "assets"];

/**
 * Workspaces beside the seeded one: they are listed, read, and have computes and models of their own, of the same make. They
 * have nothing else: no storage, no jobs.
 */
export function createOtherWorkspaces(store: Store, settings: ComputeSettings, storage: Storage) {
  const all = () => store.list<WorkspaceDocument>(collection).map(({ value }) => value);
  const computesOf = (workspace: WorkspaceDocument) =>
    createComputes(within(store, pathOfWorkspace(workspace).toLowerCase()), settings);
  const assetsOf = (workspace: WorkspaceDocument) => {
    const root = pathOfWorkspace(workspace);
    return createAssets(within(store, root.toLowerCase()), storage, settings.pageSize, root);
  };
  const found = (path: string) =>
    all().find((workspace) => {
      const root = pathOfWorkspace(workspace).toLowerCase();
      return path.toLowerCase() === root || path.toLowerCase().startsWith(`${root}/`);
    });
  return {
    add: (workspace: WorkspaceDocument) => store.put(collection, pathOfWorkspace(workspace).toLowerCase(), workspace),
    empty: () => {
      for (const { key } of store.list(collection)) {
        for (const name of own)
          for (const one of store.list(`${name} of ${key}`)) store.remove(`${name} of ${key}`, one.key);
        store.remove(collection, key);
      }
    },
    holdsRegionalName: (name: string): boolean =>
      all().some((workspace) => computesOf(workspace).holdsRegionalName(name)),
    /** A version of a model in one of them. */
    putModel: (
      workspace: WorkspaceDocument,
      name: string,
      version: string,
      properties: Readonly<Record<string, unknown>>,
    ) => assetsOf(workspace).put("models", name, version, properties),
    documents: () => all().map(document),
    /** The state of an operation on a compute of any of them; `undefined` when none of them knows it. */
    status: (operation: string): Reply | undefined =>
      all()
        .map((workspace) => computesOf(workspace).status(operation))
        .find(({ status }) => status !== 404),
    /** @returns `undefined` for a path that is in none of them. */
    handle: async (request: Incoming, faults: readonly Fault[]): Promise<Reply | undefined> => {
      const workspace = found(request.path);
      if (workspace === undefined) return undefined;
      const [part, name, action, ...rest] = request.path
        .slice(pathOfWorkspace(workspace).length + 1)
        .split("/")
        .map(decodeURIComponent);
      if (part === undefined || part === "") return ok(document(workspace));
      if (part.toLowerCase() === "computes") return computesOf(workspace).handle(request, name, action, faults);
      if (part.toLowerCase() === "models")
        return assetsOf(workspace).handle(
          request,
          "models",
          [name, action, ...rest].filter((one) => one !== undefined),
        );
      return armError(404, "NotFound", `The emulator does not implement ${request.method} ${request.path}.`);
    },
  };
}

export type OtherWorkspaces = ReturnType<typeof createOtherWorkspaces>;

/** The store as one workspace sees it. */
function within(store: Store, workspace: string): Store {
  const named = (name: string) => (own.includes(name) ? `${name} of ${workspace}` : name);
  return {
    ...store,
    get: (name, key) => store.get(named(name), key),
    put: (name, key, value) => store.put(named(name), key, value),
    remove: (name, key) => store.remove(named(name), key),
    list: (name) => store.list(named(name)),
  };
}

function document(workspace: WorkspaceDocument): { readonly id: string } & Readonly<Record<string, unknown>> {
  return {
    id: pathOfWorkspace(workspace),
    name: workspace.name,
    type: "Microsoft.MachineLearningServices/workspaces",
    location: seeded.location,
    tags: {},
    kind: "Default",
    sku: { name: "Basic", tier: "Basic" },
    properties: { friendlyName: workspace.name, provisioningState: "Succeeded", v1LegacyMode: false },
  };
}
