import type { SecretReference } from "../declaration/secret.ts";
import type { SourceNode } from "../declaration/source.ts";

/**
 * An az ml command job, read and checked. Field for field what `commandJob` YAML says, in our spelling, with defaults
 * left out: the request adds what the official client adds.
 */
export type CommandJob = {
  readonly kind: "command";
  /** The node it was read from, for messages about it. */
  readonly source: SourceNode;
  /** `name:` of the file: the prefix of the run's name. */
  readonly name?: string;
  readonly displayName?: string;
  readonly experimentName?: string;
  readonly description?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly properties: Readonly<Record<string, string>>;
  readonly command: string;
  readonly code?: JobCode;
  readonly environment: JobEnvironment;
  /** Name of a compute target of the workspace (`azureml:` removed), a full id, or `local`; absent means serverless. */
  readonly compute?: string;
  readonly inputs: Readonly<Record<string, JobInput>>;
  readonly outputs: Readonly<Record<string, JobOutput>>;
  readonly environmentVariables: Readonly<Record<string, EnvironmentValue>>;
  /** The parts below are in ARM's own shape already: nothing but the request needs them. */
  readonly distribution?: object;
  readonly resources?: object;
  /** Seconds. */
  readonly timeoutSeconds?: number;
  readonly services?: object;
  readonly identity?: object;
  readonly queueSettings?: object;
};

/** az ml keeps the value's own type; a reference is resolved when the job is submitted. */
export type EnvironmentValue = string | number | boolean | SecretReference;

export function isSecret(value: EnvironmentValue): value is SecretReference {
  return typeof value === "object";
}

export type JobCode =
  /** `path` as written, for tokens and messages; `folder` absolute. */
  | { readonly from: "local"; readonly path: string; readonly folder: string }
  /** `azureml:name:version`, a full id, `git+https://…` or another remote. */
  | { readonly from: "reference"; readonly id: string };

export type JobEnvironment =
  /** `azureml:name:version`, `azureml:name@latest`, `azureml://registries/…` or a full id, as the service takes or resolves it. */
  | { readonly from: "reference"; readonly id: string }
  /** Defined beside the job; becomes an (anonymous, unless named) environment version first. */
  | {
      readonly from: "inline";
      readonly name?: string;
      readonly version?: string;
      readonly description?: string;
      readonly image: string;
      /** Conda specification as parsed YAML. */
      readonly conda?: CondaSpecification;
      readonly tags: Readonly<Record<string, string>>;
      readonly properties: Readonly<Record<string, string>>;
      readonly osType?: string;
      readonly inferenceConfig?: object;
    };

export type CondaSpecification = Readonly<Record<string, unknown>>;

export type JobInput =
  /** The text that the service gets: numbers and booleans as Python writes them. */
  | { readonly kind: "literal"; readonly value: string }
  | {
      readonly kind: "data";
      /** az ml's `type`: `uri_file`, `uri_folder`, `mltable`, `custom_model`, `mlflow_model`, `triton_model`. */
      readonly type: string;
      /** `azureml://…`, `https://…`, `wasbs://…`, `azureml:name:version` or a full id. */
      readonly path: string;
      /** ARM's word: `ReadOnlyMount`, … */
      readonly mode?: string;
    };

export type JobOutput = {
  readonly type: string;
  readonly path?: string;
  /** ARM's word: `ReadWriteMount`, … */
  readonly mode?: string;
  readonly name?: string;
  readonly version?: string;
  readonly description?: string;
};
