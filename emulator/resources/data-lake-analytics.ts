import { seeded } from "../settings.ts";
import { resourceId, type ResourceDocument } from "./resource.ts";

/** An account of Data Lake Analytics, as the service showed it before it was closed. */
export function dataLakeAnalyticsAccount(name: string): ResourceDocument {
  return {
    id: resourceId("Microsoft.DataLakeAnalytics/accounts", name),
    name,
    type: "Microsoft.DataLakeAnalytics/accounts",
    location: seeded.location,
    properties: { provisioningState: "Succeeded", state: "Active", defaultDataLakeStoreAccount: `${name}store` },
  };
}
