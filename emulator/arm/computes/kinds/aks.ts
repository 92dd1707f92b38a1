import { aksCluster, aksDocument } from "../../../resources/clusters.ts";
import { armError, type Reply } from "../../../server/reply.ts";
import { seeded } from "../../../settings.ts";
import type { Store } from "../../../store.ts";
import { ownPart, type ComputeDocument, type Json } from "../document.ts";
import type { EmulatedKind } from "../kind.ts";
import { resourceNotFound } from "../missing.ts";

/** A cluster of the Azure Kubernetes Service: attached where a resource is named, made by the service where none is. */
export const aks: EmulatedKind = {
  computeType: "AKS",
  apiVersions: "published",
  origin: "either",
  exclusive: "per-resource",
  seeds: [aksCluster("aks1"), aksCluster("aks2")],
  check: ({ own }) => checkCertificate(own) ?? checkNetwork(own),
  filledIn: (made) => ({
    agentCount: made ? 3 : null,
    agentVmSize: made ? "Standard_D3_v2" : null,
    clusterPurpose: null,
    sslConfiguration: null,
    aksNetworkingConfiguration: null,
    clusterFqdn: null,
    systemServices: null,
    loadBalancerType: null,
    loadBalancerSubnet: null,
  }),
  missing: resourceNotFound,
  completed: (compute, endsWith, store) => {
    const frontEnd = { systemServiceType: "ScoringFrontEnd", publicIpAddress: "20.0.0.9", version: "1.0" };
    return {
      resourceId: clusterOf(compute, store),
      own: {
        ...ownPart(compute),
        clusterFqdn: `${compute.name}.hcp.${seeded.location}.azmk8s.io`,
        systemServices: [frontEnd],
        ...endsWith,
      },
    };
  },
  hidden: (own) => {
    const ssl = own["sslConfiguration"] as Json | null | undefined;
    return ssl === undefined || ssl === null ? {} : { sslConfiguration: { ...ssl, cert: null, key: null } };
  },
};

/** @returns the id of the cluster. One that the service makes becomes a resource like any other. */
function clusterOf(compute: ComputeDocument, store: Store): string {
  const { id, name, properties } = compute;
  const made = `${id.replace(/\/providers\/.*$/, "")}/providers/Microsoft.ContainerService/managedClusters/${name}`;
  const resourceId = typeof properties["resourceId"] === "string" ? properties["resourceId"] : made;
  const key = resourceId.toLowerCase();
  if (properties["isAttachedCompute"] === false && store.get("resources", key) === undefined) {
    const own = ownPart(compute);
    const pool = { count: Number(own["agentCount"]), vmSize: String(own["agentVmSize"]) };
    store.put("resources", key, aksDocument(resourceId, pool));
  }
  return resourceId;
}

function checkCertificate(own: Json): Reply | undefined {
  const ssl = (own["sslConfiguration"] ?? {}) as Json;
  const has = (member: string) => typeof ssl[member] === "string";
  const certificate = ["cert", "key", "cname"].filter(has);
  if (certificate.length > 0 && has("leafDomainLabel"))
    return armError(400, "BadRequest", "Either a certificate or a leaf domain label can be given, not both.");
  return certificate.length % 3 !== 0 || (String(ssl["status"]) === "Enabled" && certificate.length === 0)
    ? armError(400, "BadRequest", "cert, key and cname are required together.")
    : undefined;
}

function checkNetwork(own: Json): Reply | undefined {
  const network = (own["aksNetworkingConfiguration"] ?? {}) as Json;
  const given = ["subnetId", "serviceCidr", "dnsServiceIP", "dockerBridgeCidr"].filter(
    (member) => typeof network[member] === "string",
  );
  return given.length % 4 === 0
    ? undefined
    : armError(400, "BadRequest", "All values of aksNetworkingConfiguration are required together.");
}
