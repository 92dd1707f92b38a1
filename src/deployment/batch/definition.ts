import type { AssetUse } from "../../asset/asset.ts";
import type { DeclaredAsset } from "../../asset/declared.ts";
import type { SourceNode } from "../../yaml/source.ts";
import type { DeploymentBase, DeploymentCompute } from "../kind.ts";
import type { DeployedModel } from "../parts/model.ts";
import type { Scoring } from "../parts/scoring.ts";

/** An az ml batch endpoint, read and checked. */
export type BatchEndpoint = {
  readonly source: SourceNode;
  readonly name: string;
  /** As az ml spells it in requests: `aadToken`. */
  readonly authMode: string;
  readonly description?: string;
  /** Values of any kind, sent as they are. */
  readonly tags: Readonly<Record<string, unknown>>;
  readonly properties: Readonly<Record<string, unknown>>;
  /** `defaults.deployment_name` of the file. */
  readonly defaultDeployment?: string;
};

/** An az ml batch deployment, of a model or of a pipeline component. */
export type BatchDefinition = {
  readonly source: SourceNode;
  readonly name: string;
  readonly description?: string;
  /** Values of any kind, sent as they are. */
  readonly tags: Readonly<Record<string, unknown>>;
  readonly properties: Readonly<Record<string, unknown>>;
  /** Name or full id. */
  readonly compute?: string;
  /** Members of the request that hold no reference, in ARM's own shape. */
  readonly members: Readonly<Record<string, unknown>>;
} & (BatchOfModel | BatchOfPipeline);

export type BatchOfModel = Scoring & {
  readonly of: "model";
  readonly model?: DeployedModel;
  /** True where the model is what `promote_from` names. */
  readonly isPromoted?: true;
  /** The environment once more, where it is to be registered under a name: its id is asked for as that of `environment`. */
  readonly namedEnvironment?: DeclaredAsset<"environment">;
  /** Of `environmentVariables`, those that are no text; absent where the request has no variables at all. */
  readonly literalVariables?: Readonly<Record<string, number | boolean>>;
  /** Where in the source the variables are. */
  readonly variablesAt: SourceNode;
};

export type BatchOfPipeline = {
  readonly of: "pipeline";
  readonly component: AssetUse<"component">;
  /** What steps of a component that is declared here name themselves. */
  readonly stepComputes: readonly Pick<DeploymentCompute, "compute" | "types">[];
  /** What the request has of the component beside its id. */
  readonly configuration: Readonly<Record<string, unknown>>;
};

/** A batch endpoint with a deployment; one of the two may be all there is. */
export type BatchDeployment = DeploymentBase & {
  readonly type: "batch";
  /** Absent: an endpoint of that name has to be live. */
  readonly endpoint?: BatchEndpoint;
  readonly deployment?: BatchDefinition;
  /** Whether it becomes the endpoint's default after its tests. */
  readonly setDefault: boolean;
};
