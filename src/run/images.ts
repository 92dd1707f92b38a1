import pLimit from "p-limit";
import { defined } from "../azure/defined.ts";
import type { Blobs } from "../azure/blobs.ts";
import type { RunArtifact, RunHistory } from "../azure/run-history.ts";
import type { ChildReport, LoggedImage } from "../report/result.ts";
import { imageType } from "./image-type.ts";

/** Pages of a run's artifacts that are looked through: some thousand files, in a few requests. Our choice. */
const mostPages = 4;

/** Steps whose artifacts are looked through, at one request or more each. Our choice. */
const mostSteps = 20;
const readsAtOnce = 8;

/** What of images themselves goes into a report, which is one file that is sent around. Our choice. */
export const mostShown = { images: 8, bytes: 2 * 1024 * 1024 };

/** By the names that browsers and the studio show as pictures. */
const isImage = (path: string) => /\.(png|jpe?g|gif|svg|webp|bmp)$/i.test(path);

/**
 * The images among the artifacts of a run, or of a sweep's best trial, and of a pipeline's steps. An image is linked by the
 * studio's page of its run's files: the address of the file itself lets in whoever has it. What cannot be read is left out.
 *
 * The first few, as long as they are small, come with their content; of the others, and of those that cannot be fetched, the
 * link stays.
 */
export async function readImages(
  {
    name,
    url,
    children = [],
  }: { readonly name: string; readonly url?: string; readonly children?: readonly ChildReport[] },
  {
    runHistory,
    blobs,
  }: { readonly runHistory: Pick<RunHistory, "artifacts" | "artifactUrl">; readonly blobs: Pick<Blobs, "read"> },
): Promise<readonly LoggedImage[]> {
  const steps = children.filter(({ step }) => step !== undefined).slice(0, mostSteps);
  const limit = pLimit(readsAtOnce);
  const found = await Promise.all(
    [{ name, url, step: undefined }, ...steps].map((run) =>
      limit(async (): Promise<readonly Found[]> => {
        const listed = await runHistory.artifacts(run.name, "", mostPages);
        if (!listed.ok) return [];
        const artifacts = listed.value.filter(({ path }) => isImage(path)).sort((a, b) => (a.path < b.path ? -1 : 1));
        return artifacts.map((artifact) => ({
          run: run.name,
          artifact,
          image: { path: artifact.path, ...defined({ step: run.step, url: filesPage(run.url) }) },
        }));
      }),
    ),
  );
  const all = found.flat();
  const wanted = all.filter(({ image }) => mayBeShown(image.path)).slice(0, mostShown.images);
  const contents = await Promise.all(wanted.map((one) => limit(() => contentOf(one, { runHistory, blobs }))));
  const shown = new Map<Found, NonNullable<LoggedImage["content"]>>();
  let bytes = 0;
  for (const [index, one] of wanted.entries()) {
    const content = contents[index];
    if (content === undefined || bytes + content.length > mostShown.bytes) continue;
    const type = imageType(content);
    if (type === undefined) continue;
    bytes += content.length;
    shown.set(one, { type, base64: Buffer.from(content).toString("base64") });
  }
  return all.map((one) => ({ ...one.image, ...defined({ content: shown.get(one) }) }));
}

type Found = { readonly run: string; readonly artifact: RunArtifact; readonly image: LoggedImage };

/** An SVG is a document that may hold programs, and a BMP is large. */
const mayBeShown = (path: string) => !/\.(svg|bmp)$/i.test(path);

/** The bytes of an image; nothing where it is too large or cannot be fetched. */
async function contentOf(
  { run, artifact: { path, url } }: Found,
  { runHistory, blobs }: { readonly runHistory: Pick<RunHistory, "artifactUrl">; readonly blobs: Pick<Blobs, "read"> },
): Promise<Uint8Array | undefined> {
  const address = url === undefined ? await runHistory.artifactUrl(run, path) : { ok: true as const, value: url };
  if (!address.ok) return undefined;
  // One byte more than may be shown says that there are more.
  const read = await blobs.read(address.value, 0, mostShown.bytes + 1);
  return read.ok && read.value.length <= mostShown.bytes ? read.value : undefined;
}

/** The studio's own address of a run, at its files. */
function filesPage(url: string | undefined): string | undefined {
  return url === undefined ? undefined : `${url.replace(/#.*$/s, "")}#outputsAndLogs`;
}
