import type { LiveCompute } from "../azure/computes.ts";
import type { SecretReference } from "../secret/secret.ts";
import { tagOf } from "./compare.ts";
import type { ChangeMeans, Difference, TargetBase } from "./kind.ts";

/**
 * Secrets cannot be read back, so which ones a compute was made with is written down in a tag: the declared
 * `credentials_version`, and the versions of Key Vault secrets that are named with one. Never anything of a secret itself.
 */
const credentialsTag = "azureml-targets.credentials";

/** The longest value that ARM takes for a tag. */
const longestTag = 256;

/** @returns `undefined` when the declaration names no version at all. */
export function credentialsOf(target: TargetBase, secrets: readonly SecretReference[]): string | undefined {
  const versions = secrets.flatMap((reference) => {
    const version =
      reference.from === "key_vault" ? /\/secrets\/[^/]+\/([^/]+)\/?$/.exec(reference.url)?.[1] : undefined;
    return version === undefined ? [] : [version];
  });
  const parts = [...(target.credentialsVersion === undefined ? [] : [target.credentialsVersion]), ...versions];
  return parts.length === 0 ? undefined : parts.join(" ").slice(0, longestTag);
}

/** The request with the tag, where the declaration names a version. */
export function withCredentialsTag(body: unknown, credentials: string | undefined): unknown {
  if (credentials === undefined) return body;
  const { tags } = body as { readonly tags?: Readonly<Record<string, string>> };
  return { ...(body as object), tags: { ...tags, [credentialsTag]: credentials } };
}

/**
 * Whether the secrets are other ones than the compute was made with. A compute without the tag was attached by somebody
 * else, or before a version was declared: a version in a vault's address alone is then no difference.
 */
export function credentialsDifference(
  target: TargetBase,
  credentials: string | undefined,
  live: LiveCompute,
  means: ChangeMeans,
): readonly Difference[] {
  const made = tagOf(live, credentialsTag);
  if (credentials === undefined || credentials === made) return [];
  if (made === undefined && target.credentialsVersion === undefined) return [];
  return [{ field: "credentials_version", from: made ?? "unknown", to: credentials, means }];
}
