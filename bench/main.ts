import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { arch, cpus, loadavg, platform, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startEmulator } from "../emulator/emulator.ts";
import { officialClient as pythonOfOfficialClient } from "../scripts/official-client.ts";
import { action, bareNode, layOut, layOutDeployment, officialClient, type Files } from "./contenders.ts";
import { measure, type Call, type Measured } from "./measure.ts";
import { consoleLines, renderResults, type CaseResult } from "./results.ts";

/**
 * `npm run bench [-- --turns N] [-- --only CASE]`: the built action and azure-ai-ml do the same work on the same files
 * against one emulator, by turns, so that what else the machine does falls on both. A whole run writes RESULTS.md.
 */
const { values } = parseArgs({ options: { turns: { type: "string", default: "11" }, only: { type: "string" } } });
const turns = Number(values.turns);
const [loadBefore = 0] = loadavg();
const python = await pythonOfOfficialClient();

/** One work, and how each contender is called for its turn. */
type Case = {
  readonly name: string;
  readonly title: string;
  readonly calls: (turn: number) => Readonly<Record<string, Call>>;
};

await using emulator = await startEmulator({
  stateFolder: mkdtempSync(join(tmpdir(), "emulator-")),
  durations: { default: 0 },
  // Jobs stay queued, and no Python serves models: what they do is nobody's time here.
  maxParallelJobs: 0,
  serving: "light",
});
const few = layOut(1, "few");
const many = layOut(50, "many");
/** Of a machine that stays. The other calls get a fresh one each. */
const toolCache = mkdtempSync(join(tmpdir(), "tools-"));

const cases: readonly Case[] = [
  onTargets("validate", "`validate` of one small file", "validate", few),
  onTargets("plan", "`plan` of one target", "plan", few),
  onTargets("plan-50", "`plan` of 50 targets", "plan", many),
  onTargets("apply", "No-op `apply` of one target", "apply", few),
  onTargets("apply-50", "No-op `apply` of 50 targets", "apply", many),
  { name: "submit", title: "Submission of a command job with new code", calls: submission },
  { name: "release", title: "Release of a new deployment beside the old one", calls: release },
  { name: "deploy", title: "No-op `deploy` of a managed deployment", calls: noRelease },
];

function onTargets(
  name: string,
  title: string,
  work: "validate" | "plan" | "apply",
  { folder, clusters }: Files,
): Case {
  const inputs = { command: work, config: "compute/*.yml" };
  return {
    name,
    title,
    calls: () => ({
      ...(work === "validate" ? { "bare node": bareNode(folder) } : {}),
      action: action(emulator, folder, inputs),
      "action, again": action(emulator, folder, inputs, { toolCache }),
      "azure-ai-ml": officialClient(emulator, python, folder, [work, ...clusters]),
    }),
  };
}

/** Each call has code and a commit that nobody has seen; the environment is there from the turn that is thrown away. */
function submission(turn: number): Readonly<Record<string, Call>> {
  const inputs = { command: "train", run: "job.yml", wait: "false" };
  const submit = (who: string, options: { readonly toolCache?: string } = {}) => {
    const commit = Buffer.from(`${who} ${turn}`).toString("hex").padEnd(40, "0");
    return action(emulator, layOut(0, `${who} ${turn}`).folder, inputs, { commit, ...options });
  };
  return {
    action: submit("first"),
    "action, again": submit("again", { toolCache }),
    "azure-ai-ml": officialClient(emulator, python, layOut(0, `other ${turn}`).folder, ["submit", "job.yml"]),
  };
}

/** The endpoint of each contender, so that each takes over from what it has released itself. */
const endpoints = { action: "bench-first", "action, again": "bench-again", "azure-ai-ml": "bench-other" } as const;
const deploying = { command: "deploy", deploy: "deploy.yml" };

/** Model and code that nobody has seen: registered, deployed beside the old one, asked once, and given its traffic. */
function release(turn: number): Readonly<Record<string, Call>> {
  const folderOf = (who: keyof typeof endpoints) => layOutDeployment(endpoints[who], `${who} ${turn}`);
  const files = ["deployment.yml", "request.json"];
  return {
    action: action(emulator, folderOf("action"), deploying),
    "action, again": action(emulator, folderOf("action, again"), deploying, { toolCache }),
    "azure-ai-ml": officialClient(emulator, python, folderOf("azure-ai-ml"), ["release", ...files]),
  };
}

/** What is live already. azure-ai-ml cannot tell, and writes it once more: to an endpoint of its own, because that changes it. */
function noRelease(): Readonly<Record<string, Call>> {
  return {
    action: action(emulator, live.ours, deploying),
    "action, again": action(emulator, live.ours, deploying, { toolCache }),
    "azure-ai-ml": officialClient(emulator, python, live.theirs, ["deploy", "deployment.yml"]),
  };
}

// Everything is there before the first no-op, and an old deployment before the first release.
await measure(python, action(emulator, many.folder, { command: "apply", config: "compute/*.yml" }), emulator);
const live = {
  ours: layOutDeployment("bench-unchanged", "unchanged"),
  theirs: layOutDeployment("bench-rewritten", "unchanged"),
};
const old = Object.values(endpoints).map((endpoint) => layOutDeployment(endpoint, "old"));
for (const folder of [live.ours, live.theirs, ...old])
  await measure(python, action(emulator, folder, deploying), emulator);

const results: CaseResult[] = [];
for (const { name, title, calls } of cases) {
  if (values.only !== undefined && values.only !== name) continue;
  const measured = new Map<string, Measured[]>();
  // The first turn is thrown away: it fills the caches of the system, of Python and of the tool cache.
  for (let turn = 0; turn <= turns; turn += 1) {
    for (const [contender, call] of Object.entries(calls(turn))) {
      const one = await measure(python, call, emulator);
      if (turn > 0) measured.set(contender, [...(measured.get(contender) ?? []), one]);
    }
  }
  const result: CaseResult = { name, title, contenders: Object.fromEntries(measured) };
  results.push(result);
  console.log([`\n${title}`, ...consoleLines(result)].join("\n"));
}

if (values.only === undefined) {
  const [loadAfter = 0] = loadavg();
  const { model = "processor of an unknown make" } = cpus()[0] ?? {};
  const ofPython = "import sys, importlib.metadata as m; print(sys.version.split()[0], m.version('azure-ai-ml'))";
  const [pythonVersion, clientVersion] = execFileSync(python, ["-c", ofPython], { encoding: "utf8" }).trim().split(" ");
  const text = renderResults(results, {
    date: new Date().toISOString().slice(0, 10),
    machine: `${platform()} ${arch()}, ${cpus().length} × ${model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GB`,
    versions: `Node ${process.versions.node}, Python ${pythonVersion}, azure-ai-ml ${clientVersion}`,
    turns,
    load: [loadBefore, loadAfter],
  });
  writeFileSync(join(import.meta.dirname, "RESULTS.md"), text);
  console.log("\nbench/RESULTS.md is written.");
}
