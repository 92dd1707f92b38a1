import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmulator } from "../emulator/emulator.ts";
import { act, password } from "../__tests__/support/step.ts";
import { findPython } from "../src/job/local/virtual-environment.ts";

/** Official clients, unmodified, in a virtual environment of their own, drive the emulator and read back what the action made. */
const root = join(import.meta.dirname, "..");
const packages = ["azure-ai-ml==1.35.2", "azure-identity"];

const python = await findPython();
if (python === undefined) throw new Error("Conformance needs Python 3.9 or newer with venv.");
const environment = join(root, ".tools", "conformance");
const executable = join(environment, "bin", "python");
if (!existsSync(executable)) {
  execFileSync(python.command, ["-m", "venv", environment], { stdio: "inherit" });
  execFileSync(executable, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...packages], {
    stdio: "inherit",
  });
}

await using emulator = await startEmulator({
  stateFolder: mkdtempSync(join(tmpdir(), "emulator-")),
  durations: { default: 0.2 },
});
emulator.addMachine("py-machine");
const made = await act(
  emulator,
  "apply",
  {
    "azureml.yml": [
      "workspace: { subscription_id: 33333333-3333-4333-8333-333333333333, resource_group: rg-ml, name: mlw-main }",
      "targets:",
      "  - { name: cpu-cluster, type: amlcompute, size: Standard_DS3_v2, max_instances: 4 }",
      `  - { name: dsvm, type: virtualmachine, resource_id: ${emulator.machineId("dsvm")}, ssh_settings: { admin_username: azureuser, admin_password: { env: DSVM_PASSWORD } } }`,
      "",
    ].join("\n"),
  },
  { way: "proxy", environment: { DSVM_PASSWORD: password } },
);
if (made.exitCode !== 0) throw new Error(`The action could not prepare the workspace:\n${made.log.join("\n")}`);

const client = spawn(executable, [join(root, "__tests__", "conformance", "azure_ai_ml.py")], {
  env: {
    PATH: process.env["PATH"],
    HOME: process.env["HOME"],
    ...emulator.environment("proxy"),
    MACHINE_ID: emulator.machineId("py-machine"),
  },
  stdio: ["ignore", "pipe", "inherit"],
});
const ended = new Promise<number | null>((resolve) => client.once("close", resolve));
const lines: string[] = [];
for await (const text of client.stdout.setEncoding("utf8") as AsyncIterable<string>) lines.push(...text.split("\n"));
const promises = lines.filter((line) => /^(ok {2}|FAIL) /.test(line));
for (const line of promises) console.log(line);
const failed = promises.filter((line) => line.startsWith("FAIL")).length;
console.log(`conformance: ${promises.length - failed} kept, ${failed} not kept`);
process.exitCode = (await ended) === 0 && failed === 0 && promises.length > 0 ? 0 : 1;
