import { defined } from "../../azure/defined.ts";
import { isSecret, toVariables, type EnvironmentValue } from "../../job/parts/variables.ts";
import type { SecretReference } from "../../secret/secret.ts";
import type { ResolvedDeployment } from "../resolved.ts";
import type { AciService, AksService, Autoscale, Probe, Service } from "./definition.ts";
import { toServiceEnvironment, type ServiceEnvironment } from "./environment.ts";

/** The code that answers, once it is uploaded: in the official client's words. */
export type ServiceCode = {
  readonly driverProgram: string;
  readonly assets: readonly Readonly<Record<string, string | boolean>>[];
};

/** What of a service is not in its declaration. */
export type ServiceParts = {
  readonly code: ServiceCode;
  readonly environment: ServiceEnvironment;
};

export type ServiceRequest = Readonly<Record<string, unknown>>;

type Resolved = Pick<ResolvedDeployment, "idOf" | "computeIdOf" | "valueOf" | "provenance">;

/**
 * Body of `POST …/services`, member for member what the official client sends for the same configuration: what it leaves out
 * is left out here, and what it sends as `null` is `null` here.
 */
export function toServiceRequest(
  service: AciService | AksService,
  resolved: Resolved,
  parts: ServiceParts,
): ServiceRequest {
  return service.type === "aci"
    ? { ...ofAci(service, resolved), ...common(service, resolved, parts), computeType: "ACI" }
    : { ...ofAks(service, resolved), ...common(service, resolved, parts), computeType: "AKS" };
}

function common(service: AciService | AksService, resolved: Resolved, parts: ServiceParts) {
  const { name, description, tags, properties, primaryKey, secondaryKey } = service;
  const { provenance } = resolved;
  const kvTags = { ...tags, ...provenance.tags };
  const primary = valueOf(primaryKey, resolved);
  return {
    name,
    description: description ?? null,
    kvTags: Object.keys(kvTags).length === 0 ? null : kvTags,
    properties: { ...properties, ...provenance.properties },
    keys: {
      primaryKey: primary ?? null,
      // The client sends none without the first.
      secondaryKey: primary === undefined ? null : (valueOf(secondaryKey, resolved) ?? null),
    },
    environmentImageRequest: toImageRequest(service, resolved, parts),
    location: service.type === "aci" ? (service.location ?? null) : null,
  };
}

/** The model, the code and the environment. */
function toImageRequest(service: Service, resolved: Resolved, { code, environment }: ServiceParts) {
  const { environmentVariables: variables, model, promoteFrom } = service;
  const hasModel = model !== undefined || promoteFrom !== undefined;
  return {
    driverProgram: code.driverProgram,
    assets: code.assets,
    modelIds: hasModel ? [modelId(resolved.idOf("model"))] : [],
    environment: toServiceEnvironment(
      environment,
      variables && toVariables(variables, resolved),
      scriptVariables(service),
    ),
  };
}

/** By which the service finds the scoring script. */
function scriptVariables(service: Service): Readonly<Record<string, string>> {
  const folder = codeFolder(service);
  return { AZUREML_SOURCE_DIRECTORY: folder, AZUREML_ENTRY_SCRIPT: `${folder}/${service.scoringScript}` };
}

/** The name that the folder of the code is packed under. */
export function codeFolder({ code }: Pick<Service, "code">): string {
  return code.folder.split(/[\\/]/).findLast((part) => part !== "") ?? "code";
}

/** `NAME:VERSION`, by which the services know the models of their workspace; anything that is no id stays as it is. */
function modelId(id: string): string {
  const [, name, version] = /\/models\/([^/]+)\/versions\/([^/]+)$/i.exec(id) ?? [];
  return name === undefined || version === undefined ? id : `${name}:${version}`;
}

function valueOf(reference: SecretReference | undefined, { valueOf: value }: Resolved): string | undefined {
  return reference === undefined ? undefined : value(reference);
}

function ofAci(service: AciService, resolved: Resolved) {
  const { cpuCores, memoryGb, authEnabled, enableAppInsights, sslEnabled, network, customerKey } = service;
  const certificate = valueOf(service.sslCertificate, resolved);
  const key = valueOf(service.sslKey, resolved);
  return {
    containerResourceRequirements: { cpu: cpuCores ?? null, memoryInGB: memoryGb ?? null },
    ...defined({
      authEnabled,
      appInsightsEnabled: enableAppInsights,
      dataCollection: dataCollection(service),
      vnetConfiguration: network,
      encryptionProperties: customerKey && encryption(customerKey, resolved),
      sslEnabled,
      sslCertificate: sslEnabled === undefined ? undefined : ((sslEnabled ? certificate : undefined) ?? null),
      sslKey: sslEnabled === undefined ? undefined : ((sslEnabled ? key : undefined) ?? null),
    }),
    cname: service.sslCname ?? null,
    dnsNameLabel: service.dnsNameLabel ?? null,
  };
}

function encryption({ vaultBaseUrl, keyName, keyVersion }: NonNullable<AciService["customerKey"]>, resolved: Resolved) {
  const text = (value: EnvironmentValue) => (isSecret(value) ? (resolved.valueOf(value) ?? null) : value);
  return { vaultBaseUrl: text(vaultBaseUrl), keyName: text(keyName), keyVersion: text(keyVersion) };
}

/** The client sends it only where it is on. */
function dataCollection({ collectModelData }: Service) {
  return collectModelData === true ? { storageEnabled: true, eventHubEnabled: false } : undefined;
}

function ofAks(service: AksService, resolved: Resolved) {
  const { autoscale, authEnabled, tokenAuthEnabled, enableAppInsights, blobfuseEnabled } = service;
  return {
    numReplicas: service.numReplicas ?? null,
    computeName: computeName(resolved.computeIdOf(service.compute)),
    ...defined({
      dataCollection: dataCollection(service),
      appInsightsEnabled: enableAppInsights,
      storageInitEnabled: blobfuseEnabled === undefined ? undefined : !blobfuseEnabled,
      autoScaler: autoscale && autoScaler(autoscale),
      authEnabled,
      aadAuthEnabled: tokenAuthEnabled,
    }),
    containerResourceRequirements: {
      cpu: service.cpuCores ?? null,
      cpuLimit: service.cpuCoresLimit ?? null,
      memoryInGB: service.memoryGb ?? null,
      memoryInGBLimit: service.memoryGbLimit ?? null,
      gpu: service.gpuCores ?? null,
    },
    maxConcurrentRequestsPerContainer: service.maxConcurrentRequests ?? null,
    maxQueueWaitMs: service.maxRequestWaitTime ?? null,
    namespace: service.namespace ?? null,
    scoringTimeoutMs: service.scoringTimeoutMs ?? null,
    livenessProbeRequirements: livenessProbe(service.probe),
  };
}

/** The services know computes by their names. */
export function computeName(compute: string): string {
  return compute.split("/").at(-1) ?? compute;
}

function autoScaler({ enabled, minReplicas, maxReplicas, targetUtilization, refreshSeconds }: Autoscale) {
  return {
    autoscaleEnabled: enabled,
    minReplicas: minReplicas ?? null,
    maxReplicas: maxReplicas ?? null,
    targetUtilization: targetUtilization ?? null,
    refreshPeriodInSeconds: refreshSeconds ?? null,
  };
}

function livenessProbe(probe: Probe) {
  return {
    periodSeconds: probe.periodSeconds ?? null,
    initialDelaySeconds: probe.initialDelaySeconds ?? null,
    timeoutSeconds: probe.timeoutSeconds ?? null,
    failureThreshold: probe.failureThreshold ?? null,
    successThreshold: probe.successThreshold ?? null,
  };
}
