import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RetryDeps } from "../../src/azure/retry.ts";
import { seeded, workspacePath } from "../../emulator/settings.ts";
import type { Arm } from "../../src/azure/arm.ts";
import { failed, succeeded, type Outcome } from "../../src/azure/outcome.ts";
import type { Answer } from "../../src/azure/pipeline.ts";
import { createRunHistory, type RunHistory } from "../../src/azure/run-history.ts";
import type { Workspace } from "../../src/azure/workspace.ts";
import { createBlobs, type Blobs } from "../../src/azure/blobs.ts";
import type { BlobContainer } from "../../src/azure/blob-container.ts";
import type { Stand } from "../faults/stand.ts";
import { sleepingClock } from "./clock.ts";

/** The workspace's container behind a stand, and what works on it: real requests, to a real storage. */
export function storageOf(
  stand: Stand,
  signal = new AbortController().signal,
  options: Pick<RetryDeps, "requestSeconds"> = {},
): { readonly blobs: Blobs; readonly container: BlobContainer } {
  const { origin } = stand.endpoint;
  const clock = { ...sleepingClock(), now: () => Date.now() };
  const blobs = createBlobs(
    { clock, random: () => 0.5, signal, ...options },
    {
      cloud: { name: "emulator", resourceManager: origin },
      newCredential: () => Promise.reject(new Error("Nobody signs in here.")),
    },
  );
  return {
    blobs,
    container: {
      url: `${origin}/${seeded.storageAccount}/azureml-blobstore`,
      access: { by: "key", account: seeded.storageAccount, key: seeded.storageKey },
    },
  };
}

/** The run history and the artifacts of the workspace behind a stand, asked by HTTP as the action asks. */
export function runHistoryOf({ emulator, endpoint }: Stand): RunHistory {
  const { origin } = endpoint;
  const getData = async (url: string): Promise<Outcome<Answer>> => {
    const answer = await fetch(url, { headers: { authorization: `Bearer ${emulator.accessToken()}` } });
    const { status } = answer;
    const headers = Object.fromEntries(answer.headers);
    const body: unknown = await answer.json();
    return status < 300
      ? succeeded({ status, headers, body })
      : failed({
          reason: status === 404 ? "not-found" : "refused",
          status,
          error: { code: `HTTP${status}`, message: "", details: [] },
        });
  };
  const workspace = { id: workspacePath, name: seeded.workspace } as unknown as Workspace;
  return createRunHistory({ getData } as unknown as Arm, workspace, async () => succeeded(origin));
}

/** Puts artifacts of a run, as the service would have. */
export async function putArtifacts(
  stand: Stand,
  run: string,
  contents: Readonly<Record<string, string | Buffer>>,
): Promise<void> {
  const { blobs, container } = storageOf(stand);
  const folder = mkdtempSync(join(tmpdir(), "artifacts-"));
  const files = Object.entries(contents).map(([name, content], index) => {
    const path = join(folder, String(index));
    writeFileSync(path, content);
    return { name: `ExperimentRun/dcid.${run}/${name}`, path, bytes: Buffer.byteLength(content) };
  });
  const put = await blobs.upload({ ...container, url: container.url.replace(/[^/]+$/, "azureml") }, files);
  if (!put.ok) throw new Error(put.failure.error.message);
}

/** What named outputs are found by, for tests in which nothing asks for any. */
export const noOutputs = {
  runs: { get: () => Promise.reject(new Error("Nobody asks for a job here.")) },
  runOutputs: () => Promise.reject(new Error("Nobody asks for outputs here.")),
  datastores: { open: () => Promise.reject(new Error("Nobody opens a datastore here.")) },
  workspace: { name: seeded.workspace },
};
