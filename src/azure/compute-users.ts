import { sharedRead } from "./shared-read.ts";
import { interpretStatus } from "./job-status.ts";
import type { Arm } from "./arm.ts";
import type { LiveCompute } from "./computes.ts";
import type { DataPlane } from "./data-plane.ts";
import { defined } from "./defined.ts";
import { membersOf, textOf } from "./members.ts";
import { succeeded, type AzureFailure, type Outcome } from "./outcome.ts";
import { canonicalId } from "./resource-id.ts";
import { leafCause } from "./service-error.ts";
import { workspaceId, type WorkspaceRef } from "./workspace.ts";

/** An unfinished run, an endpoint or a service that needs a compute. */
export type ComputeUser = {
  readonly what: "run" | "endpoint" | "service";
  readonly name: string;
  /** As the service spells it. */
  readonly state: string;
};

/** The lists of a workspace in which something that uses a compute may be found. */
export const userCollections = ["jobs", "onlineEndpoints", "services"] as const;
export type UserCollection = (typeof userCollections)[number];

/** What still needs a compute. */
export type ComputeUse = {
  readonly users: readonly ComputeUser[];
  /** A list that the service does not have any more, so that nothing can be in it. */
  readonly notice?: string;
};

/** Read before a compute is taken away, from the lists in which such a compute can have users. */
export type ReadComputeUsers = (
  compute: LiveCompute,
  collections: readonly UserCollection[],
) => Promise<Outcome<ComputeUse>>;

/** A list, or that the service has none any more. */
type Listed = Outcome<readonly unknown[] | "gone">;

type Wire = { readonly name: string; readonly properties: Readonly<Record<string, unknown>> };

const collectionReaders: Readonly<
  Record<
    UserCollection,
    {
      readonly apiVersion: string;
      /** What an item of the list is, where it uses the compute and is not over. */
      readonly userIn: (item: Wire, compute: { readonly id: string; readonly name: string }) => ComputeUser | undefined;
    }
  >
> = {
  jobs: {
    apiVersion: "2024-01-01-preview",
    userIn: ({ name, properties }, { id }) => {
      const state = word(properties["status"]);
      const uses = interpretStatus(state).phase !== "over" && refersTo(properties, id);
      return uses ? { what: "run", name, state } : undefined;
    },
  },
  onlineEndpoints: {
    apiVersion: "2023-04-01-preview",
    userIn: ({ name, properties }, { id }) => {
      const held = properties["compute"];
      const uses = typeof held === "string" && canonicalId(held) === id;
      return uses ? { what: "endpoint", name, state: word(properties["provisioningState"]) } : undefined;
    },
  },
  services: {
    // The last version that knows web services of the first SDK.
    apiVersion: "2021-04-01",
    userIn: ({ name, properties }, compute) => {
      const held = properties["computeName"];
      const uses = typeof held === "string" && held.toLowerCase() === compute.name.toLowerCase();
      return uses ? { what: "service", name, state: word(properties["state"]) } : undefined;
    },
  },
};

/** Simultaneous callers share each list. None gets a list from before its call, because use changes. */
export function createComputeUsersReader(arm: Arm, workspace: WorkspaceRef, dataPlane: DataPlane): ReadComputeUsers {
  const root = workspaceId(workspace);
  const lists = new Map<string, () => Promise<Listed>>();
  const read = async (collection: UserCollection): Promise<Listed> => {
    const items = await arm.list(`${root}/${collection}`, collectionReaders[collection].apiVersion);
    return collection === "services" && !items.ok && hasNoSuchType(items.failure)
      ? servicesOfDataPlane(arm, root, dataPlane)
      : items;
  };
  const list = (collection: UserCollection) => {
    const shared = lists.get(collection) ?? sharedRead(() => read(collection));
    lists.set(collection, shared);
    return shared();
  };
  return async ({ id, name }, collections) => {
    const compute = { id: canonicalId(id === "" ? `${root}/computes/${name}` : id), name };
    const users: ComputeUser[] = [];
    let notice: string | undefined;
    for (const collection of collections) {
      const items = await list(collection);
      if (!items.ok) return items;
      if (items.value === "gone") {
        notice = servicesGone;
        continue;
      }
      users.push(...items.value.flatMap((item) => collectionReaders[collection].userIn(wireOf(item), compute) ?? []));
    }
    return succeeded({ users, ...defined({ notice }) });
  };
}

const servicesGone = "Azure Machine Learning no longer lists web services of the first SDK, so none can be using it.";

/** ARM knows the type in no version: it was taken away. Any other failure says nothing of what the list would hold. */
function hasNoSuchType({ status, error }: AzureFailure): boolean {
  return status === 404 && leafCause(error).code === "InvalidResourceType";
}

/** Where the first SDK itself lists web services. They are flat there. */
async function servicesOfDataPlane(arm: Arm, root: string, dataPlane: DataPlane): Promise<Listed> {
  const host = await dataPlane("modelmanagement");
  if (!host.ok) return host;
  const items = await arm.listData(`${host.value}/modelmanagement/v1.0${root}/services?expand=true`);
  if (!items.ok) return [404, 410].includes(items.failure.status ?? 0) ? succeeded("gone") : items;
  return succeeded(items.value.map((item) => ({ name: membersOf(item)["name"], properties: item })));
}

function word(value: unknown): string {
  return typeof value === "string" ? value : "Unknown";
}

function wireOf(item: unknown): Wire {
  const { name, properties } = membersOf(item);
  return { name: textOf(name) ?? "", properties: membersOf(properties) };
}

/** A pipeline names its computes at the top, in its settings, and in every step: wherever the id appears, the compute is used. */
function refersTo(value: unknown, id: string): boolean {
  if (typeof value === "string") return canonicalId(value) === id;
  return typeof value === "object" && value !== null && Object.values(value).some((member) => refersTo(member, id));
}
