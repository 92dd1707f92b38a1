import type { Computes } from "../azure/computes.ts";
import type { Leases } from "../azure/leases.ts";
import type { ReadComputeUsers } from "../azure/compute-users.ts";
import type { Workspace } from "../azure/workspace.ts";
import type { Clock } from "../clock.ts";
import type { ResourceReads } from "../azure/resource-reads.ts";
import type { ResolveSecret } from "../secret/secret.ts";
import type { TargetReport } from "../report/result.ts";

/** What attaching needs from outside. */
export type AttachDeps = {
  readonly computes: Computes;
  readonly leases: Leases;
  readonly usersOf: ReadComputeUsers;
  /** Reads of resources that know nothing from before. */
  readonly freshReads: () => ResourceReads;
  /** Ids that nobody else has. */
  readonly newId: () => string;
  /** Address of the workflow run; absent outside GitHub. */
  readonly run?: string;
  readonly workspace: Workspace;
  readonly clock: Clock;
  readonly resolveSecret: ResolveSecret;
  /** Aborts when the workflow is cancelled. */
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch after which every wait ends. */
  readonly deadline: number;
  /** One line for each change of state during provisioning. The text may come from Azure. */
  readonly onProgress: (target: string, message: string) => void;
  /** Called once for each target, when its work has ended. */
  readonly onEnd: (report: TargetReport) => void;
};
