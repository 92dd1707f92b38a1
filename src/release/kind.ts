import type { AssetDeps } from "../asset/kind.ts";
import type { Azure } from "../azure/azure.ts";
import type { Outcome } from "../azure/outcome.ts";
import type { Clock } from "../clock.ts";
import type { Deployment } from "../deployment/deployment.ts";
import type { WorkflowRun } from "../run/provenance.ts";
import type {
  DeploymentReport,
  DeploymentStep,
  Failure,
  GateResult,
  LeftGoing,
  PlannedDeployment,
} from "../report/result.ts";
import type { ResolveSecret } from "../secret/secret.ts";

/** The run that the command has trained or joined before it deploys. */
export type ReleasedRun = {
  readonly name: string;
  readonly bestTrial?: string;
  /** Names of the runs of a pipeline's steps, by the steps' names. */
  readonly steps: ReadonlyMap<string, string>;
  readonly gates: readonly GateResult[];
};

/** Work that nobody else does at the same time, by a name; the lease lasts as long as the work. */
export type Exclusively = <Value>(
  key: string,
  work: (isHeld: () => boolean) => Promise<Outcome<Value>>,
) => Promise<Outcome<Value>>;

/** What every release is handed. */
export type ReleaseDeps = {
  readonly azure: Azure;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch after which every wait ends. */
  readonly deadline: number;
  /** False: the writes of the first step are sent, and nothing is waited for. */
  readonly wait: boolean;
  readonly github: WorkflowRun;
  readonly run?: ReleasedRun;
  readonly resolveSecret: ResolveSecret;
  /** Hides a value in everything that is shown from now on. */
  readonly mask: (secret: string) => void;
  readonly newId: () => string;
  readonly exclusively: Exclusively;
  /** Names under which declared targets are live, by their declared names in lower case. */
  readonly liveNames: ReadonlyMap<string, string>;
  /** Asked before the first write. */
  readonly beforeWriting: NonNullable<AssetDeps["beforeWriting"]>;
  readonly onProgress: (message: string) => void;
  /** A part of the log that is folded. */
  readonly onGroup: (title: string, lines: readonly string[]) => void;
};

/** What a deployment is made of, with its content read: nothing has been sent. */
export type TakenParts = {
  /** What tells a part from every other by its content, by its place: `model`, `code`, `environment`, `component`. */
  readonly identityOf: (where: string) => string;
  /** What would be registered before the deployment: `register` steps, or none. */
  readonly steps: readonly DeploymentStep[];
  /** Brings everything into the workspace that is not there. @returns ids by the places. */
  readonly ensure: () => Promise<Outcome<(where: string) => string>>;
  /** The id of the model as it stands now, where it is known before anything is registered. */
  readonly modelId?: string;
};

/** What came of releasing one deployment. */
export type Released = {
  readonly report: DeploymentReport;
  readonly failures: readonly Failure[];
  readonly leftGoing: readonly LeftGoing[];
};

/** What releasing one deployment comes to: a value, until it is carried out. */
export type PlannedRelease = {
  readonly planned: PlannedDeployment;
  /**
   * Carries it out. Where anything is to be done, the live state is read again under the lease, and decided anew. Failures are
   * in the value.
   */
  readonly carryOut: () => Promise<Released>;
};

/** How deployments of one type are released: `plan` only reads. A flow is one file, loaded when a file declares its type. */
export type ReleaseFlow<D extends Deployment> = {
  readonly plan: (deployment: D, parts: TakenParts, deps: ReleaseDeps) => Promise<Outcome<PlannedRelease>>;
};
