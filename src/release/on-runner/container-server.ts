import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { basename, dirname, posix } from "node:path";
import { promisify } from "node:util";
import type { EnvironmentDefinition } from "../../asset/environment/definition.ts";
import { loopback } from "../../azure/loopback.ts";
import { membersOf, textOf } from "../../azure/members.ts";
import { mountText, variablesFor } from "../../run/on-runner/container/container.ts";
import type { Engine } from "../../run/on-runner/container/engine.ts";
import { EnvironmentFailed } from "../../run/on-runner/virtual-environment.ts";
import { linesOf, logFileIn } from "./process-server.ts";
import type { Served, Server } from "./server.ts";

const execute = promisify(execFile);

/** Where Azure ML puts code and models in a container, and where its own server listens. */
const appFolder = "/var/azureml-app";
const serverPort = 5001;
/** For what the engine is asked; an image that it has to pull first takes longer. Our choice. */
const askMs = 15_000;
const runMs = 30 * 60_000;
/** Of a log. Our choice: what is longer is no start of a server. */
const mostBytes = 16 * 1024 * 1024;

/** The server of the environment, else the one that Azure ML's images bring. */
const startServer = [
  'cd "$AML_APP_ROOT"',
  "if command -v azmlinfsrv >/dev/null 2>&1; then",
  `  exec azmlinfsrv --entry_script "$AZUREML_ENTRY_SCRIPT" --port ${serverPort}`,
  "elif [ -d /var/runit ]; then exec runsvdir /var/runit",
  "fi",
  'echo "The image has no azmlinfsrv: add azureml-inference-server-http to the pip packages of conda_file." >&2',
  "exit 1",
].join("\n");

/** What a custom image says of itself: `inference_config`. */
type Routes = { readonly scoring: string; readonly health: string; readonly port: number };

function routesOf({ inferenceConfig }: EnvironmentDefinition): Routes | undefined {
  const { scoringRoute, livenessRoute, readinessRoute } = membersOf(inferenceConfig);
  const scoring = membersOf(scoringRoute);
  if (typeof scoring["port"] !== "number") return undefined;
  const ready = textOf(membersOf(readinessRoute)["path"]) ?? textOf(membersOf(livenessRoute)["path"]);
  return { scoring: textOf(scoring["path"]) ?? "/", health: ready ?? "/", port: scoring["port"] };
}

/**
 * A container of the environment's image, which goes on when the step has ended. Azure ML's images get the scoring script;
 * one with an `inference_config` brings its own server.
 *
 * @param image its name for the engine.
 * @throws EnvironmentFailed where it is to run no script and says nothing of its own server.
 */
export function containerServer(
  served: Served,
  { definition, image }: { readonly definition: EnvironmentDefinition; readonly image: string },
  engine: Engine,
): Server {
  const { name, folder, port } = served;
  const container = `azureml-targets-serving-${name}-${randomUUID().slice(0, 8)}`;
  const routes = routesOf(definition);
  if (routes === undefined && served.code === undefined)
    throw new EnvironmentFailed(
      "The deployment has no code_configuration, and its environment no inference_config that says how its image serves.",
    );
  const ask = async (...args: readonly string[]) =>
    execute(engine.command, [...args], { env: engine.env, timeout: askMs, maxBuffer: mostBytes });
  const { args, env } = commandLine(served, { container, image, routes }, engine);
  const log = async () => {
    // Both streams, as they were written: a server says what went wrong on the second one.
    const { stdout, stderr } = await ask("logs", container).catch(() => ({ stdout: "", stderr: "" }));
    await writeFile(logFileIn(folder), `${stdout}${stderr}`);
    return linesOf(`${stdout}${stderr}`);
  };
  return {
    runs: { as: "container", container },
    scoringPath: routes?.scoring ?? "/score",
    healthPath: routes?.health ?? "/",
    ...(routes === undefined ? { swaggerPath: "/swagger.json" } : {}),
    start: async () => {
      try {
        await execute(engine.command, [...args], { env, timeout: runMs, maxBuffer: mostBytes });
      } catch (error) {
        const { stderr = "" } = error as { readonly stderr?: string };
        const said = linesOf(stderr.trim()).at(-1) ?? "";
        throw new EnvironmentFailed(`${engine.is} could not start a container of ${image} at port ${port}: ${said}`);
      }
      return { as: "container", container };
    },
    ended: async () => {
      const format = "{{.State.Running}} {{.State.ExitCode}}";
      const { stdout } = await ask("inspect", "--format", format, container).catch(() => ({ stdout: "" }));
      const [isThere, code] = stdout.trim().split(" ");
      if (isThere === "true") return undefined;
      return code === undefined ? "The container is gone." : `The container ended with exit code ${code}.`;
    },
    log,
  };
}

function commandLine(
  { code, modelFolder, variables, port, name }: Served,
  {
    container,
    image,
    routes,
  }: { readonly container: string; readonly image: string; readonly routes: Routes | undefined },
  engine: Engine,
) {
  const modelDir = `${appFolder}/azureml-models${modelFolder === undefined ? "" : `/${placeOf(modelFolder)}`}`;
  const codeDir = code === undefined ? undefined : `${appFolder}/${basename(code.folder)}`;
  const script = code?.scoringScript.replaceAll("\\", "/") ?? "";
  const { args: named, env } = variablesFor(engine, {
    ...variables,
    ...(modelFolder === undefined ? {} : { AZUREML_MODEL_DIR: modelDir }),
    ...(codeDir === undefined
      ? {}
      : { AML_APP_ROOT: posix.join(codeDir, posix.dirname(script)), AZUREML_ENTRY_SCRIPT: posix.basename(script) }),
  });
  const mounts = [
    ...(modelFolder === undefined ? [] : [mountText({ path: modelFolder, readOnly: true }, modelDir)]),
    ...(code === undefined || codeDir === undefined
      ? []
      : [mountText({ path: code.folder, readOnly: false }, codeDir)]),
  ];
  const args = [
    ...["run", "--detach", "--name", container, "--label", `azureml-targets.serving=${name}`],
    // Nobody but this machine reaches it.
    ...["--publish", `${loopback}:${port}:${routes?.port ?? serverPort}`],
    ...mounts.flatMap((mount) => ["--mount", mount]),
    ...named,
    // An image that says how it serves is started as it is.
    ...(routes === undefined ? ["--entrypoint", "", "--", image, "bash", "-c", startServer] : ["--", image]),
  ];
  return { args, env };
}

/** `NAME/VERSION`, as the service has it. */
function placeOf(modelFolder: string): string {
  return `${basename(dirname(modelFolder))}/${basename(modelFolder)}`;
}
