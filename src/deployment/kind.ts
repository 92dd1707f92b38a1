import type { z } from "zod";
import type { AssetUse } from "../asset/asset.ts";
import type { Problem } from "../yaml/problem.ts";
import type { NodePath, SourceNode } from "../yaml/source.ts";
import type { DeployedModel, PromotedModel } from "./parts/model.ts";
import type { SmokeTest } from "./parts/tests.ts";
import type { DeploymentSecret } from "./resolved.ts";

/** Where one thing to deploy is written: a mapping of this action, az ml's documents, or both. */
export type DeployEntry = {
  /** The mapping of an entry of `deploy`; absent for az ml's documents by themselves. */
  readonly settings?: SourceNode;
  /** az ml's endpoint: a file of its own, or what stands below `endpoint` of the mapping. */
  readonly endpoint?: SourceNode;
  /** az ml's deployment, likewise. */
  readonly deployment?: SourceNode;
};

/** What every deployment has, whatever its type. */
export type DeploymentBase = {
  /** What it was read from, for messages about it: the deployment, else the endpoint, else the mapping. */
  readonly source: SourceNode;
  /** The endpoint's name, or the web service's. */
  readonly endpointName: string;
  readonly tests: readonly SmokeTest[];
  /** Whether what has failed stays, to be looked at. */
  readonly keepFailed: boolean;
  /** How long one provisioning may take. */
  readonly timeoutSeconds: number;
  readonly promoteFrom?: PromotedModel;
};

/** A compute that a deployment names. */
export type DeploymentCompute = {
  /** Name in this workspace, or a full id. */
  readonly compute: string;
  /** ARM's types that it may have, as `computeType` spells them. */
  readonly types: readonly string[];
  /** Where in the source it is named. */
  readonly where: { readonly node: SourceNode; readonly path: NodePath };
};

/** What came of reading a declared deployment. */
export type ReadDeployment<Deployment> = { readonly deployment?: Deployment; readonly problems: readonly Problem[] };

/** Everything about one type of deployment, as far as it is declared. A type is one file that exports these names. */
export type DeploymentType<Deployment extends DeploymentBase> = {
  /** For people: `managed online deployment`. */
  readonly label: string;
  /** The declaration's shape: keys, types, defaults. Published as JSON Schema. */
  readonly schema: () => z.ZodType;
  /** Text to deployment, with every problem of the declaration. */
  readonly read: (entry: DeployEntry) => ReadDeployment<Deployment>;
  /** Code, environment, component: every asset but the model, each by its place. */
  readonly assetsOf: (deployment: Deployment) => readonly AssetUse[];
  /** The model that it serves; none for a custom container that brings its own, for a pipeline, and where one is promoted. */
  readonly modelOf: (deployment: Deployment) => DeployedModel | undefined;
  readonly computesOf: (deployment: Deployment) => readonly DeploymentCompute[];
  /** The secrets that are sent with it. */
  readonly secretsOf: (deployment: Deployment) => readonly DeploymentSecret[];
};
