import { delimiter, join } from "node:path";
import { condaText } from "../../asset/environment/conda-text.ts";
import type { CondaSpecification, EnvironmentDefinition } from "../../asset/environment/definition.ts";
import { childEnvironment } from "../../run/on-runner/child-environment.ts";
import { activation, ensureCondaEnvironment, executablesOf, findConda } from "../../run/on-runner/conda.ts";
import type { LogLine } from "../../run/on-runner/process.ts";
import { planPip } from "../../run/on-runner/python-environment.ts";
import { EnvironmentFailed, ensureVirtualEnvironment, findPython } from "../../run/on-runner/virtual-environment.ts";

/** Azure ML's own server, in the version of its current images. */
const serverPackage = "azureml-inference-server-http==1.5.1";

/** What the server is part of, under whichever name. */
const bringsServer = /^\s*azureml-(?:inference-server-http|defaults)\b/i;

/** The same packages, and the server among them: in the version that is asked for, else in ours. */
function withServer(conda: CondaSpecification): CondaSpecification {
  const entries = Array.isArray(conda["dependencies"]) ? (conda["dependencies"] as readonly unknown[]) : [];
  const isPip = (entry: unknown): entry is { readonly pip: readonly unknown[] } =>
    typeof entry === "object" && entry !== null && "pip" in entry && Array.isArray(entry.pip);
  const named = entries.flatMap((entry) => (isPip(entry) ? entry.pip : [entry]));
  if (named.some((entry) => typeof entry === "string" && bringsServer.test(entry))) return conda;
  const rest = entries.filter((entry) => !isPip(entry));
  const pip = [...entries.filter(isPip).flatMap((entry) => entry.pip), serverPackage];
  const hasPip = rest.some((entry) => typeof entry === "string" && /^pip\b/i.test(entry));
  return { ...conda, dependencies: [...rest, ...(hasPip ? [] : ["pip"]), { pip }] };
}

/** The environment with the server in it, for an image that is built of it. */
export function definitionWithServer(definition: EnvironmentDefinition): EnvironmentDefinition {
  if (definition.conda === undefined) return definition;
  const conda = withServer(definition.conda);
  return conda === definition.conda ? definition : { ...definition, conda, condaFile: condaText(conda) };
}

/** How Python is started in an environment of this machine. */
export type ServingEnvironment = {
  readonly command: string;
  /** Before Python's own arguments. */
  readonly args: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
};

type Deps = {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly cacheFolder: string;
  readonly signal: AbortSignal;
  readonly onLine: LogLine;
};

/**
 * An environment of this machine with the packages of a conda file and the server: a virtual environment of what pip has of
 * it, and one of conda's where pip lacks something. It is kept under its content.
 *
 * @throws EnvironmentFailed where it cannot be made.
 */
export async function ensureServingEnvironment(
  definition: EnvironmentDefinition | undefined,
  { environment, cacheFolder, signal, onLine }: Deps,
): Promise<ServingEnvironment> {
  const conda = withServer(definition?.conda ?? {});
  const own = childEnvironment(environment);
  const options = { environment: own, onLine, signal };
  const path = environment["PATH"] ?? "";
  const { requirements, replaced, notByPip, python: wanted } = planPip(conda);
  if (notByPip.length > 0) {
    const tool = await findConda(environment, own);
    if (tool === undefined)
      throw new EnvironmentFailed(
        `This machine has no conda, and pip does not have these packages of the conda file: ${notByPip.join(", ")}.`,
      );
    const folder = await ensureCondaEnvironment(condaText(conda), tool, cacheFolder, options);
    const variables = {
      PATH: [...executablesOf(folder), path].join(delimiter),
      CONDA_PREFIX: folder,
      CONDA_DEFAULT_ENV: folder,
    };
    return { command: "bash", args: ["-c", `${activation}\nexec python "$@"`, "python"], variables };
  }
  const python = await findPython(path, own);
  if (python === undefined)
    throw new EnvironmentFailed(
      "This machine has no Python 3.9 or newer with venv. Add actions/setup-python before this step.",
    );
  if (replaced.length > 0) onLine(`pip installs its own packages in place of ${replaced.join(", ")}.`);
  if (wanted !== undefined && !`${python.version}.`.startsWith(`${wanted}.`))
    onLine(`The conda file asks for Python ${wanted}; this machine has ${python.version}, which is used.`);
  const bin = await ensureVirtualEnvironment(requirements, python, cacheFolder, options);
  return {
    command: join(bin, process.platform === "win32" ? "python.exe" : "python"),
    args: [],
    variables: { PATH: [bin, path].join(delimiter), VIRTUAL_ENV: join(bin, "..") },
  };
}
