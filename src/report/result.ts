import type { ServiceError } from "../azure/outcome.ts";
import type { ChangeMeans, Finding } from "../compute/kind.ts";
import type { Position, Problem } from "../yaml/problem.ts";
import type { Plane } from "../azure/grants.ts";
import type { ImageType } from "./document.ts";

export type Command = "validate" | "plan" | "apply" | "train" | "deploy" | "up" | "detach" | "doctor";

/** Stable codes of the `failure-reason` output. */
export type FailureReason =
  | "invalid-input"
  | "invalid-declaration"
  | "authentication-failed"
  | "not-authorized"
  | "workspace-unavailable"
  | "service-unreachable"
  | "plan-outdated"
  | "changes-pending"
  | "drift"
  | "conflict"
  | "in-use"
  | "retired"
  | "other-subscription"
  | "preflight-failed"
  | "provisioning-failed"
  | "target-not-verified"
  | "secret-unavailable"
  | "submission-failed"
  | "environment-failed"
  | "asset-failed"
  | "run-failed"
  | "run-canceled"
  | "run-not-responding"
  | "run-state-unknown"
  | "gate-missed"
  | "download-failed"
  | "comment-failed"
  | "deployment-failed"
  | "smoke-test-failed"
  | "unknown-compute"
  | "timeout"
  | "queue-limit"
  | "total-limit"
  | "preempted"
  | "cancelled"
  | "not-supported"
  | "internal-error";

/** A thing that went wrong: the stable code, and the sentence for a person. */
export type Failure = {
  readonly reason: FailureReason;
  readonly message: string;
  /** The declaration that it stems from, or the field of it; absent where it stems from none in a file. */
  readonly where?: Position;
  /** Azure's error behind it, with the ids that a support ticket needs. */
  readonly error?: ServiceError;
  /** What a report says in place of the message, where that has ids in it, or begins a list that the report shows whole. */
  readonly shown?: string;
};

/** One failure in its parts: what stands in `failures` as one text. */
export type FailureDetail = Pick<Failure, "reason" | "where" | "error"> & {
  /** What happened and why, as it stands at the top of a report. */
  readonly message: string;
};

/** Addresses of pages on GitHub; each is absent outside of it. */
export type LinksReport = {
  readonly workflowRun?: string;
  readonly commit?: string;
  /** Only where the command looked at a pull request. */
  readonly pullRequest?: string;
};

/** What is still running in Azure, and the command that resumes or undoes it. */
export type LeftGoing = {
  readonly what: string;
  readonly next: string;
  /** Of a run: what the input `run-name` takes to go on with it. */
  readonly runName?: string;
};

/** Everything that came of one command: the one value that summary, HTML report, outputs and `result-path` are made of. */
export type Result = {
  readonly schemaVersion: 1;
  readonly command: Command;
  readonly conclusion: "success" | "failure" | "cancelled";
  readonly failureReason?: FailureReason;
  /** One sentence for each thing that went wrong, with what to do next; behind its place where it stems from a declaration. */
  readonly failures: readonly string[];
  /** The same failures in their parts, in the same order. */
  readonly failureDetails?: readonly FailureDetail[];
  readonly links?: LinksReport;
  readonly workspace?: WorkspaceReport;
  /** Files that were read as declarations, and those a glob matched that are none. */
  readonly files: readonly string[];
  readonly skipped: readonly { readonly file: string; readonly reason: string }[];
  readonly problems: readonly Problem[];
  readonly plan?: PlanReport;
  readonly targets: readonly TargetReport[];
  /** Assets that files of their own declare: what would be done to them (`plan`), or was. */
  readonly assets: readonly AssetReport[];
  /** The environments among them. */
  readonly environments: readonly EnvironmentReport[];
  readonly run?: RunReport;
  /** What was deployed, one for each declared deployment. */
  readonly deployments: readonly DeploymentReport[];
  /** What `doctor` found. */
  readonly doctor?: DoctorReport;
  /** What is still running in Azure now that the action stops. */
  readonly leftGoing: readonly LeftGoing[];
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly durationSeconds: number;
};

/** One thing that `doctor` looked at. */
export type DoctorCheck = {
  /** An `error` stops a command; `not-checked` says that it could not be looked at, and why. */
  readonly state: "ok" | "warning" | "error" | "not-checked";
  /** Stable: `federated-subject`. */
  readonly code: string;
  readonly message: string;
  /** What to do; absent where nothing has to be done. */
  readonly advice?: string;
};

export type DoctorSection = { readonly title: string; readonly checks: readonly DoctorCheck[] };

/** A federated credential as `az ad app federated-credential create --parameters` takes it. */
export type FederatedCredential = {
  readonly name: string;
  readonly issuer: string;
  readonly subject: string;
  readonly audiences: readonly string[];
  readonly description: string;
};

export type PermissionReport = {
  readonly action: string;
  readonly plane: Plane;
  /** ARM id. */
  readonly scope: string;
  readonly level: "required" | "recommended";
  readonly purpose: string;
  readonly state: "granted" | "missing" | "not-checked";
};

/** A custom role as `az role definition create --role-definition @role.json` takes it. */
export type CustomRole = {
  readonly Name: string;
  readonly IsCustom: true;
  readonly Description: string;
  readonly Actions: readonly string[];
  readonly NotActions: readonly string[];
  readonly DataActions: readonly string[];
  readonly NotDataActions: readonly string[];
  /** Resource groups and subscriptions: a custom role is offered nowhere below them. */
  readonly AssignableScopes: readonly string[];
};

/** A role, and the narrowest scopes at which the actions in it are needed. */
export type RoleToAssign = { readonly role: CustomRole; readonly scopes: readonly string[] };

export type DoctorReport = {
  readonly sections: readonly DoctorSection[];
  /** What GitHub's ID token of this job says. */
  readonly claims?: { readonly issuer: string; readonly subject: string; readonly audience: string };
  readonly federatedCredential?: FederatedCredential;
  /** Who the action is signed in as; absent where nobody is. */
  readonly principal?: { readonly objectId?: string; readonly applicationId?: string; readonly tenantId?: string };
  readonly permissions: readonly PermissionReport[];
  /** Actions that are not granted where they are needed, each once. */
  readonly missingActions: readonly string[];
  /** Least privilege: exactly the needed actions, and where each role is to be assigned. */
  readonly roles: readonly RoleToAssign[];
};

export type WorkspaceReport = {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly name: string;
  readonly location?: string;
  /** Azure ML studio. */
  readonly url?: string;
  /** Its page in the Azure portal of its cloud. */
  readonly portalUrl?: string;
};

/** An input of the action, and the value that it has to have. */
export type InputSetting = {
  readonly input: "on-drift" | "on-conflict" | "allow-delete" | "force";
  readonly value: string;
};

/** Ways to allow what was refused; each is all the inputs that have to be set together. */
export type AllowedBy = readonly (readonly InputSetting[])[];

/** What `plan` decided for one target. */
export type PlanAction =
  | "none"
  | "create"
  | "attach"
  | "update"
  | "reattach"
  | "recreate"
  | "replace"
  | "adopt"
  | "detach"
  | "delete"
  | "join"
  | "wait"
  | "refuse";

export type FieldChange = {
  /** Path in the declaration: `max_instances`, `ssh_settings.ssh_port`. */
  readonly field: string;
  readonly from: string;
  readonly to: string;
  /** How the service can bring this field to its declared value. */
  readonly means: ChangeMeans;
};

/** Difference of what an hour costs, in the currency of the declared prices. */
export type HourlyReport = {
  /** With all computes at minimum size. */
  readonly minimum: number;
  /** With all computes at maximum size. */
  readonly maximum: number;
  /** Sizes that no price is declared for; they count as nothing. */
  readonly unpriced: readonly string[];
};

export type PlannedStep = {
  readonly target: string;
  /** az ml's `type`: `amlcompute`. */
  readonly type: string;
  readonly action: PlanAction;
  /** How what differs is brought to what is declared, or would be where the step is refused; absent where nothing differs. */
  readonly means?: ChangeMeans;
  /** Why, as a sentence. */
  readonly reason: string;
  readonly changes: readonly FieldChange[];
  /** Where it is declared: of a refused step the field that the refusal is about, else the name. Absent for inline targets. */
  readonly where?: Position;
  /** What was found out about the resource behind the target. */
  readonly findings: readonly Finding[];
  /** Of a refused step; absent where no input allows it. */
  readonly allowedBy?: AllowedBy;
  readonly resourceId?: string;
  /** Absent when no prices are declared, and for a step that changes no machines of the service's. */
  readonly hourly?: HourlyReport;
};

/** One thing that a release would do, or has done. */
export type DeploymentStep = {
  readonly action:
    "register" | "create" | "update" | "test" | "move-traffic" | "mirror" | "set-default" | "delete" | "none";
  /** `the model clf, version 3` */
  readonly what: string;
  /** Why, as a sentence. */
  readonly reason: string;
};

/** Percentages by the names of deployments. */
export type Traffic = Readonly<Record<string, number>>;

/** What `plan` decided for one deployment. */
export type PlannedDeployment = {
  /** The endpoint, or the web service. */
  readonly endpoint: string;
  /** The name that the release would get; absent where an endpoint alone is declared. */
  readonly deployment?: string;
  /** `managed`, `kubernetes`, `batch`, `aci`, `aks`, `local` */
  readonly type: string;
  readonly where?: Position;
  readonly strategy?: string;
  /** In order; nothing but `none` where it is as declared. */
  readonly steps: readonly DeploymentStep[];
  /** Absent for types without traffic. */
  readonly trafficBefore?: Traffic;
  readonly trafficAfter?: Traffic;
};

export type PlanReport = {
  readonly hasChanges: boolean;
  /** What would be deployed; absent where nothing is declared to be. */
  readonly deployments?: readonly PlannedDeployment[];
  /** Over all steps; absent when no prices are declared. */
  readonly hourly?: HourlyReport;
  readonly steps: readonly PlannedStep[];
};

export type TargetReport = {
  readonly name: string;
  readonly type: string;
  /** Where it is declared: of one that failed the field that the failure is about, else the name. Absent for inline targets. */
  readonly where?: Position;
  readonly resourceId?: string;
  /** What was done; `none` when nothing had to be. */
  readonly action: PlanAction;
  readonly outcome: "succeeded" | "failed" | "skipped" | "in-progress";
  readonly provisioningState?: string;
  readonly provisioningErrors: readonly ServiceError[];
  /** A sentence: what the user should know. */
  readonly note?: string;
  /** Of a refused one that no plan was made for (`detach`); absent where no input allows it. */
  readonly allowedBy?: AllowedBy;
  /**
   * A write of it was accepted, or its reply was lost, so that it may have been carried out; also where it failed then.
   * Absent where nothing was sent, or what was sent was refused.
   */
  readonly changed?: boolean;
  /** What kept others from writing at the same time; absent where nothing was written. */
  readonly guarantee?: "serialised" | "verified";
  /** ISO 8601; absent where nothing was done. */
  readonly startedAt?: string;
  readonly durationSeconds: number;
};

export type AssetReport = {
  readonly kind: "environment" | "component" | "data" | "model";
  readonly name: string;
  readonly version: string;
  /** Where it is declared. */
  readonly where?: Position;
  readonly action: "none" | "create" | "update";
  /** Why, as a sentence. */
  readonly reason: string;
  /** ARM id of the version, once it is registered. */
  readonly id?: string;
};

/** What came of one smoke test. */
export type TestReport = {
  /** The file that is sent, or the test's place in the list: `tests[0]`. */
  readonly name: string;
  readonly passed: boolean;
  readonly calls: number;
  /** HTTP status of the last answer, or the status of the batch job. */
  readonly status?: string;
  /** In milliseconds, over all calls. */
  readonly latency?: { readonly median: number; readonly p95: number; readonly max: number };
  /** Why it has not passed. */
  readonly message?: string;
  readonly url?: string;
};

export type DeploymentReport = {
  /** The endpoint, or the web service. */
  readonly endpoint: string;
  /** The name that the release has; absent where an endpoint alone is declared. */
  readonly deployment?: string;
  readonly type: string;
  readonly where?: Position;
  readonly strategy?: string;
  /** As the service spells it: `Succeeded`, `Failed`, `Healthy`, … */
  readonly state: string;
  readonly action: "created" | "updated" | "unchanged" | "rolled-back" | "submitted" | "failed";
  /** Whether anything of it was written, or may have been; absent where the action says it. */
  readonly changed?: boolean;
  /** Percentage of the release now; absent for types without traffic. */
  readonly traffic?: number;
  readonly trafficBefore?: Traffic;
  readonly trafficAfter?: Traffic;
  /** ARM id of the model that it serves. */
  readonly modelId?: string;
  readonly tests: readonly TestReport[];
  readonly scoringUri?: string;
  readonly swaggerUri?: string;
  /** Studio, or portal. */
  readonly url?: string;
  /** Sentences: what the user should know. */
  readonly notes: readonly string[];
  readonly error?: ServiceError;
  /** Last lines of the container's log, when it did not succeed. */
  readonly logTail?: string;
  /** ISO 8601. */
  readonly startedAt?: string;
  readonly durationSeconds: number;
};

export type EnvironmentReport = Omit<AssetReport, "kind">;

export type MetricSeries = {
  readonly name: string;
  readonly last: number;
  /** In the order of steps; at most as many as were read. */
  readonly points: readonly { readonly step: number; readonly value: number }[];
};

/** The course of a metric of the run that a gate compares with. */
export type BaselineSeries = Omit<MetricSeries, "last"> & { readonly run: string };

/** A metric that a step of a pipeline has logged. */
export type StepSeries = MetricSeries & { readonly step: string };

export type LoggedImage = {
  /** Its path among the artifacts of its run. */
  readonly path: string;
  /** The step whose run it is of; absent for the run's own. */
  readonly step?: string;
  /** Where it can be seen: never the address of the file, which is a secret. */
  readonly url?: string;
  /** Of the first few small ones: the file itself. */
  readonly content?: { readonly type: ImageType; readonly base64: string };
};

/** The result of one gate. A metric that the run never logged is a missed gate. */
export type GateResult = {
  readonly metric: string;
  /** The step of a pipeline that logs it. */
  readonly step?: string;
  /** `at least 0.9` */
  readonly condition: string;
  /** What the condition comes to in numbers; absent where nothing was found to compare with. */
  readonly bounds?: { readonly low?: number; readonly high?: number };
  readonly value?: number;
  /** The run that was compared, and its value. */
  readonly baseline?: { readonly run: string; readonly value: number; readonly url?: string };
  readonly passed: boolean;
  /** Why nothing was compared. */
  readonly note?: string;
};

/** A run that the run has started: a sweep's trial, a pipeline's step. */
export type ChildReport = {
  readonly name: string;
  /** A trial's number, from 0 on. */
  readonly trial?: number;
  /** A step's name in its pipeline. */
  readonly step?: string;
  /** As the service spells it. */
  readonly status: string;
  readonly conclusion: RunReport["conclusion"];
  /** A trial's own values of the search space. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Last value of each. */
  readonly metrics: Readonly<Record<string, number>>;
  /** ISO 8601. */
  readonly startedAt?: string;
  readonly durationSeconds?: number;
  readonly url?: string;
  /** Why a step failed. */
  readonly error?: ServiceError;
};

/** A step of a pipeline as it is declared, whether or not it has started. */
export type DeclaredStep = {
  readonly name: string;
  /** The steps that it starts after, by name. */
  readonly after: readonly string[];
};

/** The trial that a sweep is about. */
export type BestTrial = {
  readonly name: string;
  /** The metric that decides, and which end of it is good. */
  readonly metric: string;
  readonly goal: "minimize" | "maximize";
  /** As the service has it: the best that the trial logged. Absent where it names a trial alone. */
  readonly value?: number;
  readonly parameters: Readonly<Record<string, unknown>>;
};

export type RunPhase = {
  /** `queued`: it waits for nodes; `preparing`: its environment and its nodes are made ready. */
  readonly phase: "queued" | "preparing" | "running";
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationSeconds: number;
};

export type RunReport = {
  readonly name: string;
  /** ARM id; absent for a run on the runner itself, and for one that only run history knows. */
  readonly id?: string;
  readonly displayName?: string;
  readonly url?: string;
  /** As the service spells it: `Completed`, `Failed`, `Canceled`, … */
  readonly status: string;
  readonly conclusion: "success" | "failure" | "cancelled" | "in-progress";
  /** True when an existing run was joined and nothing was submitted. */
  readonly reused: boolean;
  readonly compute: string;
  readonly environment?: string;
  readonly experiment?: string;
  readonly commit?: string;
  /** ISO 8601. */
  readonly startedAt?: string;
  readonly durationSeconds?: number;
  /** What it was doing from its submission on, one after the other. The last one lasts until its end, or until now. */
  readonly phases?: readonly RunPhase[];
  /** The run's own; a sweep's are those of its best trial. */
  readonly metrics: readonly MetricSeries[];
  /** Those of a pipeline's steps, with their courses. */
  readonly stepMetrics?: readonly StepSeries[];
  /** Of the runs that gates compare with, the metrics that they compare. */
  readonly baselines?: readonly BaselineSeries[];
  /** Images among its artifacts, and among those of its steps. */
  readonly images?: readonly LoggedImage[];
  readonly gates: readonly GateResult[];
  /** The runs that it has started, in their order; absent for a type that starts none. */
  readonly children?: readonly ChildReport[];
  readonly best?: BestTrial;
  /** The steps of a pipeline, where they are declared here. */
  readonly steps?: readonly DeclaredStep[];
  readonly error?: ServiceError;
  /** Last lines of the run's log, when it did not succeed. */
  readonly logTail?: string;
  /** Folder of the downloaded artifacts. */
  readonly artifactsPath?: string;
};
