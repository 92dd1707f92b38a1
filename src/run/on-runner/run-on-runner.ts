import { copyFile, mkdir } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Clock } from "../../clock.ts";
import type { ResolveSecret } from "../../secret/secret.ts";
import type { MetricSeries } from "../../report/result.ts";
import type { RunnerProcess } from "../../job/kind.ts";
import { valueAt } from "../../job/parts/sampling.ts";
import { isSecret } from "../../job/parts/variables.ts";
import { takeSnapshot } from "../../asset/upload/snapshot.ts";
import { childEnvironment } from "./child-environment.ts";
import { readFileStore } from "./file-store.ts";
import { runLogged } from "./process.ts";
import { planPip } from "./python-environment.ts";
import { withShellValues, type SafeCommand } from "./shell-values.ts";
import { ensureVirtualEnvironment, findPython } from "./virtual-environment.ts";

export type LocalDeps = {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly resolveSecret: ResolveSecret;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Name of the run that this one belongs to. */
  readonly rootName?: string;
  /** Folder of the run of another step of the same pipeline. */
  readonly folderOfStep?: (step: string) => string;
  /** Folder of this run: code, outputs and metrics. */
  readonly runFolder: string;
  /** Folder in which environments are kept between runs. */
  readonly cacheFolder: string;
  readonly onLine: (file: string, line: string) => void;
  readonly onStatus: (status: string) => void;
};

export type LocalRun = {
  /** In the words of the service: `Completed`, `Failed`, `Canceled`. */
  readonly status: string;
  readonly error?: string;
  readonly metrics: readonly MetricSeries[];
  readonly tail: readonly string[];
  /** Folder of what the run wrote to `./outputs`. */
  readonly outputsFolder: string;
  /** Ended by its time limit. */
  readonly timedOut: boolean;
};

const tailLines = 60;

/** A job that this machine cannot run, and why. */
export class NotRunnableHere extends Error {
  constructor(message: string) {
    super(message);
    this.name = "NotRunnableHere";
  }
}

/** Runs a process on this machine as the service would: its code in a folder of its own, its environment, its command. */
export async function runProcess(name: string, work: RunnerProcess, deps: LocalDeps): Promise<LocalRun> {
  const { runFolder, signal } = deps;
  const codeFolder = join(runFolder, "code");
  const outputsFolder = join(codeFolder, "outputs");
  const tail: string[] = [];
  const keep = (file: string) => (line: string) => {
    tail.push(line);
    tail.splice(0, Math.max(0, tail.length - tailLines));
    deps.onLine(file, line);
  };
  await mkdir(outputsFolder, { recursive: true });
  deps.onStatus("Preparing");
  await copyCode(work, codeFolder);
  const { command, variables } = substitute(work, deps);
  const path = await environmentPath(work, deps, keep("azureml-logs/20_image_build_log.txt"));
  const env = {
    ...childEnvironment(deps.environment),
    ...(await variablesOf(work, deps.resolveSecret)),
    ...variables,
    PATH: [path, deps.environment["PATH"]].filter((part) => part !== undefined).join(delimiter),
    AZUREML_RUN_ID: name,
    ...(deps.rootName === undefined ? {} : { AZUREML_ROOT_RUN_ID: deps.rootName }),
    MLFLOW_RUN_NAME: name,
    MLFLOW_TRACKING_URI: pathToFileURL(join(runFolder, "mlruns")).href,
    // Newer MLflow wants to be told that a file store is meant.
    MLFLOW_ALLOW_FILE_STORE: "true",
    PYTHONUNBUFFERED: "1",
  };
  await mkdir(join(runFolder, "named-outputs"), { recursive: true });
  for (const output of work.outputs) await mkdir(join(runFolder, "named-outputs", output), { recursive: true });
  deps.onStatus("Running");
  const limit = limitedTo(work.timeoutSeconds, signal);
  const end = await runLogged("bash", ["-c", command], {
    cwd: codeFolder,
    env,
    onLine: keep("user_logs/std_log.txt"),
    signal: limit,
  });
  const metrics = await readFileStore(join(runFolder, "mlruns"));
  const status = end.aborted ? "Canceled" : end.code === 0 ? "Completed" : "Failed";
  deps.onStatus(status);
  const error =
    status === "Failed"
      ? `The command ended with exit code ${String(end.code)}.`
      : end.aborted && !signal.aborted
        ? "Its own time limit passed."
        : undefined;
  const timedOut = end.aborted && !signal.aborted;
  return { status, metrics, tail, outputsFolder, timedOut, ...(error === undefined ? {} : { error }) };
}

/** The same signal, which also ends what takes longer. */
export function limitedTo(seconds: number | undefined, signal: AbortSignal): AbortSignal {
  return seconds === undefined ? signal : AbortSignal.any([signal, AbortSignal.timeout(inTimer(seconds))]);
}

/** Milliseconds that a timer of Node can hold: above them it would end at once. */
function inTimer(seconds: number): number {
  return Math.min(seconds * 1000, 2 ** 31 - 1);
}

async function copyCode({ code }: RunnerProcess, folder: string): Promise<void> {
  if (code?.from !== "local") return;
  const { files } = await takeSnapshot(code.folder, code.root);
  for (const { name, path } of files) {
    const to = join(folder, name);
    await mkdir(dirname(to), { recursive: true });
    await copyFile(path, to);
  }
}

/** The bindings of the command as words of the shell. */
function substitute(
  { command, inputs, parameters }: RunnerProcess,
  { runFolder, folderOfStep }: LocalDeps,
): SafeCommand {
  return withShellValues(command, {
    output: (name) => join(runFolder, "named-outputs", name),
    input: (name) => {
      const input = inputs[name];
      if (input?.kind === "output") return join(folderOfStep?.(input.step) ?? runFolder, "named-outputs", input.name);
      return (input?.kind === "literal" ? input.value : input?.local) ?? "";
    },
    ...(parameters === undefined ? {} : { parameter: (name) => valueAt(parameters, name) ?? "" }),
  });
}

/** @returns the folder of executables to put first on the path; `undefined` where the job needs no Python packages. */
async function environmentPath(
  { environment }: RunnerProcess,
  deps: LocalDeps,
  onLine: (line: string) => void,
): Promise<string | undefined> {
  if (environment.from === "reference") {
    onLine(`The environment ${environment.id} is kept in Azure; the run uses what is installed on this machine.`);
    return undefined;
  }
  const { conda, image } = environment.definition;
  if (conda === undefined) {
    onLine(`The image ${image ?? ""} is not used on this machine; the run uses what is installed here.`);
    return undefined;
  }
  const { requirements, python: wanted } = planPip(conda);
  const python = await findPython(deps.environment["PATH"] ?? "", childEnvironment(deps.environment));
  if (python === undefined)
    throw new NotRunnableHere(
      "This machine has no Python 3.9 or newer with venv. Add actions/setup-python before this step.",
    );
  if (wanted !== undefined && !`${python.version}.`.startsWith(`${wanted}.`)) {
    onLine(`The conda file asks for Python ${wanted}; this machine has ${python.version}, which is used.`);
  }
  return ensureVirtualEnvironment(requirements, python, deps.cacheFolder, {
    environment: childEnvironment(deps.environment),
    onLine,
    signal: deps.signal,
  });
}

async function variablesOf(
  { environmentVariables }: RunnerProcess,
  resolveSecret: ResolveSecret,
): Promise<Readonly<Record<string, string>>> {
  const entries = await Promise.all(
    Object.entries(environmentVariables).map(
      async ([name, value]) => [name, isSecret(value) ? await resolveSecret(value) : value] as const,
    ),
  );
  return Object.fromEntries(entries);
}
