import { collectionOf, planDeclared, wordFor, type PlannedAsset } from "../asset/declared.ts";
import type { AssetDeps } from "../asset/kind.ts";
import { snapshotRefusal } from "../asset/upload/refusal.ts";
import type { Azure } from "../azure/azure.ts";
import { succeeded, type Outcome } from "../azure/outcome.ts";
import type { Deployment } from "../deployment/deployment.ts";
import { namedAssetsOf } from "../deployment/named-assets.ts";
import type { DeploymentStep } from "../report/result.ts";

/** An asset that is registered under a name for a deployment, looked for in the workspace: nothing has been sent. */
export type PlannedPart = {
  readonly where: string;
  /** What tells it from every other by its content. */
  readonly identity: string;
  readonly steps: readonly DeploymentStep[];
  /** @returns the id. */
  readonly ensure: (deps: AssetDeps) => Promise<Outcome<string>>;
};

/** One after the other: what is refused first is told. */
export async function planNamedParts(
  deployment: Deployment,
  { assets, workspace }: Pick<Azure, "assets" | "workspace">,
): Promise<Outcome<readonly PlannedPart[]>> {
  const parts: PlannedPart[] = [];
  for (const { where, asset } of namedAssetsOf(deployment)) {
    const planned = await plan(asset, { assets, workspaceId: workspace.id });
    if (!planned.ok) return planned;
    const { action, name, version, identity, reason, register } = planned.value;
    const id = `${workspace.id}/${collectionOf(asset).collection}/${name}/versions/${version}`;
    // Data that is collected into an asset of that name goes on to be: as az ml, which takes what is there.
    const isThere = action === "none" || (asset.kind === "data" && action === "update");
    const step = { action: "register", what: `${wordFor(asset)}, version ${version}`, reason } as const;
    parts.push({
      where,
      identity,
      steps: isThere ? [] : [step],
      ensure: async (deps) => {
        if (isThere) return succeeded(id);
        const may = await deps.beforeWriting?.();
        if (may?.ok === false) return may;
        const made = await register(deps, new Map());
        return made.ok ? succeeded(made.value.id) : made;
      },
    });
  }
  return succeeded(parts);
}

async function plan(...[asset, deps]: Parameters<typeof planDeclared>): Promise<Outcome<PlannedAsset>> {
  try {
    return await planDeclared(asset, deps);
  } catch (error) {
    return snapshotRefusal(error);
  }
}
