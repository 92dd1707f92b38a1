import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
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

export async function testEngine(): Promise<TestEngine | undefined> {
  const engine = await findEngine(process.env);
  if (engine === undefined || process.platform !== "linux") return undefined;
  const { command, env } = engine;
  const ask = (...args: readonly string[]) => execFileSync(command, [...args], { env, encoding: "utf8" });
  const image = "localhost/azureml-targets-test:shell";
  const environment = Object.fromEntries(
    Object.entries(env).filter(([name]) => /^(?:DOCKER|CONTAINERS|XDG)_/.test(name)),
  );
  importImage(image, command, env);
  return { environment, image, ask };
}

/** An image of programs of this machine and the libraries that they need: nothing is pulled. */
function importImage(image: string, command: string, env: Readonly<Record<string, string>>): void {
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
