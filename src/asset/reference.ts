import { failed, succeeded, type Outcome } from "../azure/outcome.ts";
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

/**
 * The ARM id of `azureml:NAME:VERSION` or `azureml:NAME@latest`. Everything else (full ids, registries, datastores,
 * addresses) goes through as it is; so does what the service resolves by itself.
 */
export async function resolveReference(
  reference: string,
  { collection, hasNoLabels, isResolvedByService }: Referred,
  { assets, workspaceId }: Pick<AssetDeps, "assets" | "workspaceId">,
): Promise<Outcome<string>> {
  if (!namesAsset(reference) || isResolvedByService?.(reference) === true) return succeeded(reference);
  const body = reference.slice("azureml:".length);
  if (body.startsWith("/")) return succeeded(body);
  const idOf = (name: string, version: string) => `${workspaceId}/${collection}/${name}/versions/${version}`;
  const [, labelled, label] = /^([^:@]+)@(.+)$/.exec(body) ?? [];
  if (labelled !== undefined && label !== undefined && hasNoLabels !== true) {
    const versions = label === "latest" ? await assets.versions(collection, labelled) : succeeded(undefined);
    if (!versions.ok) return versions;
    const latest = versions.value?.latest;
    return latest === undefined ? notFound(reference, collection) : succeeded(idOf(labelled, latest));
  }
  const [, name, version] = /^([^:]+):(.+)$/.exec(body) ?? [];
  return name === undefined || version === undefined ? notFound(reference, collection) : succeeded(idOf(name, version));
}

function notFound(reference: string, collection: string): Outcome<never> {
  return failed({
    reason: "not-found",
    error: {
      code: "AssetNotFound",
      message: `The workspace has nothing that ${JSON.stringify(reference)} refers to among its ${collection}. Write azureml:NAME:VERSION or azureml:NAME@latest of one that exists.`,
      details: [],
    },
  });
}
