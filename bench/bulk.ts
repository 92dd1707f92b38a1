import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { arch, cpus, loadavg, platform, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startEmulator, type Emulator } from "../emulator/emulator.ts";
import type { JournalEntry } from "../emulator/journal.ts";
import { officialClient as pythonOfOfficialClient } from "../scripts/official-client.ts";
import { action, layOut, officialClient } from "./contenders.ts";
import { measure, type Measured } from "./measure.ts";

/**
 * `npm run bench:bulk [-- --only CASE]`: what goes over the wire in bulk, beside azure-ai-ml where it does the same, against
 * one emulator. A whole run writes BULK.md.
 */
const { values } = parseArgs({ options: { only: { type: "string" } } });
const python = await pythonOfOfficialClient();

/** Of the table. */
const rows: string[] = [];

/** Data that nothing on the way can make shorter, another for each seed. */
function noise(bytes: number, seed: number): Buffer {
  const words = new Uint32Array(Math.ceil(bytes / 4));
  let state = seed + 1;
  for (let index = 0; index < words.length; index += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[index] = state;
  }
  return Buffer.from(words.buffer, 0, bytes);
}

type Snapshot = { readonly name: string; readonly title: string; readonly files: number; readonly bytes: number };
const snapshots: readonly Snapshot[] = [
  { name: "small-files", title: "10,000 files of 2 kB", files: 10_000, bytes: 2_000 },
  { name: "large-files", title: "500 MB in 20 files", files: 20, bytes: 25_000_000 },
];

function checkoutWith({ name, files, bytes }: Snapshot, who: string): string {
  const { folder } = layOut(0, `${name} ${who}`);
  for (let index = 0; index < files; index += 1) {
    const below = join(folder, "src", `d${index % 40}`);
    mkdirSync(below, { recursive: true });
    writeFileSync(join(below, `f${index}.bin`), noise(bytes, index * 7919 + name.length * 31 + who.length));
  }
  return folder;
}

const isWrite = ({ method }: JournalEntry) => !["GET", "HEAD", "CONNECT"].includes(method);
const isSignIn = ({ path }: JournalEntry) => path.includes("/oauth2/");
const isBlob = ({ host }: JournalEntry) => host.includes(".blob.");

function add(what: string, who: string, measured: Measured): void {
  const { seconds, peakMegabytes, requests, bytes } = measured;
  const writes = requests.filter((entry) => isWrite(entry) && !isSignIn(entry) && !isBlob(entry));
  const cells = [
    what,
    who,
    `${seconds.toFixed(2)} s`,
    `${peakMegabytes.toFixed(0)} MB`,
    String(requests.length),
    `${(bytes / 1e6).toFixed(2)} MB`,
    String(writes.length),
  ];
  rows.push(`| ${cells.join(" | ")} |`);
  console.log(rows.at(-1));
}

const newEmulator = (maxParallelJobs: number) =>
  startEmulator({
    stateFolder: mkdtempSync(join(tmpdir(), "emulator-")),
    durations: { default: 0 },
    maxParallelJobs,
  });

async function submissions(snapshot: Snapshot): Promise<void> {
  // Jobs stay queued: what they do is nobody's time here.
  await using emulator = await newEmulator(0);
  await makeCluster(emulator);
  // Compiles the client's modules.
  const warm = layOut(0, "warm").folder;
  await measure(python, officialClient(emulator, python, warm, ["submit", "job.yml"]), emulator);
  const inputs = { command: "train", run: "job.yml", wait: "false" };
  const [ours, theirs] = [checkoutWith(snapshot, "action"), checkoutWith(snapshot, "azure-ai-ml")];
  for (const [turn, time] of ["first", "second"].entries()) {
    const what = `Submission of ${snapshot.title}, ${time} time`;
    const commit = `${turn + 1}`.repeat(40);
    add(what, "action", await measure(python, action(emulator, ours, inputs, { commit }), emulator));
    const call = officialClient(emulator, python, theirs, ["submit", "job.yml"]);
    add(what, "azure-ai-ml", await measure(python, call, emulator));
  }
}

/** A job that really runs, and what the action follows and fetches of it. */
async function following(what: string, script: string, inputs: Readonly<Record<string, string>>): Promise<void> {
  await using emulator = await newEmulator(1);
  await makeCluster(emulator);
  const { folder } = layOut(0, what);
  writeFileSync(join(folder, "src", "train.py"), script);
  writeFileSync(
    join(folder, "job.yml"),
    "command: python train.py\ncode: src\nenvironment: { image: ubuntu }\ncompute: azureml:bench-cluster\n",
  );
  add(
    what,
    "action",
    await measure(python, action(emulator, folder, { command: "train", run: "job.yml", ...inputs }), emulator),
  );
}

async function makeCluster(emulator: Emulator): Promise<void> {
  const { folder } = layOut(1, "target");
  await measure(python, action(emulator, folder, { command: "apply", config: "compute/*.yml" }), emulator);
}

const isWanted = (name: string) => values.only === undefined || values.only === name;
for (const snapshot of snapshots) if (isWanted(snapshot.name)) await submissions(snapshot);
if (isWanted("log"))
  await following(
    "Following a run that writes 50 MB of log",
    'for index in range(500_000):\n    print(f"epoch {index:07d} " + "loss and accuracy " * 5)\n',
    {},
  );
if (isWanted("download"))
  await following(
    "Download of 2,000 artifacts of 10 kB",
    'import os\nfor index in range(2000):\n    open(f"outputs/f{index}.bin", "wb").write(os.urandom(10_000))\n',
    { download: "outputs/**" },
  );

if (values.only === undefined) {
  const { model = "processor of an unknown make" } = cpus()[0] ?? {};
  writeFileSync(
    join(import.meta.dirname, "BULK.md"),
    [
      "# What goes over the wire in bulk",
      "",
      `Written by \`npm run bench:bulk\` on ${new Date().toISOString().slice(0, 10)}; ${platform()} ${arch()}, ${cpus().length} × ${model.trim()}, Node ${process.versions.node}.`,
      "One turn each, one after the other, against the emulator and its Azurite on the same machine, which have most of the time.",
      `Load average ${(loadavg()[0] ?? 0).toFixed(1)} at the end. Writes are those of Azure Resource Manager, access to the storage included.`,
      "",
      "| What | Who | Wall time | Peak memory | Requests | Over the network | Writes |",
      "| --- | --- | --: | --: | --: | --: | --: |",
      ...rows,
      "",
    ].join("\n"),
  );
}
