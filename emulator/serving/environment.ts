import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parse } from "yaml";
import { childEnvironment } from "../../src/run/on-runner/child-environment.ts";
import { environmentKey, planPip } from "../../src/run/on-runner/python-environment.ts";
import {
  EnvironmentFailed,
  ensureVirtualEnvironment,
  findPython,
  outputOf,
} from "../../src/run/on-runner/virtual-environment.ts";

/** What a registered environment is made of, as far as something runs in it here. */
export type ServingEnvironment = {
  readonly image?: string;
  /** Text of the conda file. */
  readonly condaFile?: string;
  /** What is installed besides. */
  readonly packages?: readonly string[];
};

/** The package that the images for inference have. */
export const serverPackage = "azureml-inference-server-http==1.5.1";

/** One folder for all emulators of this machine: the second one that needs an environment finds it. */
export const sharedEnvironments = join(tmpdir(), "azureml-emulator-environments");

/** An environment that could not be built, or that lacks what it is for. */
export class EnvironmentUnusable extends Error {
  readonly code: "ImageBuildFailure" | "PackageMissing";
  constructor(code: EnvironmentUnusable["code"], message: string) {
    super(message);
    this.code = code;
  }
}

type Options = {
  readonly folder: string;
  readonly onLine: (line: string) => void;
  readonly signal: AbortSignal;
};

/**
 * The environment of the inference server: with a conda file what pip has of it, and nothing else, as the service makes an
 * environment of its own of it; without one the server alone, as the images for inference have it.
 *
 * @returns the folder of its executables.
 * @throws EnvironmentUnusable
 */
export async function ensureServingEnvironment(
  { condaFile, packages = [] }: ServingEnvironment,
  { folder, onLine, signal }: Options,
): Promise<string> {
  const requirements = [...requirementsOf(condaFile, onLine), ...packages];
  const variables = childEnvironment(process.env);
  const python = await findPython(process.env["PATH"] ?? "", variables);
  if (python === undefined)
    throw new EnvironmentUnusable("ImageBuildFailure", "this machine has no Python of version 3.9 or newer with venv");
  onLine(`Building with Python ${python.version}: ${requirements.join(" ")}`);
  const bin = await locked(join(folder, `${environmentKey(requirements, python.version)}.lock`), signal, () =>
    ensureVirtualEnvironment(requirements, python, folder, { environment: variables, onLine, signal }),
  ).catch((error: unknown) => {
    if (error instanceof EnvironmentFailed) throw new EnvironmentUnusable("ImageBuildFailure", error.message);
    throw error;
  });
  // What the launcher is going to import; to import it here as well would take a second of each start.
  const asked = 'from importlib.util import find_spec; print(find_spec("azureml_inference_server_http"))';
  if ((await outputOf(join(bin, "python"), ["-c", asked], variables))?.trim() === "None")
    throw new EnvironmentUnusable("PackageMissing", "WARNING: Package(s) not found: azureml-inference-server-http");
  return bin;
}

function requirementsOf(condaFile: string | undefined, onLine: (line: string) => void): readonly string[] {
  if (condaFile === undefined) return [serverPackage];
  const plan = planPip(parse(condaFile) as Readonly<Record<string, unknown>>);
  if (plan.notByPip.length > 0) {
    const missing = `Not installable with pip: ${plan.notByPip.join(", ")}`;
    onLine(missing);
    throw new EnvironmentUnusable("ImageBuildFailure", missing);
  }
  return plan.requirements;
}

/** Milliseconds after which a lock is nobody's: no build takes so long. */
const staleMs = 15 * 60_000;

/** Lets one process of this machine at a time do something. */
async function locked<Result>(lock: string, signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
  await mkdir(join(lock, ".."), { recursive: true });
  while (!(await taken(lock))) {
    if (await isAbandoned(lock)) await rm(lock, { recursive: true, force: true });
    else await delay(100, undefined, { signal });
  }
  try {
    return await work();
  } finally {
    await rm(lock, { recursive: true, force: true });
  }
}

async function taken(lock: string): Promise<boolean> {
  try {
    await mkdir(lock);
    await writeFile(join(lock, "pid"), String(process.pid));
    return true;
  } catch {
    return false;
  }
}

async function isAbandoned(lock: string): Promise<boolean> {
  const made = await stat(lock).catch(() => undefined);
  if (made === undefined) return false;
  if (Date.now() - made.mtimeMs > staleMs) return true;
  const pid = Number(await readFile(join(lock, "pid"), "utf8").catch(() => ""));
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}
