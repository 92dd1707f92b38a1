import { seeded } from "../settings.ts";
import { resourceId, type ResourceDocument } from "./resource.ts";

/** A Databricks workspace of the premium tier. */
export function databricksWorkspace(name: string): ResourceDocument {
  return {
    id: resourceId("Microsoft.Databricks/workspaces", name),
    name,
    type: "Microsoft.Databricks/workspaces",
    location: seeded.location,
    sku: { name: "premium" },
    properties: {
      provisioningState: "Succeeded",
      workspaceId: "1234567890123456",
      workspaceUrl: "adb-1234567890123456.7.azuredatabricks.net",
      computeMode: "Hybrid",
      publicNetworkAccess: "Enabled",
    },
  };
}
