import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prepareStep } from "../demo/runner.ts";
import type { Emulator } from "../emulator/emulator.ts";
import type { Call } from "./measure.ts";

const root = join(import.meta.dirname, "..");
const cases = join(import.meta.dirname, "cases");
const node = process.execPath;

export type Files = { readonly folder: string; /** Paths in it. */ readonly clusters: readonly string[] };

/** The cases in a folder of their own: `count` clusters, and the job, whose code has `unique` in it. */
export function layOut(count: number, unique: string): Files {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  mkdirSync(join(folder, "compute"));
  const text = readFileSync(join(cases, "cluster.yml"), "utf8");
  const clusters = Array.from({ length: count }, (_, index) => {
    const suffix = index === 0 ? "" : `-n${index}`;
    const path = `compute/cluster${suffix}.yml`;
    writeFileSync(join(folder, path), text.replace(/^name: (.*)$/m, `name: $1${suffix}`));
    return path;
  });
  cpSync(join(cases, "job.yml"), join(folder, "job.yml"));
  cpSync(join(cases, "src"), join(folder, "src"), { recursive: true });
  writeFileSync(join(folder, "src", "unique.txt"), `${unique}\n`);
  return { folder, clusters };
}

/** A deployment whose model and code have `unique` in them, on an endpoint of this name. */
export function layOutDeployment(endpoint: string, unique: string): string {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  for (const file of ["deploy.yml", "endpoint.yml", "deployment.yml"]) {
    const text = readFileSync(join(cases, file), "utf8");
    writeFileSync(join(folder, file), text.replaceAll("bench-endpoint", endpoint));
  }
  cpSync(join(cases, "request.json"), join(folder, "request.json"));
  cpSync(join(cases, "serve"), join(folder, "serve"), { recursive: true });
  writeFileSync(join(folder, "serve", "unique.txt"), `${unique}\n`);
  mkdirSync(join(folder, "model"));
  writeFileSync(join(folder, "model", "model.json"), JSON.stringify({ unique }));
  return folder;
}

/** The action, and azure-ai-ml below, sign in as a service principal, through the proxy, by the real names. */
export function action(
  emulator: Emulator,
  folder: string,
  inputs: Readonly<Record<string, string>>,
  options: { readonly toolCache?: string; readonly commit?: string } = {},
): Call {
  const { environment, runs } = prepareStep({
    checkout: folder,
    inputs: { auth: "service-principal", ...inputs },
    environment: emulator.environment("proxy"),
    ...options,
  });
  return { command: [node, join(root, runs.main)], folder, environment };
}

export function officialClient(emulator: Emulator, python: string, folder: string, work: readonly string[]): Call {
  const environment = { PATH: process.env["PATH"] ?? "", HOME: folder, ...emulator.environment("proxy") };
  return { command: [python, join(import.meta.dirname, "azure_ai_ml.py"), ...work], folder, environment };
}

export function bareNode(folder: string): Call {
  return { command: [node, "-e", "0"], folder, environment: { PATH: process.env["PATH"] ?? "" } };
}
