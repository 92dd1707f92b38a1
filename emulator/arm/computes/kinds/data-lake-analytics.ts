import { dataLakeAnalyticsAccount } from "../../../resources/data-lake-analytics.ts";
import type { EmulatedKind } from "../kind.ts";

/** An account of Data Lake Analytics. */
export const dataLakeAnalytics: EmulatedKind = {
  computeType: "DataLakeAnalytics",
  apiVersions: "published",
  origin: "attached",
  exclusive: "per-resource",
  seeds: [dataLakeAnalyticsAccount("adla1")],
};
