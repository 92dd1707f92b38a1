import { createHash } from "node:crypto";
import { join, resolve } from "node:path";
import { SnapshotRefused } from "../asset/upload/list-files.ts";
import type { Azure } from "../azure/azure.ts";
import { defined } from "../azure/defined.ts";
import { interpretStatus } from "../azure/job-status.ts";
import type { Declaration } from "../declaration/declaration.ts";
import { computesOf, stepsOf, onRunner, type Job } from "../job/job.ts";
import { failureOfThrown } from "../report/failure.ts";
import { refusedPlace } from "../report/refused-field.ts";
import type { Failure, GateResult, RunReport } from "../report/result.ts";
import { stepValuesOf } from "../run/children.ts";
import { checkGates, missedGates, type Gate } from "../run/gates.ts";
import { lastValuesOf } from "../run/metrics.ts";
import { runName } from "../run/name.ts";
import { runInOrder, runnerDefinition, type OrderedRun } from "../run/on-runner/run-in-order.ts";
import { NotRunnableHere } from "../run/on-runner/run-on-runner.ts";
import { runnerProblems } from "../run/on-runner/runner-faults.ts";
import { EnvironmentFailed } from "../run/on-runner/virtual-environment.ts";
import { SecretUnavailable } from "../secret/secret.ts";
import { placeOf } from "../yaml/source.ts";
import { foundBeforeWriting } from "./before-writing.ts";
import type { CommandContext, CommandResult } from "./context.ts";
import { judgeGates } from "./judge-gates.ts";

/** Runs a job whose compute is the runner: same command, same environment, same report, nothing sent anywhere. */
export async function trainLocally(
  job: Job,
  { gates, limits = {} }: Pick<Declaration, "gates" | "limits">,
  context: CommandContext,
  azure?: Azure,
): Promise<CommandResult> {
  const { log, clock } = context;
  const startedAt = clock.now();
  const own = onRunner(job);
  const problems = runnerProblems(job);
  if (own === undefined || problems.length > 0) return foundBeforeWriting(problems, context);
  let isOpen = false;
  try {
    const { totalSeconds = Infinity } = limits;
    const isTotal = totalSeconds < (own.timeoutSeconds ?? Infinity);
    const work = isTotal ? { ...own, timeoutSeconds: totalSeconds } : own;
    const name = nameOf(job, runnerDefinition(own), context);
    const occasion = digestOf(`${name} ${startedAt}`);
    const ran = await runInOrder(name, work, {
      clock,
      signal: context.signal,
      resolveSecret: context.resolveSecretWith(azure),
      environment: context.environment,
      runFolder: join(context.temporaryFolder, `${name}-${occasion}`),
      seed: parseInt(occasion, 16),
      cacheFolder: join(context.toolCache, "environments"),
      onLine: (_, line) => log.info(line),
      onStatus: (status) => log.info(`Run: ${status}`),
      onProcess: (title) => {
        if (isOpen) log.endGroup();
        log.startGroup(title);
        isOpen = true;
      },
    });
    const results = ran.status === "Completed" ? await judged(gates, { name, ran, job }, context, azure) : [];
    return concluded(report(job, name, ran, results, startedAt, context), ran, { job, gates, isTotal }, context);
  } catch (error) {
    return { failures: [failureOfRun(error, job)] };
  } finally {
    if (isOpen) log.endGroup();
  }
}

async function judged(
  gates: readonly Gate[],
  { name, ran, job }: { readonly name: string; readonly ran: OrderedRun; readonly job: Job },
  context: CommandContext,
  azure: Azure | undefined,
): Promise<readonly GateResult[]> {
  const values = stepValuesOf(ran.children ?? []);
  if (azure === undefined) return checkGates(gates, { own: lastValuesOf(ran.metrics), steps: values }, new Map());
  const { source } = job;
  const steps = stepsOf(job);
  return judgeGates(gates, { name, metrics: ran.metrics, values, source, ...defined({ steps }) }, azure, context);
}

function nameOf(job: Job, definition: unknown, { github }: CommandContext): string {
  return runName({
    prefix: job.name,
    commit: github.commit,
    definition,
    event: github.event,
    workflowRunId: github.runId,
  });
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 6);
}

function report(
  job: Job,
  name: string,
  ran: OrderedRun,
  gates: readonly GateResult[],
  startedAt: number,
  { github, clock }: CommandContext,
): RunReport {
  return {
    name,
    ...(job.displayName === undefined ? {} : { displayName: job.displayName }),
    status: ran.status,
    conclusion: interpretStatus(ran.status).conclusion,
    reused: false,
    compute: computesOf(job).join(", "),
    ...(job.experimentName === undefined ? {} : { experiment: job.experimentName }),
    ...(github.commit === "" ? {} : { commit: github.commit }),
    startedAt: new Date(startedAt).toISOString(),
    durationSeconds: (clock.now() - startedAt) / 1000,
    metrics: ran.metrics,
    gates,
    artifactsPath: resolve(ran.outputsFolder),
    ...defined({
      children: ran.children,
      best: ran.best,
      steps: stepsOf(job)?.map(({ name: step, after }) => ({ name: step, after })),
    }),
    ...(ran.error === undefined ? {} : { error: { code: "RunFailed", message: ran.error, details: [] } }),
    ...(ran.status === "Completed" ? {} : { logTail: ran.tail.join("\n") }),
  };
}

function concluded(
  run: RunReport,
  { status, error = "", timedOut }: OrderedRun,
  { job, gates, isTotal }: { readonly job: Job; readonly gates: readonly Gate[]; readonly isTotal: boolean },
  { signal }: CommandContext,
): CommandResult {
  const { conclusion, failureReason = "run-failed" } = interpretStatus(status);
  if (signal.aborted) {
    const message = `The workflow was cancelled, and with it the run '${run.name}' on the runner.`;
    return { run, failures: [{ reason: "cancelled", message }] };
  }
  if (timedOut && isTotal) {
    const message = `The run '${run.name}' on the runner had not ended when limits.total had passed; it was stopped.`;
    return { run, failures: [{ reason: "total-limit", message }] };
  }
  if (conclusion !== "success") {
    const message = `The run '${run.name}' on the runner ended as ${status}. ${error}`.trim();
    return {
      run,
      failures: [{ reason: failureReason, message, ...defined({ where: refusedPlace(run.error, job.source) }) }],
    };
  }
  return { run, failures: missedGates(gates, run.gates) };
}

/** The ways to end that are known; anything else is thrown on. */
function failureOfRun(error: unknown, { source }: Job): Failure {
  if (error instanceof SecretUnavailable) return failureOfThrown(error);
  const field =
    error instanceof SnapshotRefused ? "code" : error instanceof EnvironmentFailed ? "environment" : undefined;
  if (field === undefined && !(error instanceof NotRunnableHere)) throw error;
  return { reason: "run-failed", message: (error as Error).message, ...defined({ where: placeOf(source, field) }) };
}
