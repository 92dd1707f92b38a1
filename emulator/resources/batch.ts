import { seeded } from "../settings.ts";
import { resourceId, type ResourceDocument } from "./resource.ts";

/** A Batch account that takes calls from everywhere. */
export function batchAccount(name: string): ResourceDocument {
  return {
    id: resourceId("Microsoft.Batch/batchAccounts", name),
    name,
    type: "Microsoft.Batch/batchAccounts",
    location: seeded.location,
    properties: {
      provisioningState: "Succeeded",
      accountEndpoint: `${name}.${seeded.location}.batch.azure.com`,
      poolAllocationMode: "BatchService",
      publicNetworkAccess: "Enabled",
    },
  };
}
