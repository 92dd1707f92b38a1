import { createHash } from "node:crypto";
import { dirname, join, resolve } from "node:path";
import { SnapshotRefused } from "../asset/upload/list-files.ts";
import type { Azure } from "../azure/azure.ts";
import { defined } from "../azure/defined.ts";
import { interpretStatus } from "../azure/job-status.ts";
import type { Declaration } from "../declaration/declaration.ts";
import { computesOf, stepsOf, onRunner, type Job } from "../job/job.ts";
import type { RunnerWork } from "../job/kind.ts";
import { failureOfThrown } from "../report/failure.ts";
import { refusedPlace } from "../report/refused-field.ts";
import type { BaselineSeries, Failure, GateResult, LoggedImage, RunReport } from "../report/result.ts";
import { stepValuesOf } from "../run/children.ts";
import { checkGates, missedGates, type Gate } from "../run/gates.ts";
import { lastValuesOf, readBaselines } from "../run/metrics.ts";
import { runName } from "../run/name.ts";
import { shownBeside } from "../run/run-report.ts";
import { phasesOf, type SeenStatus } from "../run/phases.ts";
import { ArtifactsRefused, copyArtifacts, imagesBelow } from "../run/on-runner/artifacts.ts";
import { runInOrder, runnerDefinition, type OrderedRun } from "../run/on-runner/run-in-order.ts";
import { runnerProblems } from "../run/on-runner/runner-faults.ts";
import { thisMachine } from "../run/on-runner/this-machine.ts";
import { EnvironmentFailed } from "../run/on-runner/virtual-environment.ts";
import { SecretUnavailable } from "../secret/secret.ts";
import { placeOf } from "../yaml/source.ts";
import { foundBeforeWriting } from "./before-writing.ts";
import { join as joinResults, nothing, type CommandContext, type CommandResult } from "./context.ts";
import { judgeGates } from "./judge-gates.ts";
import { downloadsOf } from "./run-defaults.ts";

/** Runs a job whose compute is the runner: same command, same environment, same report, nothing sent anywhere. */
export async function trainLocally(
  job: Job,
  { gates, limits = {}, targets, runDefaults }: Pick<Declaration, "gates" | "limits" | "targets" | "runDefaults">,
  context: CommandContext,
  { azure, isChecked = false }: { readonly azure?: Azure; readonly isChecked?: boolean },
): Promise<CommandResult> {
  const { log, clock } = context;
  const startedAt = clock.now();
  const own = onRunner(job);
  const machine = await thisMachine(job, targets, context.environment);
  const found = isChecked ? nothing : await foundBeforeWriting(runnerProblems(job, machine), context);
  if (own === undefined || found.failures.length > 0) return found;
  const seen: SeenStatus[] = [];
  let isOpen = false;
  try {
    const limit = limitOf(own, limits.totalSeconds, context);
    const work = { ...own, ...defined({ timeoutSeconds: limit.seconds }) };
    const name = nameOf(job, runnerDefinition(own), context);
    const occasion = digestOf(`${name} ${startedAt}`);
    const runFolder = join(context.temporaryFolder, `${name}-${occasion}`);
    const ran = await runInOrder(name, work, {
      clock,
      signal: context.signal,
      resolveSecret: context.resolveSecretWith(azure),
      environment: context.environment,
      usesContainer: machine.usesContainer,
      onContainer: context.state.container,
      runFolder,
      seed: parseInt(occasion, 16),
      cacheFolder: join(context.toolCache, "environments"),
      onLine: (_, line) => log.info(line),
      onStatus: (status) => {
        seen.push({ status, at: clock.now() });
        log.info(`Run: ${status}`);
      },
      onProcess: (title) => {
        if (isOpen) log.endGroup();
        log.startGroup(title);
        isOpen = true;
      },
    });
    const results = ran.status === "Completed" ? await judged(gates, { name, ran, job }, context, azure) : [];
    const [images, baselines] = await Promise.all([
      imagesBelow(artifactsFolder(ran, runFolder), stepNames(ran)),
      azure === undefined ? [] : readBaselines(results, azure.metrics),
    ]);
    const whole = report(job, name, { ...ran, images, baselines, seen }, results, startedAt, context);
    const end = concluded(whole, ran, { job, gates, limit }, context);
    if (ran.status !== "Completed") return joinResults(found, end);
    const globs = downloadsOf(context, defined({ runDefaults }));
    return [found, end, await fetched(whole, ran, { globs, runFolder }, context)].reduce(joinResults);
  } catch (error) {
    if (context.signal.aborted && error instanceof EnvironmentFailed)
      return {
        failures: [{ reason: "cancelled", message: "The workflow was cancelled before the run on the runner began." }],
      };
    return { failures: [failureOfRun(error, job)] };
  } finally {
    if (isOpen) log.endGroup();
  }
}

type Limit = { readonly seconds?: number; readonly of: "job" | "total" | "step" };

/** The first of the limits: the job's own, `limits.total`, and the end of what the step may take. */
function limitOf(
  { timeoutSeconds }: RunnerWork,
  totalSeconds: number | undefined,
  { clock, deadline }: CommandContext,
): Limit {
  const rest: Limit = { seconds: Math.max(1, (deadline - clock.now()) / 1000), of: "step" };
  const declared: readonly Limit[] = [
    { of: "job", ...defined({ seconds: timeoutSeconds }) },
    { of: "total", ...defined({ seconds: totalSeconds }) },
  ];
  return [...declared, rest].reduce((one, other) =>
    (other.seconds ?? Infinity) < (one.seconds ?? Infinity) ? other : one,
  );
}

/** What is asked for of the artifacts, beside where the run has left them. */
async function fetched(
  run: RunReport,
  ran: OrderedRun,
  { globs, runFolder }: { readonly globs: readonly string[]; readonly runFolder: string },
  context: CommandContext,
): Promise<CommandResult> {
  if (globs.length === 0) return nothing;
  const { downloadPath } = context.inputs;
  const folder = resolve(context.workingDirectory, downloadPath);
  try {
    const border = await context.repositoryRoot();
    const { length } = await copyArtifacts(artifactsFolder(ran, runFolder), stepNames(ran), globs, { folder, border });
    context.log.info(`Copied ${length} files to ${downloadPath}.`);
    return { run: { ...run, artifactsPath: folder }, failures: [] };
  } catch (error) {
    if (!(error instanceof ArtifactsRefused)) throw error;
    return { failures: [{ reason: "download-failed", message: error.message }] };
  }
}

/** What a sweep is about is its best trial; of one that has none nothing is known to be its outcome. */
function artifactsFolder({ children, best, outputsFolder }: OrderedRun, runFolder: string): string {
  return children === undefined || best !== undefined ? dirname(dirname(outputsFolder)) : runFolder;
}

function stepNames({ children = [] }: OrderedRun): readonly string[] {
  return children.flatMap(({ step }) => (step === undefined ? [] : [step]));
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

/** What is shown of a run beside its outcome. */
type Shown = {
  readonly images: readonly LoggedImage[];
  readonly baselines: readonly BaselineSeries[];
  readonly seen: readonly SeenStatus[];
};

function report(
  job: Job,
  name: string,
  { images, baselines, seen, ...ran }: OrderedRun & Shown,
  gates: readonly GateResult[],
  startedAt: number,
  { github, clock }: CommandContext,
): RunReport {
  // Processes that run one after the other are shown by themselves.
  const phases = ran.children === undefined ? phasesOf(seen, { endedAt: clock.now() }) : [];
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
    ...shownBeside({ ...ran, phases, baselines, images }),
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
  { job, gates, limit }: { readonly job: Job; readonly gates: readonly Gate[]; readonly limit: Limit },
  { signal, handsOver }: CommandContext,
): CommandResult {
  const { conclusion, failureReason = "run-failed" } = interpretStatus(status);
  if (signal.aborted) {
    const message = `The workflow was cancelled, and with it the run '${run.name}' on the runner.`;
    return { run, failures: [{ reason: "cancelled", message }] };
  }
  if (timedOut && limit.of === "step") {
    const when = handsOver ? "before the end of the job, which GitHub ends at minute 360" : "within timeout-minutes";
    const message = `The run '${run.name}' on the runner had not ended ${when}; it was stopped, because it cannot continue without the step.`;
    return { run, failures: [{ reason: "timeout", message }] };
  }
  if (timedOut && limit.of === "total") {
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
  if (field === undefined) throw error;
  return { reason: "run-failed", message: (error as Error).message, ...defined({ where: placeOf(source, field) }) };
}
