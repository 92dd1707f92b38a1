import { describe, expect, it } from "@jest/globals";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { listFiles, SnapshotRefused } from "../../../src/asset/upload/list-files.ts";
import { takeSnapshot } from "../../../src/asset/upload/snapshot.ts";
import { checkoutOf } from "../../support/step.ts";

const names = async (folder: string) => (await takeSnapshot(folder, folder)).files.map(({ name }) => name);

describe("a code snapshot", () => {
  it("has the hash by which the official client finds the same code", async () => {
    const folder = checkoutOf({
      "score.py": "def init():\n    pass\ndef run(data):\n    return data\n",
      "train.py": 'import argparse\nprint("training")\n',
    });
    expect((await takeSnapshot(folder, folder)).hash).toBe(
      "cd204740b2a90393d2faaafe118c30e7991ca53e4f6741a0716dbb63f0cfd8c2",
    );
  });

  it("leaves out what .amlignore names, and then does not ask .gitignore", async () => {
    const files = { "train.py": "", "data.csv": "", "notes.md": "", ".gitignore": "*.md\n" };
    expect(await names(checkoutOf(files))).toEqual([".gitignore", "data.csv", "train.py"]);
    expect(await names(checkoutOf({ ...files, ".amlignore": "*.csv\n" }))).toEqual([
      ".amlignore",
      ".gitignore",
      "notes.md",
      "train.py",
    ]);
  });

  it("refuses a link to something outside the folder", async () => {
    const outside = checkoutOf({ secret: "x" });
    const folder = checkoutOf({ "train.py": "" });
    symlinkSync(join(outside, "secret"), join(folder, "link"));
    await expect(takeSnapshot(folder, folder)).rejects.toThrow(SnapshotRefused);
  });

  it("follows a link inside the folder, and ends in a circle of links", async () => {
    const folder = checkoutOf({ "lib/a.py": "" });
    symlinkSync(join(folder, "lib"), join(folder, "alias"));
    symlinkSync(folder, join(folder, "lib", "up"));
    expect(await names(folder)).toEqual(["alias/a.py", "lib/a.py"]);
  });

  it("refuses a folder with nothing in it", async () => {
    const folder = checkoutOf({ "a.txt": "" });
    mkdirSync(join(folder, "empty"));
    await expect(takeSnapshot(join(folder, "empty"), folder)).rejects.toThrow("is empty");
  });

  it("takes the content of what a link inside the checkout leads to, and refuses one that leads out of it", async () => {
    const root = checkoutOf({ "shared/util.py": "u", "shared/lib/b.py": "b", "jobs/src/train.py": "" });
    const src = join(root, "jobs/src");
    symlinkSync("../../shared/util.py", join(src, "util.py"));
    symlinkSync("../../shared/lib", join(src, "lib"));
    const { files, bytes } = await takeSnapshot(src, root);
    expect(files.map(({ name }) => name)).toEqual(["lib/b.py", "train.py", "util.py"]);
    expect(bytes).toBe(2);
    expect((await takeSnapshot(src, root)).hash).toBe(
      (await takeSnapshot(checkoutOf({ "lib/b.py": "b", "train.py": "", "util.py": "u" }), "/")).hash,
    );
    await expect(takeSnapshot(src, src)).rejects.toThrow("links to something outside");
  });

  it("takes every folder once behind one link, and says which links it leaves out", () => {
    const folder = checkoutOf({ "last/leaf.py": "" });
    const levels = Array.from({ length: 14 }, (_, level) => `l${level}`);
    for (const level of levels) mkdirSync(join(folder, level));
    for (const [index, level] of levels.entries())
      for (const name of ["a", "b"]) symlinkSync(`../${levels[index + 1] ?? "last"}`, join(folder, level, name));
    const { files, repeated } = listFiles(folder, folder);
    expect(files.length).toBeLessThan(100);
    expect(repeated).toContain("l0/a/b");
    expect(files.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["last/leaf.py", "l13/a/leaf.py", "l13/b/leaf.py"]),
    );
  });

  it.each([
    ["is not UTF-8", Buffer.from([0x62, 0x61, 0x64, 0xff]), String.raw`bad\xff contains`],
    ["holds a newline", Buffer.from("a\nb"), String.raw`a\x0ab contains`],
  ])("names a file whose name %s with its bytes", (_, name, message) => {
    const folder = checkoutOf({ "train.py": "" });
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), name]), "");
    expect(() => listFiles(folder, folder)).toThrow(message);
    expect(() => listFiles(folder, folder)).toThrow("the service does not accept");
  });

  it("counts the files that Git leaves out by the ignore files above and below", () => {
    const root = checkoutOf({
      ".gitignore": "__pycache__/\n*.secret\n",
      "pipelines/src/train.py": "",
      "pipelines/src/a.secret": "",
      "pipelines/src/__pycache__/train.pyc": "",
      "pipelines/src/below/.gitignore": "*.log\n!kept.secret\n",
      "pipelines/src/below/x.log": "",
      "pipelines/src/below/kept.secret": "",
    });
    const { files, ignoredByGit } = listFiles(join(root, "pipelines/src"), root);
    expect(files).toHaveLength(6);
    expect(ignoredByGit).toEqual({ count: 3, first: ["__pycache__/train.pyc", "a.secret", "below/x.log"] });
  });

  it("lists ten thousand files in time", () => {
    const folder = checkoutOf({ ".gitignore": "*.log\n__pycache__/\n/data/**/*.bin\n" });
    for (let outer = 0; outer < 20; outer += 1) {
      mkdirSync(join(folder, `d${outer}`));
      for (let inner = 0; inner < 500; inner += 1) writeFileSync(join(folder, `d${outer}`, `f${inner}.py`), "");
    }
    const before = performance.now();
    expect(listFiles(folder, folder).files).toHaveLength(10_001);
    expect(performance.now() - before).toBeLessThan(2_000);
  });
});

it("refuses an ignore file with a line that is too long for a pattern, whatever it would leave out", () => {
  const folder = checkoutOf({ "a.txt": "", ".amlignore": `*.log\n${"a*".repeat(3000)}\n` });
  expect(() => listFiles(folder, folder)).toThrow("Line 2 of .amlignore is too long for a pattern.");
});
