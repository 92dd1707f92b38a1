import pLimit from "p-limit";
import { defined } from "../azure/defined.ts";
import type { RunHistory } from "../azure/run-history.ts";
import type { ChildReport, LoggedImage } from "../report/result.ts";

/** Pages of a run's artifacts that are looked through: some thousand files, in a few requests. Our choice. */
const mostPages = 4;

/** Steps whose artifacts are looked through, at one request or more each. Our choice. */
const mostSteps = 20;
const readsAtOnce = 8;

/** By the names that browsers and the studio show as pictures. */
const isImage = (path: string) => /\.(png|jpe?g|gif|svg|webp|bmp)$/i.test(path);

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
  runHistory: Pick<RunHistory, "artifacts">,
): Promise<readonly LoggedImage[]> {
  const steps = children.filter(({ step }) => step !== undefined).slice(0, mostSteps);
  const limit = pLimit(readsAtOnce);
  const found = await Promise.all(
    [{ name, url, step: undefined }, ...steps].map((run) =>
      limit(async (): Promise<readonly LoggedImage[]> => {
        const listed = await runHistory.artifacts(run.name, "", mostPages);
        if (!listed.ok) return [];
        const paths = listed.value.map(({ path }) => path).filter(isImage);
        return paths.sort().map((path) => ({ path, ...defined({ step: run.step, url: filesPage(run.url) }) }));
      }),
    ),
  );
  return found.flat();
}

/** The studio's own address of a run, at its files. */
function filesPage(url: string | undefined): string | undefined {
  return url === undefined ? undefined : `${url.replace(/#.*$/s, "")}#outputsAndLogs`;
}
