import { isVersionId, type Lookups } from "../azure/lookups.ts";
import { failed, succeeded, type Outcome } from "../azure/outcome.ts";
import { suggestionFor } from "../yaml/suggestion.ts";
import type { AssetDeps, AssetKind } from "./kind.ts";

/** What of a kind decides where a reference leads. */
type Referred = Pick<AssetKind<never, never>, "collection" | "hasNoLabels" | "isResolvedByService">;

/** True for `azureml:NAME…`, which names an asset of the workspace; not for `azureml://…`, which is an address. */
export function namesAsset(reference: string): boolean {
  return /^azureml:(?!\/\/)/i.test(reference);
}

/** True for `azureml:NAME:VERSION` and `azureml:NAME@latest` of this name, whatever its case. */
export function refersTo(reference: string, name: string): boolean {
  return [":", "@"].some((sign) => reference.toLowerCase().startsWith(`azureml:${name.toLowerCase()}${sign}`));
}

/** What `azureml:…` names. */
type Named =
  | { readonly by: "version"; readonly name: string; readonly version: string }
  | { readonly by: "label"; readonly name: string; readonly label: string }
  /** Everything but names: full ids, registries, datastores, addresses; and names that only the service resolves. */
  | { readonly by: "address"; readonly address: string }
  | { readonly by: "nothing" };

function parse(reference: string, { hasNoLabels, isResolvedByService }: Omit<Referred, "collection">): Named {
  if (!namesAsset(reference) || isResolvedByService?.(reference) === true) return { by: "address", address: reference };
  const body = reference.slice("azureml:".length);
  if (body.startsWith("/")) return { by: "address", address: body };
  const [, labelled, label] = /^([^:@]+)@(.+)$/.exec(body) ?? [];
  if (labelled !== undefined && label !== undefined && hasNoLabels !== true)
    return { by: "label", name: labelled, label };
  const [, name, version] = /^([^:]+):(.+)$/.exec(body) ?? [];
  return name === undefined || version === undefined ? { by: "nothing" } : { by: "version", name, version };
}

/** The only label that a workspace gives a version. */
const latestLabel = "latest";

/**
 * The ARM id of `azureml:NAME:VERSION` or `azureml:NAME@latest`. Everything else (full ids, registries, datastores,
 * addresses) goes through as it is; so does what the service resolves by itself.
 */
export async function resolveReference(
  reference: string,
  kind: Referred,
  { assets, workspaceId }: Pick<AssetDeps, "assets" | "workspaceId">,
): Promise<Outcome<string>> {
  const { collection } = kind;
  const idOf = (name: string, version: string) => `${workspaceId}/${collection}/${name}/versions/${version}`;
  const named = parse(reference, kind);
  switch (named.by) {
    case "address":
      return succeeded(named.address);
    case "version":
      return succeeded(idOf(named.name, named.version));
    case "label": {
      if (named.label !== latestLabel) return notFound(reference, collection);
      const versions = await assets.versions(collection, named.name);
      if (!versions.ok) return versions;
      const latest = versions.value?.latest;
      return latest === undefined ? notFound(reference, collection) : succeeded(idOf(named.name, latest));
    }
    case "nothing":
      return notFound(reference, collection);
  }
}

function notFound(reference: string, collection: string): Outcome<never> {
  return failed({
    reason: "not-found",
    error: {
      code: "AssetNotFound",
      message: `${JSON.stringify(reference)} matches none of the workspace's ${collection}. Write azureml:NAME:VERSION or azureml:NAME@latest of one that exists.`,
      details: [],
    },
  });
}

/** What it takes to find out whether a reference leads somewhere. */
export type ReferenceReads = Pick<AssetDeps, "assets"> & { readonly lookups: Lookups };

/** Why a reference leads to nothing, and what to write instead. */
export type Missing = { readonly message: string; readonly fix: string };

/**
 * Reads whether a reference leads to something.
 *
 * @returns what is missing; `undefined` where nothing is, and for references that only the service resolves.
 */
export async function findMissing(
  reference: string,
  kind: Referred & Pick<AssetKind<never, never>, "label">,
  { assets, lookups }: ReferenceReads,
): Promise<Outcome<Missing | undefined>> {
  const { collection, label } = kind;
  const named = parse(reference, kind);
  if (named.by === "address") {
    if (!isVersionId(named.address)) return succeeded(undefined);
    const there = await lookups.exists(named.address);
    if (!there.ok) return there;
    if (there.value) return succeeded(undefined);
    const message = `There is no ${label} with the ID ${named.address}.`;
    return succeeded({ message, fix: "Fix the ID, or register it." });
  }
  if (named.by === "nothing") {
    const message = `${JSON.stringify(reference)} does not say which ${label} of the workspace is meant.`;
    return succeeded({ message, fix: "Write azureml:NAME:VERSION." });
  }
  if (named.by === "version") {
    const there = await assets.get(collection, named.name, named.version);
    if (!there.ok) return there;
    if (there.value !== undefined) return succeeded(undefined);
  }
  const versions = await assets.versions(collection, named.name);
  if (!versions.ok) return versions;
  const latest = versions.value?.latest;
  if (named.by === "label" && named.label === latestLabel && latest !== undefined) return succeeded(undefined);
  return succeeded(await whatIsThere(named, latest, kind, lookups));
}

async function whatIsThere(
  named: Extract<Named, { readonly by: "version" | "label" }>,
  latest: string | undefined,
  { collection, label, hasNoLabels }: Parameters<typeof findMissing>[1],
  lookups: Lookups,
): Promise<Missing> {
  const { name } = named;
  if (latest === undefined) {
    const known = await lookups.assetNames(collection);
    return {
      message: `The workspace has no ${label} '${name}'.${suggestionFor(name, known.ok ? known.value : [])}`,
      fix: "Fix the name, or register it before the run.",
    };
  }
  const others = `Write azureml:${name}:${latest}${hasNoLabels === true ? "" : ` or azureml:${name}@${latestLabel}`}`;
  if (named.by === "label") {
    return {
      message: `The ${label} '${name}' has no label ${JSON.stringify(named.label)}: a workspace knows ${latestLabel} alone.`,
      fix: `${others}.`,
    };
  }
  return {
    message: `The ${label} '${name}' has no version ${named.version}; its newest is ${latest}.`,
    fix: `${others}, or register version ${named.version} before the run.`,
  };
}
