import type { z } from "zod";
import type { LiveCompute } from "../azure/computes.ts";
import type { UserCollection } from "../azure/compute-users.ts";
import type { ServiceError } from "../azure/outcome.ts";
import type { ResourceReads } from "../azure/resource-reads.ts";
import type { Workspace, WorkspaceRef } from "../azure/workspace.ts";
import type { ProblemCode } from "../yaml/problem-codes.ts";
import type { Problem } from "../yaml/problem.ts";
import type { ResolveSecret, SecretReference } from "../secret/secret.ts";
import type { NodePath, SourceNode } from "../yaml/source.ts";
import type { Workload } from "./workload.ts";

/** What every declared target has, whatever its kind. */
export type TargetBase = {
  readonly name: string;
  readonly description?: string;
  /** Absent when none are declared; az ml sends an empty mapping as it is. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Raised by the author after a secret was rotated: another one than the live compute's means a new attachment. */
  readonly credentialsVersion?: string;
  /** Where it is declared, for messages about it. */
  readonly source: SourceNode;
};

/** What a reader of declarations knows besides the text. */
export type ReadContext = {
  /** Absolute folder of the checkout: a secret's file must not be inside it. */
  readonly checkout: string;
  /** Defaults of parts that a declaration leaves out; unknown as long as no workspace is named. */
  readonly subscriptionId?: string;
  readonly resourceGroup?: string;
};

/**
 * How the service can bring a field to its declared value.
 *
 * - `in-place`: by an update of the existing compute.
 * - `reattach`: only by detaching and attaching again; the resource behind it stays.
 * - `recreate`: only by deleting what the service made and creating it again.
 */
export type ChangeMeans = "in-place" | "reattach" | "recreate";

/** A field in which the live compute is not as declared. */
export type Difference = {
  /** Path in the declaration: `ssh_settings.ssh_port`. */
  readonly field: string;
  /** Live value, as text. */
  readonly from: string;
  /** Declared value, as text. */
  readonly to: string;
  readonly means: ChangeMeans;
};

/** How a target comes into being: not at all (it is the runner), by attaching a resource, or made by the service. */
export type Origin = "none" | "attached" | "managed";

/** Something that the identity has to be granted for a target, besides what every target takes in the workspace itself. */
export type Permission = {
  /** As the published list of operations spells it: `Microsoft.Compute/virtualMachines/read`. */
  readonly action: string;
  /** ARM id of a resource, a resource group or a subscription. */
  readonly scope: string;
  /** `required`: a command stops without it. `recommended`: commands go on, and do less. */
  readonly level: "required" | "recommended";
  /** Ends the sentence "It is needed to …". */
  readonly purpose: string;
};

/** Adds a problem at the place of a key of the target. */
export type AddProblem = (
  code: ProblemCode,
  path: NodePath,
  message: string,
  fix: string,
  severity?: Problem["severity"],
) => void;

/** What came of reading one declared target. */
export type ReadResult<Target> = { readonly target?: Target; readonly problems: readonly Problem[] };

/** How an update in place is sent where the whole PUT is not the way. */
export type Update =
  | { readonly method: "PATCH"; readonly body: unknown }
  /** `POST …/computes/{name}/{action}` */
  | { readonly method: "POST"; readonly action: string; readonly body: unknown };

/** Something a preflight found out about the resource behind a target before it is attached or created. */
export type Finding = {
  /**
   * An `error` keeps the target from being written; `not-checked` says that the identity may not read it; a `note` is
   * worth knowing and asks for nothing.
   */
  readonly severity: "error" | "warning" | "not-checked" | "note";
  /** Stable: `vm-not-running`. */
  readonly code: string;
  /** What was found, with the values. */
  readonly message: string;
  /** What to do about it. */
  readonly advice: string;
  /** The declared field that it is about, as differences name it; absent where it is about the target as a whole. */
  readonly field?: string;
};

/**
 * A known failure of a kind: matched against the code of each cause, the deepest first, and against its message where the
 * code says only that something failed.
 */
export type Hint = {
  readonly when: RegExp;
  readonly advice: string;
  /** The declared fields that such a failure is about; the first one that is declared counts. */
  readonly fields?: readonly string[];
};

/** Why a declared target is refused whatever is live. */
export type Refused = {
  readonly because: "retired" | "other-subscription";
  readonly reason: string;
  /** The declared field that it is about. */
  readonly field: string;
};

/** The machines that a compute runs: all of one size, as many as the bounds allow. */
export type NodeRange = { readonly size: string; readonly minimum: number; readonly maximum: number };

/** Machines that count against a quota of Azure Machine Learning. The service must find the minimum at once. */
export type Capacity = NodeRange & {
  /** As `supportedComputeTypes` spells it: `AmlCompute`, `ComputeInstance`; absent where any size does. */
  readonly computeType?: string;
  /** How many there are is not declared: nobody can ask for fewer. */
  readonly isFixed?: true;
  /** Low-priority machines have one quota for all families. */
  readonly lowPriority?: boolean;
  /** The workspace's region when absent. */
  readonly location?: string;
};

/** Whether a compute that the service calls `Succeeded` can be used already. */
export type Readiness =
  | { readonly state: "ready" }
  /** What it waits for, for people: `1 of 2 nodes`. */
  | { readonly state: "waiting"; readonly progress: string }
  | { readonly state: "failed"; readonly error: ServiceError };

/** A live compute as it would be declared, as far as the service shows it. */
export type Written = {
  /** Keys beside name, type, description and tags; those without a value are left out. */
  readonly keys: Readonly<Record<string, unknown>>;
  /** Sentences about what the service does not show, and a person has to complete. */
  readonly notes?: readonly string[];
};

export type WriteTarget = (
  live: LiveCompute,
  context: {
    readonly workspace: Workspace;
    /** A reference in place of a secret that nobody can read back. @param what ends the variable's name: `PASSWORD`. */
    readonly secret: (what: string) => { readonly env: string };
  },
) => Written;

/** What a kind says that holds for every compute of it, declared or only live. */
export type KindFacts = {
  /** For people: `managed cluster`. */
  readonly label: string;
  /** ARM's discriminator; absent for a kind that is not a compute of the workspace. */
  readonly computeType?: string;
  /**
   * How computes of the kind come into being, and so how they go away: what is attached is detached, what the service made
   * is deleted. `either`: attached where the declaration names a resource, made by the service where it names none.
   */
  readonly origin: Origin | "either";
  /** Where computes of this kind need another api-version than the client's own. */
  readonly apiVersion?: string;
  /** What people call the kind elsewhere, in lower case without dashes: only for suggestions. */
  readonly otherNames?: readonly string[];
  /** Names of az ml's schemas, as `$schema` ends in, for files that declare this kind. */
  readonly azmlSchemas?: readonly string[];
  /** What runs on computes of this kind; everything else is refused there. */
  readonly runs: readonly Workload[];
  /** For a kind that runs scripts of the first SDK's pipelines: what their service calls it. */
  readonly scriptStepType?: string;
  /** For a kind on which nothing runs: why, as the rest of a sentence that begins with the compute. */
  readonly whyNothingRuns?: string;
  /** The lists of the workspace in which something that uses such a compute is found. */
  readonly users: readonly UserCollection[];
  /** For a kind of which a name is given once in a region, over the workspaces of everybody. */
  readonly isNamedByRegion?: true;
  /** For a kind of which one resource may be attached once in every namespace: that of a live compute. */
  readonly liveNamespaceOf?: (live: LiveCompute) => string;
  /** What makes a live compute unusable although the service calls its provisioning `Succeeded`. */
  readonly faultOf?: (live: LiveCompute) => ServiceError | undefined;
  /** For a kind that `Succeeded` does not make usable yet: how far it is. To be asked after a create and an update. */
  readonly readiness?: (live: LiveCompute) => Readiness;
  /** Seconds after which nobody waits for `ready` any more. */
  readonly longestReadinessSeconds?: number;
  /** The machines that the service runs, and bills, for a live compute; absent where they are the user's own. */
  readonly liveNodesOf?: (live: LiveCompute) => NodeRange | undefined;
  /** How many machines of a live compute count against the quota now. */
  readonly machinesHeld?: (live: LiveCompute) => number;
  /** For a kind whose state alone does not say how far it is: `1 of 4 nodes, Resizing`. Shown whenever it changes. */
  readonly progressOf?: (live: LiveCompute) => string | undefined;
  /** What keeps runs waiting on a live compute, as the rest of a sentence that begins with it; absent where it shows nothing. */
  readonly whyRunsWait?: (live: LiveCompute) => string | undefined;
  /** Advice for failures that this kind is known for. */
  readonly hints?: readonly Hint[];
  /** What a detach leaves behind in the resource, to be known before another attachment follows. */
  readonly leftBehind?: Finding;
  /** What to know of a resource that was detached, besides that it still exists and bills. */
  readonly afterDetach?: string;
  /** Writes a live compute of this kind as a declaration. Loaded only by who does that. */
  readonly written?: () => Promise<WriteTarget>;
};

/** Everything about one kind of compute target. A kind is one file, or one folder with a file, that exports these names. */
export type KindModule<Target extends TargetBase> = KindFacts & {
  /** The declaration's shape: keys, types, defaults. Published as JSON Schema. */
  readonly schema: () => z.ZodType;
  /** Text to target, with every problem of the declaration. */
  readonly read: (node: SourceNode, context: ReadContext) => ReadResult<Target>;
  /** ARM id of the resource that is attached; `undefined` for a kind that attaches none. */
  readonly resourceIdOf: (target: Target) => string | undefined;
  /** For a kind of which one resource may be attached once in every namespace: the declared one. */
  readonly namespaceOf?: (target: Target) => string;
  /** The secrets that a create or attach would send. */
  readonly secretsOf: (target: Target) => readonly SecretReference[];
  /** What the identity needs at the resource behind the target, its network, its identity or its subscription. */
  readonly permissionsOf: (target: Target, workspace: WorkspaceRef) => readonly Permission[];
  /** Body of `PUT {workspace}/computes/{name}`. */
  readonly toRequest: (target: Target, workspace: Workspace, resolve: ResolveSecret) => Promise<unknown>;
  /**
   * For a kind that is updated in place by the whole PUT, which would set what it does not say: the target with the fixed
   * things of the live compute that its declaration leaves open.
   */
  readonly withImmutableFields?: (target: Target, live: LiveCompute) => Target;
  /** Another request than the whole PUT when every difference can be made that way; else `undefined`. */
  readonly toUpdate: (target: Target, differences: readonly Difference[]) => Update | undefined;
  /** In which declared fields the live compute differs. What the service filled in is not a difference. */
  readonly differencesFrom: (
    target: Target,
    live: LiveCompute,
    workspace: WorkspaceRef & { location?: string },
  ) => readonly Difference[];
  /** For a kind that runs jobs itself: whether each is to run in a container. */
  readonly usesContainer?: (target: Target) => boolean;
  /** The machines that the service runs, and bills, for a declared target of this kind. */
  readonly nodesOf?: (target: Target) => NodeRange | undefined;
  /** For a kind that draws on a quota: the machines that are asked for. */
  readonly capacityOf?: (target: Target) => Capacity;
  /** Why the target must not be sent at all, whatever is live. */
  readonly refusal?: (target: Target, workspace: WorkspaceRef) => Refused | undefined;
  /** Reads on what is behind the target, before a create or an attach. A 403 is `not-checked`, never an error. */
  readonly preflight?: (target: Target, reads: ResourceReads) => Promise<readonly Finding[]>;
  /**
   * For a kind whose resource the service may have made itself: the target that attaches this resource by its own id, in
   * place of making another one. The same target where that changes nothing.
   */
  readonly attachById?: (target: Target, live: Pick<LiveCompute, "resourceId">) => Target;
};
