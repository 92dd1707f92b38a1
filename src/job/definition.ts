import type { SecretReference } from "../secret/secret.ts";
import type { SourceNode } from "../yaml/source.ts";
import type { EnvironmentDefinition } from "../asset/environment/definition.ts";

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
  /** Absent when the file has no `limits`; az ml sends limits without a timeout too. */
  readonly limits?: { /** Seconds. */ readonly timeout?: number };
  readonly services?: object;
  readonly identity?: object;
  readonly queueSettings?: object;
  readonly parentJobName?: string;
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
  /** Defined beside the job; becomes an anonymous environment version first. */
  | { readonly from: "inline"; readonly definition: EnvironmentDefinition };

export type JobInput =
  /** The text that the service gets: numbers and booleans as Python writes them. */
  | { readonly kind: "literal"; readonly value: string }
  | {
      readonly kind: "data";
      /** az ml's `type`: `uri_file`, `uri_folder`, `mltable`, `custom_model`, `mlflow_model`, `triton_model`. */
      readonly type: string;
      /** `azureml://…`, `https://…`, `wasbs://…`, `azureml:name:version`, a full id, or a path on this machine, as written. */
      readonly path: string;
      /** What a path on this machine leads to, absolute; absent for everything that is in Azure already. */
      readonly local?: string;
      /** Name of the datastore that a local path is uploaded to; the workspace's own blob store when absent. */
      readonly datastore?: string;
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
};
