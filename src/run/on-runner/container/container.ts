import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { promisify } from "node:util";
import type { RunnerProcess } from "../../../job/kind.ts";
import { runLogged, type LogLine, type ProcessEnd } from "../process.ts";
import { EnvironmentFailed } from "../virtual-environment.ts";
import type { Engine } from "./engine.ts";

const execute = promisify(execFile);

/** Seconds between asking a container to end and ending it. Our choice, inside the runner's grace. */
const graceSeconds = 1;
/** For what the engine is asked beside the run itself. Our choice: a removal takes well below a second. */
const askMs = 15_000;

export type ContainerRun = {
  readonly engine: Engine;
  readonly image: string;
  /** What the container is named after. */
  readonly name: string;
  readonly machine: RunnerProcess["machine"];
  /** Folders of this machine that the container has under the same path. */
  readonly mounts: readonly { readonly path: string; readonly readOnly: boolean }[];
  readonly cwd: string;
  /** Of the run: what it writes. */
  readonly folder: string;
  readonly variables: Readonly<Record<string, string>>;
  /** Told of the container's name before it is created, and of nothing once it is gone. */
  readonly onContainer: (name?: string) => void;
  readonly onLine: LogLine;
  readonly signal: AbortSignal;
};

/**
 * Creates the container: what is wrong with the image, with a mount or with an option is found here, before the command.
 *
 * @returns its start, which lasts until the command has ended and leaves no container behind.
 * @throws EnvironmentFailed where the engine does not create it.
 */
export async function createContainer(
  command: string,
  run: ContainerRun,
): Promise<(limits: { readonly onLine: LogLine; readonly signal: AbortSignal }) => Promise<ProcessEnd>> {
  const { engine, image, machine, mounts, cwd, onLine, signal } = run;
  const name = `azureml-targets-${run.name.replaceAll(/[^A-Za-z0-9_.-]/g, "-")}-${randomUUID().slice(0, 8)}`;
  const { args: variables, env } = variablesFor(engine, { ...run.variables, [folderName]: run.folder });
  run.onContainer(name);
  const { code } = await runLogged(
    engine.command,
    [
      ...["create", "--name", name, "--label", `azureml-targets.run=${run.name}`, "--workdir", cwd],
      // As on Azure ML's machines: what is mounted belongs to whoever runs the action.
      ...["--user", "0"],
      ...mounts.flatMap((mount) => ["--mount", mountText(mount)]),
      ...variables,
      ...(machine.shmSize === undefined ? [] : ["--shm-size", machine.shmSize]),
      ...machine.dockerArgs,
      // The image's own entry point would get the command as its arguments.
      ...["--entrypoint", "", "--", image, "bash", "-c", givingBack(command, engine)],
    ],
    { cwd, env, onLine, signal },
  );
  if (code !== 0) {
    await removeContainer(engine, name);
    run.onContainer();
    if (signal.aborted) return () => Promise.resolve({ code: null, aborted: true });
    throw new EnvironmentFailed(`${engine.is} could not create a container of ${image}: exit code ${String(code)}.`);
  }
  return async (limits) => {
    const end = await startContainer(engine, name, { cwd, ...limits });
    run.onContainer();
    return end;
  };
}

async function startContainer(
  engine: Engine,
  name: string,
  { cwd, onLine, signal }: { readonly cwd: string; readonly onLine: LogLine; readonly signal: AbortSignal },
): Promise<ProcessEnd> {
  // The command line is let go when the container has been stopped: without it nobody would see its last lines.
  const attached = new AbortController();
  const stop = () => void ask(engine, ["stop", "-t", String(graceSeconds), name]).finally(() => attached.abort());
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  try {
    const { code } = await runLogged(engine.command, ["start", "--attach", name], {
      cwd,
      env: engine.env,
      onLine,
      signal: attached.signal,
    });
    return { code, aborted: signal.aborted };
  } finally {
    signal.removeEventListener("abort", stop);
    await removeContainer(engine, name);
  }
}

/** Ends it where it runs. One that is not there is removed already. */
export function removeContainer(engine: Engine, name: string): Promise<void> {
  return ask(engine, ["rm", "--force", "--volumes", name]);
}

/** What the engine refuses here has been done by somebody else: there is nothing to stop or to remove. */
async function ask({ command, env }: Engine, args: readonly string[]): Promise<void> {
  await execute(command, [...args], { env, timeout: askMs }).catch(() => undefined);
}

/**
 * Values reach the engine by its own environment, where no list of processes shows them. A name that the engine itself
 * reads there has to be given with its value.
 */
export function variablesFor({ env }: Engine, variables: Readonly<Record<string, string>>) {
  const args: string[] = [];
  const own: Record<string, string> = {};
  for (const [name, value] of Object.entries(variables)) {
    const isTaken = Object.hasOwn(env, name) || /^(?:DOCKER|CONTAINERS?|PODMAN|BUILDAH|LD|HTTPS?|NO)_/i.test(name);
    args.push("--env", isTaken ? `${name}=${value}` : name);
    if (!isTaken) own[name] = value;
  }
  return { args, env: { ...env, ...own } };
}

/** A mount as the engines read it: fields of CSV. @param target default: the path that it has on this machine. */
export function mountText({ path, readOnly }: ContainerRun["mounts"][number], target: string = path): string {
  const fields = ["type=bind", `source=${path}`, `target=${target}`, ...(readOnly ? ["readonly"] : [])];
  return fields.map((field) => (/[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(",");
}

const folderName = "AZUREML_TARGETS_RUN_FOLDER";

/** Files that the container's root has made belong to whoever runs the action, who could not remove them otherwise. */
function givingBack(command: string, { is }: Engine): string {
  const [user, group] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  if (is !== "docker" || user === 0) return command;
  return `trap 'chown -R ${user}:${group} "$${folderName}" 2>/dev/null' EXIT\n${command}`;
}
