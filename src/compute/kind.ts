import type { z } from "zod";
import type { LiveCompute } from "../azure/computes.ts";
import type { Workspace, WorkspaceRef } from "../azure/workspace.ts";
import type { Problem } from "../declaration/problem.ts";
import type { ResolveSecret, SecretReference } from "../declaration/secret.ts";
import type { SourceNode } from "../declaration/source.ts";

/** What every declared target has, whatever its kind. */
export type TargetBase = {
  readonly name: string;
  readonly description?: string;
  /** Absent when none are declared; az ml sends an empty mapping as it is. */
  readonly tags?: Readonly<Record<string, string>>;
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
 * - `in-place`: by an update of the compute as it stands.
 * - `reattach`: only by detaching and attaching again; the resource behind it stays.
 * - `recreate`: only by deleting what the service made and creating it anew.
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

/** How a target comes into being: it is neither (`local`), attached, or made by the service. */
export type Origin = "none" | "attached" | "managed";

/** What is known of a kind before its module is loaded. */
export type ReadResult<Target> = { readonly target?: Target; readonly problems: readonly Problem[] };

/** Everything about one kind of compute target. A kind is one file that exports these names. */
export type KindModule<Target extends TargetBase> = {
  /** For people: `managed cluster`. */
  readonly label: string;
  /** ARM's discriminator; absent for a kind that is no compute of the workspace. */
  readonly computeType?: string;
  readonly origin: Origin;
  /** The declaration's shape: keys, types, defaults. Published as JSON Schema. */
  readonly schema: z.ZodType;
  /** Text to target, with every problem of the declaration. */
  readonly read: (node: SourceNode, context: ReadContext) => ReadResult<Target>;
  /** ARM id of the resource that is attached; `undefined` for a kind that attaches none. */
  readonly resourceIdOf: (target: Target) => string | undefined;
  /** The secrets that a create or attach would send. */
  readonly secretsOf: (target: Target) => readonly SecretReference[];
  /** Body of `PUT {workspace}/computes/{name}`. */
  readonly toRequest: (target: Target, workspace: Workspace, resolve: ResolveSecret) => Promise<unknown>;
  /** Body of a `PATCH` when every difference can be made that way; else `undefined`: the update is a PUT. */
  readonly toPatch: (target: Target, differences: readonly Difference[]) => unknown;
  /** In which declared fields the live compute differs. What the service filled in is no difference. */
  readonly differencesFrom: (
    target: Target,
    live: LiveCompute,
    workspace: WorkspaceRef & { location?: string },
  ) => readonly Difference[];
};
