import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { runLogged } from "../../../src/run/on-runner/process.ts";
import { armError } from "../../server/reply.ts";
import { variablesOf } from "./command.ts";
import { finishProcess } from "./files.ts";
import { findPySpark, submitArguments } from "./spark.ts";
import type { EmulatedJobType } from "./type.ts";
import { fetchSnapshot } from "./v1-step.ts";

/** What of a run configuration of the first SDK decides what runs here. */
export type V1Configuration = {
  readonly script?: string | null;
  readonly arguments?: readonly unknown[];
  readonly command?: string | readonly unknown[];
  readonly target?: string;
  readonly framework?: string;
  readonly environment?: { readonly environmentVariables?: Readonly<Record<string, unknown>> };
  readonly environmentVariables?: Readonly<Record<string, unknown>>;
  readonly spark?: { readonly configuration?: Readonly<Record<string, unknown>> };
};

const logFile = "user_logs/std_log.txt";

/**
 * A run configuration of the first SDK. The emulator has no cluster: PySpark runs by Spark on this machine where it has that
 * and Java, and everything else as a plain process. The log begins with which of these it was.
 */
export const v1Run: EmulatedJobType = {
  jobType: "V1Run",
  runType: "azureml.scriptrun",
  check: () => armError(400, "UserError", "Jobs of ARM have no type V1Run."),
  run: async (run) => {
    const { job, folder, signal } = run;
    const { configuration, snapshot } = job.properties as {
      readonly configuration: V1Configuration;
      readonly snapshot: string;
    };
    const code = join(folder, "code");
    await mkdir(join(code, "outputs"), { recursive: true });
    await fetchSnapshot(snapshot, code, run);
    run.setStatus("Running");
    const { line } = await run.log(logFile);
    const path = process.env["PATH"] ?? "";
    const pySpark = configuration.framework === "PySpark" ? await findPySpark(path) : undefined;
    line(
      pySpark === undefined
        ? `Emulator: there is no cluster here, so this runs as a plain process of this machine. Packages of its environment are not installed.`
        : `Emulator: there is no cluster here, so this runs by PySpark ${pySpark} on this machine.`,
    );
    const env = {
      ...variablesOf(run),
      ...textsOf(configuration.environment?.environmentVariables),
      ...textsOf(configuration.environmentVariables),
      PATH: path,
      JAVA_HOME: process.env["JAVA_HOME"],
      ...(pySpark === undefined
        ? {}
        : { PYSPARK_SUBMIT_ARGS: submitArguments({ conf: configuration.spark?.configuration ?? {} }) }),
    };
    const [program, ...args] = wordsOf(configuration);
    const end = await runLogged(program, args, { cwd: code, env, onLine: line, signal });
    await finishProcess(
      run,
      code,
      end.code,
      `Execution failed. The process exited with status code ${String(end.code)}. Please check log file '${logFile}' for error details.`,
    );
  },
};

function wordsOf({ script, arguments: args = [], command }: V1Configuration): readonly [string, ...string[]] {
  const text = typeof command === "string" ? command : (command ?? []).map(String).join(" ");
  return text === "" ? ["python3", script ?? "", ...args.map(String)] : ["bash", "-c", text];
}

function textsOf(variables: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, String(value)]));
}
