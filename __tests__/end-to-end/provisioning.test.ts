import { describe, expect, it } from "@jest/globals";
import { act, writesIn } from "../support/step.ts";
import { useEmulator, workspaceLine } from "../support/use-emulator.ts";

/** What the log shows while targets are worked on, and what it says when one of them fails. */
const emulator = useEmulator({
  durations: { default: 0.5 },
});

const cluster = { "azureml.yml": `${workspaceLine}targets: [{ name: cpu, type: amlcompute }]\n` };
const machine = (vm: string) => ({
  "azureml.yml": `${workspaceLine}targets:\n  - name: dsvm\n    type: virtualmachine\n    resource_id: ${emulator.machineId(vm)}\n    ssh_settings: { admin_username: azureuser, admin_password: { env: DSVM_PASSWORD } }\n`,
});
/** The lines of a group of the log. */
const group = (log: readonly string[], title: string) => {
  const from = log.indexOf(`> ${title}`);
  if (from < 0) return [];
  const rest = log.slice(from + 1);
  const to = rest.findIndex((line) => line.startsWith("> "));
  return to < 0 ? rest : rest.slice(0, to);
};

describe("during the work on targets,", () => {
  it("the log has a line for each change of state and for the end, with the time since the start", async () => {
    emulator.faults.add({ method: "PUT", path: "/computes/cpu$", kind: "operation-takes", seconds: 3 });
    const step = await act(emulator, "apply", cluster);
    const lines = group(step.log, "Provisioning");
    expect(lines[0]).toMatch(/^\[ +\d+ s\] cpu: creating$/);
    expect(lines.some((line) => /^\[ +\d+ s\] cpu: (InProgress|Creating)/.test(line))).toBe(true);
    expect(lines.some((line) => /^\[ +\d+ s\] cpu: Succeeded after \d+ s\.$/.test(line))).toBe(true);
  });

  it("the log counts the nodes of a cluster as they start", async () => {
    // A name that no earlier test has noted down: its reads are those that follow the operation.
    const counted = { "azureml.yml": cluster["azureml.yml"].replace("cpu", "counted") };
    emulator.faults.add({ method: "PUT", path: "/computes/counted$", kind: "operation-takes", seconds: 4 });
    const nodes = (currentNodeCount: number) => ({
      name: "counted",
      properties: {
        computeType: "AmlCompute",
        provisioningState: "Creating",
        properties: { currentNodeCount, targetNodeCount: 2, allocationState: "Resizing" },
      },
    });
    for (const count of [0, 1])
      emulator.faults.add({
        method: "GET",
        path: "/computes/counted$",
        kind: "status",
        status: 200,
        body: nodes(count),
        skip: count,
      });
    const lines = group((await act(emulator, "apply", counted)).log, "Provisioning").join("\n");
    expect(lines).toContain("counted: InProgress, 0 of 2 nodes, Resizing");
    expect(lines).toContain("counted: InProgress, 1 of 2 nodes, Resizing");
  });

  it("a pause that the service asks for does not silence the log", async () => {
    emulator.faults.add({
      method: "PUT",
      path: "/computes/cpu$",
      kind: "status",
      status: 429,
      headers: { "Retry-After": "4" },
      body: { error: { code: "TooManyRequests", message: "slow\n::error::down" } },
    });
    const step = await act(emulator, "apply", cluster);
    expect(step.exitCode).toBe(0);
    expect(step.log.join("\n")).toContain("Azure answered with status 429 (slow");
    expect(step.log.join("\n")).toContain("retrying in 4 s.");
    expect(step.annotations).toEqual([]);
  });

  it("the log shows nothing where nothing has to be done", async () => {
    await act(emulator, "apply", cluster);
    expect((await act(emulator, "apply", cluster)).log.join("\n")).not.toContain("Provisioning");
  });

  it("the log shows a detachment too", async () => {
    await act(emulator, "apply", machine("vm1"));
    const lines = group((await act(emulator, "detach", {}, { inputs: { only: "dsvm" } })).log, "Provisioning");
    expect(lines[0]).toMatch(/dsvm: detaching$/);
    expect(lines.join("\n")).toMatch(/dsvm: succeeded after \d+ (m?s|min)/);
  });
});

describe("a removal that fails", () => {
  it("names its code and the IDs for Azure support", async () => {
    await act(emulator, "apply", machine("vm1"));
    const fault = { code: "DetachFailed", message: "A node did not answer." };
    emulator.faults.add({ method: "DELETE", path: "/computes/dsvm$", kind: "operation-fails", ...fault });
    const step = await act(emulator, "detach", {}, { inputs: { only: "dsvm" } });
    expect([step.exitCode, step.outputs["failure-reason"]]).toEqual([1, "provisioning-failed"]);
    expect(step.annotations.map(({ message }) => message).join("\n")).toMatch(
      /A node did not answer\. \[DetachFailed\].* Correlation id: [\da-f-]{36}, request id: [\da-f-]{36}/,
    );
  });
});

describe("a provisioning that fails", () => {
  it.each([
    {
      how: "by the operation's word",
      fault: {
        method: "PUT",
        path: "/computes/cpu$",
        kind: "operation-fails" as const,
        code: "ClusterMinNodesExceedCoreQuota",
        message: "The quota is 6 cores.\n::error::injected <b>",
      },
      code: "ClusterMinNodesExceedCoreQuota",
      advice: "ask for more quota",
    },
    {
      how: "because the operation was canceled",
      fault: {
        path: "/computeOperationsStatus/",
        kind: "status" as const,
        status: 200,
        body: { status: "Canceled", error: { code: "OperationCanceled", message: "An administrator canceled it." } },
      },
      code: "OperationCanceled",
      advice: "send these IDs to Azure support",
    },
    {
      how: "at once",
      fault: {
        method: "PUT",
        path: "/computes/cpu$",
        kind: "status" as const,
        status: 400,
        body: {
          error: { code: "UserError", message: "outer", details: [{ code: "SkuNotAvailable", message: "not here" }] },
        },
      },
      code: "SkuNotAvailable",
      advice: "choose another size",
    },
  ])("$how: log, annotation and summary name leaf code, advice and ids", async ({ fault, code, advice }) => {
    emulator.faults.add(fault);
    const step = await act(emulator, "apply", cluster);
    expect([step.exitCode, step.outputs["failure-reason"]]).toEqual([1, "provisioning-failed"]);
    const annotation = step.annotations.find(({ severity }) => severity === "error")?.message ?? "";
    for (const text of [
      annotation,
      group(step.log, "Provisioning").join("\n"),
      group(step.log, "Targets").join("\n"),
    ]) {
      expect(text).toContain(`[${code}]`);
      expect(text).toContain(advice);
      expect(text).toMatch(/Correlation id: [0-9a-f-]{36}, request id: [0-9a-f-]{36}/);
    }
    expect(step.summary).toContain(code);
    expect(step.summary).toMatch(/Correlation id&#58; <code>[0-9a-f-]{36}/);
    expect(step.summary).not.toContain("<b>");
    expect(step.annotations.filter(({ severity }) => severity === "error")).toHaveLength(1);
    expect(writesIn(emulator.journal())).toEqual(["PUT computes/cpu"]);
  });
});
