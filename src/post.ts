import { systemClock } from "./azure/clock.ts";
import { createLog } from "./github/log.ts";
import { hideInErrorOutput, mask, withoutSecrets } from "./github/mask.ts";
import { appendSummary } from "./github/outputs.ts";
import { savedContainer, savedRun, savedServing } from "./github/state.ts";
import { earlySecrets, signInOf } from "./identity.ts";
import { readInputs, type Environment } from "./inputs.ts";
import { interpretStatus } from "./azure/job-status.ts";
import { cancelRun, lookForSubmission } from "./run/cancel.ts";
import { removeContainer } from "./run/on-runner/container/container.ts";
import { findEngine } from "./run/on-runner/container/engine.ts";
import { stopServers } from "./release/on-runner/stop.ts";
import { howToContinue } from "./run/still-running.ts";
import { heading, sentence } from "./report/document.ts";
import { markdownOf } from "./report/render/markdown.ts";

/**
 * Finishes what `main` could not: a run that was submitted and neither followed to its end nor left on purpose, and a
 * container on the runner, which is removed. Servers that were to answer until the end of the job are ended. After a cancelled workflow it cancels the run; after a crash it says how to
 * resume or cancel it.
 */
export async function post(environment: Environment): Promise<void> {
  await endContainer(environment);
  await endServers(environment);
  const { run, settled, cancelled } = savedRun();
  if (run === undefined || settled) return;
  hideInErrorOutput();
  for (const secret of earlySecrets(environment)) mask(secret);
  const log = createLog();
  const message = withoutSecrets(cancelled ? await cancel() : mayBeRunning("The step ended before the run did"));
  log.annotate("warning", message);
  const blocks = [heading(2, "Still in progress"), { kind: "list" as const, items: [{ content: sentence(message) }] }];
  await appendSummary(environment, `\n${markdownOf(blocks)}`);

  function mayBeRunning(why: string): string {
    const name = run?.name ?? "";
    return `${why}: '${name}' may still be running in Azure. ${howToContinue(name)}`;
  }

  async function cancel(): Promise<string> {
    if (run === undefined) return "";
    try {
      const { connectJobs } = await import("./azure/azure.ts");
      const signIn = signInOf(readInputs(environment), environment);
      const jobs = await connectJobs(run.workspace, {
        ...signIn,
        clock: systemClock,
        random: Math.random,
        signal: AbortSignal.timeout(60_000),
        mask,
      });
      const result = await cancelRun(run.name, jobs, systemClock, lookForSubmission.afterwards);
      if (result.ok) return `The workflow was cancelled; cancellation of the run '${run.name}' requested.`;
      // Saved before the submission was sent, so the run may never have been created.
      if (result.failure.reason === "not-found")
        return `The workflow was cancelled before the run '${run.name}' was created. Nothing is running.`;
      // A run that has ended meanwhile cannot be cancelled: what it is counts.
      const job = await jobs.get(run.name);
      if (job.ok && job.value !== undefined && interpretStatus(job.value.status).phase === "over")
        return `The workflow was cancelled; the run '${run.name}' had ended as ${job.value.status} by then.`;
      return mayBeRunning(`The run could not be cancelled (${result.failure.error.message})`);
    } catch (error) {
      return mayBeRunning(`The run could not be cancelled (${error instanceof Error ? error.message : String(error)})`);
    }
  }
}

/** The container of a run on this machine goes on when the step's process is killed. */
async function endContainer(environment: Environment): Promise<void> {
  const name = savedContainer();
  const engine = name === undefined ? undefined : await findEngine(environment);
  if (name === undefined || engine === undefined) return;
  await removeContainer(engine, name);
  createLog().info(`The step ended before its run did; the container ${name} was removed.`);
}

/** Deployments on the runner are for the steps of this job; the steps are over when the first post step begins. */
async function endServers(environment: Environment): Promise<void> {
  const folder = savedServing();
  if (folder === undefined) return;
  const names = await stopServers(folder, environment);
  if (names.length > 0) createLog().info(`Stopped the server on the runner: ${names.join(", ")}.`);
}
