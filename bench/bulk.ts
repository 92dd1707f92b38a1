import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { arch, cpus, loadavg, platform, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Azurites } from "../emulator/azurites.ts";
import { startEmulator, type Emulator } from "../emulator/emulator.ts";
import { officialClient as pythonOfOfficialClient } from "../scripts/official-client.ts";
import { bulkRows, renderBulk, type BulkResult } from "./bulk-results.ts";
import { action, layOut, officialClient } from "./contenders.ts";
import { measure, type Call, type Measured } from "./measure.ts";
import { memoryStores } from "./memory-store.ts";

/**
 * `npm run bench:bulk [-- --turns N] [-- --only CASE]`: what goes over the wire in bulk, and a pipeline of many components,
 * beside azure-ai-ml, against emulators. A whole run writes BULK.md.
 */
const { values } = parseArgs({ options: { turns: { type: "string", default: "3" }, only: { type: "string" } } });
const turns = Number(values.turns);
const [loadBefore = 0] = loadavg();
const python = await pythonOfOfficialClient();
const results: BulkResult[] = [];

type Contender = "action" | "official";
type Pair = Readonly<Record<Contender, Call>>;
type Measurements = Readonly<Record<Contender, Measured>>;

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

type Seeds = { readonly who: Contender; readonly turn: number };

/** A checkout whose job has so many files of code, with content of its own. */
function withFiles(files: number, bytes: number, { who, turn }: Seeds): string {
  const { folder } = layOut(0, `${files} ${who} ${turn}`);
  for (let index = 0; index < files; index += 1) {
    const below = join(folder, "src", `d${index % 40}`);
    mkdirSync(below, { recursive: true });
    writeFileSync(join(below, `f${index}.bin`), noise(bytes, index * 7919 + turn * 104_729 + who.length * 31));
  }
  return folder;
}

/** A checkout whose job is a pipeline: each step has a component in a file of its own, and all have the same code. */
function withComponents(count: number, { who, turn }: Seeds): string {
  const { folder } = layOut(0, `pipeline ${who} ${turn}`);
  const steps = Array.from({ length: count }, (_, index) => {
    const component = [
      "$schema: https://azuremlschemas.azureedge.net/latest/commandComponent.schema.json",
      "type: command",
      `name: part_${who}_${turn}_${index}`,
      'version: "1"',
      "inputs: { rate: { type: number } }",
      "code: src",
      "environment: { image: ubuntu }",
      `command: python train.py --part ${index} --rate \${{inputs.rate}}`,
    ];
    writeFileSync(join(folder, `part${index}.yml`), `${component.join("\n")}\n`);
    return `  part${index}: { type: command, component: part${index}.yml, inputs: { rate: ${index / 10} } }`;
  });
  const job = [
    "$schema: https://azuremlschemas.azureedge.net/latest/pipelineJob.schema.json",
    "type: pipeline",
    "experiment_name: bench",
    "settings: { default_compute: azureml:bench-cluster }",
    "jobs:",
    ...steps,
  ];
  writeFileSync(join(folder, "job.yml"), `${job.join("\n")}\n`);
  return folder;
}

const newEmulator = (maxParallelJobs: number, azurites?: Azurites) =>
  startEmulator({
    stateFolder: mkdtempSync(join(tmpdir(), "emulator-")),
    durations: { default: 0 },
    maxParallelJobs,
    azurites,
  });

async function makeCluster(emulator: Emulator): Promise<void> {
  const { folder } = layOut(1, "target");
  await measure(python, action(emulator, folder, { command: "apply", config: "compute/*.yml" }), emulator);
}

/** One after the other; who begins changes, because the second finds caches that the first has filled. */
async function byTurns(turn: number, pair: Pair, emulator: Emulator): Promise<Measurements> {
  const order: readonly Contender[] = turn % 2 === 0 ? ["action", "official"] : ["official", "action"];
  const measured = new Map<Contender, Measured>();
  for (const who of order) measured.set(who, await measure(python, pair[who], emulator));
  return Object.fromEntries(measured) as Measurements;
}

function add(result: BulkResult): void {
  results.push(result);
  console.log(bulkRows(result).join("\n"));
}

/** What is submitted for the first time, and again for the next commit. Jobs stay queued: what they do is nobody's time here. */
async function submissions(what: string, count: number, checkout: (seeds: Seeds) => string): Promise<void> {
  const times = ["first", "second"] as const;
  const measured = { first: [] as Measurements[], second: [] as Measurements[] };
  for (let turn = 0; turn < count; turn += 1) {
    await using emulator = await newEmulator(0, memoryStores);
    await makeCluster(emulator);
    // Compiles the client's modules.
    const warm = layOut(0, "warm").folder;
    await measure(python, officialClient(emulator, python, warm, ["submit", "job.yml"]), emulator);
    const folders = { action: checkout({ who: "action", turn }), official: checkout({ who: "official", turn }) };
    for (const [index, time] of times.entries()) {
      const inputs = { command: "train", run: "job.yml", wait: "false" };
      const pair = {
        action: action(emulator, folders.action, inputs, { commit: `${index + 1}`.repeat(40) }),
        official: officialClient(emulator, python, folders.official, ["submit", "job.yml"]),
      };
      measured[time].push(await byTurns(turn, pair, emulator));
    }
    for (const folder of Object.values(folders)) rmSync(folder, { recursive: true });
  }
  for (const time of times)
    add({
      title: `Submission of ${what}, ${time} time`,
      time,
      atLeast: time === "first" ? 3 : 2,
      action: measured[time].map((pair) => pair.action),
      official: measured[time].map((pair) => pair.official),
    });
}

/** A job that really runs, and what is followed and fetched of it. */
async function following(
  what: string,
  script: string,
  inputs: Readonly<Record<string, string>>,
  work: "stream" | "download",
): Promise<void> {
  const pairs: Measurements[] = [];
  for (let turn = 0; turn < turns; turn += 1) {
    await using emulator = await newEmulator(1);
    await makeCluster(emulator);
    const folders = (["action", "official"] as const).map((who) => {
      const { folder } = layOut(0, `${what} ${who} ${turn}`);
      writeFileSync(join(folder, "src", "train.py"), script);
      writeFileSync(
        join(folder, "job.yml"),
        "command: python train.py\ncode: src\nenvironment: { image: ubuntu }\ncompute: azureml:bench-cluster\n",
      );
      return folder;
    });
    const [ours = "", theirs = ""] = folders;
    const pair = {
      action: action(emulator, ours, { command: "train", run: "job.yml", ...inputs }),
      official: officialClient(emulator, python, theirs, [work, "job.yml"]),
    };
    pairs.push(await byTurns(turn, pair, emulator));
  }
  add({
    title: what,
    time: "other",
    action: pairs.map((pair) => pair.action),
    official: pairs.map((pair) => pair.official),
  });
}

const cases: Readonly<Record<string, () => Promise<void>>> = {
  // One turn of it takes minutes, nearly all of them azure-ai-ml's.
  "small-files": () =>
    submissions("10,000 files of 2 kB", Math.ceil(turns / 3), (seeds) => withFiles(10_000, 2_000, seeds)),
  "large-files": () => submissions("500 MB in 20 files", turns, (seeds) => withFiles(20, 25_000_000, seeds)),
  pipeline: () => submissions("a pipeline of 20 components", turns, (seeds) => withComponents(20, seeds)),
  job: () => submissions("a command job", turns, (seeds) => withFiles(1, 100, seeds)),
  log: () =>
    following(
      "Following a run that writes 50 MB of log",
      'for index in range(500_000):\n    print(f"epoch {index:07d} " + "loss and accuracy " * 5)\n',
      {},
      "stream",
    ),
  download: () =>
    following(
      "Download of 2,000 artifacts of 10 kB",
      'import os\nos.makedirs("outputs", exist_ok=True)\nfor index in range(2000):\n    open(f"outputs/f{index}.bin", "wb").write(os.urandom(10_000))\n',
      { download: "outputs/**" },
      "download",
    ),
};

for (const [name, run] of Object.entries(cases)) if (values.only === undefined || values.only === name) await run();

if (values.only === undefined) {
  const [loadAfter = 0] = loadavg();
  const { model = "processor of an unknown make" } = cpus()[0] ?? {};
  const ofPython = "import sys, importlib.metadata as m; print(sys.version.split()[0], m.version('azure-ai-ml'))";
  const [pythonVersion, clientVersion] = execFileSync(python, ["-c", ofPython], { encoding: "utf8" }).trim().split(" ");
  const text = renderBulk(results, {
    date: new Date().toISOString().slice(0, 10),
    machine: `${platform()} ${arch()}, ${cpus().length} × ${model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GB`,
    versions: `Node ${process.versions.node}, Python ${pythonVersion}, azure-ai-ml ${clientVersion}`,
    load: [loadBefore, loadAfter],
  });
  writeFileSync(join(import.meta.dirname, "BULK.md"), text);
  console.log("\nbench/BULK.md is written.");
}
