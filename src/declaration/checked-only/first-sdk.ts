import * as z from "zod";
import { boolean, number, oneOf, shape, text } from "../../yaml/shape.ts";
import { anyMapping, resourceId, texts } from "./parts.ts";

/** `workspace.json` of `Azure/aml-workspace`. */
export const amlWorkspace = shape(() =>
  z.strictObject({
    name: text().refine(
      (name) => name.length >= 2 && name.length <= 32,
      "A workspace name has 2 to 32 characters. Write one of that length.",
    ),
    resource_group: text(),
    create_workspace: boolean().optional(),
    friendly_name: text().optional(),
    create_resource_group: boolean().optional(),
    location: text().optional(),
    sku: text().optional(),
    storage_account: resourceId().optional(),
    key_vault: resourceId().optional(),
    app_insights: resourceId().optional(),
    container_registry: resourceId().optional(),
    cmk_key_vault: resourceId().optional(),
    resource_cmk_uri: text()
      .refine(
        (address) => /^https:\/\/./.test(address),
        "A key is named by its address. Write https://VAULT.vault.azure.net/keys/….",
      )
      .optional(),
    hbi_workspace: boolean().optional(),
  }),
);

/** `registermodel.json` of `Azure/aml-registermodel`. */
export const amlRegisterModel = shape(() =>
  z.strictObject({
    model_file_name: text(),
    model_name: text()
      .refine(
        (name) => name.length >= 1 && name.length <= 32,
        "A model name has 1 to 32 characters. Write one of that length.",
      )
      .optional(),
    model_framework: oneOf(["scikitlearn", "onnx", "tensorflow", "keras", "custom"]).optional(),
    model_framework_version: text().optional(),
    model_tags: anyMapping(),
    model_properties: anyMapping(),
    model_description: text().optional(),
    datasets: texts(),
    sample_input_dataset: text().optional(),
    sample_output_dataset: text().optional(),
    pipeline_child_run_name: text().optional(),
    cpu: number().optional(),
    memory: number().optional(),
    metrics_max: texts(),
    metrics_min: texts(),
    force_registration: boolean().optional(),
  }),
);
