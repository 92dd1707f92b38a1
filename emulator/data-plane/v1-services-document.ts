import type { ComputeDocument } from "../arm/computes/document.ts";
import { withoutInternals, type WebService } from "../arm/services.ts";
import type { CloudEndpoints } from "../server/cloud-endpoints.ts";
import { seeded } from "../settings.ts";
import type { Store } from "../store.ts";

export type Json = Readonly<Record<string, unknown>>;

/** A service as it is kept: what was asked for, and what became of it. Secrets stand beside it. */
export type KeptService = WebService & Json;

export type ServiceSecrets = {
  readonly primaryKey: string;
  readonly secondaryKey: string;
  readonly sslCertificate?: string;
  readonly sslKey?: string;
};

export const serviceCollections = {
  services: "services",
  secrets: "service-secrets",
  operations: "service-operations",
} as const;

/** Every member that a service shows, whether it was given or not. */
const shownMembers = [
  "description",
  "appInsightsEnabled",
  "authEnabled",
  "cname",
  "containerResourceRequirements",
  "location",
  "publicIp",
  "scoringUri",
  "sslCertificate",
  "sslEnabled",
  "sslKey",
  "autoScaler",
  "computeName",
  "dataCollection",
  "livenessProbeRequirements",
  "maxConcurrentRequestsPerContainer",
  "maxQueueWaitMs",
  "numReplicas",
  "scoringTimeoutMs",
  "isDefault",
  "trafficPercentile",
  "type",
  "aadAuthEnabled",
  "deploymentStatus",
  "namespace",
  "imageId",
  "imageDigest",
  "createdBy",
];

/** What the service makes of members that were left out. */
export function filledIn(body: Json): Json {
  const given = (member: string) => (body[member] ?? {}) as Json;
  const common = { kvTags: body["kvTags"] ?? {}, properties: body["properties"] ?? {} };
  if (body["computeType"] !== "AKS")
    return {
      ...common,
      authEnabled: body["authEnabled"] ?? false,
      containerResourceRequirements: withDefaults(
        { cpu: 0.1, memoryInGB: 0.5 },
        given("containerResourceRequirements"),
      ),
    };
  const scaler = { autoscaleEnabled: (body["numReplicas"] ?? null) === null, minReplicas: 1, maxReplicas: 10 };
  return {
    ...common,
    authEnabled: body["authEnabled"] ?? body["aadAuthEnabled"] !== true,
    containerResourceRequirements: withDefaults(
      { cpu: 0.1, cpuLimit: null, memoryInGB: 0.5, memoryInGBLimit: null, gpu: null },
      given("containerResourceRequirements"),
    ),
    autoScaler: withDefaults({ ...scaler, targetUtilization: 70, refreshPeriodInSeconds: 1 }, given("autoScaler")),
    dataCollection: withDefaults({ storageEnabled: false, eventHubEnabled: false }, given("dataCollection")),
    livenessProbeRequirements: withDefaults(
      { periodSeconds: 10, initialDelaySeconds: 310, timeoutSeconds: 2, successThreshold: 1, failureThreshold: 3 },
      given("livenessProbeRequirements"),
    ),
  };
}

function withDefaults(defaults: Json, given: Json): Json {
  const said = Object.entries(given).filter(([, value]) => value !== null);
  return { ...defaults, ...Object.fromEntries(said) };
}

/** A service as it is read: without its secrets. @param models that it serves, as they are shown. */
export function shownService(
  service: KeptService,
  models: readonly unknown[],
  endpoints: CloudEndpoints,
  store: Store,
) {
  const { wasProvisioned = service.state === "Healthy" } = service;
  const kept = withoutInternals(service);
  const scoringUri = wasProvisioned === true ? `${addressOf(service, endpoints, store)}/score` : null;
  return {
    ...Object.fromEntries(shownMembers.map((member) => [member, null])),
    ...filledIn(kept),
    ...kept,
    scoringUri,
    swaggerUri: scoringUri?.replace(/score$/, "swagger.json") ?? null,
    sslCertificate: null,
    sslKey: null,
    keys: { primaryKey: null, secondaryKey: null },
    id: service.name,
    createdTime: kept["createdTime"] ?? new Date(0).toISOString(),
    deploymentType: "Http",
    modelConfigMap: {},
    models,
    tags: null,
  };
}

/** Below which a service answers, for the way that the client came. */
function addressOf(service: KeptService, endpoints: CloudEndpoints, store: Store): string {
  if (service.computeType !== "AKS") {
    const { sslEnabled, cname } = service;
    return endpoints.webService(hostOf(service), sslEnabled === true && typeof cname === "string" ? cname : undefined);
  }
  const own = clusterOf(service, store);
  const { status, cname } = (own["sslConfiguration"] ?? {}) as Json;
  const name = status === "Enabled" && typeof cname === "string" ? cname : undefined;
  return `${endpoints.webService(ipOf(own), name)}/api/v1/service/${service.name}`;
}

/** The name of a container group. */
export function hostOf(service: KeptService): string {
  const { dnsNameLabel, location, address } = service;
  const label =
    typeof dnsNameLabel === "string" && dnsNameLabel !== "" ? dnsNameLabel : String(address ?? service.name);
  const region = typeof location === "string" ? location.replaceAll(" ", "").toLowerCase() : seeded.location;
  return `${label}.${region}.azurecontainer.io`;
}

function clusterOf({ computeName }: KeptService, store: Store): Json {
  const compute = store.get<ComputeDocument>("computes", (computeName ?? "").toLowerCase());
  return (compute?.properties["properties"] ?? {}) as Json;
}

/** Where the front end of the cluster answers. */
function ipOf({ systemServices }: Json): string {
  const [first] = (Array.isArray(systemServices) ? systemServices : []) as readonly Json[];
  return String(first?.["publicIpAddress"] ?? "20.0.0.9");
}

/** Whom a token of a service is for. */
export function audienceOf(name: string): string {
  return `service:${name}`;
}
