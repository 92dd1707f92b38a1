import { sparkPool } from "../../../resources/spark-pools.ts";
import type { Json } from "../document.ts";
import type { EmulatedKind } from "../kind.ts";
import { resourceNotFound } from "../missing.ts";

/** A Spark pool of Synapse. */
export const synapseSpark: EmulatedKind = {
  computeType: "SynapseSpark",
  apiVersions: "published",
  origin: "attached",
  exclusive: "per-resource",
  takesSparkJobs: true,
  seeds: [sparkPool("syn1", "pool1")],
  missing: resourceNotFound,
  foundOut: (pool) => {
    if (pool === undefined) return {};
    const [, , subscriptionId, , resourceGroup, , , , workspaceName, , poolName] = pool.id.split("/");
    const { sparkVersion, nodeCount, nodeSize, nodeSizeFamily } = pool["properties"] as Json;
    return {
      ...{ subscriptionId, resourceGroup, workspaceName, poolName },
      ...{ sparkVersion, nodeCount, nodeSize, nodeSizeFamily },
    };
  },
};
