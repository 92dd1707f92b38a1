import { seeded } from "../settings.ts";
import { resourceId, type ResourceDocument } from "./resource.ts";

const type = "Microsoft.Synapse/workspaces/bigDataPools";

/** ARM id of a Spark pool. */
function sparkPoolId(workspace: string, name: string): string {
  return resourceId(type, workspace, name);
}

/** A pool that scales from three to ten nodes. */
export function sparkPool(workspace: string, name: string, properties: object = {}): ResourceDocument {
  return {
    id: sparkPoolId(workspace, name),
    name,
    type,
    location: seeded.location,
    properties: {
      provisioningState: "Succeeded",
      sparkVersion: "3.4",
      nodeSize: "Small",
      nodeSizeFamily: "MemoryOptimized",
      nodeCount: 0,
      autoScale: { enabled: true, minNodeCount: 3, maxNodeCount: 10 },
      autoPause: { enabled: true, delayInMinutes: 15 },
      ...properties,
    },
  };
}
