import { beforeEach, describe, expect, it } from "@jest/globals";
import { createHash, randomBytes } from "node:crypto";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkoutOf } from "../support/step.ts";
import { storageOf } from "../support/storage.ts";
import { useStand } from "../support/use-stand.ts";

const stand = useStand();

/** So that a few megabytes go in blocks. */
const sizes = { mostInOneRequest: 1_000_000, leastBlock: 1_000_000 };

/** Files in a folder of their own, and the blobs that they become. */
let folders = 0;
function filesOf(contents: Readonly<Record<string, string | Buffer>>) {
  const folder = checkoutOf({});
  const below = `LocalUpload/${(folders += 1)}`;
  const files = Object.entries(contents).map(([file, content]) => {
    const path = join(folder, file);
    writeFileSync(path, content);
    return { name: `${below}/${file}`, path, bytes: statSync(path).size };
  });
  return { below, files };
}

const many = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}.py`, `print(${index})\n`]));
const sent = (below: string) =>
  stand.requests().filter(({ method, path }) => method === "PUT" && path.includes(`/${below}/`));
let before = 0;
beforeEach(() => {
  before = stand.requests().length;
});
const requestsSince = () => stand.requests().length - before;

describe("an upload", () => {
  it.each([
    { what: "with it where it goes in one request", bytes: 5, first: 1 },
    { what: "afterwards where it goes in blocks", bytes: 2_500_000, first: 3 + 1 + 1 },
  ])("gives a file its metadata $what, and where it was there already", async ({ bytes, first }) => {
    const { blobs, container } = storageOf(stand);
    const { files } = filesOf({ "model.bin": randomBytes(bytes) });
    const [name = ""] = files.map((file) => file.name);
    const marked = (upload_status: string) => files.map((file) => ({ ...file, metadata: { upload_status } }));
    expect(await blobs.upload(container, marked("completed"), { sizes })).toMatchObject({ ok: true });
    expect(requestsSince()).toBe(first);
    expect(await blobs.metadata(container, name)).toEqual({ ok: true, value: { upload_status: "completed" } });
    expect(await blobs.upload(container, marked("again"), { sizes })).toMatchObject({ ok: true });
    expect(await blobs.metadata(container, name)).toEqual({ ok: true, value: { upload_status: "again" } });
  });

  it("puts each file by one request, and a very large one by its blocks", async () => {
    const { blobs, container } = storageOf(stand);
    const [middle, large] = [randomBytes(600_000), randomBytes(4_500_000)];
    const { below, files } = filesOf({
      "a.txt": "a",
      "empty.txt": "",
      "middle.bin": middle,
      "large.bin": large,
      "ä é&<'%20+.txt": "b",
    });
    expect(await blobs.upload(container, files, { sizes })).toEqual({ ok: true, value: undefined });
    expect(requestsSince()).toBe(4 + 5 + 1);
    const there = await stand.emulator.blobs(`${below}/`);
    expect(there.map(({ name }) => name.slice(below.length + 1)).sort()).toEqual(
      ["a.txt", "empty.txt", "middle.bin", "large.bin", "ä é&<'%20+.txt"].sort(),
    );
    const text = (name: string) => there.find((blob) => blob.name === `${below}/${name}`)?.text;
    // A difference of megabytes is nothing to print.
    expect(text("middle.bin") === middle.toString("utf8")).toBe(true);
    expect(text("large.bin") === large.toString("utf8")).toBe(true);
    // By the checksums the storage knows both again.
    expect(await blobs.upload(container, files, { sizes, resumes: below })).toMatchObject({ ok: true });
    expect(requestsSince()).toBe(4 + 5 + 1 + 1);
  });

  it("that was cut off goes on: what is there is not sent again", async () => {
    const { below, files } = filesOf({ ...many(40), "large.bin": randomBytes(3_000_000) });
    const abort = new AbortController();
    stand.endpoint.faults.add({ path: "f30\\.py$", kind: "reset", times: 99 });
    const { blobs, container } = storageOf(stand, abort.signal);
    expect(await blobs.upload(container, files)).toMatchObject({ ok: false });
    stand.endpoint.faults.clear();
    const there = (await stand.emulator.blobs(`${below}/`)).length;
    expect(there).toBeGreaterThan(20);
    const sentBefore = sent(below).length;
    const said: string[] = [];
    const resumed = await blobs.upload(container, files, { resumes: below, onProgress: (text) => said.push(text) });
    expect(resumed).toMatchObject({ ok: true });
    const again = sent(below).slice(sentBefore);
    expect(new Set(again.map(({ path }) => path)).size).toBe(files.length - there);
    expect(said.at(-1)).toContain(`${there} of them were already uploaded`);
    expect(await stand.emulator.blobs(`${below}/`)).toHaveLength(files.length);
  });

  it("finds all of a whole one there by a list, and sends nothing", async () => {
    const { blobs, container } = storageOf(stand);
    const { below, files } = filesOf({ ...many(10), "large.bin": randomBytes(3_000_000), "&<>\"' ü": "x" });
    await blobs.upload(container, files);
    const sentBefore = sent(below).length;
    expect(await blobs.upload(container, files, { resumes: below })).toMatchObject({ ok: true });
    expect(sent(below)).toHaveLength(sentBefore);
  });

  it("writes over what has the same length and other content", async () => {
    const { blobs, container } = storageOf(stand);
    const { below, files } = filesOf({ "a.txt": "old" });
    await blobs.upload(container, files);
    const [file] = files;
    writeFileSync(file?.path ?? "", "new");
    for (const options of [{ resumes: below }, {}]) {
      expect(await blobs.upload(container, files, options)).toMatchObject({ ok: true });
      expect(await stand.emulator.blobs(below)).toMatchObject([{ text: "new" }]);
    }
  });

  it("that races with another of the same content succeeds, as that one does", async () => {
    const { below, files } = filesOf({ ...many(60), "large.bin": randomBytes(3_000_000) });
    const ends = await Promise.all(
      [1, 2].map(async () => {
        const { blobs, container } = storageOf(stand);
        return blobs.upload(container, files, { sizes });
      }),
    );
    expect(ends.map(({ ok }) => ok)).toEqual([true, true]);
    expect(await stand.emulator.blobs(`${below}/`)).toHaveLength(files.length);
  });

  it("takes what is there for its own where the storage closes the connection before it has read it all", async () => {
    const { blobs, container } = storageOf(stand);
    const { files } = filesOf({ "middle.bin": randomBytes(300_000) });
    await blobs.upload(container, files);
    stand.endpoint.faults.add({ method: "PUT", path: "middle.bin$", kind: "reset", times: 99 });
    expect(await blobs.upload(container, files)).toMatchObject({ ok: true });
    writeFileSync(files[0]?.path ?? "", randomBytes(300_000));
    expect(await blobs.upload(container, files)).toMatchObject({ ok: false });
    stand.endpoint.faults.clear();
  });

  it.each([
    ["a busy storage", { kind: "status", status: 503, headers: { "Retry-After": "1" } }],
    ["a connection that breaks", { kind: "reset" }],
    ["a lost reply", { kind: "lost-reply" }],
  ] as const)("waits for %s", async (_, fault) => {
    const { blobs, container } = storageOf(stand);
    const contents = {
      "a.txt": Buffer.from("a"),
      "large.bin": randomBytes(3_000_000),
      "middle.bin": randomBytes(700_000),
    };
    const { below, files } = filesOf(contents);
    stand.endpoint.faults.add({ method: "PUT", path: below, times: 5, ...fault });
    expect(await blobs.upload(container, files, { sizes })).toMatchObject({ ok: true });
    const there = await stand.emulator.blobs(`${below}/`);
    // What is sent again is read again.
    expect(there.map(({ text }) => createHash("md5").update(text).digest("hex"))).toEqual(
      Object.values(contents).map((content) => createHash("md5").update(content.toString("utf8")).digest("hex")),
    );
  });

  it.each([
    ["grown", "text", "longer than it was"],
    ["shrunk", "text", ""],
    ["grown, and is read while it is sent,", "text".repeat(50_000), "text".repeat(50_001)],
    ["shrunk, and is read while it is sent,", "text".repeat(50_000), "text".repeat(49_999)],
  ])("refuses a file that has %s since it was listed, and names it", async (_, listed, text) => {
    const { blobs, container } = storageOf(stand);
    const { files } = filesOf({ "a.txt": listed });
    writeFileSync(files[0]?.path ?? "", text);
    expect(await blobs.upload(container, files)).toMatchObject({
      ok: false,
      failure: { error: { code: "FileChanged", message: expect.stringContaining("a.txt") as unknown } },
    });
  });
});
