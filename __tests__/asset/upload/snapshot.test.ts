import { describe, expect, it } from "@jest/globals";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { SnapshotRefused, takeSnapshot } from "../../../src/asset/upload/snapshot.ts";
import { checkoutOf } from "../../support/step.ts";

const names = async (folder: string) => (await takeSnapshot(folder)).files.map(({ name }) => name);

describe("a code snapshot", () => {
  it("has the hash by which the official client finds the same code", async () => {
    const folder = checkoutOf({
      "score.py": "def init():\n    pass\ndef run(data):\n    return data\n",
      "train.py": 'import argparse\nprint("training")\n',
    });
    expect((await takeSnapshot(folder)).hash).toBe("cd204740b2a90393d2faaafe118c30e7991ca53e4f6741a0716dbb63f0cfd8c2");
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
    await expect(takeSnapshot(folder)).rejects.toThrow(SnapshotRefused);
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
    await expect(takeSnapshot(join(folder, "empty"))).rejects.toThrow("is empty");
  });
});
