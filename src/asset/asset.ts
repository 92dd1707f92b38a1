import pLimit from "p-limit";
import { failed, succeeded, type AzureFailure, type Outcome } from "../azure/outcome.ts";
import type { Position } from "../yaml/problem.ts";
import * as code from "./code.ts";
import * as component from "./component.ts";
import * as data from "./data.ts";
import type { EnvironmentDefinition } from "./environment/definition.ts";
import * as environment from "./environment/environment.ts";
import type { AssetDeps, AssetKind, DatastoreUpload, NamedAsset, PartIds } from "./kind.ts";
import * as model from "./model.ts";
import { planAsset, type AssetStep, type RegisteredKind } from "./plan.ts";
import { registerAsset } from "./register.ts";
import { findMissing, refersTo, resolveReference, type Missing, type ReferenceReads } from "./reference.ts";
import type { LocalPath } from "./upload/local-path.ts";
import type { LocalUpload } from "./upload/local-upload.ts";
import type { Snapshot } from "./upload/snapshot.ts";

type Definitions = {
  code: code.Code;
  environment: EnvironmentDefinition;
  data: LocalPath;
  model: LocalPath;
  component: component.ComponentDefinition<AssetUse>;
};

type Contents = {
  code: Snapshot | undefined;
  environment: LocalUpload | undefined;
  data: LocalUpload;
  model: LocalUpload;
  component: undefined;
};

export type AssetKindName = keyof Definitions;

/** A new kind is one file and one line in each of these three lists; the compiler names what is missing. */
export const assetKinds: { readonly [K in AssetKindName]: AssetKind<Definitions[K], Contents[K], AssetUse> } = {
  code,
  environment,
  data,
  model,
  component,
};

/** An asset that a job uses: one of the workspace, by its reference, or one that the job declares itself. */
export type AssetUse<K extends AssetKindName = AssetKindName> = {
  [Kind in K]: {
    readonly kind: Kind;
    /** The place inside the job by which it is asked for: `environment`, `inputs.data`. Once in a job. */
    readonly where: string;
    /** Where it is written, for a use inside another asset, which may have a file of its own. */
    readonly at?: Position;
    /** For messages: `the input data`. */
    readonly what: string;
  } & ({ readonly reference: string } | { readonly declared: Definitions[Kind] });
}[K];

/** An asset with its content read: nothing has been sent. */
export type TakenAsset = {
  readonly use: AssetUse;
  /** What tells it from every other, made of content only: part of the run's name. */
  readonly identity: string;
  /** The assets that it is made of. */
  readonly parts: readonly TakenAsset[];
  /** Its identity with the versions that references inside of it lead to now. Only reads. */
  readonly fingerprint: (deps: ReferenceIds) => Promise<Outcome<string>>;
  /** The id of what is there already, for a kind that is told by its fingerprint: its parts are not looked at then. */
  readonly find?: (deps: AssetDeps) => Promise<Outcome<string | undefined>>;
  /**
   * Brings it into the workspace unless it is there, after its parts.
   *
   * @param idOf ids of its parts, by their places in it.
   * @returns the id, or address, by which a job refers to it.
   */
  readonly ensure: (deps: AssetDeps, idOf: PartIds["idOf"]) => Promise<Outcome<string>>;
};

/** Reads what of assets is on this machine, each content once however many uses it has. @throws SnapshotRefused */
export function createTaker(): (use: AssetUse) => Promise<TakenAsset> {
  const contents = new Map<string, Promise<unknown>>();
  const take = (use: AssetUse): Promise<TakenAsset> => takeOf(use, take, contents);
  return take;
}

/** Generic in the kind, because TypeScript cannot match a kind's module with its definition otherwise. */
async function takeOf<K extends AssetKindName>(
  use: AssetUse<K> & AssetUse,
  take: (use: AssetUse) => Promise<TakenAsset>,
  contents: Map<string, Promise<unknown>>,
): Promise<TakenAsset> {
  const kind = assetKinds[use.kind] as AssetKind<Definitions[K], Contents[K], AssetUse>;
  if ("reference" in use) {
    const { reference } = use;
    return {
      use,
      identity: kind.identityOfReference?.(reference) ?? reference,
      parts: [],
      fingerprint: (deps) => resolveReference(reference, kind, deps),
      ensure: (deps) => resolveReference(reference, kind, deps),
    };
  }
  const declared = use.declared as Definitions[K];
  const parts: TakenAsset[] = [];
  for (const part of kind.partsOf?.(declared) ?? []) parts.push(await take(part));
  const key = kind.partsOf === undefined ? `${use.kind} ${JSON.stringify(declared)}` : undefined;
  const read = (key === undefined ? undefined : contents.get(key)) ?? kind.contentOf(declared);
  if (key !== undefined) contents.set(key, read);
  const content = (await read) as Contents[K];
  const computeIdOf = (compute: string) => compute;
  const identities = new Map(parts.map((part) => [part.use.where, part.identity]));
  const identity = kind.identityOf(declared, content, { idOf: lookUp(identities), computeIdOf });
  const fingerprint = async (deps: ReferenceIds): Promise<Outcome<string>> => {
    if (parts.length === 0) return succeeded(identity);
    const known = await fingerprintsOf(parts, deps);
    return known.ok ? succeeded(kind.identityOf(declared, content, { idOf: lookUp(known.value), computeIdOf })) : known;
  };
  return {
    use,
    identity,
    parts,
    fingerprint,
    ...(kind.isReadFirst === true ? { find: (deps) => findByFingerprint(kind, fingerprint, deps) } : {}),
    ensure: async (deps, idOf) => {
      const known = await fingerprint(deps);
      return known.ok ? ensureDeclared(kind, declared, content, use.what, deps, idOf, known.value) : known;
    },
  };
}

/** What it takes to know where a reference leads. */
type ReferenceIds = Pick<AssetDeps, "assets" | "workspaceId">;

async function fingerprintsOf(
  parts: readonly TakenAsset[],
  deps: ReferenceIds,
): Promise<Outcome<ReadonlyMap<string, string>>> {
  const known = new Map<string, string>();
  for (const { use, fingerprint } of parts) {
    const found = await fingerprint(deps);
    if (!found.ok) return refusedFor(use, found.failure);
    known.set(use.where, found.value);
  }
  return succeeded(known);
}

async function findByFingerprint(
  { collection, anonymousName }: Pick<AssetKind<never, never>, "collection" | "anonymousName">,
  fingerprint: TakenAsset["fingerprint"],
  deps: AssetDeps,
): Promise<Outcome<string | undefined>> {
  const version = await fingerprint(deps);
  if (!version.ok) return version;
  const name = anonymousName ?? "";
  const live = await deps.assets.get(collection, name, version.value);
  if (!live.ok) return live;
  return succeeded(
    live.value === undefined ? undefined : `${deps.workspaceId}/${collection}/${name}/versions/${version.value}`,
  );
}

/** Ids by the places of what was asked for. @throws for a place that was not: that is a mistake of ours. */
export function lookUp(ids: ReadonlyMap<string, string>): (where: string) => string {
  return (where) => {
    const id = ids.get(where);
    if (id === undefined) throw new Error(`The asset at ${where} is asked for, and is not among those that are named.`);
    return id;
  };
}

/** Finds, else uploads and registers, what a job declares itself. */
async function ensureDeclared<Definition, Content>(
  kind: AssetKind<Definition, Content, AssetUse>,
  declared: Definition,
  content: Content,
  what: string,
  deps: AssetDeps,
  idOf: PartIds["idOf"],
  fingerprint: string,
): Promise<Outcome<string>> {
  const found = (await kind.find?.(declared, content, deps)) ?? succeeded(undefined);
  if (!found.ok) return found;
  if (found.value !== undefined) return succeeded(found.value);
  const address = await kind.upload(declared, content, what, deps);
  if (!address.ok) return address;
  const request = kind.toRequest?.(declared, content, address.value, {
    idOf,
    computeIdOf: deps.computeIdOf,
    fingerprint,
  });
  if (request === undefined) {
    if (address.value === undefined) throw new Error(`${what} has neither an address nor a version.`);
    return succeeded(address.value);
  }
  const { name, version, body } = request;
  const made = await deps.assets.put(kind.collection, name, version, body);
  if (!made.ok) return made;
  await kind.afterwards?.(declared, content, deps);
  return succeeded(made.value.id);
}

/** So many are brought at once. Our choice: connections are shared, and uploads are parallel by themselves. */
const mostAtOnce = 8;

/**
 * Brings all of them into the workspace, parts first, each content once.
 *
 * @returns ids and addresses by the places of the uses; else the failure of the first use that has one, with its place.
 */
export async function ensureAssets(
  taken: readonly TakenAsset[],
  deps: AssetDeps,
): Promise<Outcome<ReadonlyMap<string, string>>> {
  const limit = pLimit(mostAtOnce);
  const brought = new Map<string, Promise<Outcome<string>>>();
  const bringAll = async (assets: readonly TakenAsset[]): Promise<Outcome<ReadonlyMap<string, string>>> => {
    const outcomes = await Promise.all(assets.map(bring));
    const ids = new Map<string, string>();
    for (const [index, { use }] of assets.entries()) {
      const outcome = outcomes[index];
      if (outcome === undefined) continue;
      if (!outcome.ok) return refusedFor(use, outcome.failure);
      ids.set(use.where, outcome.value);
    }
    return succeeded(ids);
  };
  const bring = (asset: TakenAsset): Promise<Outcome<string>> => {
    const key = `${asset.use.kind} ${asset.identity}`;
    const outcome = brought.get(key) ?? bringOnce(asset);
    brought.set(key, outcome);
    return outcome;
  };
  const bringOnce = async (asset: TakenAsset): Promise<Outcome<string>> => {
    const found = (await limit(async () => asset.find?.(deps))) ?? succeeded(undefined);
    if (!found.ok) return found;
    if (found.value !== undefined) return succeeded(found.value);
    const ids = await bringAll(asset.parts);
    return ids.ok ? limit(() => asset.ensure(deps, lookUp(ids.value))) : ids;
  };
  return bringAll(taken);
}

/** The kinds whose versions are registered under names, by files of their own. */
type NamedKindName = "environment" | "component";

/** An asset that a file of its own declares. */
export type DeclaredAsset<K extends NamedKindName = NamedKindName> = {
  [Kind in K]: { readonly kind: Kind } & NamedAsset<Definitions[Kind]>;
}[K];

/** What registering a declared asset comes to: a value, until it is carried out. */
export type PlannedAsset = Pick<AssetStep<unknown, unknown>, "action" | "version" | "reason" | "isRefused"> & {
  readonly asset: DeclaredAsset;
  /** Brings what it is made of into the workspace, uploads, and writes once. */
  readonly register: (deps: AssetDeps) => Promise<Outcome<{ readonly version: string; readonly id: string }>>;
};

/** The use that a declared asset makes of itself: what it refers to, and is made of, is found as for a job. */
export function useOfDeclared<K extends NamedKindName>(asset: DeclaredAsset<K> & DeclaredAsset): AssetUse {
  const { kind, name, definition } = asset;
  return { kind, where: "", what: `the ${kind} '${name}'`, declared: definition } as AssetUse;
}

/** What a declared asset is made of. */
export function partsOfDeclared(asset: DeclaredAsset): readonly AssetUse[] {
  return partsOfUse(useOfDeclared(asset));
}

export function kindOfDeclared({ kind }: DeclaredAsset): Pick<AssetKind<never, never>, "label" | "collection"> {
  return assetKinds[kind];
}

/** In waves: what an asset refers to among the others is in an earlier one. */
export function inWaves(declared: readonly DeclaredAsset[]): readonly (readonly DeclaredAsset[])[] {
  const waves: DeclaredAsset[][] = [];
  const waveOf = new Map<DeclaredAsset, number>();
  const place = (asset: DeclaredAsset, way: readonly DeclaredAsset[]): number => {
    const known = waveOf.get(asset);
    // What refers to itself is refused where its references are looked for.
    if (known !== undefined || way.includes(asset)) return known ?? 0;
    const before = declared.filter((other) => other !== asset && refersToDeclared(asset, other));
    const wave = Math.max(-1, ...before.map((other) => place(other, [...way, asset]))) + 1;
    waveOf.set(asset, wave);
    (waves[wave] ??= []).push(asset);
    return wave;
  };
  for (const asset of declared) place(asset, []);
  return waves;
}

function refersToDeclared(asset: DeclaredAsset, other: DeclaredAsset): boolean {
  return withParts(partsOfDeclared(asset)).some(
    (use) => "reference" in use && use.kind === other.kind && refersTo(use.reference, other.name),
  );
}

/** Reads of the workspace as it will be once the planned assets are registered. */
export function withPlanned(assets: AssetDeps["assets"], planned: readonly PlannedAsset[]): AssetDeps["assets"] {
  return {
    ...assets,
    versions: async (collection, name) => {
      const known = await assets.versions(collection, name);
      const registered = planned.find(
        ({ asset }) =>
          assetKinds[asset.kind].collection === collection && asset.name.toLowerCase() === name.toLowerCase(),
      );
      return known.ok && registered !== undefined ? succeeded({ ...known.value, latest: registered.version }) : known;
    },
  };
}

/** Compares a declared asset with the workspace. Only reads. @throws SnapshotRefused when it cannot be taken. */
export async function planDeclared<K extends NamedKindName>(
  asset: DeclaredAsset<K> & DeclaredAsset,
  deps: ReferenceIds,
): Promise<Outcome<PlannedAsset>> {
  const kind = assetKinds[asset.kind] as RegisteredKind<Definitions[K], Contents[K], AssetUse>;
  const taken = await createTaker()(useOfDeclared(asset));
  const fingerprint = await taken.fingerprint(deps);
  if (!fingerprint.ok) return fingerprint;
  const planned = await planAsset(asset as NamedAsset<Definitions[K]>, kind, deps.assets, fingerprint.value);
  if (!planned.ok) return planned;
  const { action, version, reason, isRefused } = planned.value;
  return succeeded({
    asset,
    action,
    version,
    reason,
    ...(isRefused === undefined ? {} : { isRefused }),
    register: async (bringing) => {
      const parts = await ensureAssets(taken.parts, bringing);
      if (!parts.ok) return parts;
      const ids = { idOf: lookUp(parts.value), computeIdOf: bringing.computeIdOf, fingerprint: fingerprint.value };
      return registerAsset(planned.value, kind, bringing, ids);
    },
  });
}

/** Uses with those inside of what they declare. */
export function withParts(uses: readonly AssetUse[]): readonly AssetUse[] {
  return uses.flatMap((use) => [use, ...withParts(partsOfUse(use))]);
}

function partsOfUse<K extends AssetKindName>(use: AssetUse<K> & AssetUse): readonly AssetUse[] {
  const kind = assetKinds[use.kind] as AssetKind<Definitions[K], Contents[K], AssetUse>;
  return "declared" in use ? (kind.partsOf?.(use.declared as Definitions[K]) ?? []) : [];
}

/** The failure with the place in the job of the asset that it is about, whatever part of it the service names. */
export function refusedFor({ where }: Pick<AssetUse, "where">, failure: AzureFailure) {
  return failed({ ...failure, error: { ...failure.error, target: where } });
}

/** What of an asset goes from this machine to a datastore. */
export function uploadOfUse<K extends AssetKindName>(use: AssetUse<K> & AssetUse): DatastoreUpload | undefined {
  const kind = assetKinds[use.kind] as AssetKind<Definitions[K], Contents[K], AssetUse>;
  return "declared" in use ? kind.uploadOf(use.declared as Definitions[K]) : undefined;
}

/** True for an asset of which files of this machine go to a datastore. */
export function isUploadedToDatastore(use: AssetUse): boolean {
  return uploadOfUse(use) !== undefined;
}

/** Why a reference leads to nothing, found by reading; `undefined` where it leads somewhere, or only the service can tell. */
export function missingReference(
  { kind, reference }: AssetUse & { readonly reference: string },
  deps: ReferenceReads,
): Promise<Outcome<Missing | undefined>> {
  return findMissing(reference, assetKinds[kind], deps);
}

/** What a reader of a report knows the environment of a job by; `undefined` for a job that has none, or several. */
export function environmentWord(uses: readonly AssetUse[]): string | undefined {
  const [first, ...others] = withParts(uses).flatMap((use) => {
    if (use.kind !== "environment") return [];
    return "reference" in use ? use.reference : environment.wordFor(use.declared);
  });
  return others.length === 0 ? first : undefined;
}
