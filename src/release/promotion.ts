import * as modelFile from "../asset/files/model-file.ts";
import { inWorkspace } from "../asset/files/location.ts";
import { resolveReference } from "../asset/reference.ts";
import type { AssetVersion } from "../azure/assets.ts";
import { defined } from "../azure/defined.ts";
import { membersOf, textOf } from "../azure/members.ts";
import { failed, succeeded, type Outcome } from "../azure/outcome.ts";
import { workspaceId as idOfWorkspace } from "../azure/workspace.ts";
import type { PromotedModel } from "../deployment/parts/model.ts";
import { contentOf, contentProperty, modelTags, nextOf, oneVersion, otherBytes, placeOf } from "./model-versions.ts";
import type { ModelDeps, PlannedModel } from "./planned-model.ts";

type OfWorkspace = Exclude<PromotedModel, { readonly from: "registry" }>;

/** A model of another workspace is registered here, with the bytes where they are. */
export async function planPromotion(promoted: OfWorkspace, deps: ModelDeps): Promise<Outcome<PlannedModel>> {
  const { azure } = deps;
  const source = {
    subscriptionId: promoted.subscriptionId ?? azure.workspace.subscriptionId,
    resourceGroup: promoted.resourceGroup ?? azure.workspace.resourceGroup,
    name: promoted.workspace,
  };
  const theirs = azure.assetsOf(source);
  const found = await resolveReference(promoted.reference, modelFile, {
    assets: theirs,
    workspaceId: idOfWorkspace(source),
  });
  if (!found.ok) return found;
  const [, sourceName = "", version = ""] = /\/models\/([^/]+)\/versions\/([^/]+)$/i.exec(found.value) ?? [];
  const live = await theirs.get("models", sourceName, version);
  if (!live.ok) return live;
  if (live.value === undefined)
    return failed({
      reason: "not-found",
      error: {
        code: "ModelNotFound",
        message: `The workspace '${source.name}' has no model ${sourceName}:${version}, which promote_from names. Fix the reference, or the identity's right to read there.`,
        target: "promote_from",
        details: [],
      },
    });
  return planCopy(promoted, { id: found.value, name: sourceName, properties: live.value }, deps);
}

/** Numbers that are tried where others register at the same time. Our choice. */
const mostTries = 5;

async function planCopy(
  promoted: OfWorkspace,
  source: { readonly id: string; readonly name: string; readonly properties: AssetVersion["properties"] },
  deps: ModelDeps,
  tries = 1,
): Promise<Outcome<PlannedModel>> {
  const { azure, github } = deps;
  const name = promoted.name ?? source.name;
  const { version } = promoted;
  const known = await (version === undefined
    ? azure.assets.list("models", name)
    : oneVersion(name, version, placeOf(azure)));
  if (!known.ok) return known;
  const isCopy = ({ properties }: AssetVersion) =>
    textOf(membersOf(properties["tags"])[modelTags.promotedFrom])?.toLowerCase() === source.id.toLowerCase();
  const there = known.value.find(isCopy);
  const identity = contentOf(source.properties) ?? source.id;
  if (there !== undefined)
    return succeeded({ identity, id: there.id, steps: [], ensure: () => Promise.resolve(succeeded(there.id)) });
  if (version !== undefined && known.value.length > 0) return otherBytes(name, version);
  const next = version ?? nextOf(known.value);
  const { modelUri, modelType, flavors, description } = source.properties;
  const uri = inWorkspace(textOf(modelUri) ?? "", source.id.replace(/\/models\/.*$/i, ""));
  return succeeded({
    identity,
    steps: [
      {
        action: "register",
        what: `the model ${name}, version ${next}`,
        reason: `It is promoted from ${source.id}: no bytes are copied.`,
      },
    ],
    ensure: async (bringing) => {
      const may = await bringing.beforeWriting?.();
      if (may?.ok === false) return may;
      const made = await bringing.assets.put("models", name, next, {
        properties: defined({
          modelUri: uri,
          modelType,
          flavors,
          description,
          isAnonymous: false,
          isArchived: false,
          properties: { [contentProperty]: identity },
          tags: {
            ...promoted.tags,
            ...defined({ [modelTags.commit]: github.commit === "" ? undefined : github.commit }),
            [modelTags.promotedFrom]: source.id,
          },
        }),
      });
      if (!made.ok) return made;
      if (!made.value.conflict) return succeeded(made.value.id);
      if (version !== undefined || tries >= mostTries) return otherBytes(name, next);
      // Somebody else has taken the number meanwhile, for this model or another one.
      const again = await planCopy(promoted, source, deps, tries + 1);
      return again.ok ? again.value.ensure(bringing) : again;
    },
  });
}
