import { labelOf, onRunner, type Job } from "../../job/job.ts";
import type { RunnerFault, RunnerProcess } from "../../job/kind.ts";
import { withBindings } from "../../job/parts/bindings.ts";
import type { Problem } from "../../yaml/problem.ts";
import { positionOf } from "../../yaml/source.ts";
import { planPip } from "./python-environment.ts";

/** What of the machine decides what it can run. */
export type Machine = {
  /** Whether what runs on a compute runs in a container. */
  readonly usesContainer: (compute: string | undefined) => boolean;
  /** `undefined` where another machine may run the job. */
  readonly hasConda: boolean | undefined;
};

/** Why the runner cannot run a job, as far as it can be told before anything is begun; and what it leaves out. */
export function runnerProblems(job: Job, machine: Machine): readonly Problem[] {
  return faultsOf(job, machine).map(({ path, message, severity }): Problem => ({
    code: "not-on-runner",
    severity: severity ?? "error",
    where: positionOf(job.source, path),
    message,
    fix: "Change it, or name a compute of the workspace.",
  }));
}

function faultsOf(job: Job, machine: Machine): readonly RunnerFault[] {
  const work = onRunner(job);
  if (work === undefined)
    return [
      { path: ["type"], message: `A ${labelOf(job)} does not run on the runner. Name a compute of the workspace.` },
    ];
  // Without these there may be nothing to run.
  if (work.faults.some(({ severity }) => severity === undefined)) return work.faults;
  const found = work
    .processes(0)
    .flatMap((process) =>
      faultsOfProcess(process, machine).map((fault) => ({ ...fault, path: process.placeOf(fault.path) })),
    );
  // Trials are alike.
  return [...new Map([...work.faults, ...found].map((fault) => [JSON.stringify(fault), fault])).values()];
}

function faultsOfProcess(process: RunnerProcess, machine: Machine): readonly RunnerFault[] {
  const { command, code, inputs } = process;
  const faults: RunnerFault[] = [...process.machine.faults];
  if (code !== undefined && code.from !== "local") {
    const message = `The job's code is ${code.id}; a run on this machine needs it as a local folder.`;
    faults.push({ path: ["code"], message });
  }
  for (const name of inputsIn(command)) {
    const input = inputs[name];
    if (input === undefined || input.kind !== "data" || input.local !== undefined) continue;
    const message = `The input ${JSON.stringify(name)} is data in Azure (${input.path}), which a run on this machine does not fetch.`;
    faults.push({ path: ["inputs", name, "path"], message });
  }
  return [...faults, ...faultsOfEnvironment(process, machine)];
}

function faultsOfEnvironment(
  { environment, compute }: RunnerProcess,
  { usesContainer, hasConda }: Machine,
): readonly RunnerFault[] {
  const path = ["environment"];
  const inContainer = usesContainer(compute);
  if (environment.from === "reference") {
    if (!inContainer) return [];
    const message = `The image of ${environment.id} is defined only in Azure, and a container on this machine needs its name. Give image, with conda_file where it needs one, or build.`;
    return [{ path, message }];
  }
  const { conda, build } = environment.definition;
  if (inContainer) return [];
  if (build !== undefined) {
    const message =
      "The environment is built from a Docker context, which a run on this machine does only in a container (container: true in a target of type local). Give that, image and conda_file, or a compute target of the workspace.";
    return [{ path, message }];
  }
  const { notByPip } = planPip(conda ?? {});
  if (notByPip.length === 0 || hasConda === true) return [];
  const packages = `pip does not have these packages of the conda file: ${notByPip.join(", ")}.`;
  if (hasConda === false)
    return [{ path, message: `This machine has neither micromamba, mamba nor conda, and ${packages}` }];
  const message = `The runner needs micromamba, mamba or conda for this environment: ${packages}`;
  return [{ path, message, severity: "warning" }];
}

/** False for a job that nothing is made for that only conda could be needed for. */
export function usesConda(job: Job, { usesContainer }: Pick<Machine, "usesContainer">): boolean {
  const work = onRunner(job);
  if (work === undefined || work.faults.some(({ severity }) => severity === undefined)) return false;
  return work
    .processes(0)
    .some(
      ({ environment, compute }) =>
        environment.from === "inline" && environment.definition.conda !== undefined && !usesContainer(compute),
    );
}

/** The inputs that a command uses. */
function inputsIn(command: string): ReadonlySet<string> {
  const names = new Set<string>();
  const input = (name: string) => {
    names.add(name);
    return "";
  };
  withBindings(command, { input, output: () => "" });
  return names;
}
