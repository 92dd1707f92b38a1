import pLimit from "p-limit";
import { createTaker } from "../asset/asset.ts";
import {
  collectionOf,
  inWaves,
  localFieldOf,
  planDeclared,
  withNewVersions,
  wordFor,
  type DeclaredAsset,
  type NewVersion,
  type PlannedAsset,
} from "../asset/declared.ts";
import { SnapshotRefused } from "../asset/upload/list-files.ts";
import type { Collection } from "../azure/assets.ts";
import type { Azure } from "../azure/azure.ts";
import { defined } from "../azure/defined.ts";
import type { Declaration } from "../declaration/declaration.ts";
import { computeId } from "../job/parts/compute.ts";
import { failureAt } from "../report/refused-field.ts";
import type { AssetReport, FailureReason } from "../report/result.ts";
import type { Problem } from "../yaml/problem.ts";
import { placeOf, positionOf } from "../yaml/source.ts";
import type { CommandContext, CommandResult } from "./context.ts";
import { capital } from "../report/format.ts";

/** What would be done to the declared assets. */
export type PlannedAssets = {
  readonly steps: readonly PlannedAsset[];
  readonly assets: readonly AssetReport[];
  /** What the service would refuse, each at its place. */
  readonly problems: readonly Problem[];
  /** What such a problem comes to. */
  readonly refusal: FailureReason;
  readonly failures: CommandResult["failures"];
};

/** What came of registering, and the workspace as it is with it, which its own reads may not say yet. */
export type RegisteredAssets = { readonly result: CommandResult; readonly azure: Azure };

/** Registers the planned assets that are not as declared. */
export async function registerDeclaredAssets(
  { steps }: Pick<PlannedAssets, "steps">,
  azure: Azure,
  context: CommandContext,
): Promise<RegisteredAssets> {
  const limit = pLimit(context.inputs.parallel);
  const done: Registered[] = [];
  const withDone = () => ({
    ...azure,
    assets: withNewVersions(
      azure.assets,
      done.flatMap(({ made }) => made ?? []),
    ),
  });
  const shared: Shared = { brought: new Map(), uploads: new Map() };
  for (const wave of inWaves(steps.map(({ asset }) => asset))) {
    // What was not registered is missing to what refers to it.
    if (done.some(({ failures }) => failures.length > 0)) break;
    const own = steps.filter(({ asset }) => wave.includes(asset));
    const known = withDone();
    done.push(...(await Promise.all(own.map((step) => limit(() => carryOut(step, known, context, shared))))));
  }
  const order = steps.map(({ asset }) => asset);
  done.sort((a, b) => order.indexOf(a.asset) - order.indexOf(b.asset));
  return {
    result: {
      assets: done.flatMap(({ reported }) => reported ?? []),
      failures: done.flatMap(({ failures }) => failures),
    },
    azure: withDone(),
  };
}

const nothingToRegister: PlannedAssets = {
  steps: [],
  assets: [],
  problems: [],
  refusal: "asset-failed",
  failures: [],
};

/** Compares the declared assets with the workspace. Only reads. */
export async function planDeclaredAssets(
  { assets, workspace }: Azure,
  { assets: declared }: Pick<Declaration, "assets">,
  { inputs }: CommandContext,
): Promise<PlannedAssets> {
  // `only` names targets: whoever asks for those asks for nothing else.
  if (declared.length === 0 || inputs.only.length > 0) return nothingToRegister;
  const limit = pLimit(inputs.parallel);
  const steps: PlannedAsset[] = [];
  const failures: CommandResult["failures"][number][] = [];
  const take = createTaker();
  for (const wave of inWaves(declared)) {
    const deps = { assets: withNewVersions(assets, steps), workspaceId: workspace.id };
    const found = await Promise.all(wave.map((asset) => limit(() => planOne(asset, deps, take))));
    for (const one of found) {
      if ("asset" in one) steps.push(one);
      else failures.push(one);
    }
  }
  steps.sort((a, b) => declared.indexOf(a.asset) - declared.indexOf(b.asset));
  const planned = steps.filter(({ isRefused }) => isRefused !== true);
  const refused = steps.filter(({ isRefused }) => isRefused === true);
  return {
    steps: planned,
    assets: planned.map((step) => report(step)),
    problems: refused.map(refusal),
    refusal: refused.every(({ asset }) => asset.kind === "environment") ? "environment-failed" : "asset-failed",
    failures,
  };
}

async function planOne(
  asset: DeclaredAsset,
  deps: Parameters<typeof planDeclared>[1],
  take: ReturnType<typeof createTaker>,
): Promise<PlannedAsset | CommandResult["failures"][number]> {
  const what = wordFor(asset);
  try {
    const step = await planDeclared(asset, deps, take);
    return step.ok ? step.value : failureAt(step.failure, `${capital(what)} could not be read`, asset.source);
  } catch (error) {
    if (!(error instanceof SnapshotRefused)) throw error;
    return {
      reason: "invalid-declaration",
      message: `${capital(what)}: ${error.message}`,
      ...defined({ where: placeOf(asset.source, localFieldOf(asset)) }),
    };
  }
}

/** The collections of the workspace that something would be registered in. */
export function collectionsOfWrites({ steps }: Pick<PlannedAssets, "steps">): readonly Collection[] {
  return [...new Set(steps.flatMap(({ action, asset }) => (action === "none" ? [] : collectionOf(asset).collection)))];
}

function refusal(step: PlannedAsset): Problem {
  const { asset, version, reason } = step;
  return {
    code: "version-exists",
    severity: "error",
    where: positionOf(asset.source, ["version"]),
    message: `Version ${version} of ${wordFor(asset)} exists with other content, and a version cannot be changed. ${reason}`,
    fix: "Raise version in the file, or leave it out.",
  };
}

type Registered = {
  readonly asset: DeclaredAsset;
  readonly reported?: AssetReport;
  readonly made?: NewVersion;
  readonly failures: CommandResult["failures"];
};

/** What several assets are made of is brought once. */
type Shared = {
  readonly brought: Parameters<PlannedAsset["register"]>[1];
  readonly uploads: NonNullable<Parameters<PlannedAsset["register"]>[0]["uploads"]>;
};

async function carryOut(
  step: PlannedAsset,
  azure: Azure,
  context: CommandContext,
  { brought, uploads }: Shared,
): Promise<Registered> {
  const { asset, name } = step;
  if (step.action === "none") return { asset, reported: report(step), failures: [] };
  const made = await step.register(
    {
      assets: azure.assets,
      datastores: azure.datastores,
      blobs: azure.blobs,
      workspaceId: azure.workspace.id,
      computeIdOf: (compute) => computeId(azure.workspace.id, compute),
      signal: context.signal,
      onProgress: (message) => context.log.info(`${name}: ${message}`),
      uploads,
    },
    brought,
  );
  if (!made.ok) {
    const what = `${capital(wordFor(asset))} could not be registered`;
    const failure = failureAt(made.failure, what, asset.source, "asset");
    return { asset, failures: [failure.reason === "asset-failed" ? { ...failure, reason: reasonOf(asset) } : failure] };
  }
  const { version, id } = made.value;
  context.log.info(`${name}: registered as version ${version}.`);
  const action = version === step.version ? step.action : "create";
  return {
    asset,
    reported: { ...report(step), version, id, action },
    made: { asset, name, version, action },
    failures: [],
  };
}

/** Why a command stops that cannot register an asset. */
function reasonOf({ kind }: Pick<DeclaredAsset, "kind">): FailureReason {
  return kind === "environment" ? "environment-failed" : "asset-failed";
}

function report({ asset, name, version, action, reason }: PlannedAsset): AssetReport {
  return {
    kind: asset.kind,
    name,
    version,
    ...defined({ where: placeOf(asset.source) }),
    action,
    reason,
  };
}
