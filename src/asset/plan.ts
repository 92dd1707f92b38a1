import type { Assets } from "../azure/assets.ts";
import { succeeded, type Outcome } from "../azure/outcome.ts";
import type { AssetKind, NamedAsset } from "./kind.ts";

/** A kind whose assets are registered under names. */
export type RegisteredKind<Definition, Content, Part = never> = AssetKind<Definition, Content, Part> &
  Required<Pick<AssetKind<Definition, Content, Part>, "toRequest" | "differencesFrom">>;

/** What registering an asset comes to. */
export type AssetStep<Definition, Content> = {
  readonly asset: NamedAsset<Definition>;
  readonly content: Content;
  readonly action: "none" | "create" | "update";
  readonly version: string;
  /** The version to create where the service does not allow the planned one to be changed. */
  readonly otherwise?: string;
  /** Why, as a sentence. */
  readonly reason: string;
  /** True where the service will not take the update: the version is the declared one, and has other content. */
  readonly isRefused?: boolean;
};

/**
 * Compares a declared asset with the workspace.
 *
 * @param fingerprint of the asset, where its kind is told by it.
 * @throws SnapshotRefused when what is on this machine cannot be taken.
 */
export async function planAsset<Definition, Content, Part>(
  asset: NamedAsset<Definition>,
  kind: RegisteredKind<Definition, Content, Part>,
  assets: Assets,
  fingerprint = "",
): Promise<Outcome<AssetStep<Definition, Content>>> {
  const content = await kind.contentOf(asset.definition);
  const base = { asset, content };
  const known = asset.version === undefined ? await assets.versions(kind.collection, asset.name) : succeeded(undefined);
  if (!known.ok) return known;
  const { latest, next } = known.value ?? {};
  const version = asset.version ?? latest ?? "1";
  const live = await assets.get(kind.collection, asset.name, version);
  if (!live.ok) return live;
  if (live.value === undefined)
    return succeeded({ ...base, action: "create", version, reason: `There is no version ${version} of it yet.` });
  const differing = kind.differencesFrom(asset.definition, content, live.value, fingerprint);
  if (differing.length === 0)
    return succeeded({ ...base, action: "none", version, reason: `Version ${version} is as declared.` });
  const { fixedMembers = [], isAlwaysNext } = kind;
  if (isAlwaysNext === true && asset.version === undefined) {
    const reason = `Version ${version}, the newest, is not as declared.`;
    return succeeded({ ...base, action: "create", version: next ?? "1", reason });
  }
  return succeeded({
    ...base,
    action: "update",
    version,
    ...(asset.version !== undefined && differing.some((member) => fixedMembers.includes(member))
      ? { isRefused: true }
      : {}),
    ...(asset.version === undefined && next !== undefined ? { otherwise: next } : {}),
    reason: `Version ${version} differs in ${differing.join(", ")}.`,
  });
}
