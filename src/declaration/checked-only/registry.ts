import * as z from "zod";
import { parseResourceId } from "../../azure/resource-id.ts";
import { boolean, integer, oneOf, readOnly, shape, text } from "../../yaml/shape.ts";
import { anyFile, anyTags } from "./parts.ts";

const accountId = (what: string, type: string) =>
  text().refine((id) => parseResourceId(id)?.type.toLowerCase() === type.toLowerCase(), {
    error: ({ input }) =>
      `${JSON.stringify(input)} is not the ARM ID of ${what}. Write it as /subscriptions/…/resourceGroups/…/providers/${type}/….`,
  });

const storage = () =>
  z.union([
    z.strictObject({
      storage_account_hns: boolean().optional(),
      storage_account_type: oneOf(
        [
          ...["standard_lrs", "standard_grs", "standard_ragrs", "standard_zrs", "standard_gzrs"],
          ...["standard_ragzrs", "premium_lrs", "premium_zrs"],
        ] as unknown as readonly [string, ...string[]],
        { camelCase: true },
      ).optional(),
      replication_count: integer()
        .refine((count) => count > 0, "A registry has at least one storage account in a region. Write 1 or more.")
        .optional(),
    }),
    z.array(accountId("a storage account", "Microsoft.Storage/storageAccounts")),
  ]);

export const registry = shape(() =>
  z.strictObject({
    ...anyFile(),
    id: readOnly(),
    name: text(),
    tags: anyTags(),
    location: text(),
    replication_locations: z.array(
      z.strictObject({ location: text().optional(), storage_config: storage().optional() }),
    ),
    container_registry: z
      .union([
        z.strictObject({ acr_account_sku: oneOf(["premium"]).optional() }),
        accountId("a container registry", "Microsoft.ContainerRegistry/registries"),
      ])
      .optional(),
    public_network_access: oneOf(["Enabled", "Disabled"]).optional(),
    intellectual_property: z.strictObject({ publisher: text().optional() }).optional(),
    identity: readOnly(),
    kind: readOnly(),
    sku: readOnly(),
    managed_resource_group: readOnly(),
    mlflow_registry_uri: readOnly(),
    discovery_url: readOnly(),
  }),
);
