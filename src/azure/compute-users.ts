import { sharedRead } from "./shared-read.ts";
import { interpretStatus } from "./job-status.ts";
import type { Arm } from "./arm.ts";
import type { LiveCompute } from "./computes.ts";
import { succeeded, type Outcome } from "./outcome.ts";
import { canonicalId } from "./resource-id.ts";
import { workspaceId, type WorkspaceRef } from "./workspace.ts";

/** An unfinished run, an endpoint or a service that needs a compute. */
export type ComputeUser = {
  readonly what: "run" | "endpoint" | "service";
  readonly name: string;
  /** As the service spells it. */
  readonly state: string;
};

/** What still needs a compute: read before it is taken away. */
export type ReadComputeUsers = (compute: LiveCompute) => Promise<Outcome<readonly ComputeUser[]>>;

const jobsVersion = "2024-01-01-preview";
const endpointsVersion = "2023-04-01-preview";
/** The last version that knows web services of the first SDK. */
const servicesVersion = "2021-04-01";

/** Simultaneous callers share each list. None gets a list from before its call, because use changes. */
export function createComputeUsersReader(arm: Arm, workspace: WorkspaceRef): ReadComputeUsers {
  const root = workspaceId(workspace);
  const lists = new Map<string, () => Promise<Outcome<readonly unknown[]>>>();
  const list = (collection: string, apiVersion: string) => {
    const shared = lists.get(collection) ?? sharedRead(() => arm.list(`${root}/${collection}`, apiVersion));
    lists.set(collection, shared);
    return shared();
  };
  return async (compute) => {
    const id = canonicalId(compute.id === "" ? `${root}/computes/${compute.name}` : compute.id);
    const kind = compute.computeType.toLowerCase();
    const jobs = await list("jobs", jobsVersion);
    if (!jobs.ok) return jobs;
    const users: ComputeUser[] = jobs.value.map(wireOf).flatMap(({ name, properties }) => {
      const state = word(properties["status"]);
      return interpretStatus(state).phase !== "over" && refersTo(properties, id) ? [{ what: "run", name, state }] : [];
    });
    if (kind === "kubernetes") {
      const endpoints = await list("onlineEndpoints", endpointsVersion);
      if (!endpoints.ok) return endpoints;
      users.push(
        ...endpoints.value.map(wireOf).flatMap(({ name, properties }): ComputeUser[] => {
          const held = properties["compute"];
          return typeof held === "string" && canonicalId(held) === id
            ? [{ what: "endpoint", name, state: word(properties["provisioningState"]) }]
            : [];
        }),
      );
    }
    if (kind === "aks") {
      const services = await list("services", servicesVersion);
      if (!services.ok) return services;
      users.push(
        ...services.value.map(wireOf).flatMap(({ name, properties }): ComputeUser[] => {
          const held = properties["computeName"];
          return typeof held === "string" && held.toLowerCase() === compute.name.toLowerCase()
            ? [{ what: "service", name, state: word(properties["state"]) }]
            : [];
        }),
      );
    }
    return succeeded(users);
  };
}

function word(value: unknown): string {
  return typeof value === "string" ? value : "Unknown";
}

function wireOf(item: unknown): { readonly name: string; readonly properties: Readonly<Record<string, unknown>> } {
  const { name, properties } = (item ?? {}) as {
    readonly name?: string;
    readonly properties?: Readonly<Record<string, unknown>> | null;
  };
  return { name: name ?? "", properties: properties ?? {} };
}

/** A pipeline names its computes at the top, in its settings, and in every step: wherever the id appears, the compute is used. */
function refersTo(value: unknown, id: string): boolean {
  if (typeof value === "string") return canonicalId(value) === id;
  return typeof value === "object" && value !== null && Object.values(value).some((member) => refersTo(member, id));
}
