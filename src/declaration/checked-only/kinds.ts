import { isAtFirstSdkPlace, isJsonFile } from "../../yaml/first-sdk-place.ts";
import { isMapping } from "../../yaml/wording.ts";
import type { DatastoreType } from "./datastore.ts";
import type * as z from "zod";
import type { CheckedOnly, CheckedShape, Mapping } from "./kind.ts";

const has = (mapping: Mapping, ...keys: readonly string[]) => keys.every((key) => Object.hasOwn(mapping, key));
const hasOne = (mapping: Mapping, ...keys: readonly string[]) => keys.some((key) => has(mapping, key));
const typeOf = ({ type }: Mapping) =>
  typeof type === "string" ? type.replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase() : undefined;

function datastore(type: DatastoreType, schema: string, what: string, ...own: readonly string[]): CheckedOnly {
  return {
    what: `an az ml datastore (${what})`,
    act: "creates a datastore",
    schemas: [schema],
    // A connection may have the same type; it has an address, or a type of credentials.
    hasKeysOf: (mapping) => typeOf(mapping) === type && hasOne(mapping, ...own) && !hasOne(mapping, "url", "target"),
    load: async () => ({ shape: (await import("./datastore.ts")).shapeOf(type) }),
  };
}

/** The rules of a kind that has one shape. */
const always = (shape: () => z.ZodType): CheckedShape => ({ shape: () => shape });

const connectionTypes = new Set([
  ...["git", "python_feed", "container_registry", "snowflake", "azure_sql_db", "azure_synapse_analytics", "s3"],
  ...["azure_my_sql_db", "azure_postgres_db", "custom", "azure_blob", "azure_data_lake_gen2", "azure_one_lake"],
  ...["azure_open_ai", "azure_ai_services", "azure_ai_search", "azure_content_safety", "azure_speech_services"],
  ...["open_ai", "serp", "serverless", "api_key"],
]);

/** What no command of this action creates or submits, told by `$schema` or by keys; the first that fits. */
export const checkedOnly: readonly CheckedOnly[] = [
  datastore("azure_blob", "azureBlob", "blob container", "account_name", "container_name"),
  datastore("azure_file", "azureFile", "file share", "account_name", "file_share_name"),
  datastore("azure_data_lake_gen1", "azureDataLakeGen1", "data lake of the first generation", "store_name"),
  datastore("azure_data_lake_gen2", "azureDataLakeGen2", "data lake", "account_name", "filesystem"),
  datastore("one_lake", "oneLake", "OneLake", "one_lake_workspace_name", "endpoint"),
  {
    what: "an az ml schedule",
    act: "creates a schedule",
    schemas: ["schedule"],
    hasKeysOf: (mapping) =>
      hasOne(mapping, "create_monitor", "import_data") ||
      (has(mapping, "create_job") && !has(mapping, "command")) ||
      (isMapping(mapping["trigger"]) && has(mapping, "name")),
    load: async () => {
      const { shapeOf, checkSchedule } = await import("./schedule.ts");
      return { shape: shapeOf, check: checkSchedule };
    },
  },
  {
    what: "an az ml registry",
    act: "creates a registry",
    schemas: ["registry"],
    hasKeysOf: (mapping) => has(mapping, "replication_locations"),
    load: async () => always((await import("./registry.ts")).registry),
  },
  {
    what: "an az ml feature set",
    act: "registers a feature set",
    schemas: ["featureSet", "Featureset", "featureset", "FeatureSet"],
    hasKeysOf: (mapping) => has(mapping, "specification", "entities"),
    load: async () => {
      const { featureSet, checkFeatureSet } = await import("./feature-store.ts");
      return { shape: () => featureSet, check: checkFeatureSet };
    },
  },
  {
    what: "an az ml feature store entity",
    act: "registers a feature store entity",
    schemas: ["featureStoreEntity", "FeaturestoreEntity", "featurestoreEntity", "FeatureStoreEntity"],
    hasKeysOf: (mapping) => has(mapping, "name", "version", "index_columns") && !has(mapping, "features"),
    load: async () => always((await import("./feature-store.ts")).featureStoreEntity),
  },
  {
    what: "an az ml feature store",
    act: "creates a feature store",
    schemas: ["featureStore", "FeatureStore", "featurestore"],
    hasKeysOf: (mapping) => has(mapping, "name") && hasOne(mapping, "offline_store", "compute_runtime", "online_store"),
    load: async () => always((await import("./feature-store.ts")).featureStore),
  },
  {
    what: "an az ml marketplace subscription",
    act: "makes a marketplace subscription",
    schemas: ["marketplaceSubscription"],
    hasKeysOf: (mapping) => has(mapping, "model_id", "marketplace_plan"),
    load: async () => always((await import("./small-kinds.ts")).marketplaceSubscription),
  },
  {
    what: "an az ml serverless endpoint",
    act: "creates a serverless endpoint",
    schemas: ["serverlessEndpoint"],
    hasKeysOf: (mapping) => has(mapping, "name", "model_id"),
    load: async () => always((await import("./small-kinds.ts")).serverlessEndpoint),
  },
  {
    what: "an az ml capability host",
    act: "creates a capability host",
    schemas: ["capabilityHost", "CapabilityHost"],
    hasKeysOf: (mapping) =>
      hasOne(mapping, "capability_host_kind", "ai_services_connections", "vector_store_connections"),
    load: async () => always((await import("./small-kinds.ts")).capabilityHost),
  },
  {
    what: "an az ml deployment template",
    act: "registers a deployment template",
    schemas: ["deploymentTemplate"],
    hasKeysOf: (mapping) =>
      hasOne(mapping, "deployment_template_type", "allowed_instance_types", "default_instance_type"),
    load: async () => always((await import("./small-kinds.ts")).deploymentTemplate),
  },
  {
    what: "an az ml index",
    act: "registers an index",
    schemas: ["index"],
    hasKeysOf: () => false,
    load: async () => always((await import("./small-kinds.ts")).indexAsset),
  },
  {
    what: "an az ml data import",
    act: "imports data",
    schemas: ["dataImport"],
    hasKeysOf: ({ source, ...rest }) => has(rest, "path") && isMapping(source) && has(source, "type", "connection"),
    load: async () => always((await import("./parts.ts")).dataImport),
  },
  {
    what: "an az ml distillation job",
    act: "submits a distillation job",
    schemas: ["distillationJob"],
    hasKeysOf: (mapping) => typeOf(mapping) === "distillation",
    load: async () => {
      const { distillation, checkTuning } = await import("./tuning-jobs.ts");
      return { shape: () => distillation, check: checkTuning };
    },
  },
  {
    what: "an az ml fine-tuning job",
    act: "submits a fine-tuning job",
    schemas: ["fineTuningJob", "finetuningJob"],
    hasKeysOf: (mapping) => typeOf(mapping) === "finetuning",
    load: async () => {
      const { fineTuning, checkTuning } = await import("./tuning-jobs.ts");
      return { shape: fineTuning, check: checkTuning };
    },
  },
  {
    what: "an az ml connection",
    act: "creates a connection",
    schemas: ["connection", "workspaceConnection"],
    hasKeysOf: (mapping) =>
      connectionTypes.has(typeOf(mapping) ?? "") &&
      hasOne(mapping, ...["target", "credentials", "api_base", "api_key", "endpoint", "azure_endpoint", "url"]),
    load: async () => {
      const { shapeOf } = await import("./connection.ts");
      return { shape: shapeOf };
    },
  },
  {
    what: "the workspace.json of Azure/aml-workspace",
    act: "creates a workspace",
    instead: "Write its names into an azureml.yml: workspace: { name, resource_group }.",
    schemas: [],
    hasKeysOf: (mapping, file) =>
      isJsonFile(file) &&
      !has(mapping, "type") &&
      (isAtFirstSdkPlace(file, "workspace.json") ||
        hasOne(mapping, "create_workspace", "create_resource_group", "friendly_name", "cmk_key_vault")),
    load: async () => always((await import("./first-sdk.ts")).amlWorkspace),
  },
  {
    what: "the registermodel.json of Azure/aml-registermodel",
    act: "reads it",
    instead: "Write an az ml model file, or the model of what deploy declares.",
    schemas: [],
    hasKeysOf: (mapping, file) =>
      isJsonFile(file) &&
      (isAtFirstSdkPlace(file, "registermodel.json") || hasOne(mapping, "model_file_name", "force_registration")),
    load: async () => always((await import("./first-sdk.ts")).amlRegisterModel),
  },
  {
    what: "an az ml workspace",
    act: "creates a workspace",
    schemas: ["workspace", "hub", "project"],
    hasKeysOf: (mapping) =>
      has(mapping, "name") &&
      !has(mapping, "type") &&
      (/^(hub|project)$/i.test(String(mapping["kind"])) ||
        hasOne(mapping, ...["managed_network", "hbi_workspace", "customer_managed_key", "application_insights"]) ||
        hasOne(mapping, ...["hub_id", "storage_account", "serverless_compute", "network_acls", "workspace_hub"])),
    load: async () => {
      const { shapeOf, checkWorkspace } = await import("./workspace.ts");
      return { shape: shapeOf, check: checkWorkspace };
    },
  },
];

/** The kind of such a file, by the name of its schema, else by its keys and its place. */
export function checkedOnlyOf(mapping: Mapping, schema: string | undefined, file?: string): CheckedOnly | undefined {
  return schema === undefined
    ? checkedOnly.find(({ hasKeysOf }) => hasKeysOf(mapping, file))
    : checkedOnly.find(({ schemas }) => schemas.includes(schema));
}
