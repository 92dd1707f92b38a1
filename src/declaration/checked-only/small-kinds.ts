import * as z from "zod";
import { environmentSchema } from "../../asset/environment/shape.ts";
import { boolean, integer, readOnly, shape, text, version } from "../../yaml/shape.ts";
import { anyFile, anyMapping, anyTags, texts, textTags } from "./parts.ts";

const shown = () => ({ id: readOnly(), provisioning_state: readOnly(), system_data: readOnly() });

export const serverlessEndpoint = shape(() =>
  z.strictObject({
    ...anyFile(),
    ...shown(),
    name: text(),
    model_id: text(),
    auth_mode: text().optional(),
    display_name: text().optional(),
    location: text().optional(),
    tags: anyTags(),
    properties: anyMapping(),
    headers: readOnly(),
    scoring_uri: readOnly(),
  }),
);

export const marketplaceSubscription = shape(() =>
  z.strictObject({
    ...anyFile(),
    ...shown(),
    name: text(),
    model_id: text(),
    marketplace_plan: readOnly(),
    status: readOnly(),
  }),
);

export const capabilityHost = shape(() =>
  z.strictObject({
    ...anyFile(),
    name: text(),
    capability_host_kind: text().optional(),
    vector_store_connections: texts(),
    ai_services_connections: texts(),
    storage_connections: texts(),
    thread_storage_connections: texts(),
  }),
);

const probe = () =>
  z.strictObject({
    period: integer().optional(),
    initial_delay: integer().optional(),
    timeout: integer().optional(),
    success_threshold: integer().optional(),
    failure_threshold: integer().optional(),
    scheme: text().optional(),
    method: text().optional(),
    path: text().optional(),
    port: integer().optional(),
  });

export const deploymentTemplate = shape(() =>
  z.strictObject({
    ...anyFile(),
    name: text(),
    version: version(),
    display_name: text().optional(),
    tags: anyMapping(),
    type: text().optional(),
    deployment_template_type: text().optional(),
    environment: z
      .union([
        text().refine((reference) => /^azureml:./i.test(reference), {
          error: ({ input }) =>
            `${JSON.stringify(input)} is not a reference to an environment. Write azureml:NAME:VERSION, azureml:NAME@latest or azureml://registries/….`,
        }),
        environmentSchema(),
      ])
      .optional(),
    environment_variables: anyMapping(),
    request_settings: z
      .strictObject({
        request_timeout_ms: integer().optional(),
        max_concurrent_requests_per_instance: integer().optional(),
      })
      .optional(),
    liveness_probe: probe().optional(),
    readiness_probe: probe().optional(),
    instance_count: integer().optional(),
    model_mount_path: text().optional(),
    allowed_instance_types: texts(),
    default_instance_type: text().optional(),
    accelerator_maps: z
      .array(
        z.strictObject({
          accelerator_type: text(),
          number_of_accelerators_per_model_instance: integer(),
          default: z.union([boolean(), z.null()]).optional(),
        }),
      )
      .optional(),
    scoring_port: integer().optional(),
    scoring_path: text().optional(),
  }),
);

export const indexAsset = shape(() =>
  z.strictObject({
    ...anyFile(),
    id: readOnly(),
    creation_context: readOnly(),
    name: text(),
    version: version().optional(),
    path: text(),
    stage: text().optional(),
    datastore: text().optional(),
    tags: anyTags(),
    properties: textTags(),
    auto_delete_setting: anyMapping(),
  }),
);
