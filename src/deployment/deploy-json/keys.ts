import { isAtFirstSdkPlace, isJsonFile } from "../../yaml/first-sdk-place.ts";
import { isMapping } from "../../yaml/wording.ts";

/** The keys of a `deploy.json` that have another name in the mapping of `deploy`. */
export const renamed = {
  authentication_enabled: "auth_enabled",
  app_insights_enabled: "enable_app_insights",
  model_data_collection_enabled: "collect_model_data",
} as const;

/** What is said of one that nothing says a model of: no key of it names one. */
export const noModel = "No model is named.";

/** Keys of the mapping of `deploy` for either place. */
export const ofBoth = ["cpu_cores", "memory_gb", "tags", "properties", "description"] as const;

/** For Azure Container Instances alone. */
export const ofAci = [
  ...["location", "dns_name_label", "ssl_enabled", "ssl_cname", "ssl_cert_pem_file", "ssl_key_pem_file"],
] as const;

/** For AKS alone. */
export const ofAks = [
  ...["gpu_cores", "namespace", "num_replicas", "token_auth_enabled"],
  ...["autoscale_enabled", "autoscale_min_replicas", "autoscale_max_replicas", "autoscale_refresh_seconds"],
  ...["autoscale_target_utilization", "scoring_timeout_ms", "replica_max_concurrent_requests", "max_request_wait_time"],
  ...["period_seconds", "initial_delay_seconds", "timeout_seconds", "success_threshold", "failure_threshold"],
] as const;

/** What they are made of. */
const ofCode = [
  ...["deployment_compute_target", "inference_source_directory", "inference_entry_script", "conda_file"],
  ...["custom_base_image", "base_image", "runtime"],
] as const;

/** What nothing of the mapping is made of. */
export const notCarried = [
  ...["extra_docker_file_steps", "enable_gpu", "cuda_version", "test_enabled", "test_file_path"],
  ...["test_file_function_name", "delete_service_after_deployment", "skip_deployment", "create_image"],
  ...["profiling_enabled", "profiling_dataset", "profile_datasets", "profileName", "wait_for_profiling_completion"],
] as const;

export const knownKeys: readonly string[] = [
  "name",
  ...ofCode,
  ...ofBoth,
  ...ofAci,
  ...ofAks,
  ...Object.keys(renamed),
  ...notCarried,
];

/** Keys of files of other kinds as well: they tell nothing. */
const general = new Set([
  "name",
  "tags",
  "properties",
  "description",
  "location",
  "namespace",
  "runtime",
  "conda_file",
]);

/** Keys of what this action and az ml deploy: a mapping that has one of them is theirs. */
const ofOthers = [
  ...["$schema", "type", "model", "environment", "code_configuration", "endpoint", "deployment", "endpoint_name"],
  ...["compute", "strategy", "tests", "keep_failed", "promote_from", "timeout", "environment_variables"],
  ...["auth_enabled", "enable_app_insights", "collect_model_data", "instance_type", "resources"],
];

/** True for what that action reads: a mapping with its keys, or whatever mapping is at its place. @param file its path. */
export function isDeployJson(value: unknown, file?: string): boolean {
  if (!isMapping(value) || ofOthers.some((key) => Object.hasOwn(value, key))) return false;
  if (isAtFirstSdkPlace(file, "deploy.json")) return true;
  return isJsonFile(file) && knownKeys.some((key) => !general.has(key) && Object.hasOwn(value, key));
}
