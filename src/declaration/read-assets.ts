import { collectionOf, type DeclaredAsset, type DeclaredKindName } from "../asset/declared.ts";
import * as environment from "../asset/environment/environment.ts";
import * as data from "../asset/files/data-file.ts";
import * as model from "../asset/files/model-file.ts";
import type { NamedAsset } from "../asset/kind.ts";
import { readComponentAsset } from "../job/component-file.ts";
import { formatPosition, type Problem } from "../yaml/problem.ts";
import { positionOf, type SourceNode } from "../yaml/source.ts";
import type { Declaration } from "./declaration.ts";
import type { Gathered } from "./gathered.ts";

type Read<K extends DeclaredKindName> = (node: SourceNode) => {
  readonly asset?: NamedAsset<DeclaredAsset<K>["definition"]>;
  readonly problems: readonly Problem[];
};

/** How files of each kind are read. */
const readers: { readonly [K in DeclaredKindName]: Read<K> } = {
  environment: environment.read,
  component: readComponentAsset,
  data: data.read,
  model: model.read,
};

/** The assets that files declare; each name and version once. */
export function readAssets(declared: Gathered["assets"], problems: Problem[]): Declaration["assets"] {
  const assets: DeclaredAsset[] = [];
  for (const { kind, node } of declared) {
    const { asset: read, problems: found } = readers[kind](node);
    problems.push(...found);
    if (read === undefined) continue;
    const asset = { kind, ...read } as DeclaredAsset;
    const first = assets.find((other) => isSame(asset, other));
    if (first === undefined) assets.push(asset);
    else problems.push(twice(asset, first));
  }
  return assets;
}

function isSame(asset: DeclaredAsset, other: DeclaredAsset): boolean {
  return (
    asset.name !== undefined &&
    other.kind === asset.kind &&
    other.name?.toLowerCase() === asset.name.toLowerCase() &&
    other.version?.toLowerCase() === asset.version?.toLowerCase()
  );
}

function twice(asset: DeclaredAsset, first: DeclaredAsset): Problem {
  const where = positionOf(first.source);
  return {
    code: asset.kind === "environment" ? "duplicate-environment" : "duplicate-asset",
    severity: "error",
    where: positionOf(asset.source),
    related: where,
    message: `The ${collectionOf(asset).label} ${JSON.stringify(asset.name)} is declared at ${formatPosition(where)} already.`,
    fix: "Remove one of the two, or give them different versions.",
  };
}
