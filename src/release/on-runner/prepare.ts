import { copyFile, mkdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { takeSnapshot } from "../../asset/upload/snapshot.ts";
import { succeeded, type Outcome } from "../../azure/outcome.ts";
import type { LocalDeployment } from "../../deployment/local/definition.ts";
import { isSecret } from "../../job/parts/variables.ts";
import { findEngine } from "../../run/on-runner/container/engine.ts";
import { imageOf } from "../../run/on-runner/container/image.ts";
import type { LogLine } from "../../run/on-runner/process.ts";
import { EnvironmentFailed } from "../../run/on-runner/virtual-environment.ts";
import type { ResolveSecret } from "../../secret/secret.ts";
import { containerServer } from "./container-server.ts";
import type { FoundModel } from "./model-folder.ts";
import { processServer } from "./process-server.ts";
import type { Served, Server } from "./server.ts";
import { definitionWithServer, ensureServingEnvironment } from "./serving-environment.ts";

export type PrepareDeps = {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Folder in which environments are kept between runs. */
  readonly cacheFolder: string;
  readonly resolveSecret: ResolveSecret;
  readonly signal: AbortSignal;
  readonly onProgress: (message: string) => void;
  /** What is said while an environment or an image is made. */
  readonly onLine: LogLine;
};

/**
 * Puts everything of a deployment into a folder of this machine, and makes its environment. Nothing is started.
 *
 * @throws EnvironmentFailed, SnapshotRefused, SecretUnavailable
 */
export async function prepareServer(
  deployment: LocalDeployment,
  model: FoundModel | undefined,
  { folder, port }: Pick<Served, "folder" | "port">,
  deps: PrepareDeps,
): Promise<Outcome<Server>> {
  const { name } = deployment;
  await mkdir(folder, { recursive: true });
  const placed = await placeModel(model, name, folder);
  if (!placed.ok) return placed;
  const code = await placeCode(deployment, folder);
  const served: Served = {
    name,
    folder,
    port,
    variables: await variablesOf(deployment, deps.resolveSecret),
    ...(placed.value === undefined ? {} : { modelFolder: placed.value }),
    ...(code === undefined ? {} : { code }),
  };
  const inContainer = await prepareContainer(deployment, served, deps);
  if (inContainer !== undefined) return succeeded(inContainer);
  if (code === undefined) throw new EnvironmentFailed("The deployment has no code_configuration to be served.");
  deps.onProgress("Preparing the environment of the server.");
  const python = await ensureServingEnvironment(definitionOf(deployment), deps);
  return succeeded(processServer({ ...served, code }, python, deps.environment));
}

/** In a container where an image is named and an engine is there. */
async function prepareContainer(
  deployment: LocalDeployment,
  served: Served,
  { environment, signal, onProgress, onLine }: PrepareDeps,
): Promise<Server | undefined> {
  const declared = definitionOf(deployment);
  if (declared?.image === undefined && declared?.build === undefined) return undefined;
  const engine = await findEngine(environment);
  if (engine === undefined) {
    const needs = "No container engine answers on this machine: neither docker nor podman.";
    if (declared.build !== undefined || declared.inferenceConfig !== undefined)
      throw new EnvironmentFailed(`${needs} The environment's image brings its own server, so one is needed.`);
    onProgress(`${needs} The image ${declared.image ?? ""} is not used; the server runs in a virtual environment.`);
    return undefined;
  }
  // An image that says how it serves is taken as it is.
  const definition = declared.inferenceConfig === undefined ? definitionWithServer(declared) : declared;
  onProgress(`Preparing a container with ${engine.is} ${engine.version}.`);
  const image = await imageOf(definition, engine, { folder: served.folder, onLine, signal });
  return containerServer(served, { definition, image }, engine);
}

function definitionOf({ environment }: LocalDeployment) {
  return environment?.from === "inline" ? environment.definition : undefined;
}

/** `azureml-models/NAME/VERSION`, as the service mounts it. */
async function placeModel(
  model: FoundModel | undefined,
  name: string,
  folder: string,
): Promise<Outcome<string | undefined>> {
  if (model === undefined) return succeeded(undefined);
  const to = join(folder, "azureml-models", model.name ?? name, model.version ?? "1");
  await mkdir(to, { recursive: true });
  const put = await model.put(to);
  return put.ok ? succeeded(to) : put;
}

/** A copy: what the checkout becomes later is not what was tested. */
async function placeCode(
  { code, scoringScript }: LocalDeployment,
  folder: string,
): Promise<Served["code"] | undefined> {
  if (code?.from !== "local" || scoringScript === undefined) return undefined;
  const { files } = await takeSnapshot(code.folder, code.root, code.includes);
  const to = join(folder, "azureml-app", basename(code.folder));
  for (const { name, path } of files) {
    await mkdir(dirname(join(to, name)), { recursive: true });
    await copyFile(path, join(to, name));
  }
  return { folder: to, scoringScript };
}

async function variablesOf(
  { environmentVariables }: LocalDeployment,
  resolveSecret: ResolveSecret,
): Promise<Readonly<Record<string, string>>> {
  const entries = Object.entries(environmentVariables).map(
    async ([name, value]) => [name, isSecret(value) ? await resolveSecret(value) : value] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}
