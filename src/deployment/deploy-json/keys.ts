import { isMapping } from "../../yaml/wording.ts";

/** Where `Azure/aml-deploy` looks by default. */
export const defaultPlace = ".cloud/.azure/deploy.json";

/** The keys that nothing but a `deploy.json` of that action has. */
const ownKeys = ["deployment_compute_target", "inference_source_directory", "inference_entry_script"];

/** True for what that action reads: a mapping with its keys, or whatever mapping is at its place. @param file its path. */
export function isDeployJson(value: unknown, file?: string): boolean {
  if (!isMapping(value)) return false;
  return (
    ownKeys.some((key) => Object.hasOwn(value, key)) || (file !== undefined && `/${file}`.endsWith(`/${defaultPlace}`))
  );
}
