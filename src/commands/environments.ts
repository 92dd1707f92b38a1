import pLimit from "p-limit";
import type { Azure } from "../azure/azure.ts";
import type { Declaration } from "../declaration/declaration.ts";
import type { EnvironmentDefinition } from "../asset/environment/definition.ts";
import * as environment from "../asset/environment/environment.ts";
import { planAsset, type AssetStep } from "../asset/plan.ts";
import { registerAsset } from "../asset/register.ts";
import type { LocalUpload } from "../asset/upload/local-upload.ts";
import { defined } from "../azure/defined.ts";
import { computeId } from "../job/parts/compute.ts";
import { failureAt } from "../report/refused-field.ts";
import type { EnvironmentReport } from "../report/result.ts";
import type { Problem } from "../yaml/problem.ts";
import { placeOf, positionOf } from "../yaml/source.ts";
import { SnapshotRefused } from "../asset/upload/list-files.ts";
import type { CommandContext, CommandResult } from "./context.ts";

type EnvironmentStep = AssetStep<EnvironmentDefinition, LocalUpload | undefined>;

/** What would be done to the declared environments. */
type PlannedEnvironments = {
  readonly steps: readonly EnvironmentStep[];
  readonly environments: readonly EnvironmentReport[];
  /** What the service would refuse, each at its place. */
  readonly problems: readonly Problem[];
  readonly failures: CommandResult["failures"];
};

/** Registers the planned environments that are not as declared. */
export async function ensureEnvironments(
  { steps }: Pick<PlannedEnvironments, "steps">,
  azure: Azure,
  context: CommandContext,
): Promise<CommandResult> {
  const limit = pLimit(context.inputs.parallel);
  const done = await Promise.all(steps.map((step) => limit(() => carryOut(step, azure, context))));
  return {
    environments: done.flatMap(({ environments }) => environments ?? []),
    failures: done.flatMap((result) => result.failures),
  };
}

/** Compares the declared environments with the workspace. Only reads. */
export async function planEnvironments(
  { assets }: Azure,
  { environments }: Pick<Declaration, "environments">,
  { inputs }: CommandContext,
): Promise<PlannedEnvironments> {
  // `only` names targets: whoever asks for those asks for nothing else.
  if (environments.length === 0 || inputs.only.length > 0)
    return { steps: [], environments: [], problems: [], failures: [] };
  const limit = pLimit(inputs.parallel);
  const steps: EnvironmentStep[] = [];
  const failures: CommandResult["failures"][number][] = [];
  await Promise.all(
    environments.map((asset, index) =>
      limit(async () => {
        try {
          const step = await planAsset(asset, environment, assets);
          if (step.ok) steps[index] = step.value;
          else
            failures.push(failureAt(step.failure, `The environment '${asset.name}' could not be read`, asset.source));
        } catch (error) {
          if (!(error instanceof SnapshotRefused)) throw error;
          failures.push({
            reason: "invalid-declaration",
            message: `The environment '${asset.name}': ${error.message}`,
            ...defined({ where: placeOf(asset.source, "build") }),
          });
        }
      }),
    ),
  );
  const planned = steps.filter((step) => step !== undefined && step.isRefused !== true);
  return {
    steps: planned,
    environments: planned.map((step) => report(step)),
    problems: steps.flatMap((step) => (step?.isRefused === true ? refusal(step) : [])),
    failures,
  };
}

export function registersAny({ steps }: PlannedEnvironments): boolean {
  return steps.some(({ action }) => action !== "none");
}

function refusal({ asset, version, reason }: EnvironmentStep): Problem {
  return {
    code: "version-exists",
    severity: "error",
    where: positionOf(asset.source, ["version"]),
    message: `Version ${version} of the environment '${asset.name}' exists with other content, and a version cannot be changed. ${reason}`,
    fix: "Raise version in the file, or leave it out.",
  };
}

async function carryOut(step: EnvironmentStep, azure: Azure, context: CommandContext): Promise<CommandResult> {
  if (step.action === "none") return { environments: [report(step)], failures: [] };
  const { name } = step.asset;
  const made = await registerAsset(step, environment, {
    assets: azure.assets,
    datastores: azure.datastores,
    blobs: azure.blobs,
    workspaceId: azure.workspace.id,
    computeIdOf: (compute) => computeId(azure.workspace.id, compute),
    signal: context.signal,
    onProgress: (message) => context.log.info(`${name}: ${message}`),
  });
  if (!made.ok) {
    const failure = failureAt(made.failure, `The environment '${name}' could not be registered`, step.asset.source);
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

function report({ asset, version, action, reason }: EnvironmentStep): EnvironmentReport {
  return { name: asset.name, version, ...defined({ where: placeOf(asset.source) }), action, reason };
}
