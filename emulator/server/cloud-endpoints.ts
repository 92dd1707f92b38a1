import { seeded } from "../settings.ts";

/** The addresses of the cloud's roles, for one way in. */
export type CloudEndpoints = {
  readonly arm: string;
  readonly login: string;
  /** Regional data plane. */
  readonly api: string;
  /** Blob service of an account. */
  readonly blob: (account: string) => string;
  /** What a datastore names as the endpoint of its account. */
  readonly storageSuffix: string;
  readonly studio: string;
  readonly vault: string;
  /**
   * Below which a web service answers.
   *
   * @param host of its container group, or the address of its cluster.
   * @param certificateName that its certificate is for; without one it is asked in the clear.
   */
  readonly webService: (host: string, certificateName?: string) => string;
  readonly idTokenIssuer: string;
  /** The root of an endpoint's own address, where it is scored. */
  readonly inference: (endpoint: string) => string;
};

/** The real names that the proxy answers for. */
export const realHosts = [
  "management.azure.com",
  "login.microsoftonline.com",
  "login.windows.net",
  "ml.azure.com",
  "*.api.azureml.ms",
  "*.blob.core.windows.net",
  "*.vault.azure.net",
  `*.${seeded.location}.inference.ml.azure.com`,
  "*.actions.githubusercontent.com",
  "api.github.com",
  "*.azurecontainer.io",
] as const;

export function isRealHost(name: string): boolean {
  return realHosts.some((pattern) => (pattern.startsWith("*.") ? name.endsWith(pattern.slice(1)) : name === pattern));
}

/** The front end of a cluster has an address and no name. */
export function isClusterAddress(host: string): boolean {
  return /^20\.\d+\.\d+\.\d+$/.test(host);
}

/** @param host as the client named it. */
export function isOwnHost(host: string): boolean {
  return /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host);
}

/** Every role at one address, and what is asked in the clear at another. */
export function ownEndpoints(origin: string, plainOrigin: string): CloudEndpoints {
  return {
    arm: origin,
    login: origin,
    api: origin,
    blob: (account) => `${origin}/${account}`,
    storageSuffix: new URL(origin).host,
    studio: origin,
    vault: origin,
    webService: (host, certificateName) => {
      const at = certificateName === undefined ? plainOrigin : origin;
      return isClusterAddress(host) ? at : `${at}/_web-services/${host}`;
    },
    idTokenIssuer: `${origin}/_github`,
    inference: (endpoint) => `${origin}/_inference/${endpoint}`,
  };
}

export const realEndpoints: CloudEndpoints = {
  arm: "https://management.azure.com",
  login: "https://login.microsoftonline.com",
  api: `https://${seeded.location}.api.azureml.ms`,
  blob: (account) => `https://${account}.blob.core.windows.net`,
  storageSuffix: "core.windows.net",
  studio: "https://ml.azure.com",
  vault: `https://${seeded.vault}.vault.azure.net`,
  webService: (host, certificateName) =>
    certificateName === undefined
      ? `http://${host}${isClusterAddress(host) ? ":80" : ""}`
      : `https://${certificateName}:443`,
  idTokenIssuer: "https://token.actions.githubusercontent.com",
  inference: (endpoint) => `https://${endpoint}.${seeded.location}.inference.ml.azure.com`,
};

/** The endpoint that a request is scored by, and the path below its root; `undefined` for everything else. */
export function scoredAt(host: string, path: string): { readonly endpoint: string; readonly path: string } | undefined {
  const [, name] = /^([^.]+)\.[^.]+\.inference\.ml\.azure\.com(?::\d+)?$/i.exec(host) ?? [];
  if (name !== undefined) return { endpoint: name, path };
  const [, below, rest = ""] = (isOwnHost(host) ? /^\/_inference\/([^/]+)(\/.*)?$/.exec(path) : undefined) ?? [];
  return below === undefined ? undefined : { endpoint: below, path: rest === "" ? "/" : rest };
}

/** On the emulator's own address the account is the first part of the path. */
export function isBlobService(host: string, path: string): boolean {
  return host.includes(".blob.core.windows.net") || path.startsWith(`/${seeded.storageAccount}/`);
}
