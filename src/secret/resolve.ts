import { formatSecretReference, SecretUnavailable, type ResolveSecret, type SecretReference } from "./secret.ts";

/** The places that secrets are kept in. */
export type SecretDeps = {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly readFile: (path: string) => Promise<string>;
  /** Reads a Key Vault secret by its address. */
  readonly keyVault: (url: string) => Promise<string>;
  /** Told of every value before anybody else sees it. */
  readonly mask: (value: string) => void;
};

/** Resolves references, each at most once; two targets that share one cost one read. */
export function createSecretResolver(deps: SecretDeps): ResolveSecret {
  const known = new Map<string, Promise<string>>();
  return (reference) => {
    const key = formatSecretReference(reference);
    const found = known.get(key) ?? resolve(reference, deps);
    known.set(key, found);
    return found;
  };
}

async function resolve(reference: SecretReference, deps: SecretDeps): Promise<string> {
  const value = await valueOf(reference, deps);
  deps.mask(value);
  return value;
}

async function valueOf(reference: SecretReference, deps: SecretDeps): Promise<string> {
  const shown = formatSecretReference(reference);
  switch (reference.from) {
    case "env": {
      const value = deps.environment[reference.name];
      if (value === undefined || value === "") {
        throw new SecretUnavailable(
          reference,
          `The secret ${shown} is not available: the environment variable ${reference.name} is ${value === "" ? "empty" : "not set"}. ` +
            `Set it on the step: env: { ${reference.name}: \${{ secrets.${reference.name} }} }.`,
        );
      }
      return value;
    }
    case "file":
      try {
        // Editors and `echo` end a file with a line break that is not part of the secret.
        const value = (await deps.readFile(reference.path)).replace(/\r?\n$/, "");
        if (value === "") throw new Error("the file is empty");
        return value;
      } catch (error) {
        throw new SecretUnavailable(reference, `The secret ${shown} cannot be read: ${messageOf(error)}.`);
      }
    case "key_vault":
      try {
        return await deps.keyVault(reference.url);
      } catch (error) {
        throw new SecretUnavailable(
          reference,
          `The secret ${shown} cannot be read from the vault: ${messageOf(error)}. The identity needs the role Key Vault Secrets User there.`,
        );
      }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/\.$/, "") : String(error);
}
