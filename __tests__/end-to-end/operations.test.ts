import { expect, it } from "@jest/globals";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { act, writesIn } from "../support/step.ts";
import { newEmulator, workspaceLine } from "../support/use-emulator.ts";

const settings = { durations: { default: 0.2 } };

// At the same time: one of them waits for the shortest time limit there is.

it.concurrent("waits for an operation that another workflow has in flight", async () => {
  await using emulator = await newEmulator(settings);
  const files = { "azureml.yml": `${workspaceLine}targets: [{ name: slow, type: amlcompute }]\n` };
  emulator.faults.add({ method: "PUT", path: "/computes/slow$", kind: "operation-takes", seconds: 8 });
  const first = act(emulator, "apply", files);
  while (writesIn(emulator.journal()).length === 0) await pause(50);
  const second = await act(emulator, "apply", files);
  expect(second.log.join("\n")).toContain("It is Creating");
  expect([(await first).exitCode, second.exitCode]).toEqual([0, 0]);
  expect(writesIn(emulator.journal())).toEqual(["PUT computes/slow"]);
});

it.concurrent(
  "names what is still in progress when the time limit passes, and fails",
  async () => {
    await using emulator = await newEmulator(settings);
    const run = {
      "azureml.yml": `${workspaceLine}targets: [{ name: cpu, type: amlcompute }]\nrun: { command: sleep 90, compute: cpu, environment: { image: ubuntu } }\n`,
    };
    await act(emulator, "apply", run);
    const step = await act(emulator, "train", run, { inputs: { "timeout-minutes": "1", "on-timeout": "cancel" } });
    expect(step.outputs["failure-reason"]).toBe("timeout");
    expect(writesIn(emulator.journal()).at(-1)).toMatch(/cancel$/);
  },
  120_000,
);

it.concurrent("succeeds as soon as the run is submitted with wait: false, and can be resumed", async () => {
  await using emulator = await newEmulator(settings);
  const run = {
    "azureml.yml": `${workspaceLine}targets: [{ name: cpu, type: amlcompute }]\nrun: { command: echo late, compute: cpu, environment: { image: ubuntu } }\n`,
  };
  await act(emulator, "apply", run);
  const left = await act(emulator, "train", run, { inputs: { wait: "false" } });
  expect(left.exitCode).toBe(0);
  expect(left.summary).toContain("Still in progress");
  const resumed = await act(emulator, "train", run, { inputs: { "run-name": left.outputs["run-name"] ?? "" } });
  expect(resumed.log).toContain("late");
});

it.concurrent("gives a run data of the workspace's own storage", async () => {
  await using emulator = await newEmulator(settings);
  await emulator.putBlob("digits/one.csv", "1,2,3\n");
  const job =
    "command: cat ${{inputs.table}}\ninputs:\n  table: { type: uri_file, path: azureml://datastores/workspaceblobstore/paths/digits/one.csv }\ncompute: cpu\nenvironment: { image: ubuntu }\n";
  const step = await act(emulator, "up", {
    "azureml.yml": `${workspaceLine}targets: [{ name: cpu, type: amlcompute }]\nrun: job.yml\n`,
    "job.yml": job,
  });
  expect(step.log).toContain("1,2,3");
});

it.concurrent("finds the workspace as it was after a restart of the control plane", async () => {
  const settings = { stateFolder: mkdtempSync(join(tmpdir(), "emulator-")), durations: { default: 0.2 } };
  const files = { "azureml.yml": `${workspaceLine}targets: [{ name: kept, type: amlcompute }]\n` };
  {
    await using emulator = await newEmulator(settings);
    await act(emulator, "apply", files);
  }
  await using emulator = await newEmulator(settings);
  const step = await act(emulator, "plan", files, { inputs: { "expect-no-changes": "true" } });
  expect(step.exitCode).toBe(0);
});
