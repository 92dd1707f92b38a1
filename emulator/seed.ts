import { batchAccount } from "./resources/batch.ts";
import { dataLakeAnalyticsAccount } from "./resources/data-lake-analytics.ts";
import { databricksWorkspace } from "./resources/databricks.ts";
import { sparkCluster } from "./resources/hdinsight.ts";
import { aksCluster, aksId, arcCluster, arcId, extensions } from "./resources/clusters.ts";
import { machineWithNetwork } from "./resources/machines.ts";
import { capacityDocuments } from "./resources/sizes.ts";
import type { ResourceDocument } from "./resources/resource.ts";
import { sparkPool } from "./resources/spark-pools.ts";
import { seeded } from "./settings.ts";
import type { Store } from "./store.ts";

/** What targets can point at from the start. */
const resources: readonly ResourceDocument[] = [
  // Virtual machines with their networks.
  ...[seeded.machine, "vm1", "vm2", "vm3"].flatMap(machineWithNetwork),
  sparkCluster("hdi1"),
  batchAccount("batch1"),
  databricksWorkspace("dbx1"),
  dataLakeAnalyticsAccount("adla1"),
  ...capacityDocuments,
  aksCluster("aks1"),
  aksCluster("aks2"),
  extensions(aksId("aks2")),
  arcCluster("arc1"),
  extensions(arcId("arc1")),
  sparkPool("syn1", "pool1"),
];

/** The resources that targets point at, and a secret: put once into an empty store. */
export function seed(store: Store): void {
  if (store.get("seeded", "yes") !== undefined) return;
  for (const resource of resources) putResource(store, resource);
  store.put("secrets", "dsvm-password", "Secret-from-the-vault-1");
  store.put("seeded", "yes", true);
}

export function putResource(store: Store, resource: ResourceDocument): void {
  store.put("resources", resource.id.toLowerCase(), resource);
}
