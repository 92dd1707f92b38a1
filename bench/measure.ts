import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Emulator } from "../emulator/emulator.ts";
import type { JournalEntry } from "../emulator/journal.ts";

/** A command to run, and where. */
export type Call = {
  readonly command: readonly string[];
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
};

/** What one call took. Times from the start of its process, in seconds. */
export type Measured = {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMegabytes: number;
  /** Until the first request to Azure Resource Manager, its public metadata included. */
  readonly firstArmSeconds?: number;
  /** Until the first request to Azure Resource Manager that has a token. */
  readonly firstSignedSeconds?: number;
  readonly requests: readonly JournalEntry[];
  readonly connections: number;
  /** Over the network in both directions, TLS included. */
  readonly bytes: number;
};

/** Runs a call alone and sees what reaches the emulator meanwhile. @throws when it does not end with 0. */
export async function measure(python: string, call: Call, emulator: Emulator): Promise<Measured> {
  emulator.clearJournal();
  const before = emulator.traffic();
  const log = join(mkdtempSync(join(tmpdir(), "bench-")), "log");
  const script = join(import.meta.dirname, "measure.py");
  const child = spawn(python, [script, log, ...call.command], {
    cwd: call.folder,
    env: call.environment,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (part: string) => (text += part));
  await new Promise((resolve) => child.once("close", resolve));
  const { startedMs, seconds, cpuSeconds, peakKilobytes, exitCode } = JSON.parse(text) as {
    readonly startedMs: number;
    readonly seconds: number;
    readonly cpuSeconds: number;
    readonly peakKilobytes: number;
    readonly exitCode: number;
  };
  if (exitCode !== 0)
    throw new Error(`${call.command.join(" ")} ended with ${exitCode}:\n${readFileSync(log, "utf8").slice(-4_000)}`);
  const requests = [...emulator.journal()];
  const after = emulator.traffic();
  const since = (entry: JournalEntry | undefined) =>
    entry === undefined ? undefined : (entry.arrivedMs - startedMs) / 1000;
  const firstArmSeconds = since(requests.find(isArm));
  const firstSignedSeconds = since(requests.find((entry) => isArm(entry) && !isMetadata(entry)));
  return {
    seconds,
    cpuSeconds,
    peakMegabytes: peakKilobytes / 1024,
    ...(firstArmSeconds === undefined ? {} : { firstArmSeconds }),
    ...(firstSignedSeconds === undefined ? {} : { firstSignedSeconds }),
    requests,
    connections: after.connections - before.connections,
    bytes: after.received + after.sent - before.received - before.sent,
  };
}

function isArm({ host }: JournalEntry): boolean {
  return host === "management.azure.com";
}

function isMetadata({ path }: JournalEntry): boolean {
  return path.startsWith("/metadata/");
}

/** What a request is for, as the cost of a no-op is counted. */
export function purposeOf(entry: JournalEntry): "metadata" | "sign-in" | "workspace" | "list" | "write" | "other" {
  const { method, path } = entry;
  if (!isArm(entry)) return isBlobOrApi(entry) ? "other" : "sign-in";
  if (isMetadata(entry)) return "metadata";
  if (method !== "GET") return "write";
  if (/\/workspaces\/[^/]+$/i.test(path)) return "workspace";
  return /\/workspaces\/[^/]+\/computes$/i.test(path) ? "list" : "other";
}

function isBlobOrApi({ host }: JournalEntry): boolean {
  return host.includes(".blob.") || host.endsWith(".azureml.ms");
}

export function fastest(values: readonly number[]): number {
  return Math.min(...values);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? NaN)
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}
