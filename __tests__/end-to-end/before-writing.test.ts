import { describe, expect, it } from "@jest/globals";
import { act, writesIn } from "../support/step.ts";
import { useEmulator, workspaceLine } from "../support/use-emulator.ts";

/** What can be known by reading is known before the first write. */
const emulator = useEmulator({ durations: { default: 0.1 } });

const files = (more: string) => ({
  "azureml.yml": `${workspaceLine}targets:\n  - { name: cpu, type: amlcompute }\n${more}`,
});
const machine = () => `  - name: dsvm
    type: virtualmachine
    resource_id: ${emulator.machineId("dsvm")}
    ssh_settings: { admin_username: azureuser, admin_password: { env: NOT_SET } }
`;
const run = (compute: string) => files(`run: { command: echo, compute: ${compute}, environment: { image: ubuntu } }\n`);

describe("before the first write", () => {
  it("the missing secret of the second target is found", async () => {
    const step = await act(emulator, "apply", files(machine()));
    expect([step.exitCode, step.outputs["failure-reason"]]).toEqual([1, "secret-unavailable"]);
    expect(step.log.join("\n")).toContain("dsvm, { env: NOT_SET }");
    expect(writesIn(emulator.journal())).toEqual([]);
  });

  it.each(["plan", "up", "train"])("a compute that is nowhere is found by %s", async (command) => {
    const step = await act(emulator, command, run("cpuu"));
    expect([step.exitCode, step.outputs["failure-reason"]]).toEqual([1, "invalid-declaration"]);
    expect(step.log.join("\n")).toContain("Did you mean cpu?");
    expect(writesIn(emulator.journal())).toEqual([]);
  });

  it("a name to detach that matches nothing is found, and no other name is detached", async () => {
    expect((await act(emulator, "apply", files(""))).exitCode).toBe(0);
    emulator.clearJournal();
    const inputs = { only: "cpu, cpx", "allow-delete": "true" };
    const step = await act(emulator, "detach", {}, { inputs });
    expect([step.exitCode, step.outputs["failure-reason"]]).toEqual([1, "invalid-input"]);
    expect(step.log.join("\n")).toContain("Did you mean cpu?");
    expect(writesIn(emulator.journal())).toEqual([]);
  });
});
