import { succeeded, type Outcome } from "../azure/outcome.ts";
import {
  createTaker,
  ensureAssets,
  lookUp,
  takeDeclared,
  withParts,
  type AssetUse,
  type Brought,
  type ReferenceIds,
} from "./asset.ts";
import * as component from "./component.ts";
import type { EnvironmentDefinition } from "./environment/definition.ts";
import * as environment from "./environment/environment.ts";
import * as data from "./files/data-file.ts";
import * as model from "./files/model-file.ts";
import type { AssetDeps, AssetKind, DatastoreUpload, NamedAsset } from "./kind.ts";
import { planAsset, type AssetStep, type RegisteredKind } from "./plan.ts";
import { refersTo } from "./reference.ts";
import { registerAsset } from "./register.ts";
import type { LocalUpload } from "./upload/local-upload.ts";

/** Assets that files of their own declare, to be registered. Data and models are other things there than inside a job. */
type Definitions = {
  environment: EnvironmentDefinition;
  component: component.ComponentDefinition<AssetUse>;
  data: data.DataFile;
  model: model.ModelFile;
};

type Contents = {
  environment: LocalUpload | undefined;
  component: undefined;
  data: LocalUpload | undefined;
  model: LocalUpload | undefined;
};

/** az ml's word for the kind, and the name of its files' schema where there is one alone. */
export type DeclaredKindName = keyof Definitions;

/** A new kind is one file and one line in each of these three lists; the compiler names what is missing. */
const declaredKinds: {
  readonly [K in DeclaredKindName]: RegisteredKind<Definitions[K], Contents[K], AssetUse>;
} = { environment, component, data, model };

/** An asset that a file of its own declares. */
export type DeclaredAsset<K extends DeclaredKindName = DeclaredKindName> = {
  [Kind in K]: { readonly kind: Kind } & NamedAsset<Definitions[Kind]>;
}[K];

type Definition = Definitions[DeclaredKindName];
type Content = Contents[DeclaredKindName];

/** A definition is of its own asset's kind, which TypeScript does not follow through a union: hence the cast. */
function kindOf({ kind }: Pick<DeclaredAsset, "kind">): RegisteredKind<Definition, Content, AssetUse> {
  return declaredKinds[kind] as RegisteredKind<Definition, Content, AssetUse>;
}

/** What registering a declared asset comes to: a value, until it is carried out. */
export type PlannedAsset = Pick<AssetStep<unknown, unknown>, "action" | "name" | "version" | "reason" | "isRefused"> & {
  readonly asset: DeclaredAsset;
  /** What tells it from every other, made of content only. */
  readonly identity: string;
  /** Brings what it is made of into the workspace, uploads, and writes once. */
  readonly register: (
    deps: AssetDeps,
    brought: Brought,
  ) => Promise<Outcome<{ readonly version: string; readonly id: string }>>;
};

/** For messages: `the data asset 'titanic'`. */
export function wordFor(asset: DeclaredAsset): string {
  const { label } = collectionOf(asset);
  return asset.name === undefined ? `the ${label} without a name` : `the ${label} '${asset.name}'`;
}

export function collectionOf({
  kind,
}: Pick<DeclaredAsset, "kind">): Pick<AssetKind<never, never>, "label" | "collection"> {
  return declaredKinds[kind];
}

/** The key of its file that names what is taken of this machine. */
export function localFieldOf({ kind }: Pick<DeclaredAsset, "kind">): string {
  return declaredKinds[kind].localField;
}

/** What a declared asset is made of. */
export function partsOfDeclared(asset: DeclaredAsset): readonly AssetUse[] {
  return withParts(kindOf(asset).partsOf?.(asset.definition) ?? []);
}

/** What of a declared asset itself goes from this machine to a datastore. */
export function uploadOfDeclared(asset: DeclaredAsset): DatastoreUpload | undefined {
  return kindOf(asset).uploadOf(asset.definition);
}

/** The address in Azure that a declared asset names. */
export function addressInDeclared(asset: DeclaredAsset): string | undefined {
  return kindOf(asset).addressIn?.(asset.definition);
}

/** True for a use that refers to a declared asset. */
export function usesDeclared(use: AssetUse, { kind, name }: Pick<DeclaredAsset, "kind" | "name">): boolean {
  return "reference" in use && use.kind === kind && name !== undefined && refersTo(use.reference, name);
}

/** The declared assets that these uses refer to, and those that they in turn refer to. */
export function declaredFor(uses: readonly AssetUse[], declared: readonly DeclaredAsset[]): readonly DeclaredAsset[] {
  const wanted = new Set<DeclaredAsset>();
  const want = (use: AssetUse): void => {
    for (const asset of declared) {
      if (wanted.has(asset) || !usesDeclared(use, asset)) continue;
      wanted.add(asset);
      partsOfDeclared(asset).forEach(want);
    }
  };
  uses.forEach(want);
  return declared.filter((asset) => wanted.has(asset));
}

/** In waves: what an asset refers to among the others is in an earlier one. */
export function inWaves(declared: readonly DeclaredAsset[]): readonly (readonly DeclaredAsset[])[] {
  const waves: DeclaredAsset[][] = [];
  const waveOf = new Map<DeclaredAsset, number>();
  const place = (asset: DeclaredAsset, way: readonly DeclaredAsset[]): number => {
    const known = waveOf.get(asset);
    // What refers to itself is refused where its references are looked for.
    if (known !== undefined || way.includes(asset)) return known ?? 0;
    const uses = partsOfDeclared(asset);
    const before = declared.filter((other) => other !== asset && uses.some((use) => usesDeclared(use, other)));
    const wave = Math.max(-1, ...before.map((other) => place(other, [...way, asset]))) + 1;
    waveOf.set(asset, wave);
    (waves[wave] ??= []).push(asset);
    return wave;
  };
  for (const asset of declared) place(asset, []);
  return waves;
}

/**
 * What a reference by label leads to, by the content of the declared asset that it names: with other content it is another
 * reference, whatever its text. One by version needs no such thing: a version keeps its content.
 */
export function identityAmong(planned: readonly PlannedAsset[]): (use: AssetUse) => string | undefined {
  return (use) => {
    if (!("reference" in use) || !use.reference.includes("@")) return undefined;
    const named = planned.findLast(({ asset }) => usesDeclared(use, asset));
    return named === undefined ? undefined : JSON.stringify([use.reference, named.identity]);
  };
}

/** A version that is registered, or will be: where it is new, it is the newest. */
export type NewVersion = Pick<PlannedAsset, "action" | "name" | "version"> & {
  readonly asset: Pick<DeclaredAsset, "kind">;
};

/** Reads of the workspace as it is once these are registered, whatever it says by then. */
export function withNewVersions(assets: AssetDeps["assets"], made: readonly NewVersion[]): AssetDeps["assets"] {
  const newestOf = (collection: string, name: string, version?: string) =>
    made.findLast(
      (one) =>
        one.action === "create" &&
        collectionOf(one.asset).collection === collection &&
        one.name.toLowerCase() === name.toLowerCase() &&
        (version === undefined || one.version === version),
    );
  return {
    ...assets,
    get: async (collection, name, version) => {
      const live = await assets.get(collection, name, version);
      const isNew = live.ok && live.value === undefined && newestOf(collection, name, version) !== undefined;
      return isNew ? succeeded({}) : live;
    },
    versions: async (collection, name) => {
      const known = await assets.versions(collection, name);
      const newest = newestOf(collection, name);
      return known.ok && newest !== undefined ? succeeded({ ...known.value, latest: newest.version }) : known;
    },
  };
}

/** Compares a declared asset with the workspace. Only reads. @throws SnapshotRefused when it cannot be taken. */
export async function planDeclared(
  asset: DeclaredAsset,
  deps: ReferenceIds,
  take = createTaker(),
): Promise<Outcome<PlannedAsset>> {
  const kind = kindOf(asset);
  const { content, parts, identity, fingerprint } = await takeDeclared(kind, asset.definition, take);
  const known = await fingerprint(deps);
  if (!known.ok) return known;
  const planned = await planAsset(asset, content, kind, deps.assets, known.value);
  if (!planned.ok) return planned;
  const { action, name, version, reason, isRefused } = planned.value;
  return succeeded({
    asset,
    identity,
    action,
    name,
    version,
    reason,
    ...(isRefused === undefined ? {} : { isRefused }),
    register: async (bringing, brought) => {
      const ids = await ensureAssets(parts, bringing, brought);
      if (!ids.ok) return ids;
      const { computeIdOf } = bringing;
      return registerAsset(planned.value, kind, bringing, {
        idOf: lookUp(ids.value),
        computeIdOf,
        fingerprint: known.value,
      });
    },
  });
}
