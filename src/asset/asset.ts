import pLimit from "p-limit";
import { failed, succeeded, type AzureFailure, type Outcome } from "../azure/outcome.ts";
import type { Position } from "../yaml/problem.ts";
import * as code from "./code.ts";
import * as component from "./component.ts";
import * as data from "./data.ts";
import type { EnvironmentDefinition } from "./environment/definition.ts";
import * as environment from "./environment/environment.ts";
import type { AssetDeps, AssetKind, DatastoreUpload, PartIds } from "./kind.ts";
import * as model from "./model.ts";
import { findMissing, resolveReference, type Missing, type ReferenceReads } from "./reference.ts";
import type { LocalPath } from "./upload/local-path.ts";
import type { LocalUpload } from "./upload/local-upload.ts";
import { snapshotRefusal } from "./upload/refusal.ts";
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

/** Reads what of a use is on this machine. @throws SnapshotRefused */
export type TakeAsset = (use: AssetUse) => Promise<TakenAsset>;

/** What tells the content of a reference, beyond its text, where that is known; `undefined` where it is not. */
export type IdentityOfReference = (use: AssetUse) => string | undefined;

/** Reads what of assets is on this machine, each content once however many uses it has. @throws SnapshotRefused */
export function createTaker(identityOf: IdentityOfReference = () => undefined): TakeAsset {
  const contents = new Map<string, Promise<unknown>>();
  const take = (use: AssetUse): Promise<TakenAsset> => takeOf(use, take, contents, identityOf);
  return take;
}

/** Reads all of them, one after the other: what is read first is refused first, with its place. */
export async function takeAll(
  uses: readonly AssetUse[],
  identityOf?: IdentityOfReference,
): Promise<Outcome<readonly TakenAsset[]>> {
  const taken: TakenAsset[] = [];
  const take = createTaker(identityOf);
  for (const use of uses) {
    try {
      taken.push(await take(use));
    } catch (error) {
      return snapshotRefusal(error, use.where);
    }
  }
  return succeeded(taken);
}

/** Generic in the kind, because TypeScript cannot match a kind's module with its definition otherwise. */
async function takeOf<K extends AssetKindName>(
  use: AssetUse<K> & AssetUse,
  take: TakeAsset,
  contents: Map<string, Promise<unknown>>,
  identityOf: IdentityOfReference,
): Promise<TakenAsset> {
  const kind = assetKinds[use.kind] as AssetKind<Definitions[K], Contents[K], AssetUse>;
  if ("reference" in use) {
    const { reference } = use;
    return {
      use,
      identity: identityOf(use) ?? kind.identityOfReference?.(reference) ?? reference,
      parts: [],
      fingerprint: (deps) => resolveReference(reference, kind, deps),
      ensure: (deps) => resolveReference(reference, kind, deps),
    };
  }
  const declared = use.declared as Definitions[K];
  const { content, parts, identity, fingerprint } = await takeDeclared(kind, declared, take, contents);
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

/** A declared asset with its content read. */
export type TakenContent<Content> = Pick<TakenAsset, "identity" | "parts" | "fingerprint"> & {
  readonly content: Content;
};

/** @param contents what has been read before. @throws SnapshotRefused */
export async function takeDeclared<Definition, Content>(
  kind: AssetKind<Definition, Content, AssetUse>,
  declared: Definition,
  take: TakeAsset,
  contents = new Map<string, Promise<unknown>>(),
): Promise<TakenContent<Content>> {
  const parts: TakenAsset[] = [];
  for (const part of kind.partsOf?.(declared) ?? []) parts.push(await take(part));
  const key = kind.partsOf === undefined ? `${kind.collection} ${JSON.stringify(declared)}` : undefined;
  const read = (key === undefined ? undefined : contents.get(key)) ?? kind.contentOf(declared);
  if (key !== undefined) contents.set(key, read);
  const content = (await read) as Content;
  const computeIdOf = (compute: string) => compute;
  const identities = new Map(parts.map((part) => [part.use.where, part.identity]));
  const identity = kind.identityOf(declared, content, { idOf: lookUp(identities), computeIdOf });
  const fingerprint = async (deps: ReferenceIds): Promise<Outcome<string>> => {
    if (parts.length === 0) return succeeded(identity);
    const known = await fingerprintsOf(parts, deps);
    return known.ok ? succeeded(kind.identityOf(declared, content, { idOf: lookUp(known.value), computeIdOf })) : known;
  };
  return { content, parts, identity, fingerprint };
}

/** What it takes to know where a reference leads. */
export type ReferenceIds = Pick<AssetDeps, "assets" | "workspaceId">;

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
    if (id === undefined)
      throw new Error(`The asset at ${where} was requested, but is not among the assets that are used.`);
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
  const may = await deps.beforeWriting?.();
  if (may?.ok === false) return may;
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

/** What a call has brought, or is bringing, by kind and identity. */
export type Brought = Map<string, Promise<Outcome<string>>>;

/**
 * Brings all of them into the workspace, parts first, each content once.
 *
 * @param brought what earlier ones have brought.
 * @returns ids and addresses by the places of the uses; else the failure of the first use that has one, with its place.
 */
export async function ensureAssets(
  taken: readonly TakenAsset[],
  deps: AssetDeps,
  brought: Brought = new Map(),
): Promise<Outcome<ReadonlyMap<string, string>>> {
  const limit = pLimit(mostAtOnce);
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
