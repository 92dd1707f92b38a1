import { aksCluster, arcCluster, extensions } from "../../emulator/resources/clusters.ts";
import { machineWithNetwork } from "../../emulator/resources/machines.ts";
import type { ResourceDocument } from "../../emulator/resources/resource.ts";
import { sparkPool } from "../../emulator/resources/spark-pools.ts";

/** What has to stand behind a request that attaches: a healthy resource of the id, wherever that is. */
export function resourcesBehind(body: unknown): readonly ResourceDocument[] {
  const { resourceId } = (body as { readonly properties?: { readonly resourceId?: unknown } }).properties ?? {};
  if (typeof resourceId !== "string") return [];
  const under = (resource: ResourceDocument): ResourceDocument => ({ ...resource, id: resourceId });
  switch (resourceId.split("/").at(-2)?.toLowerCase()) {
    case "virtualmachines": {
      const [machine, ...network] = machineWithNetwork("behind");
      return machine === undefined ? [] : [under(machine), ...network];
    }
    case "managedclusters":
      return [under(aksCluster("behind")), extensions(resourceId)];
    case "connectedclusters":
      return [under(arcCluster("behind")), extensions(resourceId)];
    case "bigdatapools":
      return [under(sparkPool("synapse", "behind"))];
    default:
      return [];
  }
}
