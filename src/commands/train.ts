import type { Azure } from "../azure/azure.ts";
import type { LiveJob } from "../azure/jobs.ts";
import type { Declaration } from "../declaration/declaration.ts";
import { isError } from "../yaml/problem.ts";
import { workflowAttempt } from "../github/context.ts";
import { cancelRun } from "../run/cancel.ts";
import type { CommandJob } from "../job/definition.ts";
import { submittedByTag } from "../run/submit.ts";
import { ensureTargets } from "./ensure-targets.ts";
import { failureOf } from "../report/failure.ts";
import { ensureEnvironments } from "./environments.ts";
import { join, nothing, type CommandContext, type CommandResult } from "./context.ts";
import { followToReport, goesOn } from "./follow-run.ts";
import { connect, MissingInput, workspaceReport } from "./workspace.ts";
import { submitRun, type Prepared } from "./submit-run.ts";
import { trainLocally } from "./train-locally.ts";
import { checked } from "./check-declaration.ts";

/** Ensures the targets that the run names, if they are declared; submits the run once, follows it, checks its gates. */
export async function train(context: CommandContext): Promise<CommandResult> {
  const declaration = await context.declare();
  const base = checked(declaration);
  if (declaration.problems.some(isError)) return base;
  if (context.inputs.runName !== undefined)
    return join(base, await resume(context.inputs.runName, declaration, context));
  if (declaration.run === undefined) {
    throw new MissingInput(
      "No run is declared. Declare run: in the declaration file, or name a job file with the input 'run'.",
    );
  }
  if (!needsWorkspace(declaration)) return join(base, await trainDeclared(declaration, context));
  const azure = await connect(context, declaration);
  const named = declaration.targets.filter(
    ({ name }) => name.toLowerCase() === declaration.run?.compute?.toLowerCase(),
  );
  const ensured =
    named.length === 0
      ? { result: nothing, liveNames: new Map() }
      : await ensureTargets(
          azure,
          { targets: named, ...(declaration.prices === undefined ? {} : { prices: declaration.prices }) },
          context,
        );
  const environments = await ensureEnvironments(azure, { environments: namedBy(declaration) }, context);
  const result = join(join(base, { ...ensured.result, workspace: workspaceReport(azure) }), environments);
  if (result.failures.length > 0) return result;
  return join(result, await trainDeclared(declaration, context, { azure, liveNames: ensured.liveNames }));
}

/** The declared environments that the run refers to. */
function namedBy({ run, environments }: Declaration): Declaration["environments"] {
  const reference = run?.environment.from === "reference" ? run.environment.id.toLowerCase() : "";
  return environments.filter(({ name }) =>
    [":", "@"].some((sign) => reference.startsWith(`azureml:${name.toLowerCase()}${sign}`)),
  );
}

/** True unless everything that is declared happens on the runner. */
export function needsWorkspace({
  run,
  targets,
  environments,
}: Pick<Declaration, "run" | "targets" | "environments">): boolean {
  const onRunner = run === undefined || isLocal(run, targets);
  return !onRunner || environments.length > 0 || targets.some(({ type }) => type !== "local");
}

/** True for a run that happens on the runner. */
export function isLocal({ compute }: CommandJob, targets: Declaration["targets"]): boolean {
  if (compute === undefined) return false;
  const target = targets.find(({ name }) => name.toLowerCase() === compute.toLowerCase());
  return target === undefined ? compute.toLowerCase() === "local" : target.type === "local";
}

/** Runs what is declared: on the runner, or in the workspace. */
export async function trainDeclared(
  declaration: Declaration,
  context: CommandContext,
  prepared?: Prepared,
): Promise<CommandResult> {
  const { run } = declaration;
  if (run === undefined) return nothing;
  if (isLocal(run, declaration.targets)) return trainLocally(run, declaration.gates, context, prepared?.azure);
  const azure = prepared?.azure ?? (await connect(context, declaration));
  return trainInWorkspace(run, declaration, context, { azure, liveNames: prepared?.liveNames ?? new Map() });
}

async function trainInWorkspace(
  job: CommandJob,
  declaration: Declaration,
  context: CommandContext,
  prepared: Prepared,
): Promise<CommandResult> {
  const { azure } = prepared;
  const submitted = await submitRun(job, context, prepared);
  if (!submitted.ok) {
    const failure = failureOf(submitted.failure, "The run could not be submitted");
    if (failure.reason === "cancelled") return cutOff(context, azure);
    return { failures: [{ ...failure, reason: "submission-failed" }] };
  }
  const { job: live, reused, reason } = submitted.value;
  context.log.info(reused ? `Joined the run ${live.name}: ${reason ?? ""}` : `Submitted the run ${live.name}.`);
  if (live.studioUrl !== undefined) context.log.info(`Studio: ${live.studioUrl}`);
  const compute = job.compute ?? "serverless";
  const environment = environmentWord(job);
  const ours = !reused || isOurs(live, context);
  return followToReport({ ...submitted.value, compute, environment, ours }, declaration, context, azure);
}

/** What a reader of the report knows the environment by. */
function environmentWord({ environment }: CommandJob): string {
  if (environment.from === "reference") return environment.id;
  const { image, build } = environment.definition;
  const context = build?.context.from === "local" ? build.context.path : build?.context.url;
  return image ?? `built from ${context ?? ""}`;
}

function isOurs(job: LiveJob, { github }: CommandContext): boolean {
  return job.tags[submittedByTag] === workflowAttempt(github);
}

/** The workflow was cancelled while the run was being submitted: whether it came about, the cancellation finds out. */
async function cutOff(context: CommandContext, azure: Azure): Promise<CommandResult> {
  const name = context.state.startedRun();
  if (name === undefined)
    return { failures: [{ reason: "cancelled", message: "The workflow was cancelled before a run was submitted." }] };
  const asked = await cancelRun(name, azure.jobs, context.clock);
  const settled = asked.ok || asked.failure.reason === "not-found";
  if (settled) context.state.runEnded();
  const what = asked.ok
    ? "its cancellation was asked for"
    : settled
      ? "it never came about"
      : "it could not be cancelled";
  return {
    failures: [
      {
        reason: "cancelled",
        message: `The workflow was cancelled while the run '${name}' was being submitted; ${what}.`,
      },
    ],
    leftGoing: settled ? [] : [goesOn(name)],
  };
}

/** Follows a run that was left going, whatever is declared; submits nothing. */
async function resume(name: string, declaration: Declaration, context: CommandContext): Promise<CommandResult> {
  const azure = await connect(context, declaration);
  const job = await azure.jobs.get(name);
  const report = { workspace: workspaceReport(azure) };
  if (!job.ok) return { ...report, failures: [failureOf(job.failure, `The run '${name}' could not be read`)] };
  if (job.value === undefined) {
    return {
      ...report,
      failures: [
        { reason: "invalid-input", message: `The workspace has no run '${name}', which the input 'run-name' names.` },
      ],
    };
  }
  const compute = job.value.computeId?.split("/").at(-1) ?? "serverless";
  return join(
    { ...report, failures: [] },
    await followToReport(
      { job: job.value, reused: true, compute, ours: isOurs(job.value, context) },
      declaration,
      context,
      azure,
    ),
  );
}
