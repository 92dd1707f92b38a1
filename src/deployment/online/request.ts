import { defined } from "../../azure/defined.ts";
import { toVariables } from "../../job/parts/variables.ts";
import type { ResolvedDeployment } from "../resolved.ts";
import { toDataCollector } from "./data-collector.ts";
import type { OnlineDefinition, OnlineEndpoint } from "./definition.ts";
import { withoutZeros } from "./endpoint.ts";

/** Where live requests go, and where copies of them: percentages by the names of deployments. */
export type Traffic = {
  readonly traffic: Readonly<Record<string, number>>;
  readonly mirrorTraffic: Readonly<Record<string, number>>;
};

/** Body of `PUT …/onlineEndpoints/{name}`, member for member what the official client sends, and what we add. */
export function toEndpointRequest(
  endpoint: OnlineEndpoint,
  { location, computeIdOf, provenance }: Pick<ResolvedDeployment, "location" | "computeIdOf" | "provenance">,
  { traffic, mirrorTraffic }: Traffic,
) {
  const { authMode, description, tags, properties, identity, publicNetworkAccess, compute } = endpoint;
  return {
    location,
    tags: { ...tags, ...provenance.tags },
    identity: identity ?? { type: "SystemAssigned" },
    properties: defined({
      authMode,
      description,
      properties: { ...properties, ...provenance.properties },
      traffic: withoutZeros(traffic),
      mirrorTraffic: withoutZeros(mirrorTraffic),
      publicNetworkAccess,
      compute: compute === undefined ? undefined : computeIdOf(compute),
    }),
  };
}

/** Body of `PUT …/onlineEndpoints/{endpoint}/deployments/{name}`, likewise. */
export function toDeploymentRequest(
  definition: OnlineDefinition,
  type: "managed" | "kubernetes",
  resolved: Pick<ResolvedDeployment, "location" | "idOf" | "valueOf" | "provenance">,
) {
  const { location, idOf, provenance } = resolved;
  const { code, environment, model, isPromoted, dataCollector, members, tags, instanceCount } = definition;
  const hasModel = model !== undefined || isPromoted === true;
  return {
    location,
    tags: { ...tags, ...provenance.tags },
    // The service demands a name of a SKU.
    sku: { name: "Default", ...defined({ capacity: instanceCount }) },
    properties: defined({
      endpointComputeType: type === "managed" ? "Managed" : "Kubernetes",
      ...members,
      codeConfiguration: code && { codeId: idOf("code"), ...defined({ scoringScript: definition.scoringScript }) },
      environmentId: environment && idOf("environment"),
      model: hasModel ? idOf("model") : undefined,
      environmentVariables: {
        ...toVariables(definition.environmentVariables, resolved),
        ...definition.literalVariables,
      },
      description: definition.description,
      instanceType: definition.instanceType,
      dataCollector: dataCollector && toDataCollector(dataCollector, resolved),
      properties: { ...definition.properties, ...provenance.properties },
    }),
  };
}
