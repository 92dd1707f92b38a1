import { join, resolve } from "node:path";
import { createHash } from "node:crypto";
import type { Azure } from "../azure/azure.ts";
import { SecretUnavailable } from "../secret/secret.ts";
import { checkGates, missedGates, type Gate } from "../run/gates.ts";
import type { CommandJob } from "../job/definition.ts";
import { NotRunnableHere, runLocally } from "../run/on-runner/run-on-runner.ts";
import { EnvironmentFailed } from "../run/on-runner/virtual-environment.ts";
import { runName } from "../run/name.ts";
import { SnapshotRefused } from "../asset/upload/snapshot.ts";
import { interpretStatus } from "../azure/job-status.ts";
import type { RunReport } from "../report/result.ts";
import type { CommandContext, CommandResult } from "./context.ts";

/** Runs a job whose compute is the runner: same command, same environment, same report, nothing sent anywhere. */
export async function trainLocally(
  job: CommandJob,
  gates: readonly Gate[],
  context: CommandContext,
  azure?: Azure,
): Promise<CommandResult> {
  const { github, log, clock } = context;
  const definition = {
    command: job.command,
    environment: job.environment.from === "reference" ? job.environment.id : job.environment.definition.condaFile,
    // Where the checkout lies is no part of what is run.
    inputs: Object.values(job.inputs).map((input) => (input.kind === "literal" ? input.value : input.path)),
  };
  const name = runName({
    prefix: job.name,
    commit: github.commit,
    definition,
    event: github.event,
    workflowRunId: github.runId,
  });
  const folder = join(
    context.temporaryFolder,
    `${name}-${createHash("sha256").update(String(clock.now())).digest("hex").slice(0, 6)}`,
  );
  const startedAt = clock.now();
  log.startGroup(`Run ${name} on this runner`);
  try {
    const ran = await runLocally(name, job, {
      clock,
      signal: context.signal,
      resolveSecret: context.resolveSecretWith(azure),
      environment: context.environment,
      runFolder: folder,
      cacheFolder: join(context.toolCache, "environments"),
      onLine: (_, line) => log.info(line),
      onStatus: (status) => log.info(`Run: ${status}`),
    });
    const last = Object.fromEntries(ran.metrics.map((series) => [series.name, series.last]));
    const checked = ran.status === "Completed" ? checkGates(gates, last) : [];
    const state = interpretStatus(ran.status);
    const run: RunReport = {
      name,
      ...(job.displayName === undefined ? {} : { displayName: job.displayName }),
      status: ran.status,
      conclusion: state.conclusion,
      reused: false,
      compute: job.compute ?? "local",
      ...(job.experimentName === undefined ? {} : { experiment: job.experimentName }),
      ...(github.commit === "" ? {} : { commit: github.commit }),
      startedAt: new Date(startedAt).toISOString(),
      durationSeconds: (clock.now() - startedAt) / 1000,
      metrics: ran.metrics,
      gates: checked,
      artifactsPath: resolve(ran.outputsFolder),
      ...(ran.error === undefined ? {} : { error: { code: "RunFailed", message: ran.error, details: [] } }),
      ...(ran.status === "Completed" ? {} : { logTail: ran.tail.join("\n") }),
    };
    if (context.signal.aborted)
      return {
        run,
        failures: [
          { reason: "cancelled", message: `The workflow was cancelled, and with it the run '${name}' on the runner.` },
        ],
      };
    if (state.conclusion !== "success") {
      return {
        run,
        failures: [
          {
            reason: state.failureReason ?? "run-failed",
            message: `The run '${name}' on the runner ended as ${ran.status}. ${ran.error ?? ""}`.trim(),
          },
        ],
      };
    }
    return {
      run,
      failures: missedGates(checked).map((message) => ({ reason: "gate-missed", message })),
    };
  } catch (error) {
    if (error instanceof SecretUnavailable)
      return { failures: [{ reason: "secret-unavailable", message: error.message }] };
    if (error instanceof NotRunnableHere || error instanceof SnapshotRefused || error instanceof EnvironmentFailed) {
      return { failures: [{ reason: "run-failed", message: error.message }] };
    }
    throw error;
  } finally {
    log.endGroup();
  }
}
