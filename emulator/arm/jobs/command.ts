import { mkdir } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { runLogged } from "../../../src/run/on-runner/process.ts";
import { armError } from "../../server/reply.ts";
import { workspacePath } from "../../settings.ts";
import { checkCompute } from "./checks.ts";
import { buildEnvironment } from "./environment.ts";
import { fetchCode, fetchData, finishProcess } from "./files.ts";
import type { EmulatedJobType, JobRun } from "./type.ts";

/** A command that runs as a process of this machine, in an environment built from what the job says. */
export const command: EmulatedJobType = {
  jobType: "Command",
  runType: "azureml.scriptrun",
  check: (properties, store) => {
    if (typeof properties["command"] !== "string")
      return armError(400, "UserError", "The command of the job is missing.");
    if (typeof properties["environmentId"] !== "string")
      return armError(400, "UserError", "The environmentId of the job is missing.");
    return checkCompute(properties, store);
  },
  run: async (run) => {
    const { job, folder, signal, options } = run;
    const code = join(folder, "code");
    await mkdir(join(code, "outputs"), { recursive: true });
    await fetchCode(job, code, options);
    const path = await buildEnvironment(run);
    const text = await bind(run, String(job.properties["command"]));
    run.setStatus("Running");
    const std = await run.log("user_logs/std_log.txt");
    const env = {
      ...variablesOf(run),
      PATH: [path, process.env["PATH"]].filter((part) => part !== undefined).join(delimiter),
    };
    const end = await runLogged("bash", ["-c", text], { cwd: code, env, onLine: std.line, signal });
    await finishProcess(
      run,
      code,
      end.code,
      `Execution failed. User process '/bin/bash' exited with status code ${String(end.code)}. Please check log file 'user_logs/std_log.txt' for error details.`,
    );
  },
};

/** Puts inputs and outputs into a text. Data of the workspace's own storage is fetched; addresses go in as they are. */
export async function bind({ job, folder, options }: JobRun, text: string): Promise<string> {
  const inputs = (job.properties["inputs"] ?? {}) as Readonly<
    Record<string, { jobInputType?: string; value?: string; uri?: string }>
  >;
  const outputs = (job.properties["outputs"] ?? {}) as Readonly<Record<string, unknown>>;
  const values = new Map<string, string>();
  for (const [name, input] of Object.entries(inputs)) {
    values.set(
      `inputs.${name}`,
      input.jobInputType === "literal"
        ? (input.value ?? "")
        : await fetchData(input.uri ?? "", join(folder, "inputs", name), options),
    );
  }
  for (const name of Object.keys(outputs)) {
    const path = join(folder, "named-outputs", name);
    await mkdir(path, { recursive: true });
    values.set(`outputs.${name}`, path);
  }
  return text.replaceAll(
    /\$\{\{\s*((?:inputs|outputs)\.[A-Za-z0-9_]+)\s*\}\}/g,
    (_, key: string) => values.get(key) ?? "",
  );
}

/** Environment variables of the process. */
export function variablesOf({
  job: { name, properties },
  options: { origin, issueToken, caFile },
}: JobRun): Record<string, string | undefined> {
  const variables = (properties["environmentVariables"] ?? {}) as Readonly<Record<string, unknown>>;
  return {
    HOME: process.env["HOME"],
    LANG: process.env["LANG"] ?? "C.UTF-8",
    PYTHONUNBUFFERED: "1",
    AZUREML_RUN_ID: name,
    AZUREML_EXPERIMENT_NAME: String(properties["experimentName"] ?? "Default"),
    MLFLOW_RUN_ID: name,
    MLFLOW_TRACKING_URI: `${origin()}/mlflow/v2.0${workspacePath}`,
    MLFLOW_TRACKING_TOKEN: issueToken(),
    MLFLOW_TRACKING_SERVER_CERT_PATH: caFile,
    GIT_PYTHON_REFRESH: "quiet",
    ...Object.fromEntries(Object.entries(variables).map(([key, value]) => [key, String(value)])),
  };
}
