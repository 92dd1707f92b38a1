/** Whom a token is for. A vault is named by a declaration, and has a rule of its own beside its client. */
export type Audience = "arm" | "data-plane" | "storage";

/** An address that somebody else has named, and that gets no token. The message holds the host and no more of it. */
export class ForeignAddress extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ForeignAddress";
  }
}

/** What of a cloud says who is its own. */
export type Hosts = {
  readonly name: string;
  readonly resourceManager: string;
  readonly dataPlaneSuffixes?: readonly string[];
  readonly storageSuffix?: string;
  /** False for Azure's own clouds, whose names are known by heart. */
  readonly isCustom?: boolean;
};

/**
 * The one rule for who gets a token or a signature: the cloud's own ARM endpoint, and hosts below the suffixes that the
 * cloud has for an audience. Whatever address an answer names is a stranger until then.
 *
 * @returns the address, parsed.
 * @throws ForeignAddress
 */
export function trustedAddress(text: string, audience: Audience, cloud: Hosts): URL {
  const url = plainAddress(text);
  const arm = new URL(cloud.resourceManager);
  // Every role of a cloud may be at one address; those of an emulator on this machine may each have a port of their own.
  if (url.origin === arm.origin || (isOnThisMachine(url) && isOnThisMachine(arm))) return url;
  // Files of everybody are at accounts of the storage, wherever that is.
  const isOfAccount = /\.(blob|dfs|file|queue|table|web)\./.test(url.hostname);
  const isNear =
    audience !== "arm" &&
    (audience === "storage" || !isOfAccount) &&
    suffixesOf(audience, cloud).some((suffix) => isBelow(url, suffix));
  if (!isNear)
    throw new ForeignAddress(
      `The service referred to ${url.origin}, which is not ${describe(audience, cloud)}; the access token was not sent there.`,
    );
  return url;
}

/** An https address without a name in front of the host; plain HTTP from this machine only. @throws ForeignAddress */
export function plainAddress(text: unknown): URL {
  if (typeof text !== "string" || !URL.canParse(text))
    throw new ForeignAddress(`The service named ${shown(text)} as an address, which is not valid.`);
  const url = new URL(text);
  if (url.username !== "" || url.password !== "")
    throw new ForeignAddress(`The service named an address at ${url.host} with a user name in it; it was not used.`);
  if (!isConfidential(url))
    throw new ForeignAddress(
      `The service named an address of ${url.host === "" ? "no host" : url.host} that is not https; nothing is sent or read unencrypted.`,
    );
  return url;
}

export function isOnThisMachine({ hostname }: Pick<URL, "hostname">): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\]|0\.0\.0\.0|\[::\]|\[::ffff:7f.*\])$/i.test(hostname);
}

/** Nobody on the way can listen in: https, or plain HTTP on this machine, as agents of runners and storage emulators have it. */
export function isConfidential({ protocol, hostname }: URL): boolean {
  return protocol === "https:" || (protocol === "http:" && /^(127\.0\.0\.1|localhost|\[::1\])$/.test(hostname));
}

function suffixesOf(audience: Audience, cloud: Hosts): readonly string[] {
  switch (audience) {
    case "arm":
      return [];
    case "data-plane":
      return cloud.dataPlaneSuffixes ?? [];
    case "storage": {
      // Accounts whose zone is part of their name, in the public cloud.
      const suffix = cloud.storageSuffix;
      return suffix === undefined ? [] : [suffix, ...(suffix === "core.windows.net" ? ["storage.azure.net"] : [])];
    }
  }
}

/** Below a suffix, or at it, at the port that belongs to it. Deployed models answer below the studio's name: they are users'. */
function isBelow(url: URL, suffix: string): boolean {
  return hasSuffix(url, suffix) && !/\.(inference|instances)\./.test(url.hostname);
}

/** @param suffix with a port where it belongs to one: `ml.azure.com`, `ml.example.com:8443`. */
export function hasSuffix({ hostname, port }: URL, suffix: string): boolean {
  const [name = "", wanted = ""] = suffix.toLowerCase().split(":");
  return (
    name !== "" &&
    port === wanted &&
    (hostname === name || hostname.endsWith(`.${name}`)) &&
    // Names of letters that look alike: regions, workspaces and accounts have plain ones.
    !/(^|\.)xn--/.test(hostname)
  );
}

function describe(audience: Audience, cloud: Hosts): string {
  const suffixes = suffixesOf(audience, cloud);
  return suffixes.length === 0
    ? cloud.resourceManager
    : `${cloud.resourceManager} nor below ${suffixes.join(" or ")}, where the cloud ${cloud.name} has it`;
}

function shown(text: unknown): string {
  const whole = typeof text === "string" ? JSON.stringify(text.split("?")[0]) : `a ${typeof text}`;
  return whole.length > 120 ? `${whole.slice(0, 120)}…` : whole;
}
