import { isConfidential, plainAddress } from "./addresses.ts";
import { defined } from "./defined.ts";
import { listOf, membersOf, textOf } from "./members.ts";
import { plainPipeline, send } from "./pipeline.ts";
import { withRetries, type RetryDeps } from "./retry.ts";

/** The endpoints of one Azure cloud. */
export type Cloud = {
  readonly name: string;
  /** ARM, without a trailing slash. */
  readonly resourceManager: string;
  /** Entra ID, without a trailing slash. */
  readonly authority: string;
  readonly armScope: string;
  /** Of the service itself: its token lets what it starts act for whoever started it. */
  readonly mlScope: string;
  /** Hosts of key vaults end with it: `vault.azure.net`. */
  readonly keyVaultSuffix?: string;
  readonly storageSuffix?: string;
  /** Hosts of the regional data plane end with one of them. */
  readonly dataPlaneSuffixes?: readonly string[];
  /** The Azure portal, without a trailing slash; for people, and nothing is sent there. */
  readonly portal?: string;
  /** Azure ML studio; metadata does not name it, so a custom cloud has none. */
  readonly studio?: string;
  /** `azurehdinsight.net`; metadata does not name it, so a custom cloud has none. */
  readonly hdInsightSuffix?: string;
  /** Audience of GitHub's ID token for a federated credential of this cloud. */
  readonly oidcAudience: string;
  /** False for the clouds whose authorities Entra's libraries know by heart. */
  readonly isCustom: boolean;
};

/** A cloud whose endpoints cannot be found out. */
export class CloudUnknown extends Error {
  constructor(message: string) {
    super(message);
    this.name = "CloudUnknown";
  }
}

/** Used for a named cloud when its metadata endpoint does not answer. Source: azure-ai-ml and azure/login. */
const known: Readonly<Record<string, Cloud>> = {
  AzureCloud: {
    name: "AzureCloud",
    resourceManager: "https://management.azure.com",
    authority: "https://login.microsoftonline.com",
    armScope: "https://management.azure.com/.default",
    mlScope: "https://ml.azure.com/.default",
    keyVaultSuffix: "vault.azure.net",
    storageSuffix: "core.windows.net",
    dataPlaneSuffixes: ["api.azureml.ms", "ml.azure.com", "experiments.azureml.net"],
    hdInsightSuffix: "azurehdinsight.net",
    portal: "https://portal.azure.com",
    studio: "https://ml.azure.com",
    oidcAudience: "api://AzureADTokenExchange",
    isCustom: false,
  },
  AzureUSGovernment: {
    name: "AzureUSGovernment",
    resourceManager: "https://management.usgovcloudapi.net",
    authority: "https://login.microsoftonline.us",
    armScope: "https://management.usgovcloudapi.net/.default",
    mlScope: "https://ml.azure.us/.default",
    keyVaultSuffix: "vault.usgovcloudapi.net",
    storageSuffix: "core.usgovcloudapi.net",
    dataPlaneSuffixes: ["ml.azure.us"],
    hdInsightSuffix: "azurehdinsight.us",
    portal: "https://portal.azure.us",
    studio: "https://ml.azure.us",
    oidcAudience: "api://AzureADTokenExchangeUSGov",
    isCustom: false,
  },
  AzureChinaCloud: {
    name: "AzureChinaCloud",
    resourceManager: "https://management.chinacloudapi.cn",
    authority: "https://login.chinacloudapi.cn",
    armScope: "https://management.chinacloudapi.cn/.default",
    mlScope: "https://ml.azure.cn/.default",
    keyVaultSuffix: "vault.azure.cn",
    storageSuffix: "core.chinacloudapi.cn",
    dataPlaneSuffixes: ["ml.azure.cn"],
    hdInsightSuffix: "azurehdinsight.cn",
    portal: "https://portal.azure.cn",
    studio: "https://studio.ml.azure.cn",
    oidcAudience: "api://AzureADTokenExchangeChina",
    isCustom: false,
  },
};

const metadataVersion = "2022-09-01";
/** What clouds of their own publish that do not know the newer one. */
const olderMetadataVersion = "2019-05-01";

export type CloudRequest = {
  /** A name, or the URL of an ARM endpoint. */
  readonly cloud: string;
  /** `ARM_CLOUD_METADATA_URL` */
  readonly metadataUrl?: string | undefined;
} & RetryDeps;

/**
 * Asks ARM for the cloud's endpoints, so that sovereign and custom clouds are data.
 *
 * @throws CloudUnknown when a custom cloud's metadata does not answer usably. A named cloud falls back to what is known.
 * @see https://learn.microsoft.com/azure/azure-resource-manager/management/control-plane-and-data-plane
 */
export async function discoverCloud(request: CloudRequest): Promise<Cloud> {
  const byUrl = /^https?:\/\//i.test(request.cloud) ? request.cloud : request.metadataUrl;
  const fallback = Object.hasOwn(known, request.cloud) ? known[request.cloud] : undefined;
  if (byUrl === undefined && fallback === undefined) {
    throw new CloudUnknown(
      `Unknown cloud ${JSON.stringify(request.cloud)}. Use ${Object.keys(known).join(", ")}, or the URL of an ARM endpoint.`,
    );
  }
  const named = /^https?:\/\//i.test(request.cloud) ? "The input 'cloud'" : "ARM_CLOUD_METADATA_URL";
  const url = metadataAddress(byUrl ?? fallback?.resourceManager ?? "", named);
  // Where there is a fallback for the metadata, do not wait.
  const deps = byUrl === undefined ? { ...request, tries: 1 } : request;
  const found = await readMetadata(url, byUrl === undefined ? request.cloud : undefined, deps);
  if (typeof found !== "string") return found;
  if (byUrl === undefined && fallback !== undefined) return fallback;
  throw new CloudUnknown(`The metadata of the cloud at ${url.origin} cannot be used: ${found}.`);
}

/** @param named where it was given, for messages. */
function metadataAddress(given: string, named: string): URL {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url === undefined || !["https:", "http:"].includes(url.protocol))
    throw new CloudUnknown(
      `${named} is not a valid address. Use ${Object.keys(known).join(", ")} as cloud, or the https URL of an ARM endpoint.`,
    );
  if (url.username !== "" || url.password !== "")
    throw new CloudUnknown(`${named} has a user name before ${url.host}. Remove it.`);
  if (!isConfidential(url))
    throw new CloudUnknown(
      `${named} is an http address at ${url.host}: sign-ins would be sent unencrypted. Use https.`,
    );
  if (!/\/metadata\/endpoints\/?$/.test(url.pathname))
    url.pathname = `${url.pathname.replace(/\/+$/, "")}/metadata/endpoints`;
  return url;
}

/** @returns the cloud, or why its metadata cannot be used. */
async function readMetadata(url: URL, name: string | undefined, deps: RetryDeps): Promise<Cloud | string> {
  const pipeline = plainPipeline();
  const ask = (version: string) => {
    const versioned = new URL(url);
    if (!url.searchParams.has("api-version")) versioned.searchParams.set("api-version", version);
    const request = { method: "GET", url: versioned.href, signal: deps.signal, seconds: deps.requestSeconds } as const;
    return withRetries("read", () => send(pipeline, request), deps);
  };
  const newest = await ask(metadataVersion);
  const isUnknown = newest.ok && [400, 404].includes(newest.value.status) && !url.searchParams.has("api-version");
  const answer = isUnknown ? await ask(olderMetadataVersion) : newest;
  if (!answer.ok) return answer.failure.error.message;
  if (answer.value.status !== 200) return `it answered with status ${answer.value.status}`;
  const clouds = (Array.isArray(answer.value.body) ? answer.value.body : [answer.value.body]) as readonly unknown[];
  const usable = clouds.map((cloud) => cloudOf(cloud, url)).filter((cloud) => cloud !== undefined);
  const sameHost = usable.filter(({ resourceManager }) => new URL(resourceManager).host === url.host);
  const chosen = usable.find((cloud) => cloud.name === name) ?? sameHost[0] ?? usable[0];
  return chosen ?? "it names no login endpoint";
}

/** One entry: the form of today, or the object that older versions and private clouds answer. */
function cloudOf(entry: unknown, url: URL): Cloud | undefined {
  if (typeof entry !== "object" || entry === null) return undefined;
  const { name, resourceManager, authentication, suffixes, portal } = membersOf(entry);
  const { loginEndpoint, audiences: named } = membersOf(authentication);
  const { keyVaultDns, storage } = membersOf(suffixes);
  const arm = endpointOf(textOf(resourceManager) ?? url.origin);
  const authority = endpointOf(loginEndpoint);
  if (arm === undefined || authority === undefined) return undefined;
  const isKnown = Object.values(known).find((cloud) => new URL(cloud.authority).host === new URL(authority).host);
  // The public clouds take ARM's own address as audience; a private one may name others, as Azure Stack does.
  const audiences = listOf(named).flatMap((audience) => (typeof audience === "string" ? [trimmed(audience)] : []));
  const audience = isKnown !== undefined || audiences.includes(arm) ? arm : (audiences[0] ?? arm);
  const vaults = suffixOf(keyVaultDns);
  const stores = suffixOf(storage);
  return {
    name: textOf(name) ?? "custom",
    resourceManager: arm,
    authority,
    armScope: `${audience}/.default`,
    mlScope: isKnown?.mlScope ?? mlScopeOf(endpointOf(portal)),
    ...(vaults === undefined ? {} : { keyVaultSuffix: vaults }),
    ...(stores === undefined ? {} : { storageSuffix: stores }),
    dataPlaneSuffixes: isKnown?.dataPlaneSuffixes ?? siblingsOf(arm),
    ...defined({
      hdInsightSuffix: isKnown?.hdInsightSuffix,
      portal: isKnown?.portal ?? endpointOf(portal),
      studio: isKnown?.studio,
    }),
    oidcAudience: isKnown?.oidcAudience ?? "api://AzureADTokenExchange",
    isCustom: isKnown === undefined,
  };
}

/** An address that a sign-in or a token may be sent to, without a trailing slash. */
function endpointOf(value: unknown): string | undefined {
  try {
    return trimmed(plainAddress(value).href);
  } catch {
    return undefined;
  }
}

/**
 * Of the service in a private cloud: metadata does not name it, and the official client makes it of the portal's name
 * (azure-ai-ml 1.35.2, `_azure_environments.py`).
 */
function mlScopeOf(portal: string | undefined): string {
  const { hostname } = new URL(portal ?? "https://portal.azure.com");
  const [, , ...suffix] = /^[\d.]+$/.test(hostname) ? [] : hostname.split(".");
  return `https://ml.azure.${suffix.length === 0 ? "com" : suffix.join(".")}/.default`;
}

/** `vault.azure.net`. A suffix of one part would be everybody's. */
function suffixOf(value: unknown): string | undefined {
  const suffix = textOf(value)?.replace(/^\./, "").toLowerCase();
  return suffix !== undefined && /^([a-z0-9-]+\.)+[a-z0-9-]+(:\d+)?$/.test(suffix) ? suffix : undefined;
}

/** What ARM is called in front of the name of its cloud; Azure Stack has the second one as well. */
const armNames = ["management", "adminmanagement", "arm"];

/**
 * Metadata does not name a data plane. In Azure's clouds its hosts stand beside ARM's, below `ml`. In a cloud of its own they are
 * below ARM's own name, or where ARM is called so beside it, as everything is that ARM says of it: at the port of https, or at
 * the port that ARM has.
 */
function siblingsOf(arm: string): readonly string[] {
  const { hostname, port } = new URL(arm);
  if (/^[\d.]+$|:/.test(hostname)) return [];
  const [first = "", ...parent] = hostname.split(".");
  const beside = parent.length < 2 ? [] : [`ml.${parent.join(".")}`];
  const whole = parent.length >= 2 && armNames.includes(first) ? [parent.join(".")] : [];
  const below = parent.length === 0 ? [] : [hostname];
  const names = [...beside, ...whole, ...below];
  return port === "" ? names : names.flatMap((name) => [name, `${name}:${port}`]);
}

function trimmed(url: string): string {
  return url.replace(/\/+$/, "");
}
