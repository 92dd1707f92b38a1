import type { ComputeTarget } from "../compute/target.ts";
import type { DeclaredAsset } from "../asset/declared.ts";
import type { Deployment } from "../deployment/deployment.ts";
import type { Job } from "../job/job.ts";
import type { RunLimits, RunRetries } from "./beside-run.ts";
import type { RunDefaults } from "./run-defaults.ts";
import type { Gate } from "../run/gates.ts";
import type { Position, Problem } from "../yaml/problem.ts";

/** The workspace as far as declarations name it; inputs and environment fill the rest. */
export type DeclaredWorkspace = {
  readonly subscriptionId?: string;
  readonly resourceGroup?: string;
  readonly name?: string;
};

/** Everything that the declaration files and the inline inputs say, checked. */
export type Declaration = {
  readonly workspace: DeclaredWorkspace;
  /** Where a file declares it. */
  readonly workspaceAt?: Position;
  readonly targets: readonly ComputeTarget[];
  readonly run?: Job;
  /** Assets that are registered: az ml environment, component, data and model files. */
  readonly assets: readonly DeclaredAsset[];
  /** Those among them that `deploy` names: they are registered with what is deployed. */
  readonly assetsToDeploy: readonly DeclaredAsset[];
  readonly gates: readonly Gate[];
  readonly limits?: RunLimits;
  readonly retries?: RunRetries;
  /** What the file of the run says of its submission, where the inputs leave it open. */
  readonly runDefaults?: RunDefaults;
  /** What an hour of a machine costs, by size in lower case; absent when no prices are declared. */
  readonly prices?: ReadonlyMap<string, number>;
  /** What is to be deployed, in the order in which it is declared. */
  readonly deployments: readonly Deployment[];
  /** Files that a glob matched and that are not declarations, with the reason. */
  readonly skipped: readonly { readonly file: string; readonly reason: string }[];
  /** Every file that was read as a declaration. */
  readonly files: readonly string[];
  /** Every problem of every file; the rest of the value holds what could be read all the same. */
  readonly problems: readonly Problem[];
};
