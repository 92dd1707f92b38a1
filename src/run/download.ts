import { join, resolve } from "node:path";
import picomatch from "picomatch";
import pLimit from "p-limit";
import type { Blobs } from "../azure/blobs.ts";
import { failed, succeeded, type Outcome } from "../azure/outcome.ts";
import type { RunHistory } from "../azure/run-history.ts";
import { isOutside } from "../yaml/files.ts";

const downloadsAtOnce = 8;

/** Fetches the artifacts of a run that match any of the globs. A glob that matches nothing is an error, not an empty folder. */
export async function downloadArtifacts(
  run: string,
  globs: readonly string[],
  folder: string,
  { runHistory, blobs }: { readonly runHistory: RunHistory; readonly blobs: Blobs },
): Promise<Outcome<readonly string[]>> {
  const artifacts = await runHistory.artifacts(run);
  if (!artifacts.ok) return artifacts;
  const paths = artifacts.value.map(({ path }) => path);
  const matcher = (patterns: readonly string[]) => {
    const matches = picomatch([...patterns]);
    return (path: string) => matches(path);
  };
  const unmatched = globs.filter((glob) => !paths.some(matcher([glob])));
  if (unmatched.length > 0) {
    const some = paths.slice(0, 20).join(", ");
    return refused(
      "NothingToDownload",
      `No artifact of the run matches ${unmatched.join(", ")}. It has ${paths.length === 0 ? "none" : some}.`,
    );
  }
  const wanted = paths.filter(matcher(globs));
  const escaping = wanted.find((path) => isOutside(resolve(folder), resolve(folder, path)));
  if (escaping !== undefined)
    return refused("EscapingPath", `The artifact ${JSON.stringify(escaping)} would be written outside ${folder}.`);
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

function refused(code: string, message: string): Outcome<never> {
  return failed({ reason: "refused", error: { code, message, details: [] } });
}
