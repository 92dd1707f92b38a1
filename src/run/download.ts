import { lstatSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import pLimit from "p-limit";
import type { Blobs } from "../azure/blobs.ts";
import { failed, succeeded, type Outcome } from "../azure/outcome.ts";
import type { RunHistory } from "../azure/run-history.ts";
import { isOutside } from "../yaml/is-outside.ts";
import { matchesGlob, parseGlob } from "../yaml/glob.ts";

const downloadsAtOnce = 8;

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
  { runHistory, blobs }: { readonly runHistory: RunHistory; readonly blobs: Blobs },
): Promise<Outcome<readonly string[]>> {
  const artifacts = await runHistory.artifacts(run);
  if (!artifacts.ok) return artifacts;
  const paths = artifacts.value.map(({ path }) => path);
  const parsed = globs.map((pattern) => ({ pattern, glob: parseGlob(pattern) }));
  const unmatched = parsed
    .filter(({ glob }) => !paths.some((path) => matchesGlob(glob, path)))
    .map(({ pattern }) => pattern);
  if (unmatched.length > 0) {
    const some = paths.slice(0, 20).join(", ");
    return refused(
      "NothingToDownload",
      `No artifact of the run matches ${unmatched.join(", ")}. It has ${paths.length === 0 ? "none" : some}.`,
    );
  }
  const wanted = paths.filter((path) => parsed.some(({ glob }) => matchesGlob(glob, path)));
  const allowed = whereItLeads(isOutside(border, folder) ? folder : border);
  const escaping = wanted.find((path) => {
    const to = resolve(folder, path);
    const leadsTo = whereItLeads(to);
    if (isOutside(resolve(folder), to) || path.split("/").includes(".git")) return true;
    return allowed === undefined || leadsTo === undefined || isOutside(allowed, leadsTo);
  });
  if (escaping !== undefined)
    return refused(
      "EscapingPath",
      `The artifact ${JSON.stringify(escaping)} would be written outside ${folder}, by its name or through a link.`,
    );
  const limit = pLimit(downloadsAtOnce);
  const outcomes = await Promise.all(
    wanted.map((path) =>
      limit(async () => {
        const url = await runHistory.artifactUrl(run, path);
        return url.ok ? blobs.download(url.value, join(folder, path)) : url;
      }),
    ),
  );
  return outcomes.find((outcome) => !outcome.ok) ?? succeeded(wanted);
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
