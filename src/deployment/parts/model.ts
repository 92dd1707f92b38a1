import type { ModelFile } from "../../asset/files/model-file.ts";
import type { SourceNode } from "../../yaml/source.ts";

/**
 * The model that a deployment serves. `${{run.name}}`, `${{run.best}}` and `${{run.steps.NAME}}` may stand in the address of a
 * declared one: only the release knows them.
 */
export type DeployedModel =
  /** `azureml:NAME:VERSION`, `azureml:NAME@latest`, `azureml://registries/…` or a full id. */
  | { readonly from: "reference"; readonly reference: string; readonly source: SourceNode }
  | {
      readonly from: "declared";
      /** The mapping, for messages. */
      readonly source: SourceNode;
      /** Absent for an anonymous one, as in az ml. */
      readonly name?: string;
      readonly version?: string;
      readonly file: ModelFile;
    };

/** `promote_from`. */
export type PromotedModel = {
  readonly source: SourceNode;
  /** Name and version to register under, where `model` has them. */
  readonly name?: string;
  readonly version?: string;
  readonly tags: Readonly<Record<string, string>>;
} & (
  | { readonly from: "registry"; readonly reference: string }
  | {
      readonly from: "workspace";
      readonly workspace: string;
      readonly subscriptionId?: string;
      readonly resourceGroup?: string;
      /** `azureml:NAME:VERSION` or `azureml:NAME@latest` there. */
      readonly reference: string;
    }
);
