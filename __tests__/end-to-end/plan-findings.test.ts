import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmulator, type Emulator } from "../../emulator/emulator.ts";
import type { PlanReport } from "../../src/report/result.ts";
import { act, writesIn } from "../support/step.ts";

/** What a plan finds out besides the differences: who uses what would be taken away, and who else holds a resource. */
let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({
    stateFolder: mkdtempSync(join(tmpdir(), "emulator-")),
    durations: { default: 0.2 },
    pageSize: 2,
  });
});
afterAll(async () => {
  await emulator.stop();
});
beforeEach(() => {
  emulator.empty();
  emulator.faults.clear();
  emulator.clearJournal();
});

const subscription = "33333333-3333-4333-8333-333333333333";
const machine = (name: string, { port = 22, group = "rg-ml", workspace = "mlw-main", vm = "vm1" } = {}) => ({
  "azureml.yml": `workspace: { subscription_id: ${subscription}, resource_group: ${group}, name: ${workspace} }\ntargets:\n  - name: ${name}\n    type: virtualmachine\n    resource_id: ${emulator.machineId(vm)}\n    ssh_settings: { admin_username: azureuser, admin_password: { env: DSVM_PASSWORD }, ssh_port: ${port} }\n`,
});
const cluster = {
  "azureml.yml": `workspace: { subscription_id: ${subscription}, resource_group: rg-ml, name: mlw-main }\ntargets: [{ name: cpu, type: amlcompute }]\n`,
};
const planOf = (step: { readonly outputs: Readonly<Record<string, string>> }) =>
  (JSON.parse(step.outputs["plan"] ?? "{}") as PlanReport).steps[0];
const reads = (pattern: RegExp) => emulator.journal().filter(({ path }) => pattern.test(path));

describe("what would be taken away while something uses it", () => {
  beforeEach(async () => {
    expect((await act(emulator, "apply", machine("busy"))).exitCode).toBe(0);
    emulator.putJob({
      name: "long-training",
      status: "Running",
      createdAt: "2026-11-25T00:00:00Z",
      properties: {
        jobType: "Command",
        computeId: `/subscriptions/${subscription}/resourceGroups/rg-ml/providers/Microsoft.MachineLearningServices/workspaces/mlw-main/computes/busy`,
      },
    });
    emulator.clearJournal();
  });
  const reattach = (inputs: Readonly<Record<string, string>> = {}) =>
    act(emulator, "plan", machine("busy", { port: 2222 }), { inputs: { "on-drift": "reattach", ...inputs } });

  it("is refused by the plan already, which names what uses it", async () => {
    const step = await reattach();
    expect([step.exitCode, step.outputs["failure-reason"]]).toEqual([1, "in-use"]);
    expect(planOf(step)).toMatchObject({
      action: "refuse",
      means: "reattach",
      findings: [{ severity: "error", code: "in-use" }],
    });
    expect(step.annotations.map(({ message }) => message).join("\n")).toContain("the run 'long-training' (Running)");
    expect(writesIn(emulator.journal())).toEqual([]);
  });

  it("is a warning with force", async () => {
    const step = await reattach({ force: "true" });
    expect(step.exitCode).toBe(0);
    expect(planOf(step)).toMatchObject({ action: "reattach", findings: [{ severity: "warning", code: "in-use" }] });
    expect(step.summary).toContain("long-training");
  });

  it("is refused where the identity may not read what uses it", async () => {
    emulator.faults.add({ path: "/jobs$", kind: "status", status: 403, times: 9 });
    const step = await reattach();
    expect(step.outputs["failure-reason"]).toBe("in-use");
    expect(planOf(step)?.reason).toContain("could not be read");
  });

  it("costs no request where nothing is taken away", async () => {
    expect((await act(emulator, "plan", machine("busy"))).exitCode).toBe(0);
    expect(reads(/\/jobs$/)).toEqual([]);
  });
});

describe("a resource that another workspace holds", () => {
  const other = { name: "mlw-other", resourceGroup: "rg-other" };
  const attachElsewhere = async (vm = "vm1") => {
    emulator.addWorkspace(other);
    const files = machine("their-name", { vm, group: other.resourceGroup, workspace: other.name });
    expect((await act(emulator, "apply", files)).exitCode).toBe(0);
    emulator.clearJournal();
  };

  it.each(["pending", "attached"])("is a warning of plan where ours is %s, with workspace and name", async (ours) => {
    if (ours === "attached") await act(emulator, "apply", machine("our-name"));
    await attachElsewhere();
    const step = await act(emulator, "plan", machine("our-name"));
    expect(step.exitCode).toBe(0);
    expect(planOf(step)?.findings).toMatchObject([{ severity: "warning", code: "attached-elsewhere" }]);
    const said = planOf(step)?.findings[0]?.message ?? "";
    expect(said).toContain("'mlw-other' (resource group 'rg-other')");
    expect(said).toContain("'their-name'");
    const doctor = await act(emulator, "doctor", machine("our-name"));
    expect([doctor.exitCode, doctor.log.join("\n")]).toEqual([0, expect.stringContaining(said)]);
    expect(step.log.join("\n")).toContain("warning: Its resource is attached in the workspace 'mlw-other'");
    expect(writesIn(emulator.journal())).toEqual([]);
  });

  it("is found behind a page of workspaces that have nothing, or that the identity may not read", async () => {
    for (const name of ["one", "two", "three"]) emulator.addWorkspace({ name, resourceGroup: "rg-other" });
    await attachElsewhere();
    emulator.faults.add({ path: "/workspaces/one/computes$", kind: "status", status: 403, times: 9 });
    emulator.faults.add({ path: "/workspaces/two/computes$", kind: "status", status: 404, times: 9 });
    const step = await act(emulator, "plan", machine("our-name"));
    expect(step.exitCode).toBe(0);
    expect(planOf(step)?.findings.map(({ code }) => code)).toEqual(["attached-elsewhere"]);
  });

  it("is nobody's business where the identity may not list workspaces, or another machine is meant", async () => {
    await attachElsewhere("vm2");
    expect(planOf(await act(emulator, "plan", machine("our-name")))?.findings).toEqual([]);
    emulator.faults.add({ path: "/MachineLearningServices/workspaces$", kind: "status", status: 403, times: 9 });
    const step = await act(emulator, "plan", machine("our-name"));
    expect([step.exitCode, planOf(step)?.findings]).toEqual([0, []]);
  });

  it("is asked for by plan alone, and only where something is attached", async () => {
    await attachElsewhere();
    const asked = /Microsoft\.MachineLearningServices\/workspaces$/;
    await act(emulator, "plan", cluster);
    await act(emulator, "apply", machine("our-name"));
    await act(emulator, "apply", machine("our-name"));
    expect(reads(asked)).toEqual([]);
    await act(emulator, "plan", machine("our-name"));
    expect(reads(asked).length).toBeGreaterThan(0);
  });
});
