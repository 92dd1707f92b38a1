import { AppendBlobClient, StorageSharedKeyCredential } from "@azure/storage-blob";
import { beforeEach, describe, expect, it } from "@jest/globals";
import { seeded } from "../../emulator/settings.ts";
import type { Blobs } from "../../src/azure/blobs.ts";
import { createLogFollower } from "../../src/run/logs.ts";
import { runHistoryOf, storageOf } from "../support/storage.ts";
import { useStand } from "../support/use-stand.ts";

/** Logs that grow in a real storage, followed over HTTP. */
const stand = useStand();
const file = "user_logs/std_log.txt";
let run = "";
let runs = 0;
beforeEach(() => {
  run = `run-${(runs += 1)}`;
});

async function appendTo(name: string, text: string | Buffer): Promise<void> {
  const blob = new AppendBlobClient(
    `${stand.endpoint.origin}/${seeded.storageAccount}/azureml/ExperimentRun/dcid.${run}/${name}`,
    new StorageSharedKeyCredential(seeded.storageAccount, seeded.storageKey),
  );
  await blob.createIfNotExists();
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += 4_000_000) {
    const block = bytes.subarray(at, at + 4_000_000);
    await blob.appendBlock(block, block.length);
  }
}

async function follow() {
  const { blobs } = storageOf(stand);
  const runHistory = runHistoryOf(stand);
  let fetched = 0;
  const lines: string[] = [];
  const troubles: string[] = [];
  const read: Blobs["read"] = async (...asked) => {
    const answer = await blobs.read(...asked);
    if (answer.ok) fetched += answer.value.length;
    return answer;
  };
  const follower = createLogFollower({ read }, (name, some) => lines.push(...some.map((line) => `${name}: ${line}`)), {
    renew: (name) => runHistory.artifactUrl(run, name),
    onTrouble: (name, why) => troubles.push(`${name}: ${why}`),
  });
  const logFiles = async (folder = "") => {
    const listed = await runHistory.artifacts(run, folder);
    if (!listed.ok) throw new Error("The artifacts cannot be listed.");
    return Object.fromEntries(listed.value.map(({ path, url = "" }) => [path, url]));
  };
  return { follower, lines, troubles, logFiles, fetched: () => fetched };
}

const refuse = (status: number, times: number) =>
  stand.endpoint.faults.add({
    ...{ method: "GET", path: `/azureml/.*/${file}$`, kind: "status", status, times },
    headers: { "x-ms-error-code": status === 404 ? "BlobNotFound" : "AuthenticationFailed" },
  });

describe("a log that is followed", () => {
  it("is read by what is new, to the last character, and no byte twice", async () => {
    const { follower, lines, logFiles, fetched } = await follow();
    let written = "";
    for (const text of ["one\ntw", "o\nthrée", "\nfour\r\n", "", "five"]) {
      await appendTo(file, text);
      written += text;
      await follower.look(await logFiles());
    }
    expect(lines).toEqual(["one", "two", "thrée", "four"].map((line) => `${file}: ${line}`));
    await follower.finish(await logFiles());
    expect(lines.at(-1)).toBe(`${file}: five`);
    expect(follower.tail()).toBe("one\ntwo\nthrée\nfour\nfive");
    expect(fetched()).toBe(Buffer.byteLength(written));
  });

  it("of many megabytes is there whole, a good part of it in each look", async () => {
    const count = 300_000;
    const text = Array.from({ length: count }, (_, index) => `epoch ${index}: loss 0.123456789, accuracy 0.9`).join(
      "\n",
    );
    await appendTo(file, text);
    const { follower, lines, logFiles, fetched } = await follow();
    await follower.look(await logFiles());
    expect(lines.length).toBeGreaterThan(count * 0.9);
    await follower.finish(await logFiles());
    expect(lines).toHaveLength(count);
    expect(new Set(lines).size).toBe(count);
    expect(fetched()).toBe(text.length);
  });

  it("is that of the image build, and of every node", async () => {
    const names = [
      "azureml-logs/20_image_build_log.txt",
      "user_logs/std_log_process_0.txt",
      "user_logs/std_log_process_1.txt",
    ];
    for (const name of [...names, "system_logs/lifecycler.log", "outputs/x.txt"]) await appendTo(name, `of ${name}\n`);
    const { follower, lines, logFiles } = await follow();
    await follower.look(await logFiles());
    expect(lines).toEqual(names.map((name) => `${name}: of ${name}`));
  });

  it("is read by a new address where its own has run out, and by that one from then on", async () => {
    await appendTo(file, "one\n");
    const { follower, lines, troubles, logFiles } = await follow();
    const addresses = await logFiles();
    refuse(403, 1);
    await follower.look(addresses);
    await appendTo(file, "two\n");
    const before = stand.requests().length;
    await follower.look(addresses);
    expect(lines).toEqual([`${file}: one`, `${file}: two`]);
    expect(stand.requests().length - before).toBe(1);
    expect(troubles).toEqual([]);
  });

  it("that cannot be read is said to be so once, and is read on when it can be", async () => {
    await appendTo(file, "one\n");
    const { follower, lines, troubles, logFiles } = await follow();
    refuse(403, 99);
    for (let look = 0; look < 3; look += 1) await follower.look(await logFiles());
    expect(lines).toEqual([]);
    expect(troubles).toHaveLength(1);
    expect(troubles[0]).toContain(`${file}: `);
    expect(troubles[0]).toContain("[AuthenticationFailed]");
    expect(troubles[0]).not.toContain("sig=");
    stand.endpoint.faults.clear();
    await follower.look(await logFiles());
    expect(lines).toEqual([`${file}: one`]);
  });

  it("that has not been begun is no trouble until the run is over", async () => {
    await appendTo(file, "one\n");
    const { follower, troubles, logFiles } = await follow();
    refuse(404, 99);
    await follower.look(await logFiles());
    expect(troubles).toEqual([]);
    await follower.finish(await logFiles());
    expect(troubles).toEqual([expect.stringContaining("[BlobNotFound]")]);
  });
});
