import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { startEmulator } from "../emulator/emulator.ts";
import type { JournalEntry } from "../emulator/journal.ts";
import { findPython } from "../src/run/on-runner/virtual-environment.ts";
import { runStep } from "./runner.ts";

/** `npm run demo`: the whole main job on the embedded emulator. Everything it makes is below `.demo/`. */
const root = join(import.meta.dirname, "..");
const folder = join(root, ".demo");
const checkout = join(folder, "checkout");
const reports = join(folder, "reports");
const shown = (path: string) => relative(process.cwd(), path);

const python = await findPython(process.env["PATH"] ?? "");
const first = !existsSync(join(folder, "emulator"));
if (python === undefined) {
  console.log(
    "There is no Python of version 3.9 or newer with venv on this machine: the demo runs a plain executable in place of the training.\n",
  );
} else if (first) {
  console.log(
    `The first run installs scikit-learn and MLflow for Python ${python.version} into .demo/; that takes a minute and needs the network.\n`,
  );
}

rmSync(checkout, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });
cpSync(join(root, "examples", "train-sklearn"), checkout, { recursive: true });
if (python === undefined)
  cpSync(join(root, "examples", "train-plain", "jobs", "train.yml"), join(checkout, "jobs", "train.yml"));

await using emulator = await startEmulator({
  stateFolder: join(folder, "emulator"),
  durations: { AmlCompute: 2, VirtualMachine: 2, default: 1 },
});
console.log(`The emulator answers at ${emulator.origin}.\n`);

const step = await runStep({
  checkout,
  inputs: {
    command: "up",
    "client-id": emulator.environment("cloud")["AZURE_CLIENT_ID"] ?? "",
    "tenant-id": emulator.environment("cloud")["AZURE_TENANT_ID"] ?? "",
    // Without Python nothing is logged that a gate could be held against.
    ...(python === undefined ? { config: withoutGates(checkout) } : {}),
    ...(python === undefined ? {} : { download: "outputs/**" }),
  },
  environment: { ...withoutSecret(emulator.environment("cloud")), DSVM_PASSWORD: "a-password-that-nobody-sees" },
  onLine: (line) => console.log(line),
});

const paths = {
  summary: join(reports, "summary.md"),
  html: join(reports, "report.html"),
  outputs: join(reports, "outputs.json"),
};
writeFileSync(paths.summary, step.summary);
if (step.outputs["report-html-path"] !== undefined) cpSync(step.outputs["report-html-path"], paths.html);
writeFileSync(paths.outputs, `${JSON.stringify(step.outputs, undefined, 2)}\n`);

const written = emulator.journal().filter(isWriteThatCounts);
console.log(
  `\nWrites of computes, jobs, models and endpoints in this run: ${written.length === 0 ? "none; everything was there already" : ""}`,
);
for (const { method, path, status } of written)
  console.log(`  ${method} ${path.split("/").slice(-2).join("/")} -> ${status}`);
for (const { endpoint, deployment, action, tests } of deployments(step.outputs["deployments"])) {
  const passed = tests.filter((test) => test.passed).length;
  console.log(
    `\nThe model of the run is ${action} as ${endpoint}/${deployment}${tests.length === 0 ? "" : `, and has answered: ${passed} of ${tests.length} tests passed`}.`,
  );
}
console.log(`\nSummary          ${shown(paths.summary)}`);
console.log(`Report           ${shown(paths.html)}`);
console.log(`Outputs          ${shown(paths.outputs)}`);
console.log(`Request journal  ${shown(emulator.journalFile)}`);
process.exitCode = step.exitCode ?? 1;

function isWriteThatCounts({ method, path }: JournalEntry): boolean {
  return (
    ["PUT", "PATCH", "DELETE"].includes(method) &&
    /\/((computes|jobs|onlineEndpoints|deployments)\/[^/]+|models\/[^/]+\/versions\/[^/]+)$/.test(path)
  );
}

type Deployed = {
  readonly endpoint: string;
  readonly deployment: string;
  readonly action: string;
  readonly tests: readonly { readonly passed: boolean }[];
};

function deployments(output: string | undefined): readonly Deployed[] {
  return output === undefined ? [] : (JSON.parse(output) as readonly Deployed[]);
}

/** The demo signs in as workflows should: with GitHub's ID token. */
function withoutSecret(environment: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => name !== "AZURE_CLIENT_SECRET"));
}

function withoutGates(at: string): string {
  const config = "azureml-plain.yml";
  cpSync(join(root, "examples", "train-plain", "azureml.yml"), join(at, config));
  return config;
}
