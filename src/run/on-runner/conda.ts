import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, delimiter, join } from "node:path";
import { runLogged, type LogLine } from "./process.ts";
import { EnvironmentFailed, outputOf } from "./virtual-environment.ts";

type Variables = Readonly<Record<string, string | undefined>>;

/** A program that makes environments of conda files. */
export type Conda = {
  readonly command: string;
  readonly is: "micromamba" | "mamba" | "conda";
  readonly version: string;
};

const names = ["micromamba", "mamba", "conda"] as const;
const isWindows = process.platform === "win32";

/**
 * The first that works: on the path (micromamba is the fastest), else where an installation says that it is. GitHub's own
 * runners have Miniconda at `CONDA`, which is not on the path.
 */
export async function findConda(
  environment: Variables,
  env: Readonly<Record<string, string>>,
): Promise<Conda | undefined> {
  for (const command of placesOf(environment)) {
    if (!existsSync(command)) continue;
    const name = basename(command)
      .replace(/\.\w+$/, "")
      .toLowerCase();
    const is = names.find((one) => one === name) ?? "conda";
    const version = (await outputOf(command, ["--version"], env))?.trim().split(/\s+/).at(-1);
    if (version !== undefined) return { command, is, version };
  }
  return undefined;
}

function placesOf({ PATH = "", MAMBA_EXE: mamba, CONDA_EXE: conda, CONDA: root }: Variables): readonly string[] {
  const onPath = names.flatMap((name) =>
    PATH.split(delimiter)
      .filter((folder) => folder !== "")
      .map((folder) => join(folder, isWindows ? `${name}.exe` : name)),
  );
  const installed = root === undefined ? undefined : join(root, isWindows ? "Scripts/conda.exe" : "bin/conda");
  return [
    ...onPath,
    ...[mamba, conda, installed].flatMap((place) => (place === undefined || place === "" ? [] : [place])),
  ];
}

/**
 * An environment of a conda file, kept under its content: the second time it costs nothing and needs no network.
 *
 * @param condaFile its text.
 * @returns the folder of the environment.
 * @throws EnvironmentFailed where it cannot be made; the log has the program's own words.
 */
export async function ensureCondaEnvironment(
  condaFile: string,
  { command, is, version }: Conda,
  cacheFolder: string,
  {
    environment,
    onLine,
    signal,
  }: { readonly environment: Variables; readonly onLine: LogLine; readonly signal: AbortSignal },
): Promise<string> {
  const folder = join(cacheFolder, `conda-${keyOf([is, condaFile, process.platform, process.arch])}`);
  const marker = `${folder}.complete`;
  if (existsSync(marker) && existsSync(folder)) return folder;
  await mkdir(cacheFolder, { recursive: true });
  await rm(folder, { recursive: true, force: true });
  const file = `${folder}.yml`;
  await writeFile(file, condaFile);
  const made = is === "micromamba" ? ["create", "--yes"] : ["env", "create"];
  onLine(`Creating the environment of the conda file with ${is} ${version}.`);
  const { code } = await runLogged(command, [...made, "--prefix", folder, "--file", file], {
    cwd: cacheFolder,
    env: {
      MAMBA_ROOT_PREFIX: join(cacheFolder, "mamba"),
      ...environment,
      // Nobody is there to be asked.
      CONDA_ALWAYS_YES: "true",
      MAMBA_ALWAYS_YES: "true",
    },
    onLine,
    signal,
  });
  if (code !== 0) throw new EnvironmentFailed(`${is} could not create the environment: exit code ${String(code)}.`);
  // An environment holds its own path, so it is made where it will stay; the marker says that it is whole.
  await writeFile(`${marker}.new`, version);
  await rename(`${marker}.new`, marker);
  return folder;
}

/** The folders of an environment's executables, those that go first on the path first. */
export function executablesOf(folder: string): readonly string[] {
  return isWindows ? [folder, join(folder, "Library", "bin"), join(folder, "Scripts")] : [join(folder, "bin")];
}

/** Runs what packages of the environment want to have run in a shell that uses it, as `conda activate` does. */
export const activation =
  'for f in "$CONDA_PREFIX"/etc/conda/activate.d/*.sh; do if [ -r "$f" ]; then . "$f"; fi; done; unset f';

function keyOf(parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
}
