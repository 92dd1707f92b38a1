import { expect, it } from "@jest/globals";
import type { JournalEntry } from "../../emulator/journal.ts";
import { act, actIn, checkoutOf } from "../support/step.ts";
import { useEmulator, workspaceLine } from "../support/use-emulator.ts";

/** A snapshot that is large enough for its place to be noted. */
const emulator = useEmulator({ durations: { default: 0 }, maxParallelJobs: 0 });

const count = 150;
let salt = 0;
const files = () => ({
  "azureml.yml": `${workspaceLine}targets: [{ name: cpu, type: amlcompute }]\nrun: { command: python f0.py, code: src, compute: cpu, environment: { image: ubuntu } }\n`,
  ...Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`src/f${index}.py`, `print(${index}, ${(salt += 1)})\n`]),
  ),
});
const submit = (checkout: string, commit: string) =>
  actIn(emulator, "train", checkout, { inputs: { wait: "false" }, commit: commit.repeat(40) });
const isContent = ({ method, path, query }: JournalEntry) =>
  method === "PUT" && /\/f\d+\.py$/.test(path) && query["comp"] === undefined;
const writes = () =>
  emulator
    .journal()
    .filter(({ method, path }) => !["GET", "HEAD"].includes(method) && !/oauth2|_github|listSecrets/.test(path));

it("says what it uploads; the second submission sends no content, and writes nothing but the job", async () => {
  const checkout = checkoutOf(files());
  const first = await submit(checkout, "a");
  expect(first.exitCode).toBe(0);
  expect(first.log.join("\n")).toMatch(/Uploading the code: 150 files, [\d.]+ kB\. The largest: f\d+\.py \(\d+ B\), /);
  expect(writes().filter(isContent)).toHaveLength(count);
  emulator.clearJournal();
  const second = await submit(checkout, "b");
  expect(second.exitCode).toBe(0);
  expect(writes().map(({ method, path }) => `${method} ${path.split("/").at(-2)}`)).toEqual(["PUT jobs"]);
  expect(emulator.journal().length).toBeLessThan(12);
});

it("goes on with a snapshot whose upload was cut off, and leaves no note behind", async () => {
  const checkout = checkoutOf(files());
  emulator.faults.add({ method: "PUT", path: "/f140\\.py$", kind: "status", status: 400, times: 9 });
  const cut = await submit(checkout, "c");
  expect(cut.exitCode).toBe(1);
  expect(await emulator.blobs("azureml-targets/uploads/")).toHaveLength(1);
  const there = writes().filter((entry) => isContent(entry) && entry.status === 201).length;
  emulator.faults.clear();
  emulator.clearJournal();
  const resumed = await submit(checkout, "c");
  expect(resumed.exitCode).toBe(0);
  expect(resumed.log.join("\n")).toContain("was interrupted; resuming it");
  expect(writes().filter(isContent)).toHaveLength(count - there);
  expect(writes().filter(({ path }) => path.endsWith("/startPendingUpload"))).toHaveLength(0);
  expect(await emulator.blobs("azureml-targets/uploads/")).toEqual([]);
});

it("takes a new place where the noted one is gone", async () => {
  const checkout = checkoutOf(files());
  emulator.faults.add({ method: "PUT", path: "/f140\\.py$", kind: "status", status: 400, times: 9 });
  await submit(checkout, "d");
  emulator.faults.clear();
  emulator.faults.add({
    ...{ method: "GET", path: "/[0-9a-f]{8}-[0-9a-f-]{36}$", kind: "status", status: 404 },
    headers: { "x-ms-error-code": "ContainerNotFound" },
  });
  expect((await submit(checkout, "d")).exitCode).toBe(0);
});

it("uploads without a note where the store may not be opened", async () => {
  emulator.faults.add({ path: "/datastores/", kind: "status", status: 403, times: 9 });
  const step = await act(emulator, "train", files(), { inputs: { wait: "false" } });
  expect(step.exitCode).toBe(0);
});
