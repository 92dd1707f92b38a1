import { systemClock } from "./azure/clock.ts";
import type { CommandContext, CommandResult } from "./commands/context.ts";
import { runCommand } from "./commands/run-command.ts";
import { toResult } from "./commands/to-result.ts";
import { createContext, temporaryFolder } from "./create-context.ts";
import { createLog } from "./github/log.ts";
import { hideInErrorOutput, mask, withoutSecrets } from "./github/mask.ts";
import { saveCancelled } from "./github/state.ts";
import { earlySecrets } from "./identity.ts";
import { commandOf, InvalidInputs, readInputs, type Environment, type Inputs } from "./inputs.ts";
import { logResult } from "./publish/log-result.ts";
import { writeReports } from "./publish/report-files.ts";
import { failureOfThrown } from "./report/failure.ts";
import type { Failure, Result } from "./report/result.ts";
import { folderInRepository } from "./yaml/files.ts";

/** One call of the action: inputs → command → reports → exit code. */
export async function main(environment: Environment): Promise<number> {
  hideInErrorOutput();
  for (const secret of earlySecrets(environment)) mask(secret);
  const log = createLog();
  const startedAt = systemClock.now();
  const { signal, stopListening } = listenForCancellation();
  let inputs: Inputs | undefined;
  let context: CommandContext | undefined;
  let outcome: CommandResult;
  try {
    inputs = readInputs(environment);
    context = await createContext(inputs, environment, { log, signal });
    outcome = await runCommand(inputs.command, context);
  } catch (error) {
    outcome = { failures: failuresOf(error, signal) };
  }
  const resultNow = () =>
    toResult(inputs?.command ?? commandOf(environment), outcome, startedAt, systemClock.now(), context?.github);
  if (context !== undefined) {
    // After the command's own failures, because the first failure decides how the step ends.
    outcome = { ...outcome, failures: [...outcome.failures, ...(await publish(resultNow(), context))] };
  }
  const result = resultNow();
  logResult(result, outcome.failures, context === undefined ? "" : await folderInRepository(context), log);
  const unwritten = await writeReports(result, {
    temporaryFolder: temporaryFolder(environment),
    summary: inputs?.summary ?? true,
    environment,
  });
  for (const sentence of unwritten) log.annotate("error", sentence);
  stopListening();
  return result.conclusion === "success" && unwritten.length === 0 ? 0 : 1;
}

function failuresOf(error: unknown, signal: AbortSignal): readonly Failure[] {
  return error instanceof InvalidInputs
    ? error.faults.map((message) => ({ reason: "invalid-input", message }))
    : [failureOfThrown(error, signal)];
}

/** Writes what is read outside the runner: SARIF and the pull request's comment. @returns what went wrong with that. */
async function publish(whole: Result, context: CommandContext): Promise<readonly Failure[]> {
  const result = withoutSecrets(whole);
  const failures: Failure[] = [];
  if (context.inputs.sarifPath !== undefined)
    failures.push(...(await (await import("./publish/sarif.ts")).writeSarif(result, context)));
  if (context.inputs.comment !== false)
    failures.push(...(await (await import("./publish/comment.ts")).keepComment(result, context)));
  return failures;
}

/** The runner sends SIGINT, 7.5 s later SIGTERM, 2.5 s later it kills: the action ends at the first one. */
function listenForCancellation(): { readonly signal: AbortSignal; readonly stopListening: () => void } {
  const controller = new AbortController();
  const cancel = () => {
    if (controller.signal.aborted) return;
    // Saved first: should this process be killed before it is done, `post` knows what was wanted.
    saveCancelled();
    controller.abort(new Error("The workflow was cancelled."));
  };
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const signal of signals) process.on(signal, cancel);
  return {
    signal: controller.signal,
    stopListening: () => {
      for (const signal of signals) process.off(signal, cancel);
    },
  };
}
