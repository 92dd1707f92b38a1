import { beforeEach, describe, expect, it } from "@jest/globals";
import { readFileSync } from "node:fs";
import type { PlanReport } from "../../src/report/result.ts";
import { act, writesIn } from "../support/step.ts";
import { useEmulator } from "../support/use-emulator.ts";

/** What a plan finds out besides the differences: who uses what would be taken away, and who else holds a resource. */
const emulator = useEmulator({
  durations: { default: 0.2 },
  pageSize: 2,
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

describe("a compute to be removed that is in use", () => {
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

  it("is refused in the plan, with the name of its user", async () => {
    const step = await reattach();
    expect([step.exitCode, step.outputs["failure-reason"]]).toEqual([1, "in-use"]);
    expect(planOf(step)).toMatchObject({
      action: "refuse",
      means: "reattach",
      findings: [{ severity: "error", code: "in-use" }],
    });
    expect(step.annotations).toMatchObject([
      {
        severity: "error",
        message: expect.stringContaining("the run 'long-training' (Running)") as unknown as string,
        properties: { title: "in-use", file: "azureml.yml", line: "3", col: "11" },
      },
    ]);
    expect(writesIn(emulator.journal())).toEqual([]);
  });

  it("is a warning with force", async () => {
    const step = await reattach({ force: "true" });
    expect(step.exitCode).toBe(0);
    expect(planOf(step)).toMatchObject({ action: "reattach", findings: [{ severity: "warning", code: "in-use" }] });
    expect(step.summary).toContain("long-training");
  });

  it("is refused where the identity may not read its users", async () => {
    emulator.faults.add({ path: "/jobs$", kind: "status", status: 403, times: 9 });
    const step = await reattach();
    expect(step.outputs["failure-reason"]).toBe("in-use");
    expect(planOf(step)?.reason).toContain("could not be read");
  });

  it("costs no request where nothing is removed", async () => {
    expect((await act(emulator, "plan", machine("busy"))).exitCode).toBe(0);
    expect(reads(/\/jobs$/)).toEqual([]);
  });
});

describe("a refused target beside one that is written", () => {
  it("is shown without a time, and without the guarantee of the one that was written", async () => {
    const files = machine("there");
    const missing = machine("gone", { vm: "no-such-machine" })["azureml.yml"].split("targets:\n")[1] ?? "";
    const step = await act(emulator, "apply", { "azureml.yml": files["azureml.yml"] + missing });
    expect(step.outputs["failure-reason"]).toBe("preflight-failed");
    expect(step.summary).toContain("| <code>gone</code> | virtual machine | refused | nothing written |  |");
    expect(step.log).toContain("gone    virtual machine  refused  nothing written");
    expect(step.summary).toContain("- <code>there</code>&#58; serialised with other runs by a lease");
    const html = readFileSync(step.outputs["report-html-path"] ?? "", "utf8");
    expect(html).toContain("<code>there</code>: serialised with other runs by a lease");
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
    const message = planOf(step)?.findings[0]?.message ?? "";
    expect(message).toContain("'mlw-other' (resource group 'rg-other')");
    expect(message).toContain("'their-name'");
    const doctor = await act(emulator, "doctor", machine("our-name"));
    expect([doctor.exitCode, doctor.log.join("\n")]).toEqual([0, expect.stringContaining(message)]);
    expect(step.log.join("\n")).toContain("warning: Its resource is attached in the workspace 'mlw-other'");
    expect(writesIn(emulator.journal())).toEqual([]);
  });

  it("is found behind a page of workspaces that are empty or that the identity may not read", async () => {
    for (const name of ["one", "two", "three"]) emulator.addWorkspace({ name, resourceGroup: "rg-other" });
    await attachElsewhere();
    emulator.faults.add({ path: "/workspaces/one/computes$", kind: "status", status: 403, times: 9 });
    emulator.faults.add({ path: "/workspaces/two/computes$", kind: "status", status: 404, times: 9 });
    const step = await act(emulator, "plan", machine("our-name"));
    expect(step.exitCode).toBe(0);
    expect(planOf(step)?.findings.map(({ code }) => code)).toEqual(["attached-elsewhere"]);
  });

  it("is not reported where the identity may not list workspaces, or where another machine is attached there", async () => {
    await attachElsewhere("vm2");
    expect(planOf(await act(emulator, "plan", machine("our-name")))?.findings).toEqual([]);
    emulator.faults.add({ path: "/MachineLearningServices/workspaces$", kind: "status", status: 403, times: 9 });
    const step = await act(emulator, "plan", machine("our-name"));
    expect([step.exitCode, planOf(step)?.findings]).toEqual([0, []]);
  });

  it("is looked for by plan alone, and only where something is attached", async () => {
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

describe("a compute instance whose name another workspace of the region has", () => {
  const instance = (name: string, { group = "rg-ml", workspace = "mlw-main", type = "computeinstance" } = {}) => ({
    "azureml.yml": `workspace: { subscription_id: ${subscription}, resource_group: ${group}, name: ${workspace} }\ntargets: [{ name: ${name}, type: ${type}, size: Standard_DS3_v2${type === "computeinstance" ? ", idle_time_before_shutdown_minutes: 30" : ""} }]\n`,
  });
  const other = { group: "rg-other", workspace: "mlw-other" };
  const listed = /Microsoft\.MachineLearningServices\/workspaces$/;
  beforeEach(async () => {
    emulator.addWorkspace({ name: other.workspace, resourceGroup: other.group });
    expect((await act(emulator, "apply", instance("ann-box", other))).exitCode).toBe(0);
    emulator.clearJournal();
  });

  it("is refused by plan, which names the workspace, before anything is created; doctor says so too", async () => {
    const step = await act(emulator, "plan", instance("Ann-Box"));
    expect([step.exitCode, step.outputs["failure-reason"]]).toEqual([1, "preflight-failed"]);
    expect(planOf(step)).toMatchObject({ action: "refuse", findings: [{ severity: "error", code: "name-taken" }] });
    const message =
      "The name 'Ann-Box' is already used in eastus: the workspace 'mlw-other' (resource group 'rg-other') has a compute instance with that name.";
    expect(planOf(step)?.findings[0]?.message).toBe(message);
    const doctor = await act(emulator, "doctor", instance("Ann-Box"));
    expect([doctor.outputs["failure-reason"], doctor.log.join("\n")]).toEqual([
      "preflight-failed",
      expect.stringContaining(message),
    ]);
    expect(writesIn(emulator.journal())).toEqual([]);
    // On the way to a write nobody asks other workspaces: there the service says so.
    const applied = await act(emulator, "apply", instance("Ann-Box"));
    expect([applied.exitCode, applied.summary]).toEqual([1, expect.stringContaining("AlreadyExists")]);
  });

  it("is reported by the service alone where the identity may not read, and not checked where no answer comes", async () => {
    emulator.faults.add({ path: "/workspaces/mlw-other/computes$", kind: "status", status: 403, times: 9 });
    const closed = await act(emulator, "plan", instance("ann-box"));
    expect([closed.exitCode, planOf(closed)?.findings]).toEqual([0, []]);
    const doctor = await act(emulator, "doctor", instance("ann-box"));
    expect(doctor.log.join("\n")).toContain(
      "Only the service knows whether a workspace that this identity cannot read uses the name 'ann-box' in the region.",
    );
    emulator.faults.clear();
    emulator.faults.add({ path: "/workspaces/mlw-other/computes$", kind: "status", status: 400, times: 9 });
    const silent = await act(emulator, "plan", instance("ann-box"));
    expect([silent.exitCode, planOf(silent)?.findings]).toMatchObject([
      0,
      [{ severity: "not-checked", code: "elsewhere-not-checked" }],
    ]);
  });

  it("is not looked for where another kind has the name or the instance already exists", async () => {
    expect(planOf(await act(emulator, "plan", instance("ann-box", { type: "amlcompute" })))?.action).toBe("create");
    expect(reads(listed)).toEqual([]);
    expect((await act(emulator, "apply", instance("my-box"))).exitCode).toBe(0);
    emulator.clearJournal();
    expect(planOf(await act(emulator, "plan", instance("my-box")))?.action).toBe("none");
    expect(reads(listed)).toEqual([]);
    expect(planOf(await act(emulator, "plan", instance("other-box")))).toMatchObject({
      action: "create",
      findings: [],
    });
    expect(reads(listed).length).toBeGreaterThan(0);
  });
});
