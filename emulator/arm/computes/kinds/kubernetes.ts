import { aksId, arcCluster, arcId, extensions, extensionsOf } from "../../../resources/clusters.ts";
import type { ResourceDocument } from "../../../resources/resource.ts";
import type { Json } from "../document.ts";
import type { EmulatedKind } from "../kind.ts";
import { resourceNotFound } from "../missing.ts";

/** A Kubernetes cluster, on Azure or connected by Arc, with the extension of Azure ML. Each namespace is attached by itself. */
export const kubernetes: EmulatedKind = {
  computeType: "Kubernetes",
  apiVersions: "published",
  origin: "attached",
  exclusive: "per-namespace",
  takesDeployments: ["onlineEndpoints", "batchEndpoints"],
  seeds: [extensions(aksId("aks2")), arcCluster("arc1"), extensions(arcId("arc1"))],
  missing: (resourceId, store) => {
    const notFound = resourceNotFound(resourceId, store);
    if (notFound !== undefined) return notFound;
    const listed = store.get<ResourceDocument>("resources", extensionsOf(resourceId).toLowerCase())?.["value"];
    const types = (Array.isArray(listed) ? (listed as readonly { properties?: Json }[]) : []).map((extension) =>
      String(extension.properties?.["extensionType"]).toLowerCase(),
    );
    return types.includes("microsoft.azureml.kubernetes")
      ? undefined
      : { code: "BadRequest", message: "AzureML extension not installed on the cluster." };
  },
};
