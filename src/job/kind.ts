import type { z } from "zod";
import type { AssetUse } from "../asset/asset.ts";
import type { LiveJob, Objective } from "../azure/jobs.ts";
import type { ChildRun } from "../azure/run-history.ts";
import type { Workload } from "../compute/workload.ts";
import type { Problem } from "../yaml/problem.ts";
import type { NodePath, SourceNode } from "../yaml/source.ts";
import type { JobCode } from "./parts/code.ts";
import type { JobEnvironment } from "./parts/environment.ts";
import type { JobInput } from "./parts/inputs.ts";
import type { OneMachine } from "./parts/one-machine.ts";
import type { EnvironmentValue } from "./parts/variables.ts";
import type { JobSecret, Resolved } from "./resolved.ts";
import type { V1Run } from "./runconfig/v1-wire.ts";
import type { V1Graph } from "./v1-pipeline/graph.ts";

/** What every job has, whatever its type. */
export type JobBase = {
  /** The node it was read from, for messages about it. */
  readonly source: SourceNode;
  /** `name:` of the file: the prefix of the run's name. */
  readonly name?: string;
  readonly displayName?: string;
  readonly experimentName?: string;
  readonly description?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly properties: Readonly<Record<string, string>>;
  readonly parentJobName?: string;
};

/** Something that is to run on a compute. */
export type Placement = {
  /** As `computesOf` names it. */
  readonly compute: string;
  readonly workload: Workload;
  /** Where in the job the compute is named. */
  readonly path: NodePath;
};

/** Body of `PUT …/jobs/{name}`. */
export type JobRequest = { readonly properties: Readonly<Record<string, unknown>> };

/** Why one machine by itself cannot run a job as it is declared, and where in the job that is. */
export type RunnerFault = {
  readonly path: NodePath;
  readonly message: string;
  /** `warning`: it runs all the same, without that. Else it does not run. */
  readonly severity?: "warning";
};

/** A job as one machine can run it by itself: one process, or several, one after the other. */
export type RunnerWork = {
  /** @param seed for what is drawn at random and names no seed of its own. */
  readonly processes: (seed: number) => readonly RunnerProcess[];
  /** For a job whose processes are runs of their own: what these are. Without it there is one process, the run itself. */
  readonly children?: ChildrenKind;
  /** For all of it. */
  readonly timeoutSeconds?: number;
  /** What of the job needs the service. */
  readonly faults: readonly RunnerFault[];
};

/** `output`: what an earlier step of the same pipeline has written. */
export type RunnerInput = JobInput | { readonly kind: "output"; readonly step: string; readonly name: string };

/** What one process of a job runs. */
export type RunnerProcess = {
  /** For `bash -c`; `${{inputs.NAME}}`, `${{outputs.NAME}}` and `${{search_space.NAME}}` stand for paths and values. */
  readonly command: string;
  readonly code?: JobCode;
  readonly environment: JobEnvironment;
  readonly inputs: Readonly<Record<string, RunnerInput>>;
  /** Names of the outputs that are folders. */
  readonly outputs: readonly string[];
  readonly environmentVariables: Readonly<Record<string, EnvironmentValue>>;
  /** As `computesOf` names it. */
  readonly compute?: string;
  readonly machine: OneMachine;
  /** A trial's values of the search space. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Of a pipeline: its name, and those of the earlier ones that all have to end well before it starts. */
  readonly step?: { readonly name: string; readonly after: readonly string[] };
  /** For this process alone. */
  readonly timeoutSeconds?: number;
  /** Where in the job `code`, `environment`, `inputs`, `resources` and `distribution` of the process are. */
  readonly placeOf: (path: NodePath) => NodePath;
};

/** A metric, and which of its values are better. */
export type PrimaryMetric = { readonly metric: string; readonly goal: "minimize" | "maximize" };

/** A step of a declared pipeline. */
export type JobStep = {
  readonly name: string;
  /** Under which the service shows its run, where it is not the name. */
  readonly displayName?: string;
  /** The steps that it starts after, by name. */
  readonly after: readonly string[];
  readonly primaryMetric?: PrimaryMetric;
};

/** What the runs are that a run of some type starts. */
export type ChildrenKind =
  | {
      readonly are: "trials";
      /** Without one, none of them is known to be the best. */
      readonly objective?: Objective;
      /** For a type whose runs start others besides: which of them are trials. */
      readonly isTrial?: (child: StartedRun) => boolean;
      /** For a type that says of each trial what it tried, and not in the run above. */
      readonly parametersOf?: (child: StartedRun) => Readonly<Record<string, unknown>>;
    }
  | { readonly are: "steps" };

/** A run that another one has started, as far as its type looks at it. */
type StartedRun = Pick<ChildRun, "properties">;

/** What came of reading a declared job. */
export type ReadJob<Job> = { readonly job?: Job; readonly problems: readonly Problem[] };

/** Everything about one type of job. A type is one file that exports these names. */
export type JobType<Job extends JobBase> = {
  /** For people: `command job`. */
  readonly label: string;
  /** ARM's discriminator. */
  readonly jobType: string;
  /** The api-version by which the official client submits jobs of this type. */
  readonly apiVersion: string;
  /** The declaration's shape: keys, types, defaults. Published as JSON Schema. */
  readonly schema: () => z.ZodType;
  /** Text to job, with every problem of the declaration. */
  readonly read: (node: SourceNode) => ReadJob<Job>;
  /** Every asset that the job uses, each by its place. */
  readonly assetsOf: (job: Job) => readonly AssetUse[];
  /** The addresses in Azure that the job's outputs go to, each with its place inside the job. */
  readonly addressesOf: (job: Job) => readonly {
    readonly path: NodePath;
    readonly address: string;
    /** Without the datastore the job cannot be submitted; else it may come until the job runs. */
    readonly isNeeded?: true;
  }[];
  /** The computes that the job names; none means serverless. */
  readonly computesOf: (job: Job) => readonly string[];
  /** What the job asks of its compute; absent for a type that runs nowhere itself, as a pipeline. */
  readonly workload?: Workload;
  /** For a type whose parts run on computes of their own; else the job's own `compute` is all. */
  readonly placementsOf?: (job: Job) => readonly Placement[];
  /** The secrets that are sent with the job. */
  readonly secretsOf: (job: Job) => readonly JobSecret[];
  /** Body of `PUT …/jobs/{name}`, member for member what the official client sends for the same declaration. */
  readonly toRequest: (job: Job, resolved: Resolved) => JobRequest;
  /** For a type that looks for the best value of a metric. */
  readonly primaryMetricOf?: (job: Job) => PrimaryMetric | undefined;
  /** For a type that is made of steps; `undefined` where they are in Azure and not known here. */
  readonly stepsOf?: (job: Job) => readonly JobStep[] | undefined;
  /** The same of a job in Azure, for a run that nobody declares here. */
  readonly liveStepsOf?: (job: Pick<LiveJob, "pipeline">) => readonly JobStep[] | undefined;
  /** For a type whose runs start others: what these are. By the live job, since a run may be followed that nobody declares. */
  readonly childrenOf?: (job: Pick<LiveJob, "objective" | "properties">) => ChildrenKind;
  /** For a type that goes to the pipeline service of the first SDK, in parts, and not as a job. */
  readonly graphOf?: (job: Job) => V1Graph;
  /** For a type that goes to the execution service of the first SDK. */
  readonly v1RunOf?: (job: Job) => V1Run;
  /** For a type that can run on the runner itself. */
  readonly onRunner?: (job: Job) => RunnerWork;
};
