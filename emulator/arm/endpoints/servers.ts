import { randomUUID } from "node:crypto";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import {
  fetchCodeFolder,
  fetchModel,
  isInRegistry,
  put,
  versionAt,
  type ContentSource,
} from "../../serving/content.ts";
import { serverPackage } from "../../serving/environment.ts";
import { forwardTo } from "../../serving/forward.ts";
import { isImageAvailable } from "../../serving/images.ts";
import { mlflowScript } from "../../serving/mlflow.ts";
import { scoreBy, scorerOfModel, type Scorer, type ScoringAnswer, type ScoringRequest } from "../../serving/scorer.ts";
import { startInferenceServer, type InferenceServer, type ServerSettings } from "../../serving/server.ts";
import type { ServingMode } from "../../settings.ts";
import type { Json } from "../computes/document.ts";
import type { Failure } from "../course.ts";
import { artifactContainer } from "../jobs/document.ts";
import type { Servers } from "./collection.ts";
import { keyOf, type EndpointDocument } from "./document.ts";
import { failureOf, type ServingProblem } from "./failures.ts";
import { isMlflow, type DeploymentLogs } from "./online-deployments.ts";

export type ServersOptions = ContentSource & {
  readonly folder: string;
  readonly mode: ServingMode;
  readonly environmentsFolder?: string | undefined;
};

/** What answers for a deployment. */
type Served = {
  readonly answer: (request: ScoringRequest, timeoutMs: number) => Promise<ScoringAnswer | "timeout" | undefined>;
  readonly stop: () => Promise<void>;
};

/** One try to bring a deployment up, with what is to be known of it. */
type Attempt = {
  readonly folder: string;
  readonly storage: string[];
  readonly events: string[];
  readonly states: Map<string, string>;
  log: () => readonly string[];
  stop: () => Promise<void>;
};

export type DeploymentServers = Servers &
  DeploymentLogs & {
    /** Who answers in the place of scoring scripts, by `endpoint/deployment`; `undefined` for what the model says. */
    readonly setScorer: (key: string, scorer: Scorer | undefined) => void;
    /** @returns `undefined` where the deployment does not answer. */
    readonly score: (
      deployment: EndpointDocument,
      request: ScoringRequest,
      timeoutMs: number,
    ) => Promise<ScoringAnswer | "timeout" | undefined>;
    /** Ends everything that serves, and forgets who was to answer. */
    readonly clear: () => void;
    readonly stop: () => Promise<void>;
  };

export function createServers(options: ServersOptions): DeploymentServers {
  const served = new Map<string, Served>();
  const attempts = new Map<string, Attempt>();
  const scorers = new Map<string, Scorer>();
  const reviving = new Map<string, Promise<unknown>>();
  const ending = new Set<Promise<unknown>>();
  const end = (work: Promise<unknown>) => {
    const done = work.catch(() => undefined).finally(() => ending.delete(done));
    ending.add(done);
  };
  const clear = () => {
    for (const attempt of attempts.values()) end(attempt.stop());
    for (const one of served.values()) end(one.stop());
    attempts.clear();
    served.clear();
    scorers.clear();
  };
  const bringUp = async (document: EndpointDocument): Promise<Failure | undefined> => {
    const key = keyOf(document);
    const attempt = newAttempt(join(options.folder, randomUUID()));
    attempts.set(key, attempt);
    const result = await start(document, attempt, scorers, options).catch((error: unknown): ServingProblem => ({
      code: "NotEmulated",
      message: String(error),
    }));
    // Deleted, or replaced, meanwhile.
    if (attempts.get(key) !== attempt) {
      end(attempt.stop());
      return undefined;
    }
    if ("answer" in result) {
      const before = served.get(key);
      served.set(key, result);
      if (before !== undefined) end(before.stop());
      return undefined;
    }
    end(attempt.stop());
    const build = `ImageLogs/${key.replace("/", "-")}/build.log`;
    if (result.code === "ImageBuildFailure") await keepBuildLog(build, attempt, options);
    return failureOf(result, document.kind === "Managed", attempt.log(), build);
  };
  return {
    bringUp,
    drop: (key) => {
      const attempt = attempts.get(key);
      const current = served.get(key);
      attempts.delete(key);
      served.delete(key);
      if (attempt !== undefined) end(attempt.stop());
      if (current !== undefined) end(current.stop());
    },
    setScorer: (key, scorer) => {
      if (scorer === undefined) scorers.delete(key.toLowerCase());
      else scorers.set(key.toLowerCase(), scorer);
    },
    score: async (document, request, timeoutMs) => {
      const key = keyOf(document);
      // What served when the emulator went down is brought up again with the first request.
      if (!served.has(key) && !attempts.has(key)) reviving.set(key, bringUp(document));
      await reviving.get(key);
      reviving.delete(key);
      return served.get(key)?.answer(request, timeoutMs);
    },
    clear,
    inferenceServer: (document, tail) => {
      const attempt = attempts.get(keyOf(document));
      if (attempt === undefined) return "";
      const states = [...attempt.states].map(([what, state]) => `${what}: ${state}`);
      const lines = attempt.log().slice(-tail);
      return [
        "Instance status:",
        ...states,
        "",
        "Container events:",
        ...attempt.events,
        "",
        "Container logs:",
        ...lines,
      ].join("\n");
    },
    storageInitializer: (document, tail) => (attempts.get(keyOf(document))?.storage ?? []).slice(-tail).join("\n"),
    stop: async () => {
      clear();
      await Promise.all(ending);
    },
  };
}

function newAttempt(folder: string): Attempt {
  return {
    folder,
    storage: [],
    events: [],
    states: new Map([["SystemSetup", "Succeeded"]]),
    log: () => [],
    stop: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Gets together what a deployment consists of, and starts what answers for it. */
async function start(
  document: EndpointDocument,
  attempt: Attempt,
  scorers: ReadonlyMap<string, Scorer>,
  options: ServersOptions,
): Promise<Served | ServingProblem> {
  const { properties } = document;
  const environmentId = properties["environmentId"];
  const environment =
    typeof environmentId === "string" ? (versionAt("environments", environmentId, options) ?? {}) : {};
  const image = typeof environment["image"] === "string" ? environment["image"] : undefined;
  attempt.states.set("UserContainerImagePull", "InProgress");
  event(attempt, "Pulling", "Normal", "Start pulling container image");
  if (!isImageAvailable(options.store, image)) {
    attempt.states.set("UserContainerImagePull", "Failed");
    event(attempt, "Failed", "Warning", `Failed to pull image "${image ?? ""}": not found`);
    return { code: "ImageUnavailable", image: image ?? "" };
  }
  attempt.states.set("UserContainerImagePull", "Succeeded");
  event(attempt, "Pulled", "Normal", "Container image is pulled");
  const modelFolder = await fetchModelOf(properties["model"], attempt, options);
  if (typeof modelFolder === "object") return modelFolder;
  const scorer =
    options.mode === "light"
      ? (scorers.get(keyOf(document)) ?? (modelFolder === undefined ? {} : await scorerOfModel(modelFolder)) ?? {})
      : undefined;
  attempt.states.set("UserContainerStart", "InProgress");
  if (scorer !== undefined) return startScorer(document, scorer, attempt, scorers);
  const settings = await settingsOf(document, environment, modelFolder, attempt, options);
  return "codeFolder" in settings ? startServer(settings, attempt) : settings;
}

function event({ events }: Attempt, name: string, type: "Normal" | "Warning", message: string): void {
  events.push(`Kind: Pod, Name: ${name}, Type: ${type}, Time: ${new Date().toISOString()}, Message: ${message}`);
}

/** @returns what `AZUREML_MODEL_DIR` is to name; `undefined` where the deployment has no model. */
async function fetchModelOf(
  model: unknown,
  attempt: Attempt,
  options: ServersOptions,
): Promise<string | undefined | ServingProblem> {
  if (typeof model !== "string") return undefined;
  const uri = versionAt("models", model, options)?.["modelUri"];
  const [, name = "model", version = "1"] = /\/models\/([^/]+)\/versions\/([^/]+)$/.exec(model) ?? [];
  attempt.states.set("ModelDownload", "InProgress");
  // Put there for a test, without content.
  if (typeof uri !== "string" && options.mode === "light") return undefined;
  attempt.storage.push(`Downloading ${String(uri)}`);
  const folder =
    typeof uri === "string" ? await fetchModel({ name, version, uri }, attempt.folder, options) : undefined;
  attempt.states.set("ModelDownload", folder === undefined ? "Failed" : "Succeeded");
  attempt.storage.push(folder === undefined ? `Nothing was found at ${String(uri)}` : `Downloaded ${name}:${version}`);
  return folder ?? { code: "ModelUnavailable", model };
}

/** A scorer may be replaced while it answers. */
function startScorer(
  document: EndpointDocument,
  first: Scorer,
  attempt: Attempt,
  scorers: ReadonlyMap<string, Scorer>,
): Served | ServingProblem {
  const { fails } = first;
  if (fails !== undefined) {
    attempt.log = () => [...(fails.log ?? []), fails.message];
    attempt.states.set("UserContainerStart", "Failed");
    return { code: "ContainerCrashed", message: fails.message };
  }
  attempt.states.set("UserContainerStart", "Succeeded");
  attempt.log = () => ["The emulator serves lightly: no process is started, and a scorer answers."];
  const who = {
    endpoint: document.endpoint,
    deployment: document.deployment,
    model: document.properties["model"] ?? null,
  };
  return {
    answer: (request, timeoutMs) => scoreBy(scorers.get(keyOf(document)) ?? first, request, who, timeoutMs),
    stop: attempt.stop,
  };
}

async function startServer(settings: ServerSettings, attempt: Attempt): Promise<Served | ServingProblem> {
  const server: InferenceServer = startInferenceServer(settings);
  const removeFolder = attempt.stop;
  const stop = async () => {
    await server.stop();
    await removeFolder();
  };
  attempt.log = server.log;
  attempt.stop = stop;
  const failure = await server.ready;
  attempt.states.set("UserContainerStart", failure === undefined ? "Succeeded" : "Failed");
  if (failure === undefined) {
    event(attempt, "ContainerReady", "Normal", "Container is ready");
    return {
      answer: async (request, timeoutMs) => {
        const port = server.port();
        return port === undefined ? undefined : forwardTo(port, request, timeoutMs);
      },
      stop,
    };
  }
  if (failure.code === "ImageBuildFailure") attempt.log = server.buildLog;
  event(
    attempt,
    failure.code === "ProbeFailed" ? "ReadinessProbeFailed" : "ContainerCrashed",
    "Warning",
    failure.message,
  );
  return failure;
}

/** What the inference server is started with. */
async function settingsOf(
  { properties }: EndpointDocument,
  environment: Json,
  modelFolder: string | undefined,
  attempt: Attempt,
  options: ServersOptions,
): Promise<ServerSettings | ServingProblem> {
  const code = properties["codeConfiguration"] as Json | null | undefined;
  const variables = Object.entries((properties["environmentVariables"] ?? {}) as Json);
  const shared = {
    ...(modelFolder === undefined ? {} : { modelFolder }),
    environmentVariables: Object.fromEntries(variables.map(([name, value]) => [name, String(value)])),
    ...(options.environmentsFolder === undefined ? {} : { environmentsFolder: options.environmentsFolder }),
    startSeconds: secondsToStart(properties["readinessProbe"] as Json | undefined),
    ...probeOf(environment["inferenceConfig"] as Json | null | undefined),
  };
  const { condaFile } = environment;
  const own = typeof condaFile === "string" ? { condaFile } : {};
  const codeFolder = join(attempt.folder, "code");
  if (code !== undefined && code !== null) {
    const codeId = String(code["codeId"]);
    const uri = isInRegistry(codeId) ? undefined : versionAt("codes", codeId, options)?.["codeUri"];
    const fetched = typeof uri === "string" ? await fetchCodeFolder(uri, codeFolder, options) : undefined;
    if (fetched === undefined) return { code: "CodeUnavailable", codeId };
    return { ...shared, codeFolder, scoringScript: String(code["scoringScript"]), environment: own };
  }
  if (modelFolder === undefined || !isMlflow(properties["model"], options))
    return {
      code: "NotEmulated",
      message:
        "The emulator starts no containers of others: a deployment without code is served for MLflow models alone.",
    };
  await put(codeFolder, "mlflow_score_script.py", mlflowScript);
  const ofModel = condaFile === undefined ? await condaOf(modelFolder) : undefined;
  return {
    ...shared,
    codeFolder,
    scoringScript: "mlflow_score_script.py",
    environment: { ...own, ...(ofModel === undefined ? {} : { condaFile: ofModel, packages: [serverPackage] }) },
  };
}

/** The conda file that an MLflow model brings along. */
async function condaOf(modelFolder: string): Promise<string | undefined> {
  const names = await readdir(modelFolder, { recursive: true });
  const found = names.filter((name) => /(^|\/)conda\.ya?ml$/.test(name)).sort((a, b) => a.length - b.length)[0];
  return found === undefined ? undefined : readFile(join(modelFolder, found), "utf8");
}

/** As long as its readiness probe may fail. */
function secondsToStart(probe: Json | undefined): number {
  const seconds = (value: unknown, otherwise: number) => secondsOf(value) ?? otherwise;
  const { initialDelay, period, failureThreshold } = probe ?? {};
  return seconds(initialDelay, 10) + seconds(period, 10) * Number(failureThreshold ?? 30);
}

/** @param duration ISO 8601, as far as times have it. */
export function secondsOf(duration: unknown): number | undefined {
  const [, hours, minutes, seconds] = /^PT(?:([\d.]+)H)?(?:([\d.]+)M)?(?:([\d.]+)S)?$/.exec(String(duration)) ?? [];
  if (hours === undefined && minutes === undefined && seconds === undefined) return undefined;
  return Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0);
}

function probeOf(config: Json | null | undefined): Pick<ServerSettings, "probe"> {
  const route = (config?.["readinessRoute"] ?? config?.["livenessRoute"]) as
    { readonly path?: string; readonly port?: number } | null | undefined;
  return route?.port === undefined ? {} : { probe: { path: route.path ?? "/", port: route.port } };
}

async function keepBuildLog(path: string, { log }: Attempt, { storage }: ServersOptions): Promise<void> {
  const text = log().join("\n");
  const container = (await storage.service()).getContainerClient(artifactContainer);
  await container.getBlockBlobClient(path).upload(text, Buffer.byteLength(text));
}
