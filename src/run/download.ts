import { lstatSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { failed, refused, succeeded, type AzureFailure, type Outcome } from "../azure/outcome.ts";
import type { Clock } from "../clock.ts";
import { sizeText } from "../size-text.ts";
import { isOutside } from "../yaml/is-outside.ts";
import { matchesGlob, parseGlob } from "../yaml/glob.ts";
import { named, type RunFile } from "./named-outputs.ts";
import { listRunFiles, whatThereIs, type RunFilesDeps } from "./run-files.ts";

const downloadsAtOnce = 8;

/** Seconds between two lines about a download that takes long. */
const progressSeconds = 10;

export type DownloadDeps = RunFilesDeps & {
  readonly clock: Pick<Clock, "now">;
  /** Told now and then how far it is. */
  readonly onProgress: (message: string) => void;
};

/**
 * Fetches the artifacts and outputs of a run that match any of the globs. A glob that matches nothing is an error, not an
 * empty folder.
 *
 * @param border nothing is written outside this folder, also not through a link; `folder` itself where that is elsewhere.
 */
export async function downloadArtifacts(
  run: string,
  globs: readonly string[],
  folder: string,
  border: string,
  deps: DownloadDeps,
): Promise<Outcome<readonly string[]>> {
  const parsed = globs.map((pattern) => ({ pattern, glob: parseGlob(pattern) }));
  const files = await listRunFiles(
    run,
    parsed.map(({ glob }) => glob),
    deps,
  );
  if (!files.ok) return files;
  const all = files.value;
  const unmatched = parsed
    .filter(({ glob }) => !all.some(({ path }) => matchesGlob(glob, path)))
    .map(({ pattern }) => pattern);
  if (unmatched.length > 0) {
    const whole = await whatThereIs(run, unmatched, deps);
    if (!whole.ok) return whole;
    return refused("NothingToDownload", nothingMatches(unmatched, whole.value));
  }
  const wanted = all.filter(({ path }) => parsed.some(({ glob }) => matchesGlob(glob, path)));
  const escaping = escapingPath(
    wanted.map(({ path }) => path),
    folder,
    border,
  );
  if (escaping !== undefined) return refused("EscapingPath", escapes(escaping, folder));
  const fetched = await fetchAll(wanted, folder, deps);
  return fetched.ok ? succeeded(wanted.map(({ path }) => path)) : fetched;
}

/** The first path that would be written elsewhere than below the folder, by its name or through a link. */
export function escapingPath(paths: readonly string[], folder: string, border: string): string | undefined {
  const allowed = whereItLeads(isOutside(border, folder) ? folder : border);
  return paths.find((path) => {
    const to = resolve(folder, path);
    const leadsTo = whereItLeads(to);
    if (isOutside(resolve(folder), to) || path.split("/").includes(".git")) return true;
    return allowed === undefined || leadsTo === undefined || isOutside(allowed, leadsTo);
  });
}

export function escapes(path: string, folder: string): string {
  return `The artifact ${JSON.stringify(path)} would be written outside ${folder}, by its name or through a link.`;
}

/** What matches nothing, with what there is instead. @param all the paths of all artifacts. */
export function nothingMatches(unmatched: readonly string[], all: readonly string[]): string {
  const some = all.slice(0, 20);
  return `No artifact of the run matches ${unmatched.join(", ")}. It has ${some.length === 0 ? "none" : some.join(", ")}${all.length > some.length ? ", …" : ""}.`;
}

/** Some at a time. The first that fails is named, and ends it. */
async function fetchAll(
  wanted: readonly RunFile[],
  folder: string,
  { clock, onProgress }: Pick<DownloadDeps, "clock" | "onProgress">,
): Promise<Outcome<void>> {
  const rest = wanted.values();
  let [done, bytes, told] = [0, 0, clock.now()];
  let failure: AzureFailure | undefined;
  const work = async () => {
    for (const { path, fetch } of rest) {
      if (failure !== undefined) return;
      const fetched = await fetch(join(folder, path));
      if (!fetched.ok) {
        failure ??= named(path, fetched.failure);
        return;
      }
      done += 1;
      bytes += fetched.value;
      if (clock.now() - told < progressSeconds * 1000) continue;
      told = clock.now();
      onProgress(`${done} of ${wanted.length} files downloaded, ${sizeText(bytes)}.`);
    }
  };
  await Promise.all(Array.from({ length: downloadsAtOnce }, work));
  return failure === undefined ? succeeded(undefined) : failed(failure);
}

/** The real path of what is there of a path, and the rest as it is; `undefined` for a link that leads nowhere. */
function whereItLeads(path: string): string | undefined {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) {
    const parent = dirname(path) === path ? undefined : whereItLeads(dirname(path));
    return parent === undefined ? undefined : join(parent, basename(path));
  }
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
