import { createTaker, ensureAssets, lookUp, refusedFor, type TakenAsset } from "../asset/asset.ts";
import type { AssetDeps } from "../asset/kind.ts";
import { SnapshotRefused } from "../asset/upload/list-files.ts";
import { defined } from "../azure/defined.ts";
import { failed, succeeded, type Outcome } from "../azure/outcome.ts";
import { assetsOf, modelOf, type Deployment } from "../deployment/deployment.ts";
import { computeId } from "../job/parts/compute.ts";
import type { ReleaseDeps, TakenParts } from "./kind.ts";
import { planModel, type ModelDeps } from "./model.ts";

/** Where a deployment asks for its model. */
const modelPlace = "model";

type PartDeps = Omit<ModelDeps, "azure"> &
  Pick<ReleaseDeps, "azure" | "signal" | "onProgress" | "beforeWriting" | "liveNames">;

/** Reads what a deployment is made of, on this machine and in the workspace. Nothing is sent. */
export async function takeParts(deployment: Deployment, deps: PartDeps): Promise<Outcome<TakenParts>> {
  const { azure, liveNames } = deps;
  const taken = await takeAssets(deployment);
  if (!taken.ok) return taken;
  const model = await planModel(modelOf(deployment), deployment.promoteFrom, deps);
  if (!model.ok) return model;
  const identities = new Map(taken.value.map(({ use, identity }) => [use.where, identity]));
  if (model.value !== undefined) identities.set(modelPlace, model.value.identity);
  const bringing: AssetDeps = {
    assets: azure.assets,
    datastores: azure.datastores,
    blobs: azure.blobs,
    workspaceId: azure.workspace.id,
    computeIdOf: (compute) => computeId(azure.workspace.id, liveNames.get(compute.toLowerCase()) ?? compute),
    signal: deps.signal,
    onProgress: deps.onProgress,
    beforeWriting: deps.beforeWriting,
    uploads: new Map(),
  };
  return succeeded({
    identityOf: lookUp(identities),
    steps: model.value?.steps ?? [],
    ...defined({ modelId: model.value?.id }),
    ensure: async () => {
      const [assets, id] = await Promise.all([ensureAssets(taken.value, bringing), model.value?.ensure(bringing)]);
      if (!assets.ok) return assets;
      if (id === undefined) return succeeded(lookUp(assets.value));
      if (!id.ok) return id;
      return succeeded(lookUp(new Map([...assets.value, [modelPlace, id.value]])));
    },
  });
}

/** One after the other: what is read first is refused first. */
async function takeAssets(deployment: Deployment): Promise<Outcome<readonly TakenAsset[]>> {
  const taken: TakenAsset[] = [];
  const takeAsset = createTaker();
  for (const use of assetsOf(deployment)) {
    try {
      taken.push(await takeAsset(use));
    } catch (error) {
      if (!(error instanceof SnapshotRefused)) throw error;
      return refusedFor(
        use,
        failed({ reason: "refused", error: { code: "SnapshotRefused", message: error.message, details: [] } }).failure,
      );
    }
  }
  return succeeded(taken);
}
