import pLimit from "p-limit";
import { declaredFor } from "../asset/declared.ts";
import type { Azure } from "../azure/azure.ts";
import { defined } from "../azure/defined.ts";
import type { ServiceError } from "../azure/outcome.ts";
import type { Declaration } from "../declaration/declaration.ts";
import type { Deployment } from "../deployment/deployment.ts";
import { familyOf, isOnRunner } from "../deployment/family.ts";
import { hasChangesIn } from "../release/changes.ts";
import type { PlannedRelease, Released, ReleaseDeps, ReleasedRun } from "../release/kind.ts";
import { takeParts } from "../release/parts.ts";
import { planRelease } from "../release/release.ts";
import { failureOfThrown } from "../report/failure.ts";
import { failureAt } from "../report/refused-field.ts";
import type { DeploymentReport, Failure, RunReport } from "../report/result.ts";
import { placeOf } from "../yaml/source.ts";
import type { Wanted } from "./before-writing.ts";
import { nothing, type CommandContext, type CommandResult } from "./context.ts";
import { targetsOfDeployments, usesOfDeployments } from "./deployment-references.ts";
import { planOnRunner } from "./release-on-runner.ts";
import { mayRelease } from "./release-permission.ts";
import { takingTurns } from "./submit-run.ts";

/** Of what is declared, the deployments and the part that they use. */
export function usedByDeployments(declaration: Declaration): Wanted {
  const { deployments, targets, assets, assetsToDeploy, prices } = declaration;
  const used = targetsOfDeployments(deployments, targets);
  const referred = declaredFor(usesOfDeployments(deployments), assets);
  return {
    declared: targets,
    assets: assets.filter((asset) => assetsToDeploy.includes(asset) || referred.includes(asset)),
    deployments,
    ...(used.length === 0 ? {} : { targets: used }),
    ...(prices === undefined ? {} : { prices }),
  };
}

/** What a release needs of the run that was trained or joined before it. */
export function releasedRun(run: RunReport | undefined): ReleasedRun | undefined {
  if (run === undefined) return undefined;
  const steps = (run.children ?? []).flatMap(({ step, name }) => (step === undefined ? [] : [[step, name] as const]));
  return {
    name: run.name,
    steps: new Map(steps),
    gates: run.gates,
    ...(run.best === undefined ? {} : { bestTrial: run.best.name }),
  };
}

/** Where it is deployed. */
type Place = {
  /** Absent where everything happens on the runner. */
  readonly azure?: Azure;
  readonly liveNames: ReleaseDeps["liveNames"];
};

type Released1 =
  { readonly released: Released } | { readonly failures: readonly Failure[]; readonly failed: DeploymentReport };

/** Releases everything that is declared: endpoints side by side, the deployments of one endpoint one after the other. */
export async function releaseDeclared(
  deployments: readonly Deployment[],
  context: CommandContext,
  place: Place,
  run?: ReleasedRun,
): Promise<CommandResult> {
  if (deployments.length === 0) return nothing;
  const limit = pLimit(context.inputs.parallel);
  const byEndpoint = Map.groupBy(deployments, (one) => `${familyOf(one)} ${one.endpointName.toLowerCase()}`);
  const outcomes = new Map<Deployment, Released1>();
  await Promise.all(
    [...byEndpoint.values()].map((group) =>
      limit(async () => {
        for (const deployment of group) outcomes.set(deployment, await releaseOne(deployment, context, place, run));
      }),
    ),
  );
  const all = deployments.flatMap((deployment) => outcomes.get(deployment) ?? []);
  return {
    deployments: all.map((one) => ("released" in one ? one.released.report : one.failed)),
    failures: all.flatMap((one) => ("released" in one ? withError(one.released) : one.failures)),
    leftGoing: all.flatMap((one) => ("released" in one ? one.released.leftGoing : [])),
  };
}

/** The first failure of a release is why it ended: the error that its report has is behind it. */
function withError({ failures, report: { error } }: Released): readonly Failure[] {
  const [first, ...more] = failures;
  return first === undefined || error === undefined ? failures : [{ error, ...first }, ...more];
}

async function releaseOne(
  deployment: Deployment,
  context: CommandContext,
  place: Place,
  run?: ReleasedRun,
): Promise<Released1> {
  const { clock, signal } = context;
  const startedAt = clock.now();
  const failed = (state: string, failure: Failure, error?: ServiceError): Released1 => ({
    failures: [failure],
    failed: {
      endpoint: deployment.endpointName,
      ...nameOf(deployment),
      type: deployment.type,
      ...placeIn(deployment),
      state,
      action: "failed",
      tests: [],
      notes: [],
      startedAt: new Date(startedAt).toISOString(),
      durationSeconds: (clock.now() - startedAt) / 1000,
      ...defined({ error }),
    },
  });
  try {
    const planned = await plannedRelease(deployment, context, place, defined({ run }));
    if (planned.ok) {
      const released = await planned.value.carryOut();
      return {
        released: { ...released, report: { ...released.report, startedAt: new Date(startedAt).toISOString() } },
      };
    }
    const what = `${wordFor(deployment)} could not be released`;
    const failure = failureAt(planned.failure, what, deployment.source, "deployment");
    return failed("Not deployed", failure, planned.failure.error);
  } catch (error) {
    // The others go on, and what comes of them is told.
    return failed("Unknown", { ...placeIn(deployment), ...failureOfThrown(error, signal) });
  }
}

async function plannedRelease(
  deployment: Deployment,
  context: CommandContext,
  { azure, liveNames }: Place,
  before: { readonly run?: ReleasedRun; readonly isRunToCome?: boolean },
) {
  if (isOnRunner(deployment)) return planOnRunner(deployment, context, azure, before);
  if (azure === undefined) throw new Error(`The deployment ${deployment.endpointName} needs a workspace.`);
  const deps = { ...releaseDeps(deployment, context, { azure, liveNames }), ...before };
  const parts = await takeParts(deployment, deps);
  return parts.ok ? planRelease(deployment, parts.value, deps) : parts;
}

/** For messages: `The deployment blue of clf-ep`. */
function wordFor(deployment: Deployment): string {
  const { deployment: name } = nameOf(deployment);
  return name === undefined
    ? `The deployment ${deployment.endpointName}`
    : `The deployment ${name} of ${deployment.endpointName}`;
}

function nameOf(deployment: Deployment): { readonly deployment?: string } {
  const name = "deployment" in deployment ? deployment.deployment?.name : undefined;
  return name === undefined ? {} : { deployment: name };
}

function placeIn({ source }: Deployment): { readonly where?: NonNullable<DeploymentReport["where"]> } {
  const where = placeOf(source);
  return where === undefined ? {} : { where };
}

/** What is planned for the deployments. Only reads. @param isRunToCome where a run would be submitted before them. */
export async function planDeployments(
  deployments: readonly Deployment[],
  context: CommandContext,
  place: Place,
  isRunToCome: boolean,
): Promise<{
  readonly planned: readonly PlannedRelease["planned"][];
  readonly hasChanges: boolean;
  readonly failures: readonly Failure[];
}> {
  const limit = pLimit(context.inputs.parallel);
  const outcomes = await Promise.all(
    deployments.map((deployment) =>
      limit(async () => ({
        deployment,
        outcome: await plannedRelease(deployment, context, place, { isRunToCome }),
      })),
    ),
  );
  const planned = outcomes.flatMap(({ outcome }) => (outcome.ok ? [outcome.value.planned] : []));
  return {
    planned,
    // What the runner serves ends with the job: it is no state that could be as declared.
    hasChanges: outcomes.some(
      ({ deployment, outcome }) => !isOnRunner(deployment) && outcome.ok && hasChangesIn(outcome.value.planned),
    ),
    failures: outcomes.flatMap(({ deployment, outcome }) =>
      outcome.ok ? [] : [failureAt(outcome.failure, `${wordFor(deployment)} could not be planned`, deployment.source)],
    ),
  };
}

function releaseDeps(
  deployment: Deployment,
  context: CommandContext,
  { azure, liveNames }: Required<Place>,
): ReleaseDeps {
  const { clock, signal, deadline, github, newId, log, inputs } = context;
  // Releases go on side by side, so each line says whose it is; some are about a candidate, and say so themselves.
  const said = (message: string) =>
    message.startsWith(deployment.endpointName) ? message : `${deployment.endpointName}: ${message}`;
  return {
    azure,
    clock,
    signal,
    deadline,
    wait: inputs.wait,
    github,
    resolveSecret: context.resolveSecretWith(azure),
    mask: context.mask,
    newId,
    exclusively: takingTurns(azure, context),
    liveNames,
    beforeWriting: mayRelease(deployment, azure),
    onProgress: (message) => log.info(said(message)),
    onGroup: (title, lines) => log.group(said(title), lines),
  };
}
