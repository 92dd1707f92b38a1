import pLimit from "p-limit";
import type { Azure } from "../azure/azure.ts";
import type { Declaration } from "../declaration/declaration.ts";
import { inWaves, planDeclared, withPlanned, type DeclaredAsset, type PlannedAsset } from "../asset/asset.ts";
import { defined } from "../azure/defined.ts";
import { computeId } from "../job/parts/compute.ts";
import { failureAt } from "../report/refused-field.ts";
import type { EnvironmentReport } from "../report/result.ts";
import type { Problem } from "../yaml/problem.ts";
import { placeOf, positionOf } from "../yaml/source.ts";
import { SnapshotRefused } from "../asset/upload/list-files.ts";
import type { CommandContext, CommandResult } from "./context.ts";

/** What would be done to the declared assets. */
type PlannedAssets = {
  readonly steps: readonly PlannedAsset[];
  readonly environments: readonly EnvironmentReport[];
  /** What the service would refuse, each at its place. */
  readonly problems: readonly Problem[];
  readonly failures: CommandResult["failures"];
};

/** Registers the planned assets that are not as declared. */
export async function ensureNamedAssets(
  { steps }: Pick<PlannedAssets, "steps">,
  azure: Azure,
  context: CommandContext,
): Promise<CommandResult> {
  const limit = pLimit(context.inputs.parallel);
  const done: CommandResult[] = [];
  for (const wave of inWaves(steps.map(({ asset }) => asset))) {
    // What was not registered is missing to what refers to it.
    if (done.some(({ failures }) => failures.length > 0)) break;
    const own = steps.filter(({ asset }) => wave.includes(asset));
    done.push(...(await Promise.all(own.map((step) => limit(() => carryOut(step, azure, context))))));
  }
  return {
    environments: done.flatMap(({ environments }) => environments ?? []),
    failures: done.flatMap((result) => result.failures),
  };
}

/** Compares the declared assets with the workspace. Only reads. */
export async function planNamedAssets(
  { assets, workspace }: Azure,
  { assets: declared }: Pick<Declaration, "assets">,
  { inputs }: CommandContext,
): Promise<PlannedAssets> {
  // `only` names targets: whoever asks for those asks for nothing else.
  if (declared.length === 0 || inputs.only.length > 0)
    return { steps: [], environments: [], problems: [], failures: [] };
  const limit = pLimit(inputs.parallel);
  const steps: PlannedAsset[] = [];
  const failures: CommandResult["failures"][number][] = [];
  for (const wave of inWaves(declared)) {
    const deps = { assets: withPlanned(assets, steps), workspaceId: workspace.id };
    const found = await Promise.all(wave.map((asset) => limit(() => planOne(asset, deps))));
    for (const one of found) {
      if ("asset" in one) steps.push(one);
      else failures.push(one);
    }
  }
  steps.sort((a, b) => declared.indexOf(a.asset) - declared.indexOf(b.asset));
  const planned = steps.filter(({ isRefused }) => isRefused !== true);
  return {
    steps: planned,
    environments: planned.map((step) => report(step)),
    problems: steps.flatMap((step) => (step.isRefused === true ? refusal(step) : [])),
    failures,
  };
}

async function planOne(
  asset: DeclaredAsset,
  deps: Parameters<typeof planDeclared>[1],
): Promise<PlannedAsset | CommandResult["failures"][number]> {
  try {
    const step = await planDeclared(asset, deps);
    return step.ok
      ? step.value
      : failureAt(step.failure, `The ${asset.kind} '${asset.name}' could not be read`, asset.source);
  } catch (error) {
    if (!(error instanceof SnapshotRefused)) throw error;
    return {
      reason: "invalid-declaration",
      message: `The ${asset.kind} '${asset.name}': ${error.message}`,
      ...defined({ where: placeOf(asset.source, asset.kind === "environment" ? "build" : "code") }),
    };
  }
}

export function registersAny({ steps }: PlannedAssets): boolean {
  return steps.some(({ action }) => action !== "none");
}

function refusal({ asset, version, reason }: PlannedAsset): Problem {
  return {
    code: "version-exists",
    severity: "error",
    where: positionOf(asset.source, ["version"]),
    message: `Version ${version} of the ${asset.kind} '${asset.name}' exists with other content, and a version cannot be changed. ${reason}`,
    fix: "Raise version in the file, or leave it out.",
  };
}

async function carryOut(step: PlannedAsset, azure: Azure, context: CommandContext): Promise<CommandResult> {
  if (step.action === "none") return { environments: [report(step)], failures: [] };
  const { name, kind } = step.asset;
  const made = await step.register({
    assets: azure.assets,
    datastores: azure.datastores,
    blobs: azure.blobs,
    workspaceId: azure.workspace.id,
    computeIdOf: (compute) => computeId(azure.workspace.id, compute),
    signal: context.signal,
    onProgress: (message) => context.log.info(`${name}: ${message}`),
  });
  if (!made.ok) {
    const failure = failureAt(made.failure, `The ${kind} '${name}' could not be registered`, step.asset.source);
    return {
      failures: [failure.reason === "workspace-unavailable" ? { ...failure, reason: "environment-failed" } : failure],
    };
  }
  const { version, id } = made.value;
  context.log.info(`${name}: registered as version ${version}.`);
  return {
    environments: [{ ...report(step), version, id, action: version === step.version ? step.action : "create" }],
    failures: [],
  };
}

function report({ asset, version, action, reason }: PlannedAsset): EnvironmentReport {
  return {
    ...(asset.kind === "environment" ? {} : { kind: asset.kind }),
    name: asset.name,
    version,
    ...defined({ where: placeOf(asset.source) }),
    action,
    reason,
  };
}
