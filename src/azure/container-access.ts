import type { TokenCredential } from "@azure/core-auth";
import { ForeignAddress, trustedAddress, type Hosts } from "./addresses.ts";
import type { BlobContainer } from "./blob-container.ts";
import { failed, type Outcome } from "./outcome.ts";

/** How a container is got into once its storage account has said that it takes no keys. */
export type IdentityAccess = {
  readonly newCredential: () => Promise<TokenCredential>;
  /** The identity's token goes to its own storage only. */
  readonly cloud: Hosts;
};

/** Whether a storage account refuses keys, and the signatures that are made with them. */
function takesNoKeys(error: unknown): boolean {
  return codeOf(error) === "KeyBasedAuthenticationNotPermitted";
}

/** The storage's own word for a refusal; in an answer to HEAD only the header has it. */
export function codeOf(error: unknown): string | undefined {
  const { code, response } = (error ?? {}) as {
    readonly code?: string;
    readonly response?: { readonly headers?: { get?(name: string): string | undefined } };
  };
  return response?.headers?.get?.("x-ms-error-code") ?? code;
}

/**
 * Work on containers with the access that the service handed out, and with the identity where the account takes no keys:
 * the same container, found out once for each.
 */
export function createContainerAccess(identity: IdentityAccess | undefined) {
  const byIdentity = new Map<string, BlobContainer>();
  return async <Value>(container: BlobContainer, work: (reached: BlobContainer) => Promise<Value>): Promise<Value> => {
    const known = byIdentity.get(container.url);
    if (known !== undefined) return work(known);
    try {
      return await work(container);
    } catch (error) {
      if (!takesNoKeys(error) || container.access.by === "identity" || identity === undefined) throw error;
      if (!isOfCloud(container.url, identity.cloud)) throw error;
      const credential = await identity.newCredential();
      const reached: BlobContainer = { url: container.url, access: { by: "identity", credential } };
      byIdentity.set(container.url, reached);
      return work(reached);
    }
  };
}

function isOfCloud(url: string, cloud: Hosts): boolean {
  try {
    return trustedAddress(url, "storage", cloud) !== undefined;
  } catch (error) {
    if (error instanceof ForeignAddress) return false;
    throw error;
  }
}

/** A refusal by a storage account that takes identities only says what the identity needs there. */
export function withStorageAdvice<Value>(outcome: Outcome<Value>, container: BlobContainer): Outcome<Value> {
  if (outcome.ok || outcome.failure.status !== 403) return outcome;
  const { hostname, pathname } = new URL(container.url);
  const account = (/^[\d.]+$/.test(hostname) ? pathname.split("/")[1] : hostname.split(".")[0]) ?? "";
  const advice = `The storage account ${account} did not let the identity in. Give the identity Storage Blob Data Contributor on it, and look at its network rules; where it takes no keys, that role is the only way.`;
  return failed({ ...outcome.failure, error: { ...outcome.failure.error, advice } });
}
