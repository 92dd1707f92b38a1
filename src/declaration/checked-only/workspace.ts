import * as z from "zod";
import { boolean, oneOf, readOnly, shape, text } from "../../yaml/shape.ts";
import { speltType } from "../../job/parts/spelling.ts";
import type { CheckedPart, Mapping } from "./kind.ts";
import { anyFile, resourceId, textTags } from "./parts.ts";
import { valueAt } from "../../yaml/source.ts";

const rule = <Type extends string, Destination extends z.ZodType>(type: Type, destination: Destination) =>
  z.strictObject({
    name: text(),
    type: z.literal(type),
    destination,
    parent_rule_names: readOnly(),
    category: readOnly(),
    status: readOnly(),
  });

const outboundRule = () =>
  speltType(
    ["fqdn", "service_tag", "private_endpoint"],
    z.discriminatedUnion("type", [
      rule("fqdn", text()),
      rule(
        "service_tag",
        z.strictObject({
          service_tag: text(),
          protocol: text(),
          port_ranges: text(),
          address_prefixes: z.array(text()).optional(),
        }),
      ),
      rule(
        "private_endpoint",
        z.strictObject({ service_resource_id: text(), subresource_target: text(), spark_enabled: boolean() }),
      ).extend({ fqdns: z.array(text()).optional() }),
    ]),
  );

const managedNetwork = () =>
  z.strictObject({
    isolation_mode: oneOf(["disabled", "allow_internet_outbound", "allow_only_approved_outbound"], {
      camelCase: true,
    }),
    outbound_rules: z.union([z.array(outboundRule()), z.null()]).optional(),
    firewall_sku: oneOf(["standard", "basic"], { camelCase: true }).optional(),
    network_id: readOnly(),
    status: readOnly(),
  });

export const assignedIdentity = () =>
  z.strictObject({
    principal_id: text().optional(),
    client_id: text().optional(),
    resource_id: text().optional(),
  });

const identity = () =>
  z.strictObject({
    type: oneOf(["system_assigned", "user_assigned", "system_assigned,user_assigned", "none"], {
      camelCase: true,
    }).optional(),
    principal_id: text().optional(),
    tenant_id: text().optional(),
    user_assigned_identities: z
      .union([z.record(z.string(), z.union([assignedIdentity(), z.null()])), z.null()])
      .optional(),
  });

/** What workspaces of every kind have, feature stores too. */
export const workspaceKeys = () => ({
  ...anyFile(),
  name: text(),
  location: text().optional(),
  resource_group: text().optional(),
  display_name: text().optional(),
  tags: textTags(),
  hbi_workspace: boolean().optional(),
  storage_account: resourceId().optional(),
  container_registry: resourceId().optional(),
  key_vault: resourceId().optional(),
  application_insights: resourceId().optional(),
  customer_managed_key: z
    .strictObject({
      key_vault: text().optional(),
      key_uri: text()
        .refine((address) => /^https?:\/\/[^\s/]+\.[^\s/]+(?:\/\S*)?$/i.test(address), {
          error: ({ input }) =>
            `${JSON.stringify(input)} is not the address of a key. Write it as https://VAULT.vault.azure.net/keys/….`,
        })
        .optional(),
      cosmosdb_id: text().optional(),
      storage_id: text().optional(),
      search_id: text().optional(),
    })
    .optional(),
  image_build_compute: text().optional(),
  public_network_access: oneOf(["Enabled", "Disabled"]).optional(),
  identity: identity().optional(),
  primary_user_assigned_identity: text().optional(),
  managed_network: managedNetwork().optional(),
});

const ownKeys = () => ({
  ...workspaceKeys(),
  id: readOnly(),
  mlflow_tracking_uri: readOnly(),
  discovery_url: text().optional(),
  network_acls: z
    .strictObject({
      default_action: text(),
      ip_rules: z.union([z.array(z.strictObject({ value: text() })), z.null()]).optional(),
    })
    .optional(),
  system_datastores_auth_mode: text().optional(),
  workspace_hub: resourceId().optional(),
  provision_network_now: boolean().optional(),
  enable_data_isolation: boolean().optional(),
  allow_roleassignment_on_rg: boolean().optional(),
  serverless_compute: z
    .strictObject({
      custom_subnet: z.union([resourceId(), z.null()]).optional(),
      no_public_ip: boolean().optional(),
    })
    .optional(),
});

const shapes = {
  hub: shape(() =>
    z.strictObject({
      ...ownKeys(),
      kind: oneOf(["hub"]),
      default_resource_group: text().optional(),
      associated_workspaces: readOnly(),
    }),
  ),
  project: shape(() => z.strictObject({ ...ownKeys(), kind: oneOf(["project"]), hub_id: text() })),
};
const plain = shape(() => z.strictObject({ ...ownKeys(), kind: oneOf(["hub", "project"]).optional() }));

export function shapeOf({ kind }: Mapping): () => z.ZodType {
  const word = typeof kind === "string" ? kind.toLowerCase() : undefined;
  return word === "hub" || word === "project" ? shapes[word] : plain;
}

/** A serverless compute without a public address is reached by its subnet alone. */
export function checkWorkspace({ node, add }: CheckedPart): void {
  const compute = valueAt(node, ["serverless_compute"]) as Mapping | undefined;
  if (compute === undefined || compute["no_public_ip"] !== true || typeof compute["custom_subnet"] === "string") return;
  if (valueAt(node, ["managed_network"]) !== undefined) return;
  add(
    "missing-subnet",
    ["serverless_compute", "no_public_ip"],
    "Serverless compute without a public IP is reached by a subnet, and none is named.",
    "Add custom_subnet, or a managed_network.",
    "warning",
  );
}
