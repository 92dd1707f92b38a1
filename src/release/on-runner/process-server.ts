import { randomUUID } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { loopback } from "../../azure/loopback.ts";
import { childEnvironment } from "../../run/on-runner/child-environment.ts";
import { startDetached } from "../../run/on-runner/process.ts";
import type { Served, Server } from "./server.ts";
import type { ServingEnvironment } from "./serving-environment.ts";

/** The server has no setting for the address that it listens at, and would be there for the whole network. */
const launcher = `import sys
from azureml_inference_server_http import constants
constants.DEFAULT_HOST = "${loopback}"
from azureml_inference_server_http import amlserver
amlserver.DEFAULT_HOST = "${loopback}"
amlserver.run()
`;

/** By this GitHub's runner finds at the end of a job what its steps have left. */
const trackedBy = "RUNNER_TRACKING_ID";

/** Azure ML's own server as a process of this machine, which goes on when the step has ended. */
export function processServer(
  { folder, code, modelFolder, variables, port }: Served & { readonly code: NonNullable<Served["code"]> },
  python: ServingEnvironment,
  environment: Readonly<Record<string, string | undefined>>,
): Server {
  const mark = randomUUID();
  const logFile = logFileIn(folder);
  let end: string | undefined;
  return {
    runs: { as: "process", mark },
    scoringPath: "/score",
    healthPath: "/",
    swaggerPath: "/swagger.json",
    start: async () => {
      const script = join(code.folder, code.scoringScript);
      const file = join(folder, "serve.py");
      await writeFile(file, launcher);
      const { pid } = await startDetached(
        python.command,
        [...python.args, file, "--entry_script", script, "--port", String(port)],
        {
          // As with az ml's own local deployments: beside the script.
          cwd: dirname(script),
          env: {
            ...childEnvironment(environment),
            ...(environment[trackedBy] === undefined ? {} : { [trackedBy]: environment[trackedBy] }),
            PYTHONUNBUFFERED: "1",
            ...variables,
            ...python.variables,
            AML_APP_ROOT: dirname(script),
            ...(modelFolder === undefined ? {} : { AZUREML_MODEL_DIR: modelFolder }),
          },
          mark,
          logFile,
          onEnd: (exitCode) => {
            end = exitCode === null ? "The server was killed." : `The server ended with exit code ${exitCode}.`;
          },
        },
      );
      return { as: "process", mark, ...(pid === undefined ? {} : { pid }) };
    },
    ended: () => Promise.resolve(end),
    log: async () => linesOf(await readFile(logFile, "utf8").catch(() => "")),
  };
}

/** Where a server's log is, below its folder. */
export function logFileIn(folder: string): string {
  return join(folder, "server.log");
}

export function linesOf(text: string): readonly string[] {
  return text.replace(/\n$/, "").split(/\r?\n/);
}
