import { valueAt, positionOf, type NodePath, type SourceNode } from "../yaml/source.ts";
import type { Problem } from "../yaml/problem.ts";
import { suggestionFor } from "../yaml/suggestion.ts";
import { isMapping } from "../yaml/wording.ts";

/** A kind of az ml file that no command of this action submits: its files are only checked. */
export type Unsubmitted = {
  /** With its article: `an az ml schedule`. */
  readonly what: string;
  /** Names of schemas, as `$schema` ends in. */
  readonly schemas: readonly string[];
  /** True for a mapping without `$schema` that is of this kind. */
  readonly hasKeysOf: (mapping: Mapping) => boolean;
  /** The keys of its files, after the official client; `$schema` and what the service fills in are known of all. */
  readonly keys: readonly string[];
  readonly required: readonly string[];
  /** Of these there has to be one. */
  readonly oneOf?: readonly string[];
};

type Mapping = Readonly<Record<string, unknown>>;

const described = ["name", "description", "tags"];
const has = (mapping: Mapping, ...keys: readonly string[]) => keys.every((key) => Object.hasOwn(mapping, key));
const typeOf = ({ type }: Mapping) => (typeof type === "string" ? type.toLowerCase() : undefined);

const jobKeys = [
  ...described,
  ...["type", "display_name", "experiment_name", "properties", "compute", "identity", "outputs", "resources"],
  ...["services", "queue_settings", "hyperparameters", "training_data", "validation_data"],
];

/** @param own its keys beside those of all datastores, of which the first ones are required. */
function datastore(
  schema: string,
  type: string,
  what: string,
  required: readonly string[],
  optional: readonly string[] = [],
): Unsubmitted {
  return {
    what: `an az ml datastore (${what})`,
    schemas: [schema],
    // A connection may have the same type; it has a target, or none of the datastore's keys.
    hasKeysOf: (mapping) =>
      typeOf(mapping) === type && required.some((key) => has(mapping, key)) && !has(mapping, "url"),
    keys: [...described, "type", "credentials", ...required, ...optional],
    required: ["name", "type", ...required],
  };
}

const connectionTypes = [
  ...["git", "python_feed", "container_registry", "snowflake", "azure_sql_db", "azure_synapse_analytics"],
  ...[
    "azure_my_sql_db",
    "azure_postgres_db",
    "s3",
    "feature_store",
    "azure_open_ai",
    "azure_ai_services",
    "aiservices",
  ],
  ...["azure_ai_search", "azure_content_safety", "azure_speech_services", "open_ai", "serp", "serverless", "api_key"],
  ...[
    "custom",
    "azure_blob",
    "azure_data_lake_gen2",
    "microsoft_one_lake",
    "azure_one_lake",
    "generic_container_registry",
  ],
];

const kinds: readonly Unsubmitted[] = [
  datastore("azureBlob", "azure_blob", "blob container", ["account_name", "container_name"], ["endpoint", "protocol"]),
  datastore("azureFile", "azure_file", "file share", ["account_name", "file_share_name"], ["endpoint", "protocol"]),
  datastore("azureDataLakeGen1", "azure_data_lake_gen1", "data lake", ["store_name"]),
  datastore(
    "azureDataLakeGen2",
    "azure_data_lake_gen2",
    "data lake",
    ["account_name", "filesystem"],
    ["endpoint", "protocol"],
  ),
  datastore("oneLake", "one_lake", "OneLake", ["one_lake_workspace_name", "endpoint"], ["artifact"]),
  {
    what: "an az ml schedule",
    schemas: ["schedule"],
    hasKeysOf: (mapping) => ["create_job", "create_monitor", "import_data"].some((key) => has(mapping, "trigger", key)),
    keys: [...described, "display_name", "properties", "trigger", "create_job", "create_monitor", "import_data"],
    required: ["name", "trigger"],
    oneOf: ["create_job", "create_monitor", "import_data"],
  },
  {
    what: "an az ml registry",
    schemas: ["registry"],
    hasKeysOf: (mapping) => has(mapping, "replication_locations"),
    keys: [
      ...described,
      ...["location", "replication_locations", "container_registry", "intellectual_property"],
      ...["public_network_access", "managed_resource_group", "sku", "kind"],
    ],
    required: ["name", "location"],
  },
  {
    what: "an az ml feature set",
    schemas: ["featureSet", "Featureset", "featureset"],
    hasKeysOf: (mapping) => has(mapping, "specification", "entities"),
    keys: [...described, "version", "entities", "specification", "stage", "materialization_settings", "properties"],
    required: ["name", "version", "entities", "specification"],
  },
  {
    what: "an az ml feature store entity",
    schemas: ["featureStoreEntity", "FeaturestoreEntity", "featurestoreEntity"],
    hasKeysOf: (mapping) => has(mapping, "name", "version", "index_columns") && !has(mapping, "features"),
    keys: [...described, "version", "index_columns", "stage", "properties"],
    required: ["name", "version", "index_columns"],
  },
  {
    what: "an az ml feature store",
    schemas: ["featureStore", "FeatureStore"],
    hasKeysOf: (mapping) => has(mapping, "name", "offline_store") || has(mapping, "name", "compute_runtime"),
    keys: [
      ...described,
      ...["display_name", "location", "resource_group", "offline_store", "online_store", "compute_runtime", "identity"],
      ...[
        "materialization_identity",
        "application_insights",
        "container_registry",
        "customer_managed_key",
        "key_vault",
      ],
      ...["hbi_workspace", "image_build_compute", "managed_network", "primary_user_assigned_identity"],
      ...["public_network_access", "storage_account"],
    ],
    required: ["name"],
  },
  {
    what: "an az ml serverless endpoint",
    schemas: ["serverlessEndpoint"],
    hasKeysOf: (mapping) => has(mapping, "name", "model_id"),
    keys: [...described, "model_id", "auth_mode", "display_name", "properties", "location", "headers"],
    required: ["name", "model_id"],
  },
  {
    what: "an az ml distillation job",
    schemas: ["distillationJob"],
    hasKeysOf: (mapping) => typeOf(mapping) === "distillation",
    keys: [
      ...jobKeys,
      ...["data_generation_type", "data_generation_task_type", "teacher_model_endpoint_connection", "student_model"],
      ...["teacher_model_settings", "prompt_settings"],
    ],
    required: [
      ...["type", "data_generation_type", "data_generation_task_type", "teacher_model_endpoint_connection"],
      "student_model",
    ],
  },
  {
    what: "an az ml fine-tuning job",
    schemas: ["fineTuningJob"],
    hasKeysOf: (mapping) => typeOf(mapping) === "finetuning",
    keys: [...jobKeys, "task", "model", "model_provider"],
    required: ["type", "task", "model", "model_provider"],
  },
  {
    what: "an az ml connection",
    schemas: ["connection", "workspaceConnection"],
    hasKeysOf: (mapping) =>
      connectionTypes.includes(typeOf(mapping) ?? "") &&
      ["target", "credentials", "api_base", "api_key", "endpoint", "azure_endpoint", "url"].some((key) =>
        has(mapping, key),
      ),
    keys: [
      ...described,
      ...[
        "type",
        "target",
        "credentials",
        "is_shared",
        "metadata",
        "properties",
        "endpoint",
        "url",
        "api_key",
        "api_base",
      ],
      ...["api_version", "azure_endpoint", "open_ai_resource_id", "ai_services_resource_id", "account_name"],
      ...["container_name", "artifact", "one_lake_workspace_name"],
    ],
    required: ["name", "type"],
  },
];

/** What `az ml … show` prints beside the declared keys. */
const shownKeys = ["$schema", "id", "creation_context", "provisioning_state", "is_enabled", "latest_version", "status"];

/** The kind of such a file, by the name of its schema, else by its keys. */
export function unsubmittedOf(mapping: Mapping, schema: string | undefined): Unsubmitted | undefined {
  return schema === undefined
    ? kinds.find(({ hasKeysOf }) => hasKeysOf(mapping))
    : kinds.find(({ schemas }) => schemas.includes(schema));
}

/** Says that nothing submits the file, and what of it the official client would refuse. */
export function unsubmittedProblems(node: SourceNode, kind: Unsubmitted): readonly Problem[] {
  const { what, keys, required, oneOf } = kind;
  const value = valueAt(node);
  const mapping = isMapping(value) ? value : {};
  const at = (path: NodePath, part: "key" | "value" = "value") => positionOf(node, path, part);
  const known = [...keys, ...shownKeys];
  const unknown = Object.keys(mapping).filter((key) => !known.includes(key));
  const missing = required.filter((key) => !has(mapping, key));
  const isOpen = oneOf !== undefined && !oneOf.some((key) => has(mapping, key));
  return [
    {
      code: "not-submitted",
      severity: "notice",
      where: at([]),
      message: `This is ${what}: it is checked, but no command of this action submits it.`,
      fix: "Create it with az ml, or leave it out with a narrower pattern in config.",
    },
    ...unknown.map((key): Problem => ({
      code: "unknown-key",
      severity: "error",
      where: at([key], "key"),
      message: `Unknown key ${JSON.stringify(key)}.`,
      fix: suggestionFor(key, keys).trim() || `Use one of ${keys.join(", ")}.`,
    })),
    ...[...missing, ...(isOpen ? [oneOf.join(", or ")] : [])].map((key): Problem => ({
      code: "missing-key",
      severity: "error",
      where: at([]),
      message: `The key ${JSON.stringify(key)} is missing.`,
      fix: `Add ${key}.`,
    })),
    ...literalSecrets(mapping, [], at),
  ];
}

const secretKeys = /^(account_key|sas_token|client_secret|password|pat|key|api_key|access_key_id|secret_access_key)$/;

/** A secret in a file that nothing sends is known all the same. */
function literalSecrets(
  mapping: Mapping,
  path: NodePath,
  at: (path: NodePath) => NonNullable<Problem["where"]>,
): readonly Problem[] {
  return Object.entries(mapping).flatMap(([key, value]): readonly Problem[] => {
    if (isMapping(value)) return literalSecrets(value, [...path, key], at);
    if (!secretKeys.test(key) || typeof value !== "string" || value === "") return [];
    return [
      {
        code: "literal-secret",
        severity: "warning",
        where: at([...path, key]),
        message: `${key} is written in the file: if it is a secret, everybody who can read the repository knows it.`,
        fix: "Leave it out, and give it to az ml with --set.",
      },
    ];
  });
}
