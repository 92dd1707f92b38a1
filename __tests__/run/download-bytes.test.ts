import { beforeEach, describe, expect, it } from "@jest/globals";
import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { downloadArtifacts } from "../../src/run/download.ts";
import { noOutputs, putArtifacts, runHistoryOf, storageOf } from "../support/storage.ts";
import { useStand } from "../support/use-stand.ts";

/** What is fetched, over HTTP from a real storage. */
const stand = useStand();
let run = "";
let runs = 0;
beforeEach(() => {
  run = `run-${(runs += 1)}`;
});

async function download(globs: readonly string[], requestSeconds?: number) {
  const folder = mkdtempSync(join(tmpdir(), "downloads-"));
  const before = stand.requests().length;
  const outcome = await downloadArtifacts(run, globs, folder, folder, {
    ...noOutputs,
    runHistory: runHistoryOf(stand),
    blobs: storageOf(stand, undefined, requestSeconds === undefined ? {} : { requestSeconds }).blobs,
    clock: { now: () => Date.now() },
    onProgress: () => undefined,
  });
  const there = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
  return { folder, outcome, there: there.sort(), requests: stand.requests().slice(before) };
}

const log = { "user_logs/std_log.txt": "a log" };

describe("artifacts that are downloaded", () => {
  it("are listed by their folder, and cost one request each", async () => {
    const many = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`outputs/d/f${index}`, `${index}`]));
    await putArtifacts(stand, run, { ...log, ...many });
    const { outcome, there, requests } = await download(["outputs/**", "outputs/d/f1"]);
    expect(outcome).toMatchObject({ ok: true });
    expect(there).toHaveLength(60);
    expect(requests).toHaveLength(61);
    expect(requests.some(({ path }) => path.endsWith("std_log.txt"))).toBe(false);
  });

  it("come from every page of the list", async () => {
    const many = Object.fromEntries(Array.from({ length: 501 }, (_, index) => [`outputs/f${index}`, ""]));
    await putArtifacts(stand, run, many);
    const { there, requests } = await download(["outputs/*"]);
    expect(there).toHaveLength(501);
    expect(requests.length).toBeLessThanOrEqual(501 * 1.2);
  });

  it("have their content and their names", async () => {
    const large = randomBytes(3_000_000);
    await putArtifacts(stand, run, { "outputs/large.bin": large, "outputs/ä é&%20.txt": "text", "outputs/empty": "" });
    const { folder, there } = await download(["outputs/*"]);
    expect(there).toEqual(["empty", "large.bin", "ä é&%20.txt"]);
    expect(readFileSync(join(folder, "outputs/large.bin")).equals(large)).toBe(true);
    expect(readFileSync(join(folder, "outputs/ä é&%20.txt"), "utf8")).toBe("text");
  });

  it.each([1, 3])("go on where a body was cut off, %i times", async (times) => {
    const large = randomBytes(2_000_000);
    await putArtifacts(stand, run, { "outputs/large.bin": large });
    stand.endpoint.faults.add({ method: "GET", path: "large\\.bin$", kind: "truncated", times });
    const { folder, outcome, there } = await download(["outputs/*"]);
    expect(outcome).toMatchObject({ ok: true });
    expect(there).toEqual(["large.bin"]);
    expect(readFileSync(join(folder, "outputs/large.bin")).equals(large)).toBe(true);
  });

  it.each([
    ["never answers", { kind: "no-reply", carriedOut: false }],
    ["falls silent in the middle of a body", { kind: "stalled" }],
  ] as const)("are asked for again where the storage %s", async (_, fault) => {
    const large = randomBytes(2_000_000);
    await putArtifacts(stand, run, { "outputs/large.bin": large });
    stand.endpoint.faults.add({ method: "GET", path: "large\\.bin$", ...fault });
    const { folder, outcome } = await download(["outputs/*"], 1);
    expect(outcome).toMatchObject({ ok: true });
    expect(readFileSync(join(folder, "outputs/large.bin")).equals(large)).toBe(true);
  });

  it("are never left under their name in part, and the one that fails is named", async () => {
    await putArtifacts(stand, run, { "outputs/a.bin": randomBytes(10_000), "outputs/b.bin": "b" });
    stand.endpoint.faults.add({ method: "GET", path: "a\\.bin$", kind: "truncated", times: 99 });
    const { folder, outcome, there } = await download(["outputs/*"]);
    expect(outcome).toMatchObject({
      ok: false,
      failure: { error: { message: expect.stringContaining("outputs/a.bin") as unknown } },
    });
    expect(existsSync(join(folder, "outputs/a.bin"))).toBe(false);
    expect(there.filter((name) => name.includes("a.bin"))).toEqual([]);
  });

  it("are asked for anew where an address has run out", async () => {
    await putArtifacts(stand, run, { "outputs/a.bin": "a" });
    stand.endpoint.faults.add({
      ...{ method: "GET", path: "/azureml/.*a\\.bin$", kind: "status", status: 403 },
      headers: { "x-ms-error-code": "AuthenticationFailed" },
    });
    const { outcome, requests } = await download(["outputs/*"]);
    expect(outcome).toMatchObject({ ok: true });
    expect(requests.filter(({ path }) => path.includes("/artifacts/contentinfo/"))).toHaveLength(1);
  });

  it("have to be there: a pattern that means none says what there is", async () => {
    await putArtifacts(stand, run, log);
    const { outcome, there } = await download(["outputs/**"]);
    expect(there).toEqual([]);
    expect(outcome).toMatchObject({
      ok: false,
      failure: {
        error: {
          code: "NothingToDownload",
          message: "No artifact of the run matches outputs/**. It has user_logs/std_log.txt.",
        },
      },
    });
  });
});
