import type { AssetDeps } from "../asset/kind.ts";
import type { Azure } from "../azure/azure.ts";
import type { Outcome } from "../azure/outcome.ts";
import type { DeploymentStep } from "../report/result.ts";
import type { WorkflowRun } from "../run/provenance.ts";
import type { ReleasedRun } from "./kind.ts";

export type ModelDeps = {
  readonly azure: Pick<Azure, "assets" | "assetsOf" | "workspace" | "lookups">;
  readonly github: Pick<WorkflowRun, "commit">;
  readonly run?: ReleasedRun;
  /** True where a run is declared that has not been submitted: what it will bring is not known. */
  readonly isRunToCome?: boolean;
};

/** A model, looked for in the workspace: nothing has been sent. */
export type PlannedModel = {
  /** What tells it from every other by its content. */
  readonly identity: string;
  /** ARM id, or address in a registry, where it is there already. */
  readonly id?: string;
  readonly steps: readonly DeploymentStep[];
  /** @returns the id. */
  readonly ensure: (deps: AssetDeps) => Promise<Outcome<string>>;
};
