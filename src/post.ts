import { systemClock } from "./azure/clock.ts";
import { createLog } from "./github/log.ts";
import { mask } from "./github/mask.ts";
import { appendSummary } from "./github/outputs.ts";
import { savedRun } from "./github/state.ts";
import { earlySecrets, signInOf } from "./identity.ts";
import { readInputs, type Environment } from "./inputs.ts";
import { cancelRun } from "./run/cancel.ts";
import { heading, sentence } from "./report/document.ts";
import { markdownOf } from "./report/render/markdown.ts";

/**
 * Finishes what `main` could not: a run that was submitted and neither followed to its end nor left on purpose. After a
 * cancelled workflow it is cancelled; after a crash it is named, with how to resume or cancel it.
 */
export async function post(environment: Environment): Promise<void> {
  const { run, settled, cancelled } = savedRun();
  if (run === undefined || settled) return;
  for (const secret of earlySecrets(environment)) mask(secret);
  const log = createLog();
  const message = cancelled ? await cancel() : goesOn("The step ended before the run did");
  log.annotate("warning", message);
  const blocks = [heading(2, "Still in progress"), { kind: "list" as const, items: [{ content: sentence(message) }] }];
  await appendSummary(environment, `\n${markdownOf(blocks)}`);

  function goesOn(why: string): string {
    const name = run?.name ?? "";
    return `${why}: '${name}' may go on in Azure. To resume: command: train with run-name: ${name}. To cancel: az ml job cancel --name ${name}.`;
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
      const asked = await cancelRun(run.name, jobs, systemClock);
      if (asked.ok) return `The workflow was cancelled; the cancellation of the run '${run.name}' was asked for.`;
      // Recorded before the submission was sent: it may never have come about.
      if (asked.failure.reason === "not-found")
        return `The workflow was cancelled before the run '${run.name}' came about; nothing goes on.`;
      return goesOn(`The run could not be cancelled (${asked.failure.error.message})`);
    } catch (error) {
      return goesOn(`The run could not be cancelled (${error instanceof Error ? error.message : String(error)})`);
    }
  }
}
