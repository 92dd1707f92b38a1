import type { JobCode } from "../../job/parts/code.ts";
import type { JobEnvironment } from "../../job/parts/environment.ts";
import type { AssetUse } from "../../asset/asset.ts";
import type { SourceNode } from "../../yaml/source.ts";
import type { DeploymentBase } from "../kind.ts";
import type { DeployedModel } from "../parts/model.ts";

/** An az ml batch endpoint, read and checked. */
export type BatchEndpoint = {
  readonly source: SourceNode;
  readonly name: string;
  readonly description?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly properties: Readonly<Record<string, string>>;
  /** `defaults.deployment_name` of the file. */
  readonly defaultDeployment?: string;
};

/** An az ml batch deployment, of a model or of a pipeline component. */
export type BatchDefinition = {
  readonly source: SourceNode;
  readonly name: string;
  readonly description?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly properties: Readonly<Record<string, string>>;
  /** Name or full id. */
  readonly compute?: string;
  /** Members of the request that hold no reference, in ARM's own shape. */
  readonly members: Readonly<Record<string, unknown>>;
} & (
  | {
      readonly of: "model";
      readonly model?: DeployedModel;
      readonly environment?: JobEnvironment;
      readonly code?: JobCode;
      readonly scoringScript?: string;
    }
  | { readonly of: "pipeline"; readonly component: AssetUse<"component"> }
);

/** A batch endpoint with a deployment; one of the two may be all there is. */
export type BatchDeployment = DeploymentBase & {
  readonly type: "batch";
  /** Absent: an endpoint of that name has to be live. */
  readonly endpoint?: BatchEndpoint;
  readonly deployment?: BatchDefinition;
  /** Whether it becomes the endpoint's default after its tests. */
  readonly setDefault: boolean;
};
