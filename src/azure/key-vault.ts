import type { TokenCredential } from "@azure/core-auth";
import type { Cloud } from "./cloud.ts";
import { refused, succeeded, type Outcome } from "./outcome.ts";
import { plainPipeline, send } from "./pipeline.ts";
import { withRetries, type RetryDeps } from "./retry.ts";

/** Reads Key Vault secrets by address. The library is loaded with the first one. */
export function createKeyVault(
  newCredential: () => Promise<TokenCredential>,
  cloud: Cloud,
  signal: AbortSignal,
): (url: string) => Promise<string> {
  return async (url) => {
    const address = vaultAddress(url, cloud);
    const { SecretClient } = await import("@azure/keyvault-secrets");
    // The host is checked above, with the cloud's own suffix; the library's check knows only the public clouds.
    const client = new SecretClient(address.origin, await newCredential(), {
      disableChallengeResourceVerification: cloud.isCustom,
    });
    const [, , name = "", version] = address.pathname.split("/");
    const secret = await client.getSecret(name, {
      abortSignal: signal,
      ...(version === undefined || version === "" ? {} : { version }),
    });
    if (secret.value === undefined || secret.value === "") throw new Error(`the secret ${name} is empty`);
    return secret.value;
  };
}

/**
 * Whether a vault answers at all. The request has no token, so the vault refuses it; no secret is read.
 *
 * @returns the name of the vault.
 */
export function createVaultReach(cloud: Cloud, deps: RetryDeps): (url: string) => Promise<Outcome<string>> {
  const pipeline = plainPipeline();
  return async (url) => {
    let address: URL;
    try {
      address = vaultAddress(url, cloud);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return refused("NoVault", message);
    }
    const answer = await withRetries(
      "read",
      () => send(pipeline, { method: "GET", url: `${address.origin}/secrets?api-version=7.4`, signal: deps.signal }),
      { ...deps, tries: 2 },
    );
    return answer.ok ? succeeded(address.hostname.split(".")[0] ?? address.hostname) : answer;
  };
}

/** @throws when the address is none of a vault of this cloud. */
function vaultAddress(url: string, cloud: Cloud): URL {
  const suffix = cloud.keyVaultSuffix;
  // Before any token is requested: a declaration from a pull request must not send one to a host of its choice.
  if (URL.canParse(url)) {
    const address = new URL(url);
    const isPlain = address.protocol === "https:" && address.username === "" && address.password === "";
    // A private cloud may have its vaults at a port.
    const isAtPort = address.port === "" || cloud.isCustom;
    const host = suffix === undefined ? undefined : suffixHost(suffix);
    if (
      isPlain &&
      isAtPort &&
      host !== undefined &&
      (address.hostname === host || address.hostname.endsWith(`.${host}`))
    )
      return address;
  }
  throw new Error(
    `${URL.canParse(url) ? new URL(url).origin : "This"} is not a key vault of the cloud ${cloud.name}: its vaults end in ${suffix ?? "a suffix that its metadata does not name"}`,
  );
}

/** A private cloud may name a port with its suffix. */
function suffixHost(suffix: string): string {
  return (suffix.split(":")[0] ?? suffix).toLowerCase();
}
