import { join } from "node:path";
import { parse } from "yaml";
import { planPip } from "../../../src/run/on-runner/python-environment.ts";
import { ensureVirtualEnvironment, findPython } from "../../../src/run/on-runner/virtual-environment.ts";
import { JobFailed, type JobRun } from "./type.ts";

/** @returns the folder of the environment's executables; `undefined` where the machine's own will do. */
export async function buildEnvironment(run: JobRun): Promise<string | undefined> {
  const { job, options } = run;
  const id = String(job.properties["environmentId"]);
  const [, name = "", version = ""] = /\/environments\/([^/]+)\/versions\/([^/]+)$/.exec(id) ?? [];
  const found = options.assets.find("environments", name, version);
  // Curated environments are images that cannot be had here: their jobs run with what the machine has.
  if (found === undefined && /^(azureml:|azureml:\/\/)/i.test(id)) return undefined;
  if (found === undefined) throw new JobFailed("UserError", `The environment ${id} does not exist.`);
  const conda = found.properties["condaFile"];
  return typeof conda === "string" ? buildCondaEnvironment(conda, run) : undefined;
}

/** What pip has of a conda file. @returns the folder of the environment's executables. @throws JobFailed */
export async function buildCondaEnvironment(
  conda: string,
  { options, log, signal }: Pick<JobRun, "options" | "log" | "signal">,
): Promise<string> {
  const build = await log("azureml-logs/20_image_build_log.txt");
  const plan = planPip(parse(conda) as Readonly<Record<string, unknown>>);
  if (plan.notByPip.length > 0) {
    build.line(`Not installable with pip: ${plan.notByPip.join(", ")}`);
    throw new JobFailed(
      "ImageBuildFailure",
      `The environment could not be built: ${plan.notByPip.join(", ")} cannot be installed here.`,
    );
  }
  const python = await findPython(process.env["PATH"] ?? "");
  if (python === undefined)
    throw new JobFailed(
      "ImageBuildFailure",
      "The environment could not be built: this machine has no Python of version 3.9 or newer with venv.",
    );
  build.line(`Building with Python ${python.version}: ${plan.requirements.join(" ")}`);
  try {
    return await ensureVirtualEnvironment(plan.requirements, python, join(options.folder, "environments"), {
      environment: process.env,
      onLine: build.line,
      signal,
    });
  } catch (error) {
    throw new JobFailed(
      "ImageBuildFailure",
      `The environment could not be built: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
