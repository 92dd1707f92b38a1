import { copyFile, mkdir } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Clock } from "../../clock.ts";
import type { ResolveSecret } from "../../secret/secret.ts";
import type { MetricSeries } from "../../report/result.ts";
import { isSecret, type CommandJob } from "../../job/definition.ts";
import { takeSnapshot } from "../../asset/upload/snapshot.ts";
import { readFileStore } from "./file-store.ts";
import { runLogged } from "./process.ts";
import { planPip } from "./python-environment.ts";
import { ensureVirtualEnvironment, findPython } from "./virtual-environment.ts";

export type LocalDeps = {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly resolveSecret: ResolveSecret;
  readonly environment: Readonly<Record<string, string | undefined>>;
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
};

const tailLines = 60;

/** A job that this machine cannot run, and why. */
export class NotRunnableHere extends Error {
  constructor(message: string) {
    super(message);
    this.name = "NotRunnableHere";
  }
}

/** Runs a command job on this machine as the service would: its code in a folder of its own, its environment, its command. */
export async function runLocally(name: string, job: CommandJob, deps: LocalDeps): Promise<LocalRun> {
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
  await copyCode(job, codeFolder);
  const command = substitute(job, runFolder);
  const path = await environmentPath(job, deps, keep("azureml-logs/20_image_build_log.txt"));
  const env = {
    ...inherited(deps.environment),
    ...(await variablesOf(job, deps.resolveSecret)),
    PATH: [path, deps.environment["PATH"]].filter((part) => part !== undefined).join(delimiter),
    AZUREML_RUN_ID: name,
    MLFLOW_RUN_NAME: name,
    MLFLOW_TRACKING_URI: pathToFileURL(join(runFolder, "mlruns")).href,
    // Newer MLflow wants to be told that a file store is meant.
    MLFLOW_ALLOW_FILE_STORE: "true",
    PYTHONUNBUFFERED: "1",
  };
  for (const output of Object.keys(job.outputs))
    await mkdir(join(runFolder, "named-outputs", output), { recursive: true });
  deps.onStatus("Running");
  const limit =
    job.limits?.timeout === undefined
      ? signal
      : AbortSignal.any([signal, AbortSignal.timeout(job.limits.timeout * 1000)]);
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
        ? "The job's own time limit passed."
        : undefined;
  return { status, metrics, tail, outputsFolder, ...(error === undefined ? {} : { error }) };
}

/** The step's environment without what belongs to the action itself: inputs, tokens, and the files of the runner's protocol. */
function inherited(environment: LocalDeps["environment"]): Readonly<Record<string, string | undefined>> {
  const own = /^(INPUT_|STATE_|ACTIONS_|AZURE_CLIENT_SECRET$|GITHUB_(TOKEN|OUTPUT|STATE|ENV|PATH|STEP_SUMMARY)$)/;
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !own.test(name)));
}

async function copyCode(job: CommandJob, folder: string): Promise<void> {
  if (job.code === undefined) return;
  if (job.code.from === "reference") {
    throw new NotRunnableHere(`The job's code is ${job.code.id}; a run on this machine needs it as a local folder.`);
  }
  const { files } = await takeSnapshot(job.code.folder);
  for (const { name, path } of files) {
    const to = join(folder, name);
    await mkdir(dirname(to), { recursive: true });
    await copyFile(path, to);
  }
}

/** `${{inputs.x}}` and `${{outputs.x}}` as the service puts them in. */
function substitute(job: CommandJob, runFolder: string): string {
  return job.command.replaceAll(
    /\$\{\{\s*(inputs|outputs)\.([A-Za-z0-9_]+)\s*\}\}/g,
    (_, section: string, name: string) => {
      if (section === "outputs") return join(runFolder, "named-outputs", name);
      const input = job.inputs[name];
      if (input?.kind === "literal") return input.value;
      if (input?.local !== undefined) return input.local;
      throw new NotRunnableHere(
        `The input ${JSON.stringify(name)} is data in Azure (${input?.kind === "data" ? input.path : ""}), which a run on this machine does not fetch.`,
      );
    },
  );
}

/** @returns the folder of executables to put first on the path; `undefined` where the job needs no Python packages. */
async function environmentPath(
  job: CommandJob,
  deps: LocalDeps,
  onLine: (line: string) => void,
): Promise<string | undefined> {
  if (job.environment.from === "reference") {
    onLine(`The environment ${job.environment.id} is kept in Azure; the run uses what is installed on this machine.`);
    return undefined;
  }
  const { conda, image, build } = job.environment.definition;
  if (build !== undefined)
    throw new NotRunnableHere(
      "The environment is built from a Docker context, which a run on this machine does not do. Give image and conda_file, or a compute target of the workspace.",
    );
  if (conda === undefined) {
    onLine(`The image ${image ?? ""} is not used on this machine; the run uses what is installed here.`);
    return undefined;
  }
  const { requirements, python: wanted, notByPip } = planPip(conda);
  if (notByPip.length > 0) {
    throw new NotRunnableHere(
      `These packages of the conda file are not to be had from pip, with which a run on this machine installs: ${notByPip.join(", ")}.`,
    );
  }
  const python = await findPython(deps.environment["PATH"] ?? "");
  if (python === undefined)
    throw new NotRunnableHere(
      "No Python of version 3.9 or newer with venv is on this machine. Add actions/setup-python before this step.",
    );
  if (wanted !== undefined && !`${python.version}.`.startsWith(`${wanted}.`)) {
    onLine(`The conda file asks for Python ${wanted}; this machine has ${python.version}, which is used.`);
  }
  return ensureVirtualEnvironment(requirements, python, deps.cacheFolder, {
    environment: deps.environment,
    onLine,
    signal: deps.signal,
  });
}

async function variablesOf(job: CommandJob, resolveSecret: ResolveSecret): Promise<Readonly<Record<string, string>>> {
  const entries = await Promise.all(
    Object.entries(job.environmentVariables).map(
      async ([name, value]) => [name, isSecret(value) ? await resolveSecret(value) : String(value)] as const,
    ),
  );
  return Object.fromEntries(entries);
}
