import { mkdir, readdir, rm } from "node:fs/promises";
import { delimiter, dirname, join, relative } from "node:path";
import { parse } from "yaml";
import { runLogged } from "../../src/run/on-runner/process.ts";
import { planPip } from "../../src/run/on-runner/python-environment.ts";
import { ensureVirtualEnvironment, findPython } from "../../src/run/on-runner/virtual-environment.ts";
import type { Assets } from "../arm/assets.ts";
import type { Endpoints } from "../reply.ts";
import { seeded, workspacePath } from "../settings.ts";
import type { Storage } from "../storage.ts";
import type { Store } from "../store.ts";
import { artifactContainer, artifactFolder, type JobDocument } from "./job.ts";
import { openLiveLog, type LiveLog } from "./live-log.ts";

export type RunnerOptions = {
  readonly store: Store;
  readonly storage: Storage;
  readonly assets: Assets;
  readonly folder: string;
  readonly maxParallel: number;
  readonly caFile: string;
  /** Own origin: a job on this machine reaches the tracking server by it, whatever way its submitter came. */
  readonly origin: () => string;
  readonly issueToken: () => string;
};

/** Runs command jobs as processes of this machine, in environments built from what the jobs say. */
export type Runner = {
  readonly submit: (name: string, endpoints: Endpoints) => void;
  readonly cancel: (name: string) => void;
  readonly stop: () => Promise<void>;
};

const over = ["Completed", "Failed", "Canceled"];

/** A job that the service could not run; becomes the run's error. */
class JobFailed extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export function createRunner(options: RunnerOptions): Runner {
  const { store, maxParallel } = options;
  const queue: string[] = [];
  const running = new Map<string, { readonly controller: AbortController; readonly done: Promise<void> }>();
  const update = (name: string, change: Partial<JobDocument>) => {
    const job = store.get<JobDocument>("jobs", name);
    if (job !== undefined) store.put("jobs", name, { ...job, ...change });
  };
  // What ran when the emulator went down runs no more.
  for (const { value } of store.list<JobDocument>("jobs")) {
    if (!over.includes(value.status)) {
      update(value.name, {
        status: "Failed",
        endedAt: new Date().toISOString(),
        error: { code: "ServiceError", message: "The node on which the job ran was lost." },
      });
    }
  }

  const pump = () => {
    while (running.size < maxParallel) {
      const name = queue.shift();
      if (name === undefined) return;
      const controller = new AbortController();
      const done = runJob(name, controller.signal, options, update).finally(() => {
        running.delete(name);
        pump();
      });
      running.set(name, { controller, done });
    }
  };

  return {
    submit: (name) => {
      update(name, { status: "Queued" });
      queue.push(name);
      pump();
    },
    cancel: (name) => {
      const job = store.get<JobDocument>("jobs", name);
      if (job === undefined || over.includes(job.status)) return;
      const place = queue.indexOf(name);
      if (place >= 0) {
        queue.splice(place, 1);
        update(name, { status: "Canceled", endedAt: new Date().toISOString() });
        return;
      }
      update(name, { status: "CancelRequested" });
      running.get(name)?.controller.abort();
    },
    stop: async () => {
      queue.length = 0;
      for (const { controller } of running.values()) controller.abort();
      await Promise.allSettled([...running.values()].map(({ done }) => done));
    },
  };
}

type Update = (name: string, change: Partial<JobDocument>) => void;

async function runJob(name: string, signal: AbortSignal, options: RunnerOptions, update: Update): Promise<void> {
  const job = options.store.get<JobDocument>("jobs", name);
  if (job === undefined) return;
  const folder = join(options.folder, "runs", name);
  const logs: LiveLog[] = [];
  const log = async (file: string): Promise<LiveLog> => {
    const container = (await options.storage.service()).getContainerClient(artifactContainer);
    const opened = await openLiveLog(container.getAppendBlobClient(`${artifactFolder(name)}/${file}`));
    logs.push(opened);
    return opened;
  };
  try {
    update(name, { status: "Preparing", startedAt: new Date().toISOString() });
    const code = join(folder, "code");
    await mkdir(join(code, "outputs"), { recursive: true });
    await fetchCode(job, code, options);
    const path = await buildEnvironment(job, options, log, signal);
    const command = await bind(job, folder, options);
    update(name, { status: "Running" });
    const std = await log("user_logs/std_log.txt");
    const env = {
      ...environmentOf(job, name, options),
      PATH: [path, process.env["PATH"]].filter((part) => part !== undefined).join(delimiter),
    };
    const end = await runLogged("bash", ["-c", command], { cwd: code, env, onLine: std.line, signal });
    update(name, { status: signal.aborted ? "CancelRequested" : "Finalizing" });
    await Promise.all(logs.map((one) => one.close()));
    await uploadOutputs(name, code, folder, options);
    if (signal.aborted) update(name, { status: "Canceled" });
    else if (end.code === 0) update(name, { status: "Completed" });
    else
      throw new JobFailed(
        "UserError",
        `Execution failed. User process '/bin/bash' exited with status code ${String(end.code)}. Please check log file 'user_logs/std_log.txt' for error details.`,
      );
  } catch (error) {
    const failure =
      error instanceof JobFailed
        ? error
        : new JobFailed("SystemError", error instanceof Error ? error.message : String(error));
    if (signal.aborted) update(name, { status: "Canceled" });
    else update(name, { status: "Failed", error: { code: failure.code, message: failure.message } });
  } finally {
    await Promise.allSettled(logs.map((one) => one.close()));
    update(name, { endedAt: new Date().toISOString() });
    await rm(folder, { recursive: true, force: true });
  }
}

/** Downloads the registered code into the folder in which the job runs. */
async function fetchCode(job: JobDocument, folder: string, { assets, storage }: RunnerOptions): Promise<void> {
  const id = job.properties["codeId"];
  if (typeof id !== "string") return;
  const [, name = "", version = ""] = /\/codes\/([^/]+)\/versions\/([^/]+)$/.exec(id) ?? [];
  const uri = assets.find("codes", name, version)?.properties["codeUri"];
  if (typeof uri !== "string") throw new JobFailed("UserError", `The code ${id} does not exist.`);
  const parts = new URL(uri).pathname.split("/").filter((part) => part !== "");
  if (parts[0] === seeded.storageAccount) parts.shift();
  const [containerName = "", ...prefix] = parts;
  const container = (await storage.service()).getContainerClient(containerName);
  const start = prefix.length === 0 ? "" : `${prefix.join("/")}/`;
  for await (const blob of container.listBlobsFlat({ prefix: start })) {
    const path = join(folder, blob.name.slice(start.length));
    await mkdir(dirname(path), { recursive: true });
    await container.getBlobClient(blob.name).downloadToFile(path);
  }
}

/** @returns the folder of the environment's executables; `undefined` where the machine's own will do. */
async function buildEnvironment(
  job: JobDocument,
  options: RunnerOptions,
  log: (file: string) => Promise<LiveLog>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const id = String(job.properties["environmentId"]);
  const [, name = "", version = ""] = /\/environments\/([^/]+)\/versions\/([^/]+)$/.exec(id) ?? [];
  const found = options.assets.find("environments", name, version);
  // Curated environments are images that cannot be had here: their jobs run with what the machine has.
  if (found === undefined && /^(azureml:|azureml:\/\/)/i.test(id)) return undefined;
  if (found === undefined) throw new JobFailed("UserError", `The environment ${id} does not exist.`);
  const conda = found.properties["condaFile"];
  if (typeof conda !== "string") return undefined;
  const build = await log("azureml-logs/20_image_build_log.txt");
  const plan = planPip(parse(conda) as Readonly<Record<string, unknown>>);
  if (plan.notByPip.length > 0) {
    build.line(`Not installable with pip: ${plan.notByPip.join(", ")}`);
    throw new JobFailed(
      "ImageBuildFailure",
      `The environment could not be built: ${plan.notByPip.join(", ")} cannot be installed here.`,
    );
  }
  const python = await findPython(process.env["PATH"] ?? "");
  if (python === undefined)
    throw new JobFailed(
      "ImageBuildFailure",
      "The environment could not be built: this machine has no Python of version 3.9 or newer with venv.",
    );
  build.line(`Building with Python ${python.version}: ${plan.requirements.join(" ")}`);
  try {
    return await ensureVirtualEnvironment(plan.requirements, python, join(options.folder, "environments"), {
      environment: process.env,
      onLine: build.line,
      signal,
    });
  } catch (error) {
    throw new JobFailed(
      "ImageBuildFailure",
      `The environment could not be built: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** Puts inputs and outputs into the command. Data of the workspace's own storage is fetched; addresses go in as they are. */
async function bind(job: JobDocument, folder: string, options: RunnerOptions): Promise<string> {
  const inputs = (job.properties["inputs"] ?? {}) as Readonly<
    Record<string, { jobInputType?: string; value?: string; uri?: string }>
  >;
  const outputs = (job.properties["outputs"] ?? {}) as Readonly<Record<string, unknown>>;
  const values = new Map<string, string>();
  for (const [name, input] of Object.entries(inputs)) {
    values.set(
      `inputs.${name}`,
      input.jobInputType === "literal"
        ? (input.value ?? "")
        : await materialize(name, input.uri ?? "", folder, options),
    );
  }
  for (const name of Object.keys(outputs)) {
    const path = join(folder, "named-outputs", name);
    await mkdir(path, { recursive: true });
    values.set(`outputs.${name}`, path);
  }
  return String(job.properties["command"]).replaceAll(
    /\$\{\{\s*((?:inputs|outputs)\.[A-Za-z0-9_]+)\s*\}\}/g,
    (_, key: string) => values.get(key) ?? "",
  );
}

async function materialize(
  name: string,
  uri: string,
  folder: string,
  { assets, storage }: RunnerOptions,
): Promise<string> {
  const [, asset, version] = /\/data\/([^/]+)\/versions\/([^/]+)$/.exec(uri) ?? [];
  const address =
    asset === undefined ? uri : String(assets.find("data", asset, version ?? "")?.properties["dataUri"] ?? "");
  const [, path] = /^azureml:\/\/.*datastores\/workspaceblobstore\/paths\/(.+)$/.exec(address) ?? [];
  if (path === undefined) return address;
  const container = (await storage.service()).getContainerClient("azureml-blobstore");
  const target = join(folder, "inputs", name);
  await mkdir(target, { recursive: true });
  let last = target;
  for await (const blob of container.listBlobsFlat({ prefix: path })) {
    const rest = blob.name === path ? (blob.name.split("/").at(-1) ?? "") : relative(path, blob.name);
    last = join(target, rest);
    await mkdir(dirname(last), { recursive: true });
    await container.getBlobClient(blob.name).downloadToFile(last);
    if (blob.name === path) return last;
  }
  return target;
}

function environmentOf(
  job: JobDocument,
  name: string,
  { origin, issueToken, caFile }: RunnerOptions,
): Record<string, string | undefined> {
  const variables = (job.properties["environmentVariables"] ?? {}) as Readonly<Record<string, unknown>>;
  return {
    HOME: process.env["HOME"],
    LANG: process.env["LANG"] ?? "C.UTF-8",
    PYTHONUNBUFFERED: "1",
    AZUREML_RUN_ID: name,
    AZUREML_EXPERIMENT_NAME: String(job.properties["experimentName"] ?? "Default"),
    MLFLOW_RUN_ID: name,
    MLFLOW_TRACKING_URI: `${origin()}/mlflow/v2.0${workspacePath}`,
    MLFLOW_TRACKING_TOKEN: issueToken(),
    MLFLOW_TRACKING_SERVER_CERT_PATH: caFile,
    GIT_PYTHON_REFRESH: "quiet",
    ...Object.fromEntries(Object.entries(variables).map(([key, value]) => [key, String(value)])),
  };
}

/** What the job wrote to `outputs` and `logs` becomes artifacts; named outputs go to the default datastore. */
async function uploadOutputs(name: string, code: string, folder: string, { storage }: RunnerOptions): Promise<void> {
  const service = await storage.service();
  const upload = async (from: string, containerName: string, prefix: string) => {
    const entries = await readdir(from, { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      await service
        .getContainerClient(containerName)
        .getBlockBlobClient(`${prefix}/${relative(from, path)}`)
        .uploadFile(path);
    }
  };
  await upload(join(code, "outputs"), artifactContainer, `${artifactFolder(name)}/outputs`);
  await upload(join(code, "logs"), artifactContainer, `${artifactFolder(name)}/logs`);
  await upload(join(folder, "named-outputs"), "azureml-blobstore", `azureml/${name}`);
}
