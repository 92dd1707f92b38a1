import { ensureAssets, lookUp, refusedFor, takeAll } from "../asset/asset.ts";
import type { AssetDeps } from "../asset/kind.ts";
import { defined } from "../azure/defined.ts";
import { succeeded, type Outcome } from "../azure/outcome.ts";
import { assetsOf, modelOf, type Deployment } from "../deployment/deployment.ts";
import { computeIds } from "../job/parts/compute.ts";
import type { ReleaseDeps, TakenParts } from "./kind.ts";
import { planModel } from "./model.ts";
import type { ModelDeps } from "./planned-model.ts";
import { planNamedParts } from "./named-parts.ts";

/** Where a deployment asks for its model. */
const modelPlace = "model";

type PartDeps = Omit<ModelDeps, "azure"> &
  Pick<ReleaseDeps, "azure" | "signal" | "onProgress" | "beforeWriting" | "liveNames">;

/** Reads what a deployment is made of, on this machine and in the workspace. Nothing is sent. */
export async function takeParts(deployment: Deployment, deps: PartDeps): Promise<Outcome<TakenParts>> {
  const { azure, liveNames } = deps;
  const named = await planNamedParts(deployment, azure);
  if (!named.ok) return named;
  const places = new Set(named.value.map(({ where }) => where));
  const taken = await takeAll(assetsOf(deployment).filter(({ where }) => !places.has(where)));
  if (!taken.ok) return taken;
  const model = await planModel(modelOf(deployment), deployment.promoteFrom, deps);
  if (!model.ok) return model;
  const identities = new Map([
    ...taken.value.map(({ use, identity }) => [use.where, identity] as const),
    ...named.value.map(({ where, identity }) => [where, identity] as const),
  ]);
  if (model.value !== undefined) identities.set(modelPlace, model.value.identity);
  const bringing: AssetDeps = {
    assets: azure.assets,
    datastores: azure.datastores,
    blobs: azure.blobs,
    workspaceId: azure.workspace.id,
    computeIdOf: computeIds(azure.workspace.id, liveNames),
    signal: deps.signal,
    onProgress: deps.onProgress,
    beforeWriting: deps.beforeWriting,
    uploads: new Map(),
  };
  return succeeded({
    identityOf: lookUp(identities),
    steps: [...named.value.flatMap(({ steps }) => steps), ...(model.value?.steps ?? [])],
    ...defined({ modelId: model.value?.id }),
    ensure: async () => {
      const [assets, id] = await Promise.all([ensureAssets(taken.value, bringing), model.value?.ensure(bringing)]);
      if (!assets.ok) return assets;
      const ids = new Map(assets.value);
      for (const { where, ensure } of named.value) {
        const made = await ensure(bringing);
        if (!made.ok) return refusedFor({ where }, made.failure);
        ids.set(where, made.value);
      }
      if (id?.ok === false) return id;
      if (id?.ok === true) ids.set(modelPlace, id.value);
      return succeeded(lookUp(ids));
    },
  });
}
