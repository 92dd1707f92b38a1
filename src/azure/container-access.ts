import type { TokenCredential } from "@azure/core-auth";
import { trustedAddress, type Hosts } from "./addresses.ts";
import type { BlobContainer } from "./blob-container.ts";
import { failed, type Outcome } from "./outcome.ts";

/** Whose storage it is, and how a container is got into once its account has said that it takes no keys. */
export type StorageIdentity = {
  /** Nothing is sent to, and read from, other storage than its own, whatever an answer names. */
  readonly cloud: Hosts;
  readonly newCredential: () => Promise<TokenCredential>;
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
export function createContainerAccess({ cloud, newCredential }: StorageIdentity) {
  const byIdentity = new Map<string, BlobContainer>();
  return async <Value>(container: BlobContainer, work: (reached: BlobContainer) => Promise<Value>): Promise<Value> => {
    trustedAddress(container.url, "storage", cloud);
    const known = byIdentity.get(container.url);
    if (known !== undefined) return work(known);
    try {
      return await work(container);
    } catch (error) {
      if (!takesNoKeys(error) || container.access.by === "identity") throw error;
      const credential = await newCredential();
      const reached: BlobContainer = { url: container.url, access: { by: "identity", credential } };
      byIdentity.set(container.url, reached);
      return work(reached);
    }
  };
}

/** A refusal by a storage account that takes identities only says what the identity needs there. */
export function withStorageAdvice<Value>(outcome: Outcome<Value>, container: BlobContainer): Outcome<Value> {
  if (outcome.ok || outcome.failure.status !== 403) return outcome;
  const { hostname, pathname } = new URL(container.url);
  const account = (/^[\d.]+$/.test(hostname) ? pathname.split("/")[1] : hostname.split(".")[0]) ?? "";
  const advice = `The storage account ${account} refused the identity. Give the identity Storage Blob Data Contributor on it, and check its network rules; an account that accepts no keys needs this role.`;
  return failed({ ...outcome.failure, error: { ...outcome.failure.error, advice } });
}
