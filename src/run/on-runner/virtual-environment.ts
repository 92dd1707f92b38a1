import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { runLogged, type LogLine } from "./process.ts";
import { environmentKey } from "./python-environment.ts";

const run = promisify(execFile);

export type Python = { readonly command: string; /** `3.11.7` */ readonly version: string };

/** The first usable Python: at least 3.9, with venv. @param path as in `PATH`. */
export async function findPython(
  path: string,
  environment: Readonly<Record<string, string>> = { PATH: path },
): Promise<Python | undefined> {
  const names = process.platform === "win32" ? ["python.exe", "python3.exe"] : ["python3", "python"];
  for (const folder of path.split(delimiter)) {
    for (const name of names) {
      const command = join(folder, name);
      if (folder === "" || !existsSync(command)) continue;
      const version = await versionOf(command, environment);
      if (version !== undefined && isAtLeast(version, 3, 9)) return { command, version };
    }
  }
  return undefined;
}

async function versionOf(command: string, env: Readonly<Record<string, string>>): Promise<string | undefined> {
  const printed = "import venv, ensurepip, platform; print(platform.python_version())";
  return (await outputOf(command, ["-c", printed], env))?.trim();
}

/** What a program prints; `undefined` where it does not end well within a moment. */
export async function outputOf(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  try {
    return (await run(command, [...args], { timeout: 20_000, env })).stdout;
  } catch {
    return undefined;
  }
}

function isAtLeast(version: string, major: number, minor: number): boolean {
  const [a = 0, b = 0] = version.split(".").map(Number);
  return a > major || (a === major && b >= minor);
}

/** A virtual environment that could not be built; the log has pip's own words. */
export class EnvironmentFailed extends Error {
  constructor(message: string) {
    super(message);
    this.name = "EnvironmentFailed";
  }
}

/**
 * A virtual environment with the requirements, kept under their hash: the second time it costs nothing and needs no
 * network. Built beside its place and moved there when it is whole, so that a killed build leaves none behind.
 *
 * @returns the folder of its executables.
 */
export async function ensureVirtualEnvironment(
  requirements: readonly string[],
  python: Python,
  cacheFolder: string,
  {
    environment,
    onLine,
    signal,
  }: {
    readonly environment: Readonly<Record<string, string | undefined>>;
    readonly onLine: LogLine;
    readonly signal: AbortSignal;
  },
): Promise<string> {
  const folder = join(cacheFolder, environmentKey(requirements, python.version));
  const bin = process.platform === "win32" ? "Scripts" : "bin";
  const marker = join(folder, "complete");
  if (existsSync(marker)) return join(folder, bin);
  await mkdir(cacheFolder, { recursive: true });
  await rm(folder, { recursive: true, force: true });
  const step = async (command: string, args: readonly string[], what: string) => {
    const { code } = await runLogged(command, args, { cwd: cacheFolder, env: environment, onLine, signal });
    if (code !== 0) throw new EnvironmentFailed(`${what} failed with exit code ${String(code)}.`);
  };
  // A virtual environment holds its own path, so it is built where it will stay; the marker says that it is whole.
  await step(python.command, ["-m", "venv", folder], "Creating the virtual environment");
  if (requirements.length > 0) {
    const list = join(folder, "requirements.txt");
    await writeFile(list, `${requirements.join("\n")}\n`);
    const executable = join(folder, bin, process.platform === "win32" ? "python.exe" : "python");
    await step(
      executable,
      ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "-r", list],
      "Installing the packages",
    );
  }
  await writeFile(`${marker}.new`, python.version);
  await rename(`${marker}.new`, marker);
  return join(folder, bin);
}
