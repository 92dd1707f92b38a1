import { createServer, type AddressInfo } from "node:net";
import { get } from "node:http";
import { delimiter, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { childEnvironment } from "../../src/run/on-runner/child-environment.ts";
import { runLogged } from "../../src/run/on-runner/process.ts";
import {
  EnvironmentUnusable,
  ensureServingEnvironment,
  sharedEnvironments,
  type ServingEnvironment,
} from "./environment.ts";

/** A model that is to be served by Azure ML's own server. */
export type ServerSettings = {
  /** What `AZUREML_MODEL_DIR` names; absent: no model is mounted. */
  readonly modelFolder?: string;
  /** `AML_APP_ROOT`; the server works there. */
  readonly codeFolder: string;
  /** Below the code folder. */
  readonly scoringScript: string;
  readonly environment: ServingEnvironment;
  readonly environmentVariables?: Readonly<Record<string, string>>;
  /** Where environments are kept by their content; default: one folder for all emulators of this machine. */
  readonly environmentsFolder?: string;
  /** How long it may take from the start of the process to its first healthy answer. */
  readonly startSeconds?: number;
  /** What is asked whether it is ready; default `/` at the server's own port. */
  readonly probe?: { readonly path: string; readonly port: number };
};

/** Why a server never became ready, or ended. */
export type ServerFailure = {
  readonly code: "ImageBuildFailure" | "ContainerCrashed" | "ProbeFailed";
  readonly message: string;
};

export type ServerState = "building" | "starting" | "ready" | "failed" | "stopped";

/** A running inference server. */
export type InferenceServer = {
  readonly state: () => ServerState;
  /** On loopback; `undefined` before its process is started. */
  readonly port: () => number | undefined;
  /** What the server and the scoring script wrote. */
  readonly log: () => readonly string[];
  /** What was written while its environment was built. */
  readonly buildLog: () => readonly string[];
  /** Resolves once it is ready, or never will be. */
  readonly ready: Promise<ServerFailure | undefined>;
  /** Ends it with everything that it has started. */
  readonly stop: () => Promise<void>;
};

/** The port at which Azure ML's server listens in its container. */
const containerPort = 5001;

/** Lines of a log that are kept. */
const keptLines = 5000;
const defaultStartSeconds = 310;
const probeEveryMs = 100;

/** Listens on loopback alone, and ends with the process that has started it. */
const launcher = [
  "import os, signal, threading, time",
  "parent = os.getppid()",
  "def follow():",
  "    while os.getppid() == parent: time.sleep(1)",
  "    os.kill(os.getpid(), signal.SIGTERM)",
  "threading.Thread(target=follow, daemon=True).start()",
  "from azureml_inference_server_http import constants",
  'constants.DEFAULT_HOST = "127.0.0.1"',
  "from azureml_inference_server_http import amlserver",
  "amlserver.run()",
].join("\n");

/** Builds the environment, starts the server and probes it. Nothing is thrown: `ready` says how it went. */
export function startInferenceServer(settings: ServerSettings): InferenceServer {
  const controller = new AbortController();
  const log: string[] = [];
  const buildLog: string[] = [];
  let state: ServerState = "building";
  let port: number | undefined;
  let running: Promise<unknown> = Promise.resolve();
  const keep = (lines: string[]) => (line: string) => {
    lines.push(line);
    if (lines.length > keptLines) lines.splice(0, lines.length - keptLines);
  };
  const moveTo = (next: ServerState) => {
    if (state !== "stopped") state = next;
  };
  const start = async (): Promise<ServerFailure | undefined> => {
    const bin = await ensureServingEnvironment(settings.environment, {
      folder: settings.environmentsFolder ?? sharedEnvironments,
      onLine: keep(buildLog),
      signal: controller.signal,
    });
    moveTo("starting");
    const own = (port = await freePort());
    const ended = runServer(settings, { bin, port: own, onLine: keep(log), signal: controller.signal });
    running = ended;
    const crashed = ended.then((code): ServerFailure => {
      moveTo("failed");
      return { code: "ContainerCrashed", message: `The server ended with exit code ${String(code)}.` };
    });
    return Promise.race([crashed, probed(settings, own, controller.signal)]);
  };
  const ready = start()
    .catch((error: unknown): ServerFailure => {
      const message = error instanceof Error ? error.message : String(error);
      if (error instanceof EnvironmentUnusable && error.code === "ImageBuildFailure")
        return { code: "ImageBuildFailure", message };
      keep(log)(message);
      return { code: "ContainerCrashed", message };
    })
    .then((failure) => {
      moveTo(failure === undefined ? "ready" : "failed");
      if (failure !== undefined) controller.abort();
      return failure;
    });
  return {
    state: () => state,
    port: () => port,
    log: () => log,
    buildLog: () => buildLog,
    ready,
    stop: async () => {
      state = "stopped";
      controller.abort();
      await ready;
      await running.catch(() => undefined);
    },
  };
}

async function runServer(
  { codeFolder, scoringScript, modelFolder, environmentVariables = {} }: ServerSettings,
  process_: {
    readonly bin: string;
    readonly port: number;
    readonly onLine: (line: string) => void;
    readonly signal: AbortSignal;
  },
): Promise<number | null> {
  const { bin, port, onLine, signal } = process_;
  const args = ["-c", launcher, "--entry_script", scoringScript, "--port", String(port)];
  const { code } = await runLogged(join(bin, "python"), args, {
    cwd: codeFolder,
    env: {
      ...childEnvironment(process.env),
      PYTHONUNBUFFERED: "1",
      ...environmentVariables,
      PATH: [bin, process.env["PATH"] ?? ""].join(delimiter),
      AML_APP_ROOT: codeFolder,
      ...(modelFolder === undefined ? {} : { AZUREML_MODEL_DIR: modelFolder }),
    },
    onLine,
    signal,
  });
  return code;
}

/** Asks until there is a healthy answer. @returns why there was none in time. */
async function probed(
  { startSeconds = defaultStartSeconds, probe }: ServerSettings,
  port: number,
  signal: AbortSignal,
): Promise<ServerFailure | undefined> {
  const { path, port: asked } = probe ?? { path: "/", port: containerPort };
  const until = Date.now() + startSeconds * 1000;
  let last = `dial tcp 127.0.0.1:${asked}: connect: connection refused`;
  while (Date.now() < until && !signal.aborted) {
    // At any other port of its container nobody listens.
    const status = asked === containerPort ? await statusAt(port, path) : undefined;
    if (status !== undefined && status >= 200 && status < 400) return undefined;
    if (status !== undefined) last = `HTTP probe failed with statuscode: ${status}`;
    await delay(probeEveryMs);
  }
  return { code: "ProbeFailed", message: `Readiness probe failed: ${last}` };
}

function statusAt(port: number, path: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const asked = get({ host: "127.0.0.1", port, path, timeout: 2000, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    asked.once("timeout", () => asked.destroy());
    asked.once("error", () => resolve(undefined));
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
