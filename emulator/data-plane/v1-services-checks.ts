import type { Assets } from "../arm/assets.ts";
import type { ComputeDocument } from "../arm/computes/document.ts";
import type { Store } from "../store.ts";
import type { Detail } from "./v1-services-error.ts";
import type { Json } from "./v1-services-document.ts";

/** What the checks look at. */
export type CheckParts = { readonly store: Store; readonly assets: Pick<Assets, "find"> };

const has = (value: unknown) => value !== undefined && value !== null && value !== "";

/** What the service refuses of a service as it would be, whoever asks for it and how. */
export function problemsOf(service: Json, deps: CheckParts): readonly Detail[] {
  const { computeType } = service;
  if (computeType !== "ACI" && computeType !== "AKS")
    return [{ code: "InvalidComputeType", message: `The compute type ${String(computeType)} is not supported.` }];
  return [
    ...nameProblems(service["name"]),
    ...(computeType === "AKS" ? computeProblems(service, deps) : aciProblems(service)),
    ...resourceProblems((service["containerResourceRequirements"] ?? {}) as Json, computeType),
    ...authProblems(service),
    ...contentProblems(service["environmentImageRequest"], deps),
  ];
}

function nameProblems(name: unknown): readonly Detail[] {
  const isGood = typeof name === "string" && /^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(name) && name.length >= 3;
  if (isGood && name.length <= 32) return [];
  const message =
    "The service name is invalid. It must only consist of lowercase letters, numbers, or dashes, start with a letter, end with a letter or number, and be between 3 and 32 characters long.";
  return [{ code: "InvalidServiceName", message }];
}

/** @see https://github.com/microsoft/MLOpsPython/issues/171 */
function computeProblems({ computeName, numReplicas, autoScaler }: Json, { store }: CheckParts): readonly Detail[] {
  const name = String(computeName ?? "");
  const compute = store.get<ComputeDocument>("computes", name.toLowerCase());
  if (compute === undefined)
    return [{ code: "ComputeResourceNotFound", message: `Compute resource with Id: ${name} was not found.` }];
  const { computeType, provisioningState } = compute.properties;
  if (computeType !== "AKS")
    return [
      {
        code: "InvalidComputeResource",
        message: `Compute resource with Id: ${name} is of type ${String(computeType)}, and a service of type AKS needs one of type AKS.`,
      },
    ];
  if (provisioningState !== "Succeeded")
    return [
      {
        code: "ComputeResourceNotCreated",
        message: `Compute resource with Id: ${name} is not in Succeeded state. Compute provisioning state: ${String(provisioningState)}`,
      },
    ];
  const scaler = (autoScaler ?? {}) as Json;
  if (scaler["autoscaleEnabled"] === true && has(numReplicas))
    return [
      { code: "InvalidReplicas", message: "Number of replicas cannot be set when autoscale is enabled for a service." },
    ];
  const [least, most] = [Number(scaler["minReplicas"] ?? 1), Number(scaler["maxReplicas"] ?? 10)];
  return least > most
    ? [{ code: "InvalidAutoScaler", message: "minReplicas must be less than or equal to maxReplicas." }]
    : [];
}

function aciProblems(service: Json): readonly Detail[] {
  const problems: Detail[] = [];
  const secure = ["sslCertificate", "sslKey", "cname"].filter((member) => has(service[member]));
  if (service["sslEnabled"] === true && secure.length < 3)
    problems.push({
      code: "InvalidSslConfiguration",
      message: "A service with SSL enabled needs a certificate, a key and a cname.",
    });
  const together = (member: string, members: readonly string[]) => {
    const group = service[member];
    if (!has(group)) return;
    const given = members.filter((name) => has((group as Json)[name]));
    if (given.length < members.length)
      problems.push({ code: "InvalidRequest", message: `${members.join(", ")} of ${member} are required together.` });
  };
  together("encryptionProperties", ["vaultBaseUrl", "keyName", "keyVersion"]);
  together("vnetConfiguration", ["vnetName", "subnetName"]);
  const label = service["dnsNameLabel"];
  if (has(label) && !/^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(String(label)))
    problems.push({ code: "InvalidDnsNameLabel", message: `The DNS name label ${String(label)} is invalid.` });
  return problems;
}

/** Of a container group: 4 cores and 16 GB. */
const mostOfAci: Readonly<Record<string, number>> = { cpu: 4, memoryInGB: 16 };

function resourceProblems(requirements: Json, computeType: string): readonly Detail[] {
  const problem = (message: string): Detail => ({ code: "InvalidContainerResourceRequirements", message });
  return ["cpu", "memoryInGB", "gpu"].flatMap((member) => {
    const [wanted, limit] = [requirements[member], requirements[`${member}Limit`]];
    if (!has(wanted)) return [];
    if (typeof wanted !== "number" || wanted < 0 || (wanted === 0 && member !== "gpu"))
      return [problem(`${member} must be positive.`)];
    if (typeof limit === "number" && limit < wanted)
      return [problem(`${member}Limit must be greater than or equal to ${member}.`)];
    if (computeType !== "ACI") return [];
    if (member === "gpu") return [problem("A service on ACI has no GPU.")];
    const most = mostOfAci[member] ?? 0;
    return wanted > most ? [problem(`${member} of a container group is at most ${most}.`)] : [];
  });
}

function authProblems({ computeType, authEnabled, aadAuthEnabled }: Json): readonly Detail[] {
  if (aadAuthEnabled !== true) return [];
  if (computeType === "ACI")
    return [{ code: "InvalidAuth", message: "ACI webservices do not support Token Authentication." }];
  return authEnabled === true
    ? [
        {
          code: "InvalidAuth",
          message: "Auth enabled and Token Auth Enabled can not be both enabled at the same time.",
        },
      ]
    : [];
}

function contentProblems(request: unknown, { assets }: CheckParts): readonly Detail[] {
  if (!has(request))
    return [{ code: "InvalidRequest", message: "The emulator serves what has an environmentImageRequest." }];
  const { driverProgram, assets: files, modelIds } = request as Json;
  const problems: Detail[] = [];
  const ids = Array.isArray(files) ? (files as readonly Json[]).map(({ id }) => id) : [];
  if (!has(driverProgram) || !ids.includes(driverProgram))
    problems.push({
      code: "InvalidDriverProgram",
      message: `The driver program ${String(driverProgram ?? "")} is not among the assets of the request.`,
    });
  for (const id of Array.isArray(modelIds) ? (modelIds as readonly unknown[]) : []) {
    const [, name = "", version = ""] = /^(.+):([^:]+)$/.exec(String(id)) ?? [];
    if (assets.find("models", name, version) === undefined)
      problems.push({ code: "ModelNotFound", message: `Model with Id: ${String(id)} was not found.` });
  }
  return problems;
}

/** Why a cluster has no room for a service; one whose size is not known has. @see https://github.com/Azure/MachineLearningNotebooks/issues/1275 */
export function shortage(service: Json, { store }: Pick<CheckParts, "store">): Detail | undefined {
  if (service["computeType"] !== "AKS") return undefined;
  const compute = store.get<ComputeDocument>("computes", String(service["computeName"] ?? "").toLowerCase());
  const resource = store.get<Json>("resources", String(compute?.properties["resourceId"] ?? "").toLowerCase());
  const { agentPoolProfiles } = (resource?.["properties"] ?? {}) as { readonly agentPoolProfiles?: readonly Json[] };
  if (agentPoolProfiles === undefined) return undefined;
  const cores = agentPoolProfiles.reduce((sum, { count, vmSize }) => sum + Number(count) * coresOf(String(vmSize)), 0);
  const { cpu = 0.1, memoryInGB = 0.5 } = (service["containerResourceRequirements"] ?? {}) as Json;
  const scaler = (service["autoScaler"] ?? {}) as Json;
  const replicas = Number(service["numReplicas"] ?? scaler["minReplicas"] ?? 1);
  if (Number.isNaN(cores) || Number(cpu) * replicas <= cores) return undefined;
  return {
    code: "InsufficientComputeResource",
    message: `Deployment request failed due to insufficient compute resource. For the specified compute target, ${replicas} replica cannot be created per specified CPU/Memory configuration(${String(cpu)} CPU Cores, ${String(memoryInGB)}GB Memory). You can address this problem by adjusting number of replicas, using a different CPU/memory configuration, or using a different compute target.`,
  };
}

/** The first number of a size is the number of its cores, but for DSv2 and Dv2. */
function coresOf(size: string): number {
  const [, series = "", number = ""] = /^Standard_([A-Z]+)(\d+)/i.exec(size) ?? [];
  const isOld = /^DS?$/i.test(series) && /_v2$/i.test(size);
  return isOld ? 2 ** (Number(number) % 10) / 2 : Number(number);
}
