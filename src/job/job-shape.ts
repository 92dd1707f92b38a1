import * as z from "zod";
import { boolean, integer, oneOf, readOnly, shape, text, version } from "../yaml/shape.ts";
import { environmentSchema } from "../asset/environment/shape.ts";

/** Text members that may be null, as az ml's job tags and properties. */
const nullableTexts = () => z.record(z.string(), z.union([text(), z.null()]));

const scalar = () => z.union([z.string(), z.number(), z.boolean()]);

const dataTypes = ["uri_file", "uri_folder", "mltable", "custom_model", "mlflow_model", "triton_model"] as const;
const inputModes = ["ro_mount", "download", "direct", "eval_mount", "eval_download"] as const;
const outputModes = ["mount", "rw_mount", "upload", "direct"] as const;

const inputSchema = () =>
  z.strictObject({
    type: oneOf(dataTypes).default("uri_folder"),
    path: text().describe("azureml:NAME:VERSION, azureml://datastores/…, an address, or a path beside this file."),
    mode: oneOf(inputModes).optional(),
    datastore: text().optional().describe("Datastore that a local path is uploaded to."),
  });

const outputSchema = () =>
  z.strictObject({
    type: oneOf(dataTypes).default("uri_folder"),
    path: text().optional(),
    mode: oneOf(outputModes).optional(),
    name: text().optional(),
    version: version().optional(),
  });

const distributionSchema = () =>
  z.discriminatedUnion("type", [
    z.strictObject({ type: z.literal("pytorch"), process_count_per_instance: integer().optional() }),
    z.strictObject({ type: z.literal("mpi"), process_count_per_instance: integer().optional() }),
    z.strictObject({
      type: z.literal("tensorflow"),
      parameter_server_count: integer().default(0),
      worker_count: integer().optional(),
    }),
    z.strictObject({
      type: z.literal("ray"),
      port: integer().optional(),
      address: text().optional(),
      include_dashboard: boolean().optional(),
      dashboard_port: integer().optional(),
      head_node_additional_args: text().optional(),
      worker_node_additional_args: text().optional(),
    }),
  ]);

/** az ml takes `PyTorch` for `pytorch` and `AMLToken` for `aml_token`; a discriminator has to be spelt before it is looked up. */
function speltType<Schema extends z.ZodType>(words: readonly string[], schema: Schema) {
  return z.preprocess((value) => {
    if (typeof value !== "object" || value === null || !("type" in value) || typeof value.type !== "string")
      return value;
    return { ...value, type: spelt(value.type, words) };
  }, schema);
}

/** The one of the words that has the same letters. */
function spelt(word: string, words: readonly string[]): string {
  const letters = (text: string) => text.replaceAll("_", "").toLowerCase();
  return words.find((known) => letters(known) === letters(word)) ?? word;
}

const identitySchema = () =>
  z.discriminatedUnion("type", [
    z.strictObject({
      type: z.enum(["managed", "managed_identity"]),
      client_id: text().optional(),
      object_id: text().optional(),
      msi_resource_id: text().optional(),
    }),
    z.strictObject({ type: z.literal("aml_token") }),
    z.strictObject({ type: z.literal("user_identity") }),
  ]);

const serviceTypes = ["jupyter_lab", "tensor_board", "vs_code", "ssh"] as const;

/** `JupyterLab` and `VSCode`, as the service spells them, are taken too; az ml would send an empty service for them. */
const serviceType = () =>
  z.preprocess((value) => (typeof value === "string" ? spelt(value, serviceTypes) : value), oneOf(serviceTypes));

const serviceSchema = () =>
  z.strictObject({
    type: serviceType().default("ssh"),
    port: integer().optional(),
    nodes: oneOf(["all"]).optional(),
    properties: z.record(z.string(), z.unknown()).optional(),
    log_dir: text().optional(),
    ssh_public_keys: text().optional(),
    endpoint: readOnly(),
    status: readOnly(),
    error_message: readOnly(),
  });

const resourcesSchema = () =>
  z.strictObject({
    instance_count: integer().optional(),
    max_instance_count: integer().optional(),
    instance_type: text().optional(),
    locations: z.array(text()).optional(),
    shm_size: text().optional(),
    docker_args: z.union([text(), z.array(text())]).optional(),
    properties: z.record(z.string(), z.unknown()).optional(),
  });

/** An az ml command job, with the short cuts of inline runs. */
export const jobSchema = shape(() =>
  z
    .strictObject({
      $schema: text().optional(),
      type: z.literal("command").optional(),
      name: text().optional().describe("Prefix of the run's name."),
      display_name: text().optional(),
      experiment_name: text().optional(),
      description: text().optional(),
      tags: nullableTexts().optional(),
      properties: nullableTexts().optional(),
      command: text().describe("What is run; ${{inputs.NAME}} and ${{outputs.NAME}} stand for inputs and outputs."),
      code: text().optional().describe("Folder of the code, or a registered code asset."),
      environment: z.union([text(), environmentSchema()]).optional(),
      compute: text().optional().describe("azureml:NAME of a target, or local. Without it: serverless compute."),
      inputs: z.record(z.string(), z.union([scalar(), z.strictObject({ value: scalar() }), inputSchema()])).optional(),
      outputs: z.record(z.string(), z.union([outputSchema(), z.null()])).optional(),
      environment_variables: z
        .record(z.string(), z.union([scalar(), z.null(), z.strictObject({ env: text() })]))
        .optional(),
      distribution: speltType(["pytorch", "mpi", "tensorflow", "ray"], distributionSchema()).optional(),
      resources: resourcesSchema().optional(),
      limits: z.strictObject({ timeout: integer().optional().describe("Seconds.") }).optional(),
      services: z.record(z.string(), serviceSchema()).optional(),
      identity: speltType(["managed", "managed_identity", "aml_token", "user_identity"], identitySchema()).optional(),
      queue_settings: z
        .strictObject({
          job_tier: oneOf(["null", "spot", "basic", "standard", "premium"]).optional(),
          priority: oneOf(["low", "medium", "high"]).optional(),
        })
        .optional(),
      parent_job_name: text().optional(),
      id: readOnly(),
      status: readOnly(),
      creation_context: readOnly(),
      log_files: readOnly(),
      parameters: readOnly(),
      conda_packages: z.array(text()).optional().describe("In place of a conda file: packages of conda-forge."),
      pip_packages: z.array(text()).optional().describe("In place of a conda file: packages that pip installs."),
      gpu: boolean().optional().describe("Use Azure ML's default GPU image in place of the default CPU image."),
    })
    .describe("An az ml command job."),
);

export type DeclaredJob = z.infer<ReturnType<typeof jobSchema>>;
