import { delimiter } from "node:path";
import type { RunnerProcess } from "../../job/kind.ts";
import { childEnvironment } from "./child-environment.ts";
import { activation, ensureCondaEnvironment, executablesOf, findConda } from "./conda.ts";
import type { LogLine } from "./process.ts";
import { planPip } from "./python-environment.ts";
import { EnvironmentFailed, ensureVirtualEnvironment, findPython } from "./virtual-environment.ts";

type EnvironmentDeps = {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly cacheFolder: string;
  readonly signal: AbortSignal;
};

/** What a command needs to run in an environment of this machine. */
export type Prepared = {
  readonly variables: Readonly<Record<string, string>>;
  /** For the shell, before the command. */
  readonly activation?: string;
};

/**
 * The environment of a process on this machine: of its conda file, made by conda where the machine has it and else by pip;
 * what is installed here for one that has no conda file.
 *
 * @throws EnvironmentFailed where it cannot be made.
 */
export async function prepareEnvironment(
  { environment }: Pick<RunnerProcess, "environment">,
  deps: EnvironmentDeps,
  onLine: LogLine,
): Promise<Prepared> {
  const asItIs = { variables: { PATH: deps.environment["PATH"] ?? "" } };
  if (environment.from === "reference") {
    onLine(`The environment ${environment.id} is kept in Azure; the run uses what is installed on this machine.`);
    return asItIs;
  }
  const { conda, condaFile, image } = environment.definition;
  if (conda === undefined || condaFile === undefined) {
    onLine(`The image ${image ?? ""} is not used on this machine; the run uses what is installed here.`);
    return asItIs;
  }
  const own = childEnvironment(deps.environment);
  const options = { environment: own, onLine, signal: deps.signal };
  const before = (folders: readonly string[]) => [...folders, deps.environment["PATH"] ?? ""].join(delimiter);
  const tool = await findConda(deps.environment, own);
  if (tool !== undefined) {
    const folder = await ensureCondaEnvironment(condaFile, tool, deps.cacheFolder, options);
    const variables = { PATH: before(executablesOf(folder)), CONDA_PREFIX: folder, CONDA_DEFAULT_ENV: folder };
    return { variables, activation };
  }
  const { requirements, replaced, notByPip, python: wanted } = planPip(conda);
  if (notByPip.length > 0)
    throw new EnvironmentFailed(
      `This machine has no conda, and pip does not have these packages of the conda file: ${notByPip.join(", ")}.`,
    );
  const python = await findPython(deps.environment["PATH"] ?? "", own);
  if (python === undefined)
    throw new EnvironmentFailed(
      "This machine has neither conda nor a Python 3.9 or newer with venv. Add actions/setup-python before this step.",
    );
  if (replaced.length > 0)
    onLine(`This machine has no conda: pip installs its own packages in place of ${replaced.join(", ")}.`);
  if (wanted !== undefined && !`${python.version}.`.startsWith(`${wanted}.`))
    onLine(`The conda file asks for Python ${wanted}; this machine has ${python.version}, which is used.`);
  const bin = await ensureVirtualEnvironment(requirements, python, deps.cacheFolder, options);
  return { variables: { PATH: before([bin]) } };
}
