import { failed, succeeded, type Outcome } from "../azure/outcome.ts";
import type { AssetDeps, PartIds } from "./kind.ts";
import type { AssetStep, RegisteredKind } from "./plan.ts";

/** So many numbers are tried where others register versions of the same asset at the same time. Our choice. */
const mostTries = 5;

/** Carries a step out: the upload first, then one write. @returns the version that is live now, and its id. */
export async function registerAsset<Definition, Content, Part>(
  step: AssetStep<Definition, Content>,
  kind: RegisteredKind<Definition, Content, Part>,
  deps: AssetDeps,
  ids: PartIds,
): Promise<Outcome<{ readonly version: string; readonly id: string }>> {
  const { asset, content, name, version } = step;
  const address = await kind.upload(asset.definition, content, `the ${kind.label} '${name}'`, deps);
  if (!address.ok) return address;
  const tried: string[] = [];
  for (let number: string | undefined = version; number !== undefined && tried.length < mostTries;) {
    const given = asset.name === undefined ? undefined : { name, version: number };
    const { body } = kind.toRequest(asset.definition, content, address.value, ids, given);
    const made = await deps.assets.put(kind.collection, name, number, body);
    if (!made.ok) return made;
    if (!made.value.conflict) return succeeded({ version: number, id: made.value.id });
    tried.push(number);
    const next = await nextNumber(step, tried, kind, deps);
    if (!next.ok) return next;
    number = next.value;
  }
  return failed({
    reason: "refused",
    status: 409,
    error: {
      code: "VersionExists",
      message: `Version ${tried.at(-1) ?? version} of the ${kind.label} '${name}' exists with other content, and a version cannot be changed. Raise version in the file, or leave it out.`,
      details: [],
    },
  });
}

/** The number to try where one is taken; nothing for an asset whose file names its version, or that has no name. */
async function nextNumber(
  { asset, name, otherwise }: AssetStep<unknown, unknown>,
  tried: readonly string[],
  { collection }: Pick<RegisteredKind<never, never>, "collection">,
  { assets }: Pick<AssetDeps, "assets">,
): Promise<Outcome<string | undefined>> {
  if (asset.version !== undefined || asset.name === undefined) return succeeded(undefined);
  if (otherwise !== undefined && !tried.includes(otherwise)) return succeeded(otherwise);
  // Somebody else has registered it in the meantime.
  const known = await assets.versions(collection, name);
  if (!known.ok) return known;
  const next = known.value?.next;
  return succeeded(next === undefined || tried.includes(next) ? undefined : next);
}
