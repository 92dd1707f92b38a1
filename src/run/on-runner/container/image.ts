import { createHash } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { EnvironmentDefinition } from "../../../asset/environment/definition.ts";
import { runLogged, type LogLine } from "../process.ts";
import { planPip } from "../python-environment.ts";
import { EnvironmentFailed, outputOf } from "../virtual-environment.ts";
import type { Engine } from "./engine.ts";

type Options = { readonly folder: string; readonly onLine: LogLine; readonly signal: AbortSignal };

/**
 * The image of an environment: its own one, built of its Docker context, or its base image with the packages of its conda
 * file. What was built once of the same content is not built again.
 *
 * @param folder where files for the build may be put.
 * @returns its name for the engine.
 * @throws EnvironmentFailed where it cannot be built; the log has the engine's own words.
 */
export async function imageOf(
  { image, build, conda, condaFile }: EnvironmentDefinition,
  engine: Engine,
  options: Options,
): Promise<string> {
  if (build !== undefined) {
    const { context, dockerfilePath = "Dockerfile" } = build;
    const [place, file] =
      context.from === "local" ? [context.folder, join(context.folder, dockerfilePath)] : [context.url, dockerfilePath];
    const tag = tagOf([place, dockerfilePath]);
    // The engine itself knows what of a context has changed.
    await buildImage(engine, ["--tag", tag, "--file", file, place], options);
    return tag;
  }
  if (image === undefined) throw new EnvironmentFailed("The environment names no image.");
  if (conda === undefined || condaFile === undefined) return image;
  const tag = tagOf([image, condaFile, dockerfile, script]);
  if ((await outputOf(engine.command, ["image", "inspect", tag], engine.env)) !== undefined) return tag;
  const { requirements, notByPip } = planPip(conda);
  const context = join(options.folder, "image");
  await rm(context, { recursive: true, force: true });
  await mkdir(context, { recursive: true });
  await Promise.all([
    writeFile(join(context, "Dockerfile"), dockerfile),
    writeFile(join(context, "conda.yml"), condaFile),
    writeFile(join(context, "install.sh"), script),
    ...(notByPip.length > 0 ? [] : [writeFile(join(context, "requirements.txt"), requirements.join("\n"))]),
  ]);
  await buildImage(engine, ["--tag", tag, "--build-arg", `BASE_IMAGE=${image}`, context], options);
  return tag;
}

async function buildImage(engine: Engine, args: readonly string[], { folder, onLine, signal }: Options): Promise<void> {
  const { code } = await runLogged(engine.command, ["build", ...args], {
    cwd: folder,
    env: engine.env,
    onLine,
    signal,
  });
  if (code !== 0 && !signal.aborted)
    throw new EnvironmentFailed(
      `${engine.is} could not build the image of the environment: exit code ${String(code)}.`,
    );
}

/** A host of its own keeps the engine from looking for the image in a registry. */
function tagOf(parts: readonly string[]): string {
  return `localhost/azureml-targets:${createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16)}`;
}

const environmentFolder = "/azureml-environment";

const dockerfile = `ARG BASE_IMAGE
FROM \${BASE_IMAGE}
COPY . ${environmentFolder}/
RUN bash ${environmentFolder}/install.sh
ENV PATH=${environmentFolder}/env/bin:$PATH CONDA_PREFIX=${environmentFolder}/env
`;

/** Azure ML's images have conda; others may have a Python, which does where pip has every package. */
const script = `set -e
cd ${environmentFolder}
has() { command -v "$1" >/dev/null 2>&1; }
export CONDA_ALWAYS_YES=true MAMBA_ALWAYS_YES=true
if has micromamba; then
  micromamba create --yes --prefix "$PWD/env" --file conda.yml
elif has mamba; then
  mamba env create --prefix "$PWD/env" --file conda.yml
elif has conda; then
  conda env create --prefix "$PWD/env" --file conda.yml
elif [ ! -e requirements.txt ]; then
  echo "The image has no conda, and pip does not have all packages of the conda file." >&2
  exit 1
elif has python3 && python3 -c "import venv, ensurepip" 2>/dev/null; then
  echo "The image has no conda: pip installs the packages for its own $(python3 --version)."
  python3 -m venv env
  if [ -s requirements.txt ]; then env/bin/pip install --no-input --disable-pip-version-check -r requirements.txt; fi
else
  echo "The image has neither conda nor a Python 3 with venv, so the conda file cannot be installed." >&2
  exit 1
fi
`;
