import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runStep } from "../../demo/runner.ts";
import { playAll, type Campaign, type Verdict } from "./campaign.ts";

/** The largest that a declaration may be, in each way in which it may be much. */
const limit = 1024 * 1024 - 100;
const repeated = (part: string | ((at: number) => string), start = "", end = "", most = limit) => {
  const parts: string[] = [start];
  let length = start.length + end.length;
  for (let at = 0; ; at += 1) {
    const next = typeof part === "string" ? part : part(at);
    length += next.length;
    if (length > most) return [...parts, end].join("");
    parts.push(next);
  }
};

const texts: Readonly<Record<string, () => string>> = {
  "lists in lists": () => `targets: ${"[".repeat(500_000)}${"]".repeat(500_000)}\n`,
  "maps in maps": () => `targets: ${repeated("{a: ")}\n`,
  "lists by indentation": () => repeated((at) => `${" ".repeat(at % 90)}-\n`, "targets:\n"),
  "aliases of aliases": () =>
    `${repeated((at) => `a${at}: &a${at} [${at === 0 ? "x" : `*a${at - 1},*a${at - 1},*a${at - 1},*a${at - 1}`}]\n`, "", "", 6_000)}targets: *a90\n`,
  "many aliases": () => repeated("*a,", "a: &a [x]\ntargets: [", "]\n"),
  "many anchors": () => repeated((at) => `- &a${at} x\n`, "targets:\n"),
  "many keys": () => repeated((at) => `k${at}: v\n`),
  "many keys of a target": () => repeated((at) => `  k${at}: v\n`, "targets:\n- name: cpu\n  type: amlcompute\n"),
  "many tags": () => repeated((at) => `    k${at}: v\n`, "targets:\n- name: cpu\n  type: amlcompute\n  tags:\n"),
  "many wrong items": () => repeated("- x\n", "targets:\n"),
  "many empty items": () => repeated("-\n", "targets:\n"),
  "many numbers": () => repeated("1,", "targets: [", "]\n"),
  "many targets": () => repeated((at) => `- {name: cpu-${at}, type: amlcompute}\n`, "targets:\n"),
  "many targets of one name": () => repeated("- {name: cpu, type: amlcompute}\n", "targets:\n"),
  "many targets of no type": () => repeated((at) => `- {name: cpu-${at}, tyqe: amlcompute}\n`, "targets:\n"),
  "many documents": () => repeated("---\ntype: x\n"),
  "many comments": () => repeated("# x\n"),
  "many blanks": () => repeated(" ", "targets:", "\n"),
  "many line breaks": () => repeated("\n", "targets:\n"),
  "many tabs": () => repeated("\t", "targets:\n"),
  "many errors": () => repeated("a: b: c\n"),
  "many ends": () => repeated("}", "", "", 99_000),
  "many quotes": () => repeated('"'),
  "many colons": () => repeated(":"),
  "many question marks": () => repeated("? "),
  "many merges": () => repeated("<<: {a: b}\n"),
  "one long word": () => `targets: ${"x".repeat(limit - 20)}\n`,
  "one long text in quotes": () => `targets: "${"\\x41".repeat(limit / 4 - 10)}"\n`,
  "one long block of text": () => repeated("  x\n", "targets: |\n"),
  "one long folded text": () => repeated("  x y\n\n", "targets: >\n"),
  "one long key": () => `${"k".repeat(limit - 20)}: x\n`,
  "one long name of a target": () => `targets:\n- {name: ${"n".repeat(limit - 60)}, type: amlcompute}\n`,
  "one long type": () => `targets:\n- {name: n, type: ${"amlcompute".repeat(100_000)}}\n`,
  "one long number": () => `targets: ${"9".repeat(limit - 20)}\n`,
  "one long number by sixties": () => repeated(":59", "targets: 1", "\n"),
  "one long command": () => repeated("${{inputs.a}} ", "run:\n  command: ", "\n  environment: {image: i}\n"),
  "one long command without ends": () => repeated("${{inputs.", "run:\n  command: ", "\n  environment: {image: i}\n"),
  "one long pattern": () => repeated("*/", "targets:\n- ", ".yml\n"),
  "one long pattern of braces": () => repeated("{a,b}", "targets:\n- ", ".yml\n", 4_000),
  "many patterns": () => repeated((at) => `- c${at}/**/*.yml\n`, "targets:\n"),
  "many names of files": () => repeated((at) => `- c${at}.yml\n`, "targets:\n"),
  "many packages": () =>
    repeated((at) => `    - p${at}\n`, "run:\n  command: x\n  environment:\n    image: i\n  conda_packages:\n"),
  "many inputs": () =>
    repeated((at) => `    i${at}: x\n`, "run:\n  command: x\n  environment: {image: i}\n  inputs:\n"),
  "many gates": () => repeated((at) => `- {metric: m${at}, at_least: 1}\n`, "gates:\n"),
};

/** Our own limits, of the built action and of what starts it. */
const mostSeconds = 2;
const mostMegabytes = 200;

/** Tells at the end what the process has used. */
const meter = `process.once("exit", () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  process.getBuiltinModule("fs").writeFileSync(process.env.METER, JSON.stringify([userCPUTime + systemCPUTime, maxRSS]));
});`;

/** `validate` by the built action on declarations as large as they may be: time of the processor and memory. */
export async function playLargeFiles(
  most: number,
  onVerdict: (verdict: Verdict, done: number, total: number) => void,
): Promise<Campaign> {
  const folder = mkdtempSync(join(tmpdir(), "faults-large-"));
  const preload = join(folder, "meter.mjs");
  writeFileSync(preload, meter);
  const all = Object.entries(texts);
  const each = Math.max(1, Math.floor(all.length / most));
  const cases = all.filter((_, index) => index % each === 0).slice(0, most);
  return playAll(
    "large files",
    cases,
    [1],
    ([name, textOf]) => play(name, textOf(), preload),
    (verdict, done) => onVerdict(verdict, done, cases.length),
  );
}

async function play(name: string, text: string, preload: string): Promise<Verdict> {
  const checkout = mkdtempSync(join(tmpdir(), "faults-large-"));
  writeFileSync(join(checkout, "azureml.yml"), text);
  const used = join(checkout, "used.json");
  const step = await runStep({
    checkout,
    inputs: { command: "validate" },
    environment: { METER: used, NODE_OPTIONS: `--import=${preload}` },
    withoutPost: true,
  });
  const [microseconds = 0, kilobytes = 0] = JSON.parse(readFileSync(used, "utf8")) as readonly number[];
  const [seconds, megabytes] = [microseconds / 1e6, kilobytes / 1024];
  const broken = [
    ...(step.exitCode === null ? ["it was ended by somebody else"] : []),
    ...(step.outputs["failure-reason"] === "internal-error"
      ? [`an error of its own: ${step.log.slice(-3).join(" ")}`]
      : []),
    ...(seconds > mostSeconds ? [`it took ${seconds.toFixed(1)} s of a processor`] : []),
    ...(megabytes > mostMegabytes ? [`it took ${megabytes.toFixed(0)} MB`] : []),
  ];
  return {
    name: `${name} (${text.length} bytes: ${seconds.toFixed(1)} s, ${megabytes.toFixed(0)} MB)`,
    broken,
    again: false,
    met: true,
  };
}
