import { copyFile, mkdir, readdir, readFile, stat } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { matchesGlob, matchesName, parseGlob, type Glob } from "../../yaml/glob.ts";
import type { LoggedImage } from "../../report/result.ts";
import { escapes, escapingPath, nothingMatches } from "../download.ts";
import { isImage, withContents } from "../shown-images.ts";

/** Where a run that was here has left its files, by the path that the service would show them under. */
type Artifact = { readonly path: string; readonly file: string };

/** Artifacts that are not copied, and why. */
export class ArtifactsRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ArtifactsRefused";
  }
}

/**
 * Copies the artifacts of a run on this machine that match any of the globs, by the paths that a run in Azure has them under:
 * artifacts by their own, named outputs as `named-outputs/NAME/…`, those of a pipeline's steps as `jobs/STEP/…`.
 *
 * @param runFolder of the run; of a pipeline, with a folder for each step.
 * @param border as of a download: nothing is written outside of it.
 * @returns the paths of what was copied.
 * @throws ArtifactsRefused where a glob matches nothing, or a path would lead elsewhere.
 */
export async function copyArtifacts(
  runFolder: string,
  steps: readonly string[],
  globs: readonly string[],
  { folder, border }: { readonly folder: string; readonly border: string },
): Promise<readonly string[]> {
  const all = [
    ...(await artifactsOf(runFolder, "")),
    ...(await Promise.all(steps.map((step) => artifactsOf(join(runFolder, step), `jobs/${step}/`)))).flat(),
  ];
  const parsed = globs.map((pattern) => ({ pattern, glob: parseGlob(pattern) }));
  const unmatched = parsed.filter(({ glob }) => !all.some(({ path }) => means(glob, path)));
  if (unmatched.length > 0)
    throw new ArtifactsRefused(
      nothingMatches(
        unmatched.map(({ pattern }) => pattern),
        all.map(({ path }) => path),
      ),
    );
  const wanted = all.filter(({ path }) => parsed.some(({ glob }) => means(glob, path)));
  const paths = wanted.map(({ path }) => path);
  const escaping = escapingPath(paths, folder, border);
  if (escaping !== undefined) throw new ArtifactsRefused(escapes(escaping, folder));
  for (const { path, file } of wanted) {
    const to = join(folder, path);
    await mkdir(dirname(to), { recursive: true });
    await copyFile(file, to);
  }
  return paths;
}

/**
 * The images among the artifacts of a run on this machine, and of a pipeline's steps, as of a run in Azure: named outputs are
 * none of its artifacts.
 *
 * @param runFolder as of {@link copyArtifacts}.
 */
export async function imagesBelow(runFolder: string, steps: readonly string[]): Promise<readonly LoggedImage[]> {
  const found = await Promise.all(
    [{ folder: runFolder }, ...steps.map((step) => ({ folder: join(runFolder, step), step }))].map(
      async ({ folder, ...ofStep }) =>
        (await artifactsOf(folder, ""))
          .filter(({ path }) => isImage(path) && !path.startsWith("named-outputs/"))
          .map(({ path, file }) => ({
            image: { path, ...ofStep },
            read: async (mostBytes: number) =>
              (await stat(file)).size <= mostBytes ? new Uint8Array(await readFile(file)) : undefined,
          })),
    ),
  );
  return withContents(found.flat());
}

/** Outputs and steps are meant by patterns alone that begin with these words: `**` stays with the run's own artifacts. */
const reserved = ["named-outputs", "jobs"];

function means(glob: Glob, path: string): boolean {
  const [first = "", ...rest] = path.split("/");
  if (!reserved.includes(first)) return matchesGlob(glob, path);
  const inside = glob.flatMap(([part, ...parts]) =>
    part !== undefined && part !== "**" && part.literal === first && parts.length > 0 ? [parts] : [],
  );
  // The names of the output, or of the step, are folders in which the same holds again.
  const [name = "", ...deeper] = rest;
  const below = inside.flatMap((parts) => {
    const [part, ...others] = parts;
    if (part === "**") return name.startsWith(".") ? [] : [parts];
    return part !== undefined && others.length > 0 && matchesName(part, name) ? [others] : [];
  });
  if (below.length === 0) return false;
  const file = deeper.join("/");
  return first === "jobs" ? means(below, file) : matchesGlob(below, file);
}

/** `outputs/` that the command wrote beside itself, its named outputs, and what it has logged with MLflow. */
async function artifactsOf(runFolder: string, prefix: string): Promise<readonly Artifact[]> {
  const found = await Promise.all([
    filesBelow(join(runFolder, "code", "outputs"), "outputs/"),
    filesBelow(join(runFolder, "named-outputs"), "named-outputs/"),
    filesOfMlflow(join(runFolder, "mlruns")),
  ]);
  return found
    .flat()
    .map(({ path, file }) => ({ path: `${prefix}${path}`, file }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Regular files alone: a link could lead anywhere. */
async function filesBelow(folder: string, prefix: string): Promise<readonly Artifact[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.flatMap((entry) => {
    if (!entry.isFile()) return [];
    const file = join(entry.parentPath, entry.name);
    return [{ path: `${prefix}${relative(folder, file).split(sep).join("/")}`, file }];
  });
}

/** The file store keeps them as `{experiment}/{run}/artifacts/{path}`. */
async function filesOfMlflow(store: string): Promise<readonly Artifact[]> {
  return (await filesBelow(store, "")).flatMap(({ path, file }) => {
    const [, inRun] = /^[^/]+\/[^/]+\/artifacts\/(.+)$/.exec(path) ?? [];
    return inRun === undefined ? [] : [{ path: inRun, file }];
  });
}
