import { failed, succeeded, type Outcome } from "../azure/outcome.ts";
import type { AssetDeps, PartIds } from "./kind.ts";
import type { AssetStep, RegisteredKind } from "./plan.ts";

/** Carries a step out: the upload first, then one write. @returns the version that is live now, and its id. */
export async function registerAsset<Definition, Content, Part>(
  { asset, content, version, otherwise }: AssetStep<Definition, Content>,
  kind: RegisteredKind<Definition, Content, Part>,
  deps: AssetDeps,
  ids: PartIds,
): Promise<Outcome<{ readonly version: string; readonly id: string }>> {
  const { name, definition } = asset;
  const address = await kind.upload(definition, content, `the ${kind.label} '${name}'`, deps);
  if (!address.ok) return address;
  for (const number of [version, otherwise]) {
    if (number === undefined) break;
    const { body } = kind.toRequest(definition, content, address.value, ids, { name, version: number });
    const made = await deps.assets.put(kind.collection, name, number, body);
    if (!made.ok) return made;
    if (!made.value.conflict) return succeeded({ version: number, id: made.value.id });
  }
  return failed({
    reason: "refused",
    status: 409,
    error: {
      code: "VersionExists",
      message: `Version ${version} of the ${kind.label} '${name}' exists with other content, and a version cannot be changed. Raise version in the file, or leave it out.`,
      details: [],
    },
  });
}
