import type { Outcome } from "../azure/outcome.ts";
import { formatSecretReference, type SecretReference } from "../secret/secret.ts";
import { sentenceOf } from "../report/failure.ts";
import { error, fine, notChecked, warning, type Check } from "./check.ts";

/** A reference, and whether its value is about to be sent. */
export type UsedSecret = { readonly reference: SecretReference; readonly usedBy: string; readonly isSentNext: boolean };

export type SecretDeps = {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly fileExists: (path: string) => Promise<boolean>;
  /** Absent where nobody is signed in. */
  readonly vaultReach?: (url: string) => Promise<Outcome<string>>;
  /** Vaults of which the permissions tell whether their secrets may be read. */
  readonly judgedVaults: readonly string[];
};

/** Whether what secrets are read from is there. No value is read. */
export async function secretChecks(secrets: readonly UsedSecret[], deps: SecretDeps): Promise<readonly Check[]> {
  const byReference = new Map<string, UsedSecret>();
  for (const secret of secrets) {
    const key = formatSecretReference(secret.reference);
    const known = byReference.get(key);
    byReference.set(key, {
      ...secret,
      isSentNext: secret.isSentNext || known?.isSentNext === true,
      usedBy: known === undefined ? secret.usedBy : `${known.usedBy}, ${secret.usedBy}`,
    });
  }
  return Promise.all([...byReference.values()].map((secret) => secretCheck(secret, deps)));
}

async function secretCheck({ reference, usedBy, isSentNext }: UsedSecret, deps: SecretDeps): Promise<Check> {
  const what = `The secret ${formatSecretReference(reference)} (${usedBy})`;
  const gone = (message: string, advice: string) =>
    isSentNext
      ? error("secret-unavailable", "secret", message, advice)
      : warning("secret", `${message} It is not sent unless something is attached again.`, advice);
  switch (reference.from) {
    case "env": {
      const value = deps.environment[reference.name];
      return value === undefined || value === ""
        ? gone(
            `${what} is not available: the environment variable is ${value === "" ? "empty" : "not set"}.`,
            `Set it on the step: env: { ${reference.name}: \${{ secrets.${reference.name} }} }.`,
          )
        : fine("secret", `${what} is set.`);
    }
    case "file":
      return (await deps.fileExists(reference.path))
        ? fine("secret", `${what} is there.`)
        : gone(`${what} is not available: no file can be read at that path.`, "Write the file in an earlier step.");
    case "key_vault": {
      if (deps.vaultReach === undefined)
        return notChecked("secret", `${what} was not checked.`, "Fix the sign-in first.");
      const reached = await deps.vaultReach(reference.url);
      if (!reached.ok) {
        return gone(
          `${what} cannot be read: ${sentenceOf(reached.failure.error)}.`,
          "Check the address, and let the runner reach the vault: proxy, firewall, or a runner inside its network.",
        );
      }
      const answers = `${what}: the vault '${reached.value}' answers`;
      return deps.judgedVaults.includes(reached.value.toLowerCase())
        ? fine("secret", `${answers}; see Permissions for whether its secrets can be read. No secret was read.`)
        : notChecked(
            "secret",
            `${answers}. Whether the identity may read the secret was not checked, because no secret is read.`,
            "If attaching fails, give the identity Key Vault Secrets User on the vault, or an access policy to get secrets.",
          );
    }
  }
}
