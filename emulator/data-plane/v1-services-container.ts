import { spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Assets } from "../arm/assets.ts";
import type { ServingMode } from "../settings.ts";
import { artifactContainer } from "../arm/jobs/document.ts";
import { fetchModel } from "../serving/content.ts";
import { serverPackage } from "../serving/environment.ts";
import { forwardTo } from "../serving/forward.ts";
import { isImageAvailable } from "../serving/images.ts";
import { scoreBy, scorerOfModel, type Scorer, type ScoringAnswer, type ScoringRequest } from "../serving/scorer.ts";
import { startInferenceServer } from "../serving/server.ts";
import type { Storage } from "../storage.ts";
import type { Store } from "../store.ts";
import type { Json, KeptService } from "./v1-services-document.ts";

/** Why a container did not come up, in the service's own words. */
export type ContainerFailure = {
  readonly step: "BuildEnvironment" | "DeployService";
  readonly state: "Failed" | "TimedOut";
  readonly error: Json;
  readonly buildLog?: string;
};

export type ContainerSource = {
  readonly store: Store;
  readonly assets: Assets;
  readonly storage: Storage;
  /** Default: `process`. */
  readonly mode?: ServingMode | undefined;
  readonly environmentsFolder?: string | undefined;
  /** What answers for a service where no process is started, if somebody has said it. */
  readonly scorerOf: (name: string) => Scorer | undefined;
};

/** What answers for a service. */
export type Container = {
  /** @returns `undefined` where nothing answers. */
  readonly answer: (request: ScoringRequest, timeoutMs: number) => Promise<ScoringAnswer | "timeout" | undefined>;
  readonly log: () => readonly string[];
  readonly stop: () => Promise<void>;
};

/**
 * Puts together what a request names, as the service's image has it, and starts Azure ML's inference server on it: the driver
 * program loads the scoring script, which stands beside it.
 *
 * @param onContainer told of the container while it starts: its log is read meanwhile, and it may be stopped.
 * @returns why it did not come up.
 */
export async function startContainer(
  service: KeptService,
  folder: string,
  source: ContainerSource,
  onContainer: (container: Container) => void,
): Promise<ContainerFailure | undefined> {
  const { driverProgram, assets, modelIds, environment } = (service["environmentImageRequest"] ?? {}) as Json;
  await mkdir(folder, { recursive: true });
  for (const asset of (assets ?? []) as readonly Json[]) {
    const missing = await putAsset(asset, folder, source.storage);
    if (missing !== undefined) return notBuilt(missing);
  }
  const models = await putModels((modelIds ?? []) as readonly string[], folder, source);
  if (typeof models === "object") return notBuilt(models.missing);
  const { python, docker, environmentVariables } = (environment ?? {}) as Json;
  const image = (docker as Json | null | undefined)?.["baseImage"];
  if (typeof image === "string" && !isImageAvailable(source.store, image))
    return notBuilt(`Failed to pull image "${image}": not found`);
  if (source.mode === "light") {
    const first =
      source.scorerOf(service.name) ?? (models === undefined ? undefined : await scorerOfModel(models)) ?? {};
    return startScorer(service, first, source, onContainer);
  }
  const server = startInferenceServer({
    codeFolder: folder,
    scoringScript: String(driverProgram),
    environment: {
      ...(typeof image === "string" ? { image } : {}),
      ...condaOf(python as Json | null | undefined),
    },
    environmentVariables: textsOf(environmentVariables),
    ...(models === undefined ? {} : { modelFolder: models }),
    ...startSeconds(service),
    ...(source.environmentsFolder === undefined ? {} : { environmentsFolder: source.environmentsFolder }),
  });
  onContainer({
    answer: async (request, timeoutMs) => {
      const port = server.state() === "ready" ? server.port() : undefined;
      return port === undefined ? undefined : forwardTo(port, request, timeoutMs);
    },
    log: server.log,
    stop: server.stop,
  });
  const failure = await server.ready;
  if (failure?.code === "ImageBuildFailure") return notBuilt(failure.message, server.buildLog().join("\n"));
  return failure === undefined ? undefined : notStarted(service, failure, server.log());
}

/** A scorer may be replaced while it answers. */
/** How long a request may take where the service does not say: the default of AKS. Milliseconds. */
const longestMs = 60_000;

function startScorer(
  service: KeptService,
  first: Scorer,
  { scorerOf }: Pick<ContainerSource, "scorerOf">,
  onContainer: (container: Container) => void,
): ContainerFailure | undefined {
  const { fails } = first;
  const { modelIds } = (service["environmentImageRequest"] ?? {}) as Json;
  const log =
    fails === undefined
      ? ["The emulator serves lightly: no process is started, and a scorer answers."]
      : [...(fails.log ?? []), fails.message];
  const who = { service: service.name, modelIds: modelIds ?? [] };
  onContainer({
    answer: async (request) =>
      fails === undefined
        ? scoreBy(scorerOf(service.name) ?? first, request, who, Number(service["scoringTimeoutMs"] ?? longestMs))
        : undefined,
    log: () => log,
    stop: () => Promise.resolve(),
  });
  return fails === undefined ? undefined : notStarted(service, { code: "ContainerCrashed", ...fails }, log);
}

/** @returns what is not there. */
async function putAsset({ id, url, unpack }: Json, folder: string, storage: Storage): Promise<string | undefined> {
  const [, blob = ""] = /^aml:\/\/artifact\/(.+)$/.exec(String(url)) ?? [];
  const target = join(folder, String(id));
  await mkdir(dirname(target), { recursive: true });
  const client = (await storage.service()).getContainerClient(artifactContainer).getBlobClient(blob);
  if (blob === "" || !(await client.exists())) return `The artifact ${String(url)} was not found.`;
  await client.downloadToFile(target);
  if (unpack !== true) return undefined;
  const code = await new Promise<number | null>((resolve) => {
    const child = spawn("tar", ["-xzf", target, "-C", folder], { stdio: "ignore" });
    child.once("error", () => resolve(1));
    child.once("exit", resolve);
  });
  return code === 0 ? undefined : `The artifact ${String(url)} could not be unpacked.`;
}

/** @returns `AZUREML_MODEL_DIR`: of one model its own folder, of several the one above all of them. */
async function putModels(
  ids: readonly string[],
  folder: string,
  source: ContainerSource,
): Promise<string | undefined | { readonly missing: string }> {
  const folders: string[] = [];
  for (const id of ids) {
    const [, name = "", version = ""] = /^(.+):([^:]+)$/.exec(id) ?? [];
    const uri = source.assets.find("models", name, version)?.properties["modelUri"];
    const put = typeof uri === "string" ? await fetchModel({ name, version, uri }, folder, source) : undefined;
    if (put === undefined) return { missing: `The files of the model ${id} were not found.` };
    folders.push(put);
  }
  return folders.length > 1 ? join(folder, "azureml-models") : folders[0];
}

/** What stands for the server in the older packages; installing these takes minutes. */
const withServer = /^azureml-defaults\b.*$/;

/** What the first SDK adds to every specification: the index that pip asks anyway. */
const usualIndex = /^--(find-links|extra-index-url)\s+https:\/\/pypi\.python\.org\//;

/**
 * The conda specification of an environment. `azureml-defaults` is what brings the inference server into it: here the server
 * alone is installed for it.
 */
function condaOf(python: Json | null | undefined): { readonly condaFile?: string } {
  const conda = python?.["condaDependencies"];
  if (python?.["userManagedDependencies"] === true || typeof conda !== "object" || conda === null) return {};
  const { dependencies } = conda as { readonly dependencies?: readonly unknown[] };
  const changed = (dependencies ?? []).map((entry) => {
    const pip = typeof entry === "object" && entry !== null ? (entry as Json)["pip"] : undefined;
    if (!Array.isArray(pip)) return entry;
    const lines = pip.map(String).filter((line) => !usualIndex.test(line));
    return { pip: lines.map((line) => line.replace(withServer, serverPackage)) };
  });
  // JSON is YAML.
  return { condaFile: JSON.stringify({ ...conda, dependencies: changed }) };
}

function textsOf(variables: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries((variables ?? {}) as Json).map(([name, value]) => [name, String(value)]));
}

/** How long its probes wait for a service on a cluster. */
function startSeconds({ computeType, livenessProbeRequirements }: KeptService): { readonly startSeconds?: number } {
  const { initialDelaySeconds, periodSeconds, failureThreshold } = (livenessProbeRequirements ?? {}) as Json;
  if (computeType !== "AKS" || typeof initialDelaySeconds !== "number") return {};
  return { startSeconds: initialDelaySeconds + Number(periodSeconds ?? 10) * Number(failureThreshold ?? 3) };
}

function notBuilt(message: string, buildLog?: string): ContainerFailure {
  return {
    step: "BuildEnvironment",
    state: "Failed",
    error: {
      code: "EnvironmentBuildFailed",
      statusCode: 400,
      message:
        "Failed building the Environment. You can try debugging locally first. Please refer to https://aka.ms/debugimage#debug-locally for more information.",
      details: [{ code: "ImageBuildFailed", message }],
    },
    buildLog: buildLog ?? message,
  };
}

/**
 * What of a log is the cause, as the service finds it: the last exception.
 *
 * @see https://github.com/microsoft/azuredevopslabs/issues/562
 */
function notStarted(
  { name, computeType }: KeptService,
  { code, message }: { readonly code: string; readonly message: string },
  log: readonly string[],
): ContainerFailure {
  if (code === "ProbeFailed") return { step: "DeployService", state: "TimedOut", error: timedOut(message) };
  // The server's own comes last, and says that the script's was raised.
  const raised = log.findLast(
    (line) => /^[A-Za-z_][\w.]*(Error|Exception|Exit|Interrupt)\b/.test(line) && !line.startsWith("azureml_inference"),
  );
  const cause =
    raised === undefined
      ? `Your container application crashed. This may be caused by errors in your scoring file's init() function.\n\t1. Please check the logs for your container instance: ${name}. From the AML SDK, you can run print(service.get_logs()) if you have service object to fetch the logs.\n\t2. You can interactively debug your scoring file locally. Please refer to https://docs.microsoft.com/azure/machine-learning/how-to-debug-visual-studio-code#debug-and-troubleshoot-deployments for more information.`
      : `Error in entry script, ${raised}, please run print(service.get_logs()) to get details.`;
  return { step: "DeployService", state: "Failed", error: deploymentError(computeType, "CrashLoopBackOff", cause) };
}

/** An error of the compute that a service is on. */
export function deploymentError(computeType: string, code: string, message: string): Json {
  const outer =
    computeType === "AKS"
      ? { code: "KubernetesDeploymentFailed", statusCode: 400, message: "Kubernetes Deployment failed" }
      : { code: "AciDeploymentFailed", statusCode: 400, message: `Aci Deployment failed with exception: ${message}` };
  return { ...outer, details: [{ code, message }] };
}

function timedOut(message: string): Json {
  return {
    code: "DeploymentTimedOut",
    statusCode: 504,
    message:
      "The deployment operation polling has TimedOut. The service creation is taking longer than our normal time. We are still trying to achieve the desired state for the web service.",
    details: [{ code: "ContainerNotReady", message }],
  };
}
