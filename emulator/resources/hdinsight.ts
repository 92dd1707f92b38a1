import { seeded } from "../settings.ts";
import { resourceId, type ResourceDocument } from "./resource.ts";

/** A running Spark cluster with a public SSH endpoint. */
export function sparkCluster(name: string): ResourceDocument {
  return {
    id: resourceId("Microsoft.HDInsight/clusters", name),
    name,
    type: "Microsoft.HDInsight/Clusters",
    location: seeded.location,
    etag: "3f3ed1ee-2b8d-4f3b-9b0f-0b8f0f0f0f0f",
    properties: {
      clusterVersion: "5.1.3000.0",
      osType: "Linux",
      tier: "Standard",
      provisioningState: "Succeeded",
      clusterState: "Running",
      clusterDefinition: { kind: "SPARK", componentVersion: { Spark: "3.3" } },
      networkProperties: { resourceProviderConnection: "Inbound", privateLink: "Disabled" },
      connectivityEndpoints: [
        { name: "SSH", protocol: "TCP", location: `${name}-ssh.azurehdinsight.net`, port: 22 },
        { name: "HTTPS", protocol: "TCP", location: `${name}.azurehdinsight.net`, port: 443 },
      ],
    },
  };
}
