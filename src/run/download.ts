import { lstatSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { Blobs } from "../azure/blobs.ts";
import { failed, succeeded, type AzureFailure, type Outcome } from "../azure/outcome.ts";
import type { RunArtifact, RunHistory } from "../azure/run-history.ts";
import type { Clock } from "../clock.ts";
import { sizeText } from "../size-text.ts";
import { isOutside } from "../yaml/is-outside.ts";
import { matchesGlob, parseGlob, type Glob } from "../yaml/glob.ts";

const downloadsAtOnce = 8;

/** Seconds between two lines about a download that takes long. */
const progressSeconds = 10;

export type DownloadDeps = {
  readonly runHistory: RunHistory;
  readonly blobs: Blobs;
  readonly clock: Pick<Clock, "now">;
  /** Told now and then how far it is. */
  readonly onProgress: (message: string) => void;
};

/**
 * Fetches the artifacts of a run that match any of the globs. A glob that matches nothing is an error, not an empty folder.
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
  const artifacts = await listArtifacts(run, foldersOf(parsed.map(({ glob }) => glob)), deps.runHistory);
  if (!artifacts.ok) return artifacts;
  const all = artifacts.value;
  const unmatched = parsed
    .filter(({ glob }) => !all.some(({ path }) => matchesGlob(glob, path)))
    .map(({ pattern }) => pattern);
  if (unmatched.length > 0) {
    const whole = await listArtifacts(run, [""], deps.runHistory);
    if (!whole.ok) return whole;
    const paths = whole.value.map(({ path }) => path);
    return refused("NothingToDownload", nothingMatches(unmatched, paths));
  }
  const wanted = all.filter(({ path }) => parsed.some(({ glob }) => matchesGlob(glob, path)));
  const escaping = escapingPath(
    wanted.map(({ path }) => path),
    folder,
    border,
  );
  if (escaping !== undefined) return refused("EscapingPath", escapes(escaping, folder));
  const fetched = await fetchAll(run, wanted, folder, deps);
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

/** The folders that patterns begin with; `""` where one may mean anything. None is below another. */
function foldersOf(globs: readonly Glob[]): readonly string[] {
  const folders = globs.flat().map((parts) => {
    const names: string[] = [];
    for (const part of parts.slice(0, -1)) {
      if (part === "**" || part.literal === undefined) break;
      names.push(part.literal);
    }
    return names.join("/");
  });
  const isBelow = (one: string, other: string) => other === "" || one === other || one.startsWith(`${other}/`);
  return [...new Set(folders)].filter((one, _, all) => !all.some((other) => other !== one && isBelow(one, other)));
}

async function listArtifacts(
  run: string,
  folders: readonly string[],
  runHistory: RunHistory,
): Promise<Outcome<readonly RunArtifact[]>> {
  const found = new Map<string, RunArtifact>();
  for (const folder of folders) {
    const listed = await runHistory.artifacts(run, folder);
    if (!listed.ok) return listed;
    for (const artifact of listed.value) found.set(artifact.path, artifact);
  }
  return succeeded([...found.values()]);
}

/** Some at a time. The first that fails is named, and ends it. */
async function fetchAll(
  run: string,
  wanted: readonly RunArtifact[],
  folder: string,
  { runHistory, blobs, clock, onProgress }: DownloadDeps,
): Promise<Outcome<void>> {
  const rest = wanted.values();
  let [done, bytes, told] = [0, 0, clock.now()];
  let failure: AzureFailure | undefined;
  const work = async () => {
    for (const { path, url } of rest) {
      if (failure !== undefined) return;
      const renew = () => runHistory.artifactUrl(run, path);
      const address = url === undefined ? await renew() : succeeded(url);
      const fetched = address.ok ? await blobs.download(address.value, join(folder, path), { renew }) : address;
      if (!fetched.ok) {
        const { error } = fetched.failure;
        failure ??= { ...fetched.failure, error: { ...error, message: `${path}: ${error.message}` } };
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

function refused(code: string, message: string): Outcome<never> {
  return failed({ reason: "refused", error: { code, message, details: [] } });
}
