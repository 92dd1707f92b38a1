import { expect, it } from "@jest/globals";
import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { Blobs } from "../../src/azure/blobs.ts";
import { succeeded } from "../../src/azure/outcome.ts";
import type { RunHistory } from "../../src/azure/run-history.ts";
import { downloadArtifacts } from "../../src/run/download.ts";
import { sleepingClock } from "../support/clock.ts";
import { checkoutOf } from "../support/step.ts";
import { noOutputs } from "../support/storage.ts";

/** Downloads what a run has, and says where to. */
async function download(folder: string, border: string, paths: readonly string[], globs: readonly string[] = ["**"]) {
  const written: string[] = [];
  const runHistory = {
    artifacts: async () => succeeded(paths.map((path) => ({ path, url: path }))),
    artifactUrl: async (_: string, path: string) => succeeded(path),
  } as unknown as RunHistory;
  const blobs = {
    download: async (_: string, to: string) => {
      written.push(to);
      return succeeded(1);
    },
  } as unknown as Blobs;
  const outcome = await downloadArtifacts("run", globs, folder, border, {
    ...noOutputs,
    runHistory,
    blobs,
    clock: sleepingClock(),
    onProgress: () => undefined,
  });
  return { outcome, written: written.sort() };
}

it("fetches what a pattern means, to a folder that is not there yet, or is elsewhere on purpose", async () => {
  const checkout = checkoutOf({});
  const paths = ["outputs/a", "outputs/b/c", "logs/x"];
  for (const folder of [join(checkout, "new/folder"), join(checkoutOf({}), "elsewhere")]) {
    const { outcome, written } = await download(folder, checkout, paths, ["outputs/**"]);
    expect(outcome).toMatchObject({ ok: true });
    expect(written).toEqual([join(folder, "outputs/a"), join(folder, "outputs/b/c")]);
    expect(existsSync(folder)).toBe(false);
  }
});

it("follows a link that stays inside", async () => {
  const checkout = checkoutOf({ "kept/x": "" });
  symlinkSync("kept", join(checkout, "outputs"));
  expect((await download(join(checkout, "outputs"), checkout, ["a"])).outcome).toMatchObject({ ok: true });
});

it.each<[string, (checkout: string, outside: string) => void, string]>([
  ["a folder that is a link", (checkout, outside) => symlinkSync(outside, join(checkout, "outputs")), "a/b"],
  [
    "a folder that holds a link",
    (checkout, outside) => {
      mkdirSync(join(checkout, "outputs"));
      symlinkSync(outside, join(checkout, "outputs/a"));
    },
    "a/b",
  ],
  [
    "a file that is a link",
    (checkout, outside) => {
      mkdirSync(join(checkout, "outputs"));
      symlinkSync(join(outside, "absent"), join(checkout, "outputs/a"));
    },
    "a",
  ],
  ["a folder above", () => undefined, "../../a"],
  ["Git's folder", () => undefined, ".git/hooks/post-checkout"],
])("writes nothing through %s", async (_, prepare, path) => {
  const [checkout, outside] = [checkoutOf({}), checkoutOf({})];
  prepare(checkout, outside);
  const { outcome, written } = await download(join(checkout, "outputs"), checkout, [path], [path]);
  expect(outcome).toMatchObject({ ok: false, failure: { error: { code: "EscapingPath" } } });
  expect(written).toEqual([]);
});
