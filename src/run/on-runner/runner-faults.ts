import { labelOf, onRunner, type Job } from "../../job/job.ts";
import type { RunnerFault, RunnerProcess } from "../../job/kind.ts";
import { withBindings } from "../../job/parts/bindings.ts";
import type { Problem } from "../../yaml/problem.ts";
import { positionOf } from "../../yaml/source.ts";
import { planPip } from "./python-environment.ts";

/** Why the runner cannot run a job, as far as the declaration alone tells: nothing has to be begun to find it out. */
export function runnerProblems(job: Job): readonly Problem[] {
  return faultsOf(job).map(({ path, message }) => ({
    code: "not-on-runner",
    severity: "error",
    where: positionOf(job.source, path),
    message,
    fix: "Change it, or name a compute of the workspace.",
  }));
}

function faultsOf(job: Job): readonly RunnerFault[] {
  const work = onRunner(job);
  if (work === undefined)
    return [
      { path: ["type"], message: `A ${labelOf(job)} does not run on the runner. Name a compute of the workspace.` },
    ];
  // Without these there may be nothing to run.
  if (work.faults.length > 0) return work.faults;
  const found = work
    .processes(0)
    .flatMap((process) =>
      faultsOfProcess(process).map(({ path, message }) => ({ path: process.placeOf(path), message })),
    );
  // Trials are alike.
  return [...new Map(found.map((fault) => [JSON.stringify(fault), fault])).values()];
}

function faultsOfProcess({ command, code, environment, inputs }: RunnerProcess): readonly RunnerFault[] {
  const faults: RunnerFault[] = [];
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
