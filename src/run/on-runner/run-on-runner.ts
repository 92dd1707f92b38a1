import { copyFile, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
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
import { createContainer } from "./container/container.ts";
import { findEngine } from "./container/engine.ts";
import { imageOf } from "./container/image.ts";
import { prepareEnvironment } from "./environment.ts";
import { runLogged, type LogLine, type ProcessEnd } from "./process.ts";
import { withShellValues, type SafeCommand } from "./shell-values.ts";
import { EnvironmentFailed } from "./virtual-environment.ts";

export type LocalDeps = {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly resolveSecret: ResolveSecret;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Name of the run that this one belongs to. */
  readonly rootName?: string;
  /** Folder of the run of another step of the same pipeline. */
  readonly folderOfStep?: (step: string) => string;
  /** Whether what runs on a compute runs in a container there. */
  readonly usesContainer: (compute: string | undefined) => boolean;
  /** Folder of the run that this one belongs to; its own where it belongs to none. */
  readonly rootFolder?: string;
  /** Folder of this run: code, outputs and metrics. */
  readonly runFolder: string;
  /** Folder in which environments are kept between runs. */
  readonly cacheFolder: string;
  readonly onLine: (file: string, line: string) => void;
  readonly onStatus: (status: string) => void;
  /** Told of a container before it is created, and of nothing once it is gone. */
  readonly onContainer: (name?: string) => void;
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
  const buildLog = keep("azureml-logs/20_image_build_log.txt");
  await mkdir(outputsFolder, { recursive: true });
  deps.onStatus("Preparing");
  await copyCode(work, codeFolder);
  await mkdir(join(runFolder, "named-outputs"), { recursive: true });
  for (const output of work.outputs) await mkdir(join(runFolder, "named-outputs", output), { recursive: true });
  const { command, variables } = substitute(work, deps);
  const own = {
    ...work.machine.variables,
    ...(await variablesOf(work, deps.resolveSecret)),
    ...variables,
    AZUREML_RUN_ID: name,
    ...(deps.rootName === undefined ? {} : { AZUREML_ROOT_RUN_ID: deps.rootName }),
    MLFLOW_RUN_NAME: name,
    MLFLOW_TRACKING_URI: pathToFileURL(join(runFolder, "mlruns")).href,
    // Newer MLflow wants to be told that a file store is meant.
    MLFLOW_ALLOW_FILE_STORE: "true",
    PYTHONUNBUFFERED: "1",
  };
  const prepare = deps.usesContainer(work.compute) ? prepareContainer : prepareHere;
  const start = await prepare(name, work, { command, variables: own, cwd: codeFolder }, deps, buildLog);
  deps.onStatus("Running");
  const limit = limitedTo(work.timeoutSeconds, signal);
  const end = await start({ onLine: keep("user_logs/std_log.txt"), signal: limit });
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

type Work = {
  readonly command: string;
  /** The job's own. */
  readonly variables: Readonly<Record<string, string>>;
  readonly cwd: string;
};
type Limits = { readonly onLine: LogLine; readonly signal: AbortSignal };
type Start = (limits: Limits) => Promise<ProcessEnd>;

/** In an environment of this machine. */
async function prepareHere(
  _name: string,
  process: RunnerProcess,
  { command, variables, cwd }: Work,
  deps: LocalDeps,
  onLine: LogLine,
): Promise<Start> {
  const { variables: ofEnvironment, activation } = await prepareEnvironment(process, deps, onLine);
  const env = { ...childEnvironment(deps.environment), ...variables, ...ofEnvironment };
  const text = activation === undefined ? command : `${activation}\n${command}`;
  return (limits) => runLogged("bash", ["-c", text], { cwd, env, ...limits });
}

/** In a container of the environment's image. */
async function prepareContainer(
  name: string,
  process: RunnerProcess,
  { command, variables, cwd }: Work,
  { environment: ofMachine, runFolder, rootFolder = runFolder, signal, onContainer }: LocalDeps,
  onLine: LogLine,
): Promise<Start> {
  const { environment, inputs, machine } = process;
  const engine = await findEngine(ofMachine);
  if (engine === undefined)
    throw new EnvironmentFailed(
      "The run is to be in a container, and no container engine answers on this machine: neither docker nor podman. Start one, or remove container: true from the target.",
    );
  if (environment.from === "reference")
    throw new EnvironmentFailed(`The image of ${environment.id} is defined only in Azure. Name the image in the job.`);
  onLine(`Preparing a container with ${engine.is} ${engine.version}.`);
  const image = await imageOf(environment.definition, engine, { folder: runFolder, onLine, signal });
  const data = Object.values(inputs).flatMap((input) =>
    input.kind === "data" && input.local !== undefined ? [{ path: input.local, readOnly: true }] : [],
  );
  return createContainer(command, {
    engine,
    image,
    name,
    machine,
    mounts: [{ path: rootFolder, readOnly: false }, ...data],
    cwd,
    folder: runFolder,
    variables,
    onContainer,
    onLine,
    signal,
  });
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
