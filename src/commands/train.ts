import { basename, join, resolve } from "node:path";
import type { Azure } from "../azure/azure.ts";
import { failed, succeeded, type Outcome } from "../azure/outcome.ts";
import { leafCause } from "../azure/service-error.ts";
import type { Declaration } from "../declaration/declaration.ts";
import { isError } from "../declaration/problem.ts";
import { SecretUnavailable } from "../declaration/secret.ts";
import { cancelRun } from "../job/cancel.ts";
import { checkGates } from "../job/gates.ts";
import { isSecret, type CommandJob } from "../job/definition.ts";
import { ensureEnvironment, resolveCode, resolveInputs, type DependencyPorts } from "../job/dependencies.ts";
import { downloadArtifacts } from "../job/download.ts";
import { followRun, type Followed } from "../job/follow.ts";
import { createLogFollower, type LogFollower } from "../job/logs.ts";
import { provenanceOf } from "../job/provenance.ts";
import { jobRequest, plainVariables } from "../job/request.ts";
import { readMetrics } from "../job/run-metrics.ts";
import { runName } from "../job/run-name.ts";
import { environmentVersion } from "../job/environment.ts";
import { SnapshotRefused, takeSnapshot, type Snapshot } from "../job/snapshot.ts";
import { classify } from "../job/states.ts";
import { submitOnce, type Submitted } from "../job/submit.ts";
import type { MetricSeries, RunReport } from "../report/result.ts";
import { ensureTargets, type LiveNames } from "./apply.ts";
import { failureOf } from "./azure-failure.ts";
import { join as joinResults, nothing, type CommandContext, type CommandResult } from "./context.ts";
import { connect, MissingInput, workspaceReport } from "./session.ts";
import { trainLocally } from "./train-locally.ts";
import { checked } from "./validate.ts";

/** The workspace, and the names under which the declared targets are live in it. */
export type Prepared = { readonly azure: Azure; readonly liveNames: LiveNames };

/** Ensures the targets that the run names, if they are declared; submits the run once, follows it, checks its gates. */
export async function train(context: CommandContext): Promise<CommandResult> {
  const declaration = await context.declare();
  const base = checked(declaration);
  if (declaration.problems.some(isError)) return base;
  if (context.inputs.runName !== undefined)
    return joinResults(base, await resume(context.inputs.runName, declaration, context));
  if (declaration.run === undefined) {
    throw new MissingInput(
      "No run is declared. Declare run: in the declaration file, or name a job file with the input 'run'.",
    );
  }
  if (!needsWorkspace(declaration)) return joinResults(base, await trainDeclared(declaration, context));
  const azure = await connect(context, declaration);
  const named = declaration.targets.filter(
    ({ name }) => name.toLowerCase() === declaration.run?.compute?.toLowerCase(),
  );
  const ensured =
    named.length === 0
      ? { result: nothing, liveNames: new Map() }
      : await ensureTargets(azure, { targets: named }, context);
  const result = joinResults(base, { ...ensured.result, workspace: workspaceReport(azure) });
  if (result.failures.length > 0) return result;
  return joinResults(result, await trainDeclared(declaration, context, { azure, liveNames: ensured.liveNames }));
}

/** True unless everything that is declared happens on the runner. */
export function needsWorkspace({ run, targets }: Pick<Declaration, "run" | "targets">): boolean {
  const onRunner = run === undefined || isLocal(run, targets);
  return !onRunner || targets.some(({ type }) => type !== "local");
}

function isLocal({ compute }: CommandJob, targets: Declaration["targets"]): boolean {
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
  const submitted = await submit(job, context, prepared);
  if (!submitted.ok) {
    const failure = failureOf(submitted.failure, "The run could not be submitted");
    if (failure.reason === "cancelled") return cutOff(context, azure);
    return { failures: [{ ...failure, reason: "submission-failed" }] };
  }
  const { job: live, reused, reason } = submitted.value;
  context.log.info(reused ? `Joined the run ${live.name}: ${reason ?? ""}` : `Submitted the run ${live.name}.`);
  if (live.studioUrl !== undefined) context.log.info(`Studio: ${live.studioUrl}`);
  const compute = job.compute ?? "serverless";
  const environment =
    job.environment.from === "reference" ? job.environment.id : (job.environment.name ?? job.environment.image);
  return finish({ ...submitted.value, compute, environment }, declaration, context, azure);
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

/** Submits the run under a name that is derived from the commit and the definition. */
async function submit(
  job: CommandJob,
  context: CommandContext,
  { azure, liveNames }: Prepared,
): Promise<Outcome<Submitted>> {
  const { github, inputs } = context;
  let snapshot: Snapshot | undefined;
  try {
    snapshot = job.code?.from === "local" ? await takeSnapshot(job.code.folder) : undefined;
  } catch (error) {
    if (!(error instanceof SnapshotRefused)) throw error;
    return failed({ reason: "refused", error: { code: "SnapshotRefused", message: error.message, details: [] } });
  }
  const compute = job.compute === undefined ? undefined : (liveNames.get(job.compute.toLowerCase()) ?? job.compute);
  const definition = definitionOf(job, snapshot, azure.workspace.id, compute);
  const workflowAttempt = `${github.runId}-${github.runAttempt}`;
  const name = runName({
    prefix: job.name,
    commit: github.commit,
    definition,
    event: github.event,
    workflowRunId: github.runId,
  });
  const ports: DependencyPorts = {
    assets: azure.assets,
    blobs: azure.blobs,
    workspaceId: azure.workspace.id,
    signal: context.signal,
    onProgress: (message) => context.log.info(message),
  };
  return submitOnce(
    {
      name,
      rerun: inputs.rerun,
      workflowAttempt,
      bodyFor: (attempt) =>
        assemble(job, attempt, { snapshot, compute, definition, workflowAttempt }, context, azure, ports),
    },
    {
      jobs: azure.jobs,
      clock: context.clock,
      signal: context.signal,
      beforeSubmit: (attempt) => context.state.runStarting({ name: attempt, workspace: azure.workspace }),
    },
  );
}

/** What makes two runs the same: everything that is asked of the service, and nothing of when and by whom. */
function definitionOf(
  job: CommandJob,
  snapshot: Snapshot | undefined,
  workspaceId: string,
  compute: string | undefined,
): unknown {
  const environment = job.environment.from === "reference" ? job.environment.id : environmentVersion(job.environment);
  return jobRequest(job, {
    workspaceId,
    runName: "",
    fallbackExperiment: "",
    environmentId: JSON.stringify(environment),
    ...(job.code === undefined ? {} : { codeId: job.code.from === "reference" ? job.code.id : (snapshot?.hash ?? "") }),
    ...(compute === undefined ? {} : { compute }),
    inputUris: {},
    environmentVariables: plainVariables(job.environmentVariables),
    provenance: { properties: {}, tags: {} },
  });
}

type Assembly = {
  readonly snapshot: Snapshot | undefined;
  readonly compute: string | undefined;
  readonly definition: unknown;
  readonly workflowAttempt: string;
};

/** Brings about what the run depends on, and makes the request of it. */
async function assemble(
  job: CommandJob,
  name: string,
  { snapshot, compute, definition, workflowAttempt }: Assembly,
  context: CommandContext,
  azure: Azure,
  ports: DependencyPorts,
): Promise<Outcome<unknown>> {
  const [code, environment, inputs, variables] = await Promise.all([
    job.code === undefined ? succeeded(undefined) : resolveCode(job.code, snapshot, ports),
    ensureEnvironment(job.environment, ports),
    resolveInputs(job, ports),
    resolveVariables(job, context, azure),
  ]);
  if (!code.ok) return code;
  if (!environment.ok) return environment;
  if (!inputs.ok) return inputs;
  if (!variables.ok) return variables;
  return succeeded(
    jobRequest(job, {
      workspaceId: azure.workspace.id,
      runName: name,
      fallbackExperiment: basename(context.workingDirectory),
      environmentId: environment.value,
      ...(code.value === undefined ? {} : { codeId: code.value }),
      ...(compute === undefined ? {} : { compute }),
      inputUris: inputs.value,
      environmentVariables: variables.value,
      provenance: provenanceOf(context.github, definition, workflowAttempt),
    }),
  );
}

async function resolveVariables(
  job: CommandJob,
  context: CommandContext,
  azure: Azure,
): Promise<Outcome<Readonly<Record<string, string | number | boolean>>>> {
  const resolveSecret = context.resolveSecretWith(azure);
  try {
    const entries = await Promise.all(
      Object.entries(job.environmentVariables).map(
        async ([name, value]) => [name, isSecret(value) ? await resolveSecret(value) : value] as const,
      ),
    );
    return succeeded(Object.fromEntries(entries));
  } catch (error) {
    if (!(error instanceof SecretUnavailable)) throw error;
    return failed({ reason: "refused", error: { code: "SecretUnavailable", message: error.message, details: [] } });
  }
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
  return joinResults(
    { ...report, failures: [] },
    await finish({ job: job.value, reused: true, compute }, declaration, context, azure),
  );
}

type Started = Submitted & { readonly compute: string; readonly environment?: string };

/** From the submission to the report: follow (unless `wait` is false), metrics, gates, download. */
async function finish(
  started: Started,
  declaration: Declaration,
  context: CommandContext,
  azure: Azure,
): Promise<CommandResult> {
  const { inputs } = context;
  const { name } = started.job;
  if (!inputs.wait && classify(started.job.status).phase !== "over") {
    context.state.runEnded();
    return {
      run: runReport(
        started,
        { end: "left", why: "timeout", status: started.job.status },
        [],
        undefined,
        declaration,
        context,
      ),
      leftGoing: [goesOn(name)],
      failures: [],
    };
  }
  const logs = streamedLogs(azure, context);
  // The cancellation goes out the moment the signal comes, whatever the following is waiting for.
  let cancelled: Promise<Outcome<void>> | undefined;
  const cancel = () => (cancelled ??= cancelRun(name, azure.jobs, context.clock));
  const onAbort = () => void cancel();
  if (!started.reused) context.signal.addEventListener("abort", onAbort, { once: true });
  const followed = await followRun(name, {
    jobs: azure.jobs,
    runHistory: azure.runHistory,
    logs: logs.follower,
    clock: context.clock,
    signal: context.signal,
    deadline: context.deadline,
    onStatus: (status) => logs.status(status),
  });
  logs.end();
  context.signal.removeEventListener("abort", onAbort);
  const metrics = followed.end === "over" ? await readMetrics(name, azure.metrics) : [];
  const report = runReport(started, followed, metrics, logs.follower.tail(), declaration, context);
  return joinResults(
    { run: report, failures: [] },
    await concluded(started, followed, report, context, azure, () => cancelled ?? cancel()),
  );
}

/** What the end of the following means: failures, what goes on, and what is fetched. */
async function concluded(
  started: Started,
  followed: Followed,
  report: RunReport,
  context: CommandContext,
  azure: Azure,
  cancel: () => Promise<Outcome<void>>,
): Promise<CommandResult> {
  const { name } = started.job;
  if (followed.end === "left") {
    switch (followed.why) {
      case "cancelled": {
        if (started.reused)
          return {
            failures: [
              {
                reason: "cancelled",
                message: `The workflow was cancelled. The run '${name}' was submitted by another one and goes on.`,
              },
            ],
            leftGoing: [goesOn(name)],
          };
        const asked = await cancel();
        if (asked.ok) context.state.runEnded();
        return {
          failures: [
            {
              reason: "cancelled",
              message: `The workflow was cancelled; ${asked.ok ? `the cancellation of the run '${name}' was asked for` : `the run '${name}' could not be cancelled`}.`,
            },
          ],
          leftGoing: asked.ok ? [] : [goesOn(name)],
        };
      }
      case "timeout": {
        if (context.inputs.onTimeout === "cancel") await cancel();
        context.state.runEnded();
        const what = context.inputs.onTimeout === "cancel" ? "its cancellation was asked for" : "it goes on";
        return {
          failures: [
            { reason: "timeout", message: `The run '${name}' had not ended within timeout-minutes; ${what}.` },
          ],
          leftGoing: context.inputs.onTimeout === "cancel" ? [] : [goesOn(name)],
        };
      }
      case "unreachable":
        return {
          failures: [failureOf(followed.failure, `The run '${name}' could not be followed any more`)],
          leftGoing: [goesOn(name)],
        };
    }
  }
  context.state.runEnded();
  const state = classify(followed.status);
  if (state.conclusion !== "success") {
    const leaf = followed.error === undefined ? undefined : leafCause(followed.error);
    const why = leaf === undefined ? "" : ` ${leaf.message} [${leaf.code}]`;
    return {
      failures: [
        {
          reason: state.failureReason ?? "run-failed",
          message: `The run '${name}' ended as ${followed.status}.${why}`,
        },
      ],
    };
  }
  const missed = report.gates.filter(({ passed }) => !passed);
  const failures = missed.map(({ metric, condition, value }) => ({
    reason: "gate-missed" as const,
    message: `The gate on ${metric} was missed: it has to be ${condition}, and ${value === undefined ? "the run never logged it" : `is ${value}`}.`,
  }));
  return joinResults({ failures }, await fetchArtifacts(name, report, context, azure));
}

async function fetchArtifacts(
  name: string,
  report: RunReport,
  context: CommandContext,
  azure: Azure,
): Promise<CommandResult> {
  const { download, downloadPath } = context.inputs;
  if (download.length === 0) return nothing;
  const folder = resolve(context.workingDirectory, downloadPath);
  const fetched = await downloadArtifacts(name, download, folder, azure);
  if (!fetched.ok)
    return {
      failures: [
        { reason: "download-failed", message: failureOf(fetched.failure, "The outputs could not be fetched").message },
      ],
    };
  context.log.info(`Fetched ${fetched.value.length} files to ${join(downloadPath)}.`);
  return { run: { ...report, artifactsPath: folder }, failures: [] };
}

function goesOn(name: string): { readonly what: string; readonly next: string } {
  return {
    what: `The run '${name}' goes on in Azure`,
    next: `To resume: command: train with run-name: ${name}. To cancel: az ml job cancel --name ${name}.`,
  };
}

function runReport(
  { job, reused, compute, environment }: Started,
  followed: Followed,
  metrics: readonly MetricSeries[],
  tail: string | undefined,
  declaration: Declaration,
  context: CommandContext,
): RunReport {
  const conclusion = followed.end === "over" ? classify(followed.status).conclusion : "in-progress";
  const startedAt = followed.startTime ?? job.createdAt;
  const endedAt = followed.endTime === undefined ? context.clock.now() : Date.parse(followed.endTime);
  const last = Object.fromEntries(metrics.map((series) => [series.name, series.last]));
  return {
    name: job.name,
    id: job.id,
    ...(job.displayName === undefined ? {} : { displayName: job.displayName }),
    ...(job.studioUrl === undefined ? {} : { url: job.studioUrl }),
    status: followed.status,
    conclusion: followed.end === "left" && followed.why === "cancelled" ? "cancelled" : conclusion,
    reused,
    compute,
    ...(environment === undefined ? {} : { environment }),
    ...(job.experimentName === undefined ? {} : { experiment: job.experimentName }),
    ...(context.github.commit === "" ? {} : { commit: context.github.commit }),
    ...(startedAt === undefined
      ? {}
      : { startedAt, durationSeconds: Math.max(0, (endedAt - Date.parse(startedAt)) / 1000) }),
    metrics,
    gates: followed.end === "over" ? checkGates(declaration.gates, last) : [],
    ...(followed.error === undefined ? {} : { error: followed.error }),
    ...(conclusion === "success" || conclusion === "in-progress" || tail === undefined ? {} : { logTail: tail }),
  };
}

/** Streams logs into one group for each file, and states between them. */
function streamedLogs(
  azure: Azure,
  { log }: CommandContext,
): { readonly follower: LogFollower; readonly status: (status: string) => void; readonly end: () => void } {
  let open: string | undefined;
  const close = () => {
    if (open !== undefined) log.endGroup();
    open = undefined;
  };
  return {
    follower: createLogFollower(azure.blobs, (file, lines) => {
      if (open !== file) {
        close();
        log.startGroup(file);
        open = file;
      }
      for (const line of lines) log.info(line);
    }),
    status: (status) => {
      close();
      log.info(`Run: ${status}`);
    },
    end: close,
  };
}
