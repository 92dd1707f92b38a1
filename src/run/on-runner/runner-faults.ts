import { labelOf, onRunner, type Job } from "../../job/job.ts";
import type { RunnerWork } from "../../job/kind.ts";
import { withBindings } from "../../job/parts/bindings.ts";
import type { NodePath } from "../../yaml/source.ts";
import { planPip } from "./python-environment.ts";

/** Why the runner cannot run a job, and where in the job that is. */
export type RunnerFault = { readonly path: NodePath; readonly message: string };

/** What the declaration alone tells: nothing has to be begun to find it out. */
export function runnerFaults(job: Job): readonly RunnerFault[] {
  const work = onRunner(job);
  return work === undefined ? [notForRunners(job)] : faultsOfWork(work);
}

export function notForRunners(job: Job): RunnerFault {
  const message = `A ${labelOf(job)} does not run on the runner. Name a compute of the workspace.`;
  return { path: ["type"], message };
}

export function faultsOfWork({ command, code, environment, inputs }: RunnerWork): readonly RunnerFault[] {
  const faults: RunnerFault[] = [];
  if (code !== undefined && code.from !== "local") {
    const message = `The job's code is ${code.id}; a run on this machine needs it as a local folder.`;
    faults.push({ path: ["code"], message });
  }
  for (const name of inputsIn(command)) {
    const input = inputs[name];
    if (input?.kind === "literal" || input?.local !== undefined) continue;
    const message = `The input ${JSON.stringify(name)} is data in Azure (${input?.path ?? ""}), which a run on this machine does not fetch.`;
    faults.push({ path: ["inputs", name, "path"], message });
  }
  if (environment.from === "reference") return faults;
  const { conda, build } = environment.definition;
  if (build !== undefined) {
    const message =
      "The environment is built from a Docker context, which a run on this machine does not do. Give image and conda_file, or a compute target of the workspace.";
    return [...faults, { path: ["environment"], message }];
  }
  const { notByPip } = planPip(conda ?? {});
  if (notByPip.length === 0) return faults;
  const message = `A run on this machine installs with pip, which does not have these packages of the conda file: ${notByPip.join(", ")}.`;
  return [...faults, { path: ["environment"], message }];
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
