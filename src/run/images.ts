import pLimit from "p-limit";
import { defined } from "../azure/defined.ts";
import type { Blobs } from "../azure/blobs.ts";
import { succeeded } from "../azure/outcome.ts";
import type { RunArtifact, RunHistory } from "../azure/run-history.ts";
import type { ChildReport, LoggedImage } from "../report/result.ts";
import { isImage, withContents, type FoundImage } from "./shown-images.ts";

/** Pages of a run's artifacts that are looked through: some thousand files, in a few requests. Our choice. */
const mostPages = 4;

/** Steps whose artifacts are looked through, at one request or more each. Our choice. */
const mostSteps = 20;
const readsAtOnce = 8;

type Deps = {
  readonly runHistory: Pick<RunHistory, "artifacts" | "artifactUrl">;
  readonly blobs: Pick<Blobs, "read">;
};

/**
 * The images among the artifacts of a run, or of a sweep's best trial, and of a pipeline's steps. An image is linked by the
 * studio's page of its run's files: the address of the file itself lets in whoever has it. What cannot be read is left out.
 */
export async function readImages(
  {
    name,
    url,
    children = [],
  }: { readonly name: string; readonly url?: string; readonly children?: readonly ChildReport[] },
  deps: Deps,
): Promise<readonly LoggedImage[]> {
  const steps = children.filter(({ step }) => step !== undefined).slice(0, mostSteps);
  const limit = pLimit(readsAtOnce);
  const found = await Promise.all(
    [{ name, url, step: undefined }, ...steps].map((run) =>
      limit(async (): Promise<readonly FoundImage[]> => {
        const listed = await deps.runHistory.artifacts(run.name, "", mostPages);
        if (!listed.ok) return [];
        const artifacts = listed.value.filter(({ path }) => isImage(path)).sort((a, b) => (a.path < b.path ? -1 : 1));
        return artifacts.map((artifact) => ({
          image: { path: artifact.path, ...defined({ step: run.step, url: filesPage(run.url) }) },
          read: (mostBytes) => contentOf(run.name, artifact, mostBytes, deps),
        }));
      }),
    ),
  );
  return withContents(found.flat());
}

async function contentOf(
  run: string,
  { path, url }: RunArtifact,
  mostBytes: number,
  { runHistory, blobs }: Deps,
): Promise<Uint8Array | undefined> {
  const address = url === undefined ? await runHistory.artifactUrl(run, path) : succeeded(url);
  if (!address.ok) return undefined;
  // One byte more than may be shown says that there are more.
  const read = await blobs.read(address.value, 0, mostBytes + 1);
  return read.ok && read.value.length <= mostBytes ? read.value : undefined;
}

/** The studio's own address of a run, at its files. */
function filesPage(url: string | undefined): string | undefined {
  return url === undefined ? undefined : `${url.replace(/#.*$/s, "")}#outputsAndLogs`;
}
