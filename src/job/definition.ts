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
  readonly environmentVariables: Readonly<Record<string, string | SecretReference>>;
  readonly distribution?: Readonly<Record<string, unknown>>;
  readonly resources?: Readonly<Record<string, unknown>>;
  /** Seconds. */
  readonly timeoutSeconds?: number;
  readonly services?: Readonly<Record<string, unknown>>;
  readonly identity?: Readonly<Record<string, unknown>>;
  readonly queueSettings?: Readonly<Record<string, unknown>>;
  readonly parent?: string;
};

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
      readonly image?: string;
      /** Conda specification as parsed YAML. */
      readonly conda?: CondaSpecification;
      /** Build context: local folder (absolute) or remote, with the Dockerfile's path inside it. */
      readonly build?: { readonly path: string; readonly folder?: string; readonly dockerfilePath?: string };
      readonly inferenceConfig?: Readonly<Record<string, unknown>>;
      readonly tags: Readonly<Record<string, string>>;
      readonly properties: Readonly<Record<string, string>>;
      readonly osType?: string;
    };

export type CondaSpecification = Readonly<Record<string, unknown>>;

export type JobInput =
  | { readonly kind: "literal"; readonly value: string | number | boolean }
  | {
      readonly kind: "data";
      /** az ml's `type`: `uri_file`, `uri_folder`, `mltable`, `custom_model`, `mlflow_model`, `triton_model`. */
      readonly type: string;
      /** `azureml://…`, `https://…`, `wasbs://…`, `azureml:name:version`, a full id, or a local path (absolute in `local`). */
      readonly path: string;
      readonly local?: string;
      readonly mode?: string;
      readonly pathOnCompute?: string;
      readonly description?: string;
      readonly datastore?: string;
    };

export type JobOutput = {
  readonly type: string;
  readonly path?: string;
  readonly mode?: string;
  readonly pathOnCompute?: string;
  readonly name?: string;
  readonly version?: string;
  readonly description?: string;
};
