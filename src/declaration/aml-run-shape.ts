import * as z from "zod";
import { boolean, shape, text, version } from "../yaml/shape.ts";
import { isAtFirstSdkPlace } from "../yaml/first-sdk-place.ts";
import { isMapping } from "../yaml/wording.ts";

/** The keys of a `run.json` for the action `Azure/aml-run`. @see https://github.com/Azure/aml-run */
export const amlRunSchema = shape(() =>
  z.strictObject({
    experiment_name: text().optional(),
    tags: z.record(z.string(), z.unknown()).optional(),
    wait_for_completion: boolean().optional(),
    download_artifacts: boolean().optional(),
    runconfig_yaml_file: text().optional(),
    pipeline_yaml_file: text().optional(),
    runconfig_python_file: text().optional(),
    runconfig_python_function_name: text().optional(),
    pipeline_publish: boolean().optional(),
    publish_pipeline: boolean().optional(),
    pipeline_name: text().optional(),
    pipeline_version: version().optional(),
    pipeline_continue_on_step_failure: boolean().optional(),
  }),
);
export type AmlRun = z.infer<ReturnType<typeof amlRunSchema>>;

/** Keys that jobs of az ml have as well tell nothing. */
const sharedKeys = ["experiment_name", "tags"];

/** Tells a `run.json` by its keys, or by its default place. The action takes a mapping, or a list of them. */
export function isAmlRun(value: unknown, file?: string): boolean {
  const mapping: unknown = Array.isArray(value) ? value[0] : value;
  if (!isMapping(mapping) || Object.hasOwn(mapping, "$schema")) return false;
  const own = Object.keys(amlRunSchema().shape).filter((key) => !sharedKeys.includes(key));
  return own.some((key) => Object.hasOwn(mapping, key)) || isAtFirstSdkPlace(file, "run.json");
}
