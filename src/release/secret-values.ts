import type { ResolveSecret, SecretReference } from "../secret/secret.ts";

/**
 * The values that a release sends, read before anything is written.
 *
 * @throws SecretUnavailable
 */
export async function secretValues(
  references: readonly SecretReference[],
  resolve: ResolveSecret,
): Promise<ReadonlyMap<SecretReference, string>> {
  const values = new Map<SecretReference, string>();
  for (const reference of references) values.set(reference, await resolve(reference));
  return values;
}
