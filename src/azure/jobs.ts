import type { Arm } from "./arm.ts";
import { defined } from "./defined.ts";
import { succeeded, type Outcome } from "./outcome.ts";
import { workspaceId, type WorkspaceRef } from "./workspace.ts";

/** A job of the workspace as the service shows it. */
export type LiveJob = {
  readonly id: string;
  readonly name: string;
  /** As the service spells it; unknown words pass through. */
  readonly status: string;
  readonly displayName?: string;
  readonly experimentName?: string;
  readonly computeId?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly properties: Readonly<Record<string, string>>;
  /** `properties.services.Studio.endpoint` */
  readonly studioUrl?: string;
  /** ISO 8601, `systemData.createdAt`. */
  readonly createdAt?: string;
};

/** The jobs of one workspace. Reads are repeated on passing faults; writes are sent exactly once. */
export type Jobs = {
  /** `undefined` when there is none of that name. */
  readonly get: (name: string) => Promise<Outcome<LiveJob | undefined>>;
  readonly put: (name: string, body: unknown) => Promise<Outcome<LiveJob>>;
  /** Requests the cancellation; the job runs on until its status says otherwise. */
  readonly cancel: (name: string, signal?: AbortSignal) => Promise<Outcome<void>>;
};

/** The official client's versions. */
const putVersion = "2025-01-01-preview";
const getVersion = "2024-01-01-preview";
const cancelVersion = "2023-04-01-preview";

export function createJobs(arm: Arm, workspace: WorkspaceRef): Jobs {
  const id = (name: string) => `${workspaceId(workspace)}/jobs/${name}`;
  return {
    get: async (name) => {
      const answer = await arm.get(id(name), getVersion);
      if (answer.ok) return succeeded(liveJob(answer.value.body));
      return answer.failure.reason === "not-found" ? succeeded(undefined) : answer;
    },
    put: async (name, body) => {
      const answer = await arm.put(id(name), putVersion, body);
      return answer.ok ? succeeded(liveJob(answer.value.body)) : answer;
    },
    cancel: async (name, signal) => {
      // A second cancellation changes nothing, so after a lost reply the request is simply sent again.
      const answer = await arm.post(`${id(name)}/cancel`, cancelVersion, undefined, {
        repeatable: "read",
        ...(signal === undefined ? {} : { signal }),
      });
      return answer.ok ? succeeded(undefined) : answer;
    },
  };
}

type WireJob = {
  readonly id?: string;
  readonly name?: string;
  readonly systemData?: { readonly createdAt?: string } | null;
  readonly properties?: {
    readonly status?: string;
    readonly displayName?: string | null;
    readonly experimentName?: string | null;
    readonly computeId?: string | null;
    readonly tags?: Readonly<Record<string, string>> | null;
    readonly properties?: Readonly<Record<string, string>> | null;
    readonly services?: { readonly Studio?: { readonly endpoint?: string | null } | null } | null;
  };
};

function liveJob(wire: unknown): LiveJob {
  const { id, name, systemData, properties = {} } = (wire ?? {}) as WireJob;
  return {
    id: id ?? "",
    name: name ?? id?.split("/").at(-1) ?? "",
    status: properties.status ?? "Unknown",
    tags: properties.tags ?? {},
    properties: properties.properties ?? {},
    ...defined({
      displayName: properties.displayName ?? undefined,
      experimentName: properties.experimentName ?? undefined,
      computeId: properties.computeId ?? undefined,
      studioUrl: properties.services?.Studio?.endpoint ?? undefined,
      createdAt: systemData?.createdAt,
    }),
  };
}
