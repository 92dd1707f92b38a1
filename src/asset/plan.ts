import type { Assets } from "../azure/assets.ts";
import { succeeded, type Outcome } from "../azure/outcome.ts";
import type { AssetKind, NamedAsset } from "./kind.ts";

/** A kind whose assets are registered under names. */
export type RegisteredKind<Definition, Content, Part = never> = AssetKind<Definition, Content, Part> &
  Required<Pick<AssetKind<Definition, Content, Part>, "toRequest" | "differencesFrom" | "localField">>;

/** What registering an asset comes to. */
export type AssetStep<Definition, Content> = {
  readonly asset: NamedAsset<Definition>;
  readonly content: Content;
  readonly action: "none" | "create" | "update";
  /** The asset's own, or the one that its content gives it. */
  readonly name: string;
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
 * @param content what of it is on this machine.
 * @param fingerprint of the asset, where its kind is told by it.
 */
export async function planAsset<Definition, Content, Part>(
  asset: NamedAsset<Definition>,
  content: Content,
  kind: RegisteredKind<Definition, Content, Part>,
  assets: Assets,
  fingerprint = "",
): Promise<Outcome<AssetStep<Definition, Content>>> {
  const { definition } = asset;
  const { name, version: own } = named(asset, content, kind);
  const base = { asset, content, name };
  const known = own === undefined ? await assets.versions(kind.collection, name) : succeeded(undefined);
  if (!known.ok) return known;
  const { latest, next } = known.value ?? {};
  const version = own ?? latest ?? "1";
  const live = await assets.get(kind.collection, name, version);
  if (!live.ok) return live;
  if (live.value === undefined)
    return succeeded({ ...base, action: "create", version, reason: `There is no version ${version} of it yet.` });
  const differing = kind.differencesFrom(definition, content, live.value, fingerprint);
  if (differing.length === 0)
    return succeeded({ ...base, action: "none", version, reason: `Version ${version} is as declared.` });
  const { fixedMembers = [], isAlwaysNext } = kind;
  const isOther = differing.some((member) => fixedMembers.includes(member));
  if (isAlwaysNext === true && own === undefined && isOther) {
    const reason = `Version ${version}, the newest, differs from the declaration.`;
    return succeeded({ ...base, action: "create", version: next ?? "1", reason });
  }
  return succeeded({
    ...base,
    action: "update",
    version,
    ...(own !== undefined && isOther ? { isRefused: true } : {}),
    ...(own === undefined && next !== undefined ? { otherwise: next } : {}),
    reason: `Version ${version} differs in ${differing.join(", ")}.`,
  });
}

function named<Definition, Content, Part>(
  { name, version, definition }: NamedAsset<Definition>,
  content: Content,
  { label, unnamed }: RegisteredKind<Definition, Content, Part>,
): { readonly name: string; readonly version?: string } {
  if (name !== undefined) return { name, ...(version === undefined ? {} : { version }) };
  if (unnamed === undefined) throw new Error(`A ${label} has a name.`);
  return unnamed(definition, content);
}
