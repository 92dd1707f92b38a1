import type { Azure } from "../azure/azure.ts";
import { secretsOf } from "../compute/target.ts";
import type { Declaration } from "../declaration/declaration.ts";
import { secretsOf as secretsOfJob } from "../job/job.ts";
import type { VaultAccess } from "../permissions/needs.ts";
import { createsOrAttaches } from "../plan/preflight.ts";
import type { Step } from "../plan/step.ts";
import type { SecretReference } from "../secret/secret.ts";
import type { UsedSecret } from "./secrets.ts";
import { secretReferencesOf } from "../declaration/secret-references.ts";

type Declared = Pick<Declaration, "targets" | "run" | "deployments">;

/** The secrets of the declaration, and whether what is planned would send them. */
export function usedSecrets({ targets, run }: Declared, steps: readonly Step[]): readonly UsedSecret[] {
  return [
    ...targets.flatMap((target) => {
      const step = steps.find((one) => one.target.name === target.name);
      return secretsOf(target).map((reference) => ({
        reference,
        usedBy: target.name,
        isSentNext: step === undefined || createsOrAttaches(step),
      }));
    }),
    ...(run === undefined ? [] : secretsOfJob(run)).map(({ name, reference }) => ({
      reference,
      usedBy: `the run's ${name}`,
      isSentNext: true,
    })),
  ];
}

/** The vaults of these secrets. An address does not give away an id, which is known only of the workspace's own vault. */
export async function vaultsOf(declared: Declared, azure: Azure | undefined): Promise<readonly VaultAccess[]> {
  const own = azure?.workspace.keyVault;
  const name = own?.split("/").at(-1)?.toLowerCase();
  if (azure === undefined || own === undefined || name === undefined) return [];
  const isOwn = (reference: SecretReference) =>
    reference.from === "key_vault" && new URL(reference.url).hostname.toLowerCase().startsWith(`${name}.`);
  if (!(await secretReferencesOf(declared)).some(isOwn)) return [];
  const vault = await azure.resources.get(own, "2023-07-01");
  const properties = (vault.ok ? vault.value["properties"] : undefined) as
    { readonly enableRbacAuthorization?: boolean } | undefined;
  return [{ id: own, byRoles: vault.ok ? properties?.enableRbacAuthorization === true : "unknown" }];
}

/** Names of the vaults for which permissions decide whether their secrets can be read. */
export function vaultsByRole(vaults: readonly VaultAccess[]): readonly string[] {
  return vaults.filter(({ byRoles }) => byRoles === true).map(({ id }) => id.split("/").at(-1)?.toLowerCase() ?? "");
}
