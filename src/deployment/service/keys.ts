import * as z from "zod";
import { secret } from "../../secret/reference.ts";
import { boolean, integer, number, shape, tags, text } from "../../yaml/shape.ts";
import { deployedModelSchema } from "../parts/model.ts";
import { scoringKeys } from "../parts/scoring.ts";
import { settingKeysWithStrategy } from "../parts/settings.ts";

/** The keys that web services on ACI and AKS share. */
const sharedKeys = () => ({
  name: text().describe(
    "Name of the web service: 3 to 32 lower-case letters, digits and dashes; 30 where it is to be updated.",
  ),
  description: text().optional(),
  tags: tags().optional(),
  properties: tags().optional().describe("Cannot be taken away again."),
  model: deployedModelSchema().optional(),
  ...scoringKeys(),
  cpu_cores: number().optional().describe("Default 0.1."),
  memory_gb: number().optional().describe("Default 0.5."),
  auth_enabled: boolean().optional().describe("Callers need a key. Default false on ACI, true on AKS."),
  primary_key: secret()
    .optional()
    .describe("Reference to the first key; the service makes one up where none is given."),
  secondary_key: secret().optional(),
  enable_app_insights: boolean().optional(),
  collect_model_data: boolean().optional(),
  ...settingKeysWithStrategy(),
});

/** Text, or the environment variable that has it. */
const textOrVariable = () => z.union([text(), z.strictObject({ env: text() })]).optional();

export const aciSchema = shape(() =>
  z
    .strictObject({
      type: z.literal("aci"),
      ...sharedKeys(),
      dns_name_label: text().optional().describe("First part of the address; one is made up where it is absent."),
      location: text().optional().describe("Region; default: that of the workspace."),
      ssl_enabled: boolean().optional(),
      ssl_cert_pem: secret().optional().describe("Reference to the certificate."),
      ssl_key_pem: secret().optional().describe("Reference to its private key."),
      ssl_cname: text().optional().describe("Name that the certificate is for."),
      vnet_name: text().optional().describe("Sent; the service no longer supports it."),
      subnet_name: text().optional(),
      cmk_vault_base_url: textOrVariable().describe("Customer-managed key: the address of its vault."),
      cmk_key_name: textOrVariable(),
      cmk_key_version: textOrVariable(),
    })
    .describe("A web service on Azure Container Instances."),
);

export const aksSchema = shape(() =>
  z
    .strictObject({
      type: z.literal("aks"),
      ...sharedKeys(),
      compute: text().describe("azureml:NAME of a declared target, or of a live compute of the type AKS."),
      namespace: text().optional(),
      cpu_cores_limit: number().optional(),
      memory_gb_limit: number().optional(),
      gpu_cores: integer().optional(),
      num_replicas: integer().optional().describe("Not with autoscale_enabled."),
      autoscale_enabled: boolean().optional().describe("Default true where num_replicas is absent."),
      autoscale_min_replicas: integer().optional(),
      autoscale_max_replicas: integer().optional(),
      autoscale_refresh_seconds: integer().optional(),
      autoscale_target_utilization: integer().optional().describe("Percentage."),
      token_auth_enabled: boolean()
        .optional()
        .describe("Callers need a token of Microsoft Entra; not with auth_enabled."),
      scoring_timeout_ms: integer().optional(),
      replica_max_concurrent_requests: integer().optional(),
      max_request_wait_time: integer().optional().describe("Milliseconds that a request may wait for its turn."),
      period_seconds: integer().optional().describe("Of the liveness probe, as the four below."),
      initial_delay_seconds: integer().optional(),
      timeout_seconds: integer().optional(),
      success_threshold: integer().optional(),
      failure_threshold: integer().optional(),
      blobfuse_enabled: boolean().optional(),
    })
    .describe("A web service on an attached or created AKS cluster."),
);

export type DeclaredAci = z.infer<ReturnType<typeof aciSchema>>;
export type DeclaredAks = z.infer<ReturnType<typeof aksSchema>>;
/** What both have. */
export type DeclaredService = z.infer<z.ZodObject<ReturnType<typeof sharedKeys>>>;
