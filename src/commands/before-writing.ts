import { writeOf, asReference } from "../attach/compute-write.ts";
import type { Azure } from "../azure/azure.ts";
import type { Declaration } from "../declaration/declaration.ts";
import { secretsOf } from "../job/job.ts";
import type { Plan } from "../plan/step.ts";
import { logGroups } from "../report/render/log.ts";
import type { Failure, FailureReason } from "../report/result.ts";
import { assetsSection } from "../report/sections/assets.ts";
import { missingReferences } from "../run/missing-references.ts";
import { runnerProblems } from "../run/on-runner/runner-faults.ts";
import { isOnRunner } from "../run/on-runner/is-on-runner.ts";
import { thisMachine } from "../run/on-runner/this-machine.ts";
import { formatSecretReference, SecretUnavailable, type SecretReference } from "../secret/secret.ts";
import { folderInRepository } from "../yaml/files.ts";
import type { ProblemCode } from "../yaml/problem-codes.ts";
import { isError, type Problem } from "../yaml/problem.ts";
import { nothing, type CommandContext, type CommandResult } from "./context.ts";
import { planDeclaredAssets } from "./declared-assets.ts";
import { planAgainst } from "./plan-targets.ts";
import { missingComputes } from "./run-computes.ts";
import { sendsWrite } from "../plan/plan.ts";

type Referring = Pick<Declaration, "run" | "targets" | "assets"> & Pick<Wanted, "deployments">;

/** What the run and the deployments refer to and is not there: computes, assets, datastores. Only reads. */
async function missingInWorkspace(
  { run, targets, assets, deployments = [] }: Referring,
  azure: Azure,
  { inputs, environment }: Pick<CommandContext, "inputs" | "environment">,
): Promise<readonly Problem[]> {
  // `only` names targets, so that no asset is registered.
  const registered = inputs.only.length > 0 ? [] : assets;
  const isHere = run !== undefined && isOnRunner(run, targets);
  const submitted = run === undefined || isHere ? {} : { run };
  // Most calls deploy nothing.
  const ofDeployments = deployments.length === 0 ? undefined : await import("./deployment-references.ts");
  const [computes, computesOfDeployments, references] = await Promise.all([
    missingComputes({ ...submitted, targets }, azure),
    ofDeployments?.missingComputesOfDeployments({ deployments, targets }, azure) ?? [],
    missingReferences(
      {
        ...submitted,
        declared: registered,
        deployed: deployments.flatMap((deployment) => ofDeployments?.placedUsesOf(deployment) ?? []),
      },
      {
        assets: azure.assets,
        lookups: azure.lookups,
        datastores: azure.datastores,
        workspaceId: azure.workspace.id,
      },
    ),
  ]);
  const ofRunner = isHere ? runnerProblems(run, await thisMachine(run, targets, environment)) : [];
  return [...computes, ...computesOfDeployments, ...references, ...ofRunner];
}

/** What a command would bring into the workspace, and the run and the deployments for which it would. */
export type Wanted = Pick<Declaration, "assets" | "run" | "prices"> & {
  /** Absent where nothing is deployed. */
  readonly deployments?: Declaration["deployments"];
  /** Absent where no target is wanted: then no computes are listed. */
  readonly targets?: Declaration["targets"];
  /** All that are declared, wanted or not. */
  readonly declared: Declaration["targets"];
};

const nothingPlanned: Awaited<ReturnType<typeof planAgainst>> = { plan: { steps: [] }, result: nothing };

/** Everything that can be known by reading before the first write: the plan, the registrations, and what is missing. */
export async function readBeforeWriting(wanted: Wanted, azure: Azure, context: CommandContext) {
  const { run, targets, declared, assets, deployments = [] } = wanted;
  const [planned, registrations, inWorkspace] = await Promise.all([
    targets === undefined ? nothingPlanned : planAgainst(azure, { ...wanted, targets }, context),
    planDeclaredAssets(azure, wanted, context),
    missingInWorkspace(
      { targets: declared, assets, deployments, ...(run === undefined ? {} : { run }) },
      azure,
      context,
    ),
  ]);
  const shown = assetsSection({ assets: registrations.assets }).flatMap(({ blocks }) => blocks);
  for (const { title, lines } of logGroups(shown)) context.log.group(title, lines);
  const secrets =
    planned.plan === undefined ? [] : await missingSecrets(planned.plan, { run, deployments }, azure, context);
  return { planned, registrations, problems: [...inWorkspace, ...registrations.problems, ...secrets] };
}

type UsedSecret = { readonly usedBy: string; readonly reference: SecretReference };

/** Every secret that a plan, a run and deployments would send. What is waited for is decided again, and may need none. */
async function secretsToSend(
  { steps }: Plan,
  { run, deployments }: Sending,
  azure: Azure,
): Promise<readonly UsedSecret[]> {
  const used: UsedSecret[] = [];
  for (const step of steps.filter(sendsWrite)) {
    const { target } = step;
    await writeOf(step, azure.workspace, (reference) => {
      used.push({ usedBy: target.name, reference });
      return asReference(reference);
    });
  }
  const ofRun = run === undefined ? [] : secretsOf(run);
  const ofDeployments =
    deployments.length === 0 ? [] : (await import("./deployment-references.ts")).secretsOfDeployments(deployments);
  return [
    ...used,
    ...ofRun.map(({ name, reference }) => ({ usedBy: `The run's ${name}`, reference })),
    ...ofDeployments,
  ];
}

type Sending = { readonly run: Declaration["run"]; readonly deployments: Declaration["deployments"] };

/**
 * The secrets that would be sent and cannot be had, read before the first write. In `plan` they are notices, and no vault is
 * asked: a plan needs no secret, and its identity no right to read one.
 */
async function missingSecrets(
  plan: Plan,
  sending: Sending,
  azure: Azure,
  context: CommandContext,
): Promise<readonly Problem[]> {
  const isPlan = context.inputs.command === "plan";
  const resolve = context.resolveSecretWith(azure);
  const used = await secretsToSend(plan, sending, azure);
  const problems = await Promise.all(
    used
      .filter(({ reference }) => !isPlan || reference.from !== "key_vault")
      .map(async ({ usedBy, reference }): Promise<readonly Problem[]> => {
        try {
          await resolve(reference);
          return [];
        } catch (error) {
          if (!(error instanceof SecretUnavailable)) throw error;
          return [
            {
              code: "missing-secret",
              severity: isPlan ? "notice" : "error",
              where: reference.where,
              message: `${usedBy}, ${formatSecretReference(reference)}: ${error.message}`,
              fix: isPlan ? "The plan needs no secret; applying it does." : "Nothing was written.",
            },
          ];
        }
      }),
  );
  return problems.flat();
}

/** What was found, at its places in the log, and as failures where it stops the command. @param refusal of assets. */
export async function foundBeforeWriting(
  problems: readonly Problem[],
  context: CommandContext,
  refusal: FailureReason = "asset-failed",
): Promise<CommandResult> {
  if (problems.length === 0) return nothing;
  const folder = await folderInRepository(context);
  for (const problem of problems) context.log.problem(problem, folder);
  const errors = problems.filter(isError);
  const failures = groundsFor(refusal).flatMap(({ reason, codes, one, many }): readonly Failure[] => {
    const [first, ...others] = errors.filter(({ code }) => codes.includes(code));
    if (first === undefined) return [];
    const [what, place, begin] =
      others.length === 0
        ? [`1 ${one}`, "its place", ""]
        : [`${others.length + 1} ${many}`, "their places", "The first: "];
    const shown = `${what}, listed with ${place}. Nothing was written.`;
    return [{ reason, message: `${shown} ${begin}${first.message}`, shown }];
  });
  return { problems, failures };
}

type Ground = {
  readonly reason: FailureReason;
  readonly codes: readonly ProblemCode[];
  readonly one: string;
  readonly many: string;
};

/** What each kind of find comes to. */
const groundsFor = (refusal: FailureReason): readonly Ground[] => [
  {
    reason: "invalid-declaration",
    codes: ["missing-compute", "missing-asset", "missing-datastore"],
    one: "reference names something that does not exist",
    many: "references name something that does not exist",
  },
  {
    reason: "invalid-declaration",
    codes: ["wrong-compute"],
    one: "part of the run cannot run on its compute",
    many: "parts of the run cannot run on their computes",
  },
  {
    reason: "unknown-compute",
    codes: ["unknown-compute"],
    one: "deployment names a compute that cannot serve it",
    many: "deployments name computes that cannot serve them",
  },
  {
    reason: "run-failed",
    codes: ["not-on-runner"],
    one: "part of the run is not supported on the runner",
    many: "parts of the run are not supported on the runner",
  },
  {
    reason: refusal,
    codes: ["version-exists"],
    one: "asset cannot be registered as declared",
    many: "assets cannot be registered as declared",
  },
  {
    reason: "secret-unavailable",
    codes: ["missing-secret"],
    one: "secret that would be sent cannot be read",
    many: "secrets that would be sent cannot be read",
  },
];
