import { relative, resolve, sep } from "node:path";
import { systemClock } from "../azure/clock.ts";
import { checked } from "../commands/check-declaration.ts";
import type { CommandResult } from "../commands/context.ts";
import { runCommand } from "../commands/run-command.ts";
import { toResult } from "../commands/to-result.ts";
import { createContext } from "../create-context.ts";
import type { Log } from "../github/log.ts";
import { hide, hideInErrorOutput, withoutSecrets } from "../github/mask.ts";
import { earlySecrets } from "../identity.ts";
import { InvalidInputs, readGiven, type Environment, type Inputs } from "../inputs.ts";
import { logParts } from "../publish/log-result.ts";
import { failureOfThrown } from "../report/failure.ts";
import { version } from "../version.ts";
import { checkoutOf } from "../yaml/files.ts";
import { helpText } from "./help.ts";
import { parseCall, WrongUsage, type Call, type LineCommand } from "./options.ts";
import { summaryLine } from "./summary-line.ts";
import { createTerminalLog, inertJson, type Streams } from "./terminal.ts";

/** How a command line can end; documented, and so never changed. */
const exits = { ok: 0, failed: 1, wrongUsage: 2, changes: 3, interrupted: 128 } as const;

/** What stands between this code and the process. */
export type Surroundings = {
  readonly environment: Environment;
  /** Absolute. */
  readonly folder: string;
  readonly streams: Streams;
};

/**
 * One call of `azureml-targets`.
 *
 * @param args what stands behind the name of the program.
 * @returns the exit code.
 */
export async function commandLine(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { out, err } = surroundings.streams;
  try {
    const call = parseCall(args);
    if (call.given.get("version") === "true") out(version);
    else if (call.command === undefined || call.given.get("help") === "true") out(helpText(call.command));
    else return await runCall({ ...call, command: call.command }, surroundings);
    return exits.ok;
  } catch (error) {
    if (!(error instanceof WrongUsage) && !(error instanceof InvalidInputs)) throw error;
    const word = args.find((arg) => !arg.startsWith("-"));
    for (const line of error.message.split("\n")) err(`azureml-targets: ${line}`);
    err(
      `azureml-targets ${word === "plan" || word === "init" || word === "validate" ? `${word} ` : ""}--help shows what can be given.`,
    );
    return exits.wrongUsage;
  }
}

/** A call of one command. */
type CommandCall = Call & { readonly command: LineCommand };

async function runCall(call: CommandCall, { environment, folder, streams }: Surroundings): Promise<number> {
  hideInErrorOutput();
  for (const secret of earlySecrets(environment)) hide(secret);
  const inputs = inputsOf(call, folder);
  const isJson = call.given.get("json") === "true";
  const log = createTerminalLog(
    isJson ? { ...streams, out: streams.err } : streams,
    relative(folder, inputs.workingDirectory).split(sep).join("/"),
  );
  const own = { ...environment, GITHUB_WORKSPACE: await checkoutOf(inputs.workingDirectory, undefined) };
  const { signal, endedBy, stopListening } = listenForInterruption();
  try {
    if (call.command === "init") {
      const { init } = await import("./init/init.ts");
      const isDone = await init(call.given, { inputs, environment: own, log, signal, streams });
      return endedBy() ?? (isDone ? exits.ok : exits.failed);
    }
    const startedAt = systemClock.now();
    const outcome = await outcomeOf(call, inputs, own, { log, signal, folder });
    const result = toResult(call.command, outcome, startedAt, systemClock.now());
    const signalled = endedBy();
    if (signalled !== undefined) log.annotate("error", "Interrupted. Nothing was changed.");
    else {
      logParts(withoutSecrets(result), log);
      // That there are problems says the last line, with their number.
      const told = new Set(
        checked({ files: [], skipped: [], problems: result.problems }).failures.map(({ message }) => message),
      );
      for (const failure of outcome.failures) if (!told.has(failure.message)) log.failure(failure, "");
      streams[isJson ? "err" : "out"](summaryLine(result));
    }
    if (isJson) streams.out(inertJson(result));
    return signalled ?? exitOf(outcome);
  } finally {
    stopListening();
  }
}

async function outcomeOf(
  call: CommandCall,
  inputs: Inputs,
  environment: Environment,
  { log, signal, folder }: { readonly log: Log; readonly signal: AbortSignal; readonly folder: string },
): Promise<CommandResult> {
  const given = { log, signal, mask: (secret: string) => void hide(secret) };
  try {
    if (call.given.get("changed") === "true") {
      const { validateChanged } = await import("./validate-changed.ts");
      const outcome = await validateChanged(call, inputs, {
        from: folder,
        log,
        createContext: (own, more) => createContext(own, environment, { ...given, ...more }),
      });
      return await withSarif(outcome);
    }
    return await withSarif(await runCommand(inputs.command, await createContext(inputs, environment, given)));
  } catch (error) {
    return { failures: [failureOfThrown(error, signal)] };
  }

  async function withSarif(outcome: CommandResult): Promise<CommandResult> {
    if (inputs.sarifPath === undefined) return outcome;
    const { writeSarif } = await import("../publish/sarif.ts");
    const result = withoutSecrets(toResult(inputs.command, outcome, 0, 0));
    const failures = await writeSarif(result, await createContext(inputs, environment, given));
    return { ...outcome, failures: [...outcome.failures, ...failures] };
  }
}

/** The inputs of the action as the options give them; paths are taken as they are, commas and all. */
function inputsOf({ command, paths, given }: CommandCall, folder: string): Inputs {
  const inputs = readGiven(
    (name) => {
      if (name === "command") return command === "init" ? "plan" : command;
      return name === "summary" || name === "comment" ? "false" : (given.get(name) ?? "");
    },
    (name) => `--${name}`,
  );
  if (command === "init" && paths.length > 0)
    throw new WrongUsage(`init takes no paths; it looks at the whole folder. --output names the file that it writes.`);
  const named = given.has("config") ? inputs.config : [];
  return {
    ...inputs,
    config: given.get("changed") === "true" ? named : paths.length === 0 ? inputs.config : [...paths, ...named],
    workingDirectory: resolve(folder, inputs.workingDirectory),
  };
}

function exitOf({ failures }: CommandResult): number {
  if (failures.length === 0) return exits.ok;
  return failures.every(({ reason }) => reason === "changes-pending") ? exits.changes : exits.failed;
}

/** What a shell expects of a program that was ended by a signal. */
const signalNumbers = { SIGINT: 2, SIGTERM: 15 } as const;

/** The first signal ends what is going on in good order, the second one at once. */
function listenForInterruption() {
  const controller = new AbortController();
  let ended: number | undefined;
  const signals = Object.entries(signalNumbers).map(([name, number]) => {
    const onSignal = () => {
      const code = exits.interrupted + number;
      if (ended !== undefined) process.exit(code);
      ended = code;
      controller.abort(new Error("Interrupted."));
    };
    process.on(name, onSignal);
    return () => void process.off(name, onSignal);
  });
  return {
    signal: controller.signal,
    endedBy: () => ended,
    stopListening: () => {
      for (const stop of signals) stop();
    },
  };
}
