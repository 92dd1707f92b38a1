import { failed, succeeded, type AzureFailure, type Outcome } from "../azure/outcome.ts";
import * as code from "./code.ts";
import * as data from "./data.ts";
import type { EnvironmentDefinition } from "./environment/definition.ts";
import * as environment from "./environment/environment.ts";
import type { AssetDeps, AssetKind, DatastoreUpload } from "./kind.ts";
import * as model from "./model.ts";
import { findMissing, resolveReference, type Missing, type ReferenceReads } from "./reference.ts";
import type { LocalPath } from "./upload/local-path.ts";
import type { LocalUpload } from "./upload/local-upload.ts";
import type { Snapshot } from "./upload/snapshot.ts";

type Definitions = {
  code: code.Code;
  environment: EnvironmentDefinition;
  data: LocalPath;
  model: LocalPath;
};

type Contents = {
  code: Snapshot | undefined;
  environment: LocalUpload | undefined;
  data: LocalUpload;
  model: LocalUpload;
};

export type AssetKindName = keyof Definitions;

/** A new kind is one file and one line in each of these three lists; the compiler names what is missing. */
export const assetKinds: { readonly [K in AssetKindName]: AssetKind<Definitions[K], Contents[K]> } = {
  code,
  environment,
  data,
  model,
};

/** An asset that a job uses: one of the workspace, by its reference, or one that the job declares itself. */
export type AssetUse<K extends AssetKindName = AssetKindName> = {
  [Kind in K]: {
    readonly kind: Kind;
    /** The place inside the job by which it is asked for: `environment`, `inputs.data`. Once in a job. */
    readonly where: string;
    /** For messages: `the input data`. */
    readonly what: string;
  } & ({ readonly reference: string } | { readonly declared: Definitions[Kind] });
}[K];

/** An asset with its content read: nothing has been sent. */
export type TakenAsset = {
  readonly use: AssetUse;
  /** What tells it from every other, made of content only: part of the run's name. */
  readonly identity: string;
  /** Brings it into the workspace unless it is there. @returns the id, or address, by which a job refers to it. */
  readonly ensure: (deps: AssetDeps) => Promise<Outcome<string>>;
};

/** Reads what of an asset is on this machine. @throws SnapshotRefused when it cannot be taken as it is. */
export async function takeAsset(use: AssetUse): Promise<TakenAsset> {
  return takeOf(use);
}

/** Generic in the kind, because TypeScript cannot match a kind's module with its definition otherwise. */
async function takeOf<K extends AssetKindName>(use: AssetUse<K> & AssetUse): Promise<TakenAsset> {
  const kind = assetKinds[use.kind] as AssetKind<Definitions[K], Contents[K]>;
  if ("reference" in use) {
    const { reference } = use;
    return {
      use,
      identity: kind.identityOfReference?.(reference) ?? reference,
      ensure: (deps) => resolveReference(reference, kind, deps),
    };
  }
  const declared = use.declared as Definitions[K];
  const content = await kind.contentOf(declared);
  return {
    use,
    identity: kind.identityOf(declared, content),
    ensure: (deps) => ensureDeclared(kind, declared, content, use.what, deps),
  };
}

/** Finds, else uploads and registers, what a job declares itself. */
async function ensureDeclared<Definition, Content>(
  kind: AssetKind<Definition, Content>,
  declared: Definition,
  content: Content,
  what: string,
  deps: AssetDeps,
): Promise<Outcome<string>> {
  const found = (await kind.find?.(declared, content, deps)) ?? succeeded(undefined);
  if (!found.ok) return found;
  if (found.value !== undefined) return succeeded(found.value);
  const address = await kind.upload(declared, content, what, deps);
  if (!address.ok) return address;
  const request = kind.toRequest?.(declared, content, address.value);
  if (request === undefined) {
    if (address.value === undefined) throw new Error(`${what} has neither an address nor a version.`);
    return succeeded(address.value);
  }
  const made = await deps.assets.put(kind.collection, request.name, request.version, request.body);
  if (!made.ok) return made;
  await kind.afterwards?.(declared, content, deps);
  return succeeded(made.value.id);
}

/**
 * Brings all of them into the workspace. Those of one kind one after the other, so that the second of two with the same
 * content finds the first.
 *
 * @returns ids and addresses by the places of the uses; else the failure of the first use that has one, with its place.
 */
export async function ensureAssets(
  taken: readonly TakenAsset[],
  deps: AssetDeps,
): Promise<Outcome<ReadonlyMap<string, string>>> {
  const outcomes = new Map<string, Outcome<string>>();
  const kinds = [...new Set(taken.map(({ use }) => use.kind))];
  await Promise.all(
    kinds.map(async (kind) => {
      for (const asset of taken.filter(({ use }) => use.kind === kind)) {
        const outcome = await asset.ensure(deps);
        outcomes.set(asset.use.where, outcome);
        if (!outcome.ok) break;
      }
    }),
  );
  const ids = new Map<string, string>();
  for (const { use } of taken) {
    const outcome = outcomes.get(use.where);
    // What was not tried comes after one of its kind that failed.
    if (outcome === undefined) continue;
    if (!outcome.ok) return refusedFor(use, outcome.failure);
    ids.set(use.where, outcome.value);
  }
  return succeeded(ids);
}

/** The failure with the place in the job of the asset that it is about, whatever part of it the service names. */
export function refusedFor({ where }: Pick<AssetUse, "where">, failure: AzureFailure) {
  return failed({ ...failure, error: { ...failure.error, target: where } });
}

/** What of an asset goes from this machine to a datastore. */
export function uploadOfUse<K extends AssetKindName>(use: AssetUse<K> & AssetUse): DatastoreUpload | undefined {
  const kind = assetKinds[use.kind] as AssetKind<Definitions[K], Contents[K]>;
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
  const [first, ...others] = uses.flatMap((use) => {
    if (use.kind !== "environment") return [];
    return "reference" in use ? use.reference : environment.wordFor(use.declared);
  });
  return others.length === 0 ? first : undefined;
}
