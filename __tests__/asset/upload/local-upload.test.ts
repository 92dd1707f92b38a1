import { expect, it } from "@jest/globals";
import { symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { takeUpload } from "../../../src/asset/upload/local-upload.ts";
import { checkoutOf } from "../../support/step.ts";

// The hashes are what azure-ai-ml 1.35.2 makes of the same files.
const tree = {
  "a.txt": "alpha\n",
  "B.txt": "B",
  "skip.log": "ignored",
  ".amlignore": "*.log\nsub/x*\n",
  "sub/c.txt": "c",
  "sub/x.txt": "x",
  "sub/Deep/d.bin": "d",
};

it("goes where the official client puts the same folder, without what is ignored", async () => {
  const folder = checkoutOf(tree);
  const upload = await takeUpload(folder, folder);
  expect(upload.blobPath).toBe(
    `LocalUpload/c33eb438fd88b17eccef324876a4d7f4d9d59b404341ff0bf8badc4964899058/${basename(folder)}`,
  );
  expect(upload.files.map(({ name }) => name)).toEqual([".amlignore", "B.txt", "a.txt", "sub/Deep/d.bin", "sub/c.txt"]);
});

it("goes where the official client puts the same file", async () => {
  const folder = checkoutOf(tree);
  const upload = await takeUpload(join(folder, "a.txt"), folder);
  expect(upload).toMatchObject({
    blobPath: "LocalUpload/fee620e68606037273d73e24a2e8fe1d5ca190a6d9ee7f5e68ee09140b8f9efc/a.txt",
    bytes: 6,
    isFile: true,
  });
});

it("ends in a circle of links", async () => {
  const folder = checkoutOf({ "lib/a.py": "" });
  symlinkSync(folder, join(folder, "lib", "up"));
  expect((await takeUpload(folder, folder)).files.map(({ name }) => name)).toEqual(["lib/a.py"]);
});
