import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { findEngine } from "../../src/run/on-runner/container/engine.ts";

/** A container engine of this machine with an image of its own; `undefined` where no engine answers. */
export type TestEngine = {
  /** What a step needs in its environment to reach it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Has bash and a few of the usual commands, and nothing else. */
  readonly image: string;
  /** Runs the engine's command line. */
  readonly ask: (...args: readonly string[]) => string;
};

const commands = ["bash", "cat", "ls", "mkdir", "sleep", "env", "id", "touch", "chown", "cp"];

const image = "localhost/azureml-targets-test:shell";

export async function testEngine(): Promise<TestEngine | undefined> {
  const engine = process.platform === "linux" ? await findEngine(process.env) : undefined;
  if (engine === undefined) return undefined;
  const { command } = engine;
  importImage(command, engine.env);
  for (const env of [engine.env, { ...engine.env, CONTAINERS_CONF: settingsOfSandboxes() }]) {
    const ask = (...args: readonly string[]) =>
      execFileSync(command, [...args], { env, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    const environment = Object.fromEntries(
      Object.entries(env).filter(([name]) => /^(?:DOCKER|CONTAINERS|XDG)_/.test(name)),
    );
    try {
      ask("run", "--rm", image, "bash", "-c", "true");
      return { environment, image, ask };
    } catch {
      // A machine that has the engine and does not let it start a container.
    }
  }
  console.warn(`${engine.is} ${engine.version} starts no container here: tests of containers are skipped.`);
  return undefined;
}

/** Of podman, for machines that are containers themselves: without networks and limits of its own. */
function settingsOfSandboxes(): string {
  const file = join(mkdtempSync(join(tmpdir(), "containers-")), "containers.conf");
  const limits = 'default_ulimits=["nofile=1024:1024","nproc=1000:1000"]';
  writeFileSync(file, `[containers]\nnetns="host"\n${limits}\n[engine]\nruntime="runc"\n`);
  return file;
}

/** An image of programs of this machine and the libraries that they need: nothing is pulled. */
function importImage(command: string, env: Readonly<Record<string, string>>): void {
  const root = mkdtempSync(join(tmpdir(), "image-"));
  const put = (file: string, to = file) => {
    mkdirSync(join(root, dirname(to)), { recursive: true });
    if (!existsSync(join(root, to))) copyFileSync(file, join(root, to));
  };
  for (const name of commands) {
    const path = execFileSync("bash", ["-c", `command -v ${name}`], { encoding: "utf8" }).trim();
    put(path, `/bin/${basename(path)}`);
    const libraries = execFileSync("ldd", [path], { encoding: "utf8" });
    for (const [, library = ""] of libraries.matchAll(/(\/\S+\.so\S*)/g)) put(library);
  }
  copyFileSync(join(root, "bin/bash"), join(root, "bin/sh"));
  mkdirSync(join(root, "tmp"));
  const archive = `${root}.tar`;
  execFileSync("tar", ["-C", root, "-cf", archive, "."]);
  execFileSync(command, ["import", "--change", "ENV PATH=/bin", archive, image], { env, stdio: "ignore" });
  rmSync(root, { recursive: true });
  rmSync(archive);
}
