import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { askArm } from "../support/ask-arm.ts";
import { act, writesIn } from "../support/step.ts";
import { useEmulator, workspaceLine } from "../support/use-emulator.ts";

/** What holds when several runs, crashes, jobs and other people work on one resource. */
const emulator = useEmulator({
  durations: { default: 0.5 },
});

const machine = (name: string, vm: string, port = 22) => ({
  "azureml.yml": `${workspaceLine}targets:\n  - name: ${name}\n    type: virtualmachine\n    resource_id: ${emulator.machineId(vm)}\n    ssh_settings: { admin_username: azureuser, admin_password: { env: DSVM_PASSWORD }, ssh_port: ${port} }\n`,
});
/** Names and states of what is attached. */
const standing = () =>
  emulator.computes().map(({ name, properties }) => `${name} ${String(properties["provisioningState"])}`);
/** Something that happens once, and can be waited for. */
function moment(): { readonly come: Promise<void>; readonly comes: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { come: promise, comes: resolve };
}
type Target = { readonly name: string; readonly guarantee?: string };
const job = (status: string) => ({
  name: `job-${status}`,
  status,
  createdAt: "2026-11-25T00:00:00Z",
  properties: {
    jobType: "Command",
    computeId: `/subscriptions/33333333-3333-4333-8333-333333333333/resourceGroups/rg-ml/providers/Microsoft.MachineLearningServices/workspaces/mlw-main/computes/busy`,
  },
});

describe("two runs at the same moment", () => {
  it("attach one machine once, whatever names they give it, and the other run names the attachment", async () => {
    const [a, b] = await Promise.all([
      act(emulator, "apply", machine("name-a", "vm1")),
      act(emulator, "apply", machine("name-b", "vm1"), { runId: "1002" }),
    ]);
    expect(writesIn(emulator.journal())).toHaveLength(1);
    expect([a.exitCode, b.exitCode].sort()).toEqual([0, 1]);
    const [winner, loser] = a.exitCode === 0 ? ["name-a", b] : ["name-b", a];
    expect(loser.outputs["failure-reason"]).toBe("conflict");
    expect(loser.annotations.map(({ message }) => message).join("\n")).toContain(`'${winner}'`);
    expect(emulator.violations()).toEqual([]);
  });

  it("attach one machine once under the same name, and both succeed", async () => {
    const [a, b] = await Promise.all([
      act(emulator, "apply", machine("agreed", "vm1")),
      act(emulator, "apply", machine("agreed", "vm1"), { runId: "1002" }),
    ]);
    expect([a.exitCode, b.exitCode]).toEqual([0, 0]);
    expect(writesIn(emulator.journal())).toEqual(["PUT computes/agreed"]);
    expect(`${a.summary}${b.summary}`).toContain("serialised with other runs by a lease");
  });
});

describe("a process that was killed", () => {
  it("leaves an intent by which the next run finds what it had started, once the lease has expired", async () => {
    emulator.faults.add({ method: "PUT", path: "/computes/killed$", kind: "operation-takes", seconds: 2 });
    const killed = await act(emulator, "apply", machine("killed", "vm2"), { killAt: /killed: attaching/ });
    expect(killed.exitCode).toBeNull();
    await emulator.expireLeases();
    const next = await act(emulator, "apply", machine("killed", "vm2"), { runId: "1003" });
    expect(next.log.join("\n")).toContain("started writing this at");
    expect(next.exitCode).toBe(0);
    expect(emulator.violations()).toEqual([]);
    expect(writesIn(emulator.journal()).length).toBeLessThanOrEqual(2);
    const after = await act(emulator, "apply", machine("killed", "vm2", 22), { runId: "1004" });
    expect(after.outputs["changed"]).toBe("false");
  });
});

describe("a run that was cancelled", () => {
  it("leaves a request in flight that the next run does not overtake, though it gets the lease at once", async () => {
    emulator.faults.add({ method: "PUT", path: "/computes/name-a$", kind: "delay", seconds: 4 });
    const cancelled = await act(emulator, "apply", machine("name-a", "vm1"), {
      cancelAt: /name-a: attaching/,
      cancelDelayMs: 300,
    });
    expect(cancelled.outputs["failure-reason"]).toBe("cancelled");
    const next = await act(emulator, "apply", machine("name-b", "vm1"), { runId: "1002" });
    await new Promise((resolve) => setTimeout(resolve, 4000));
    expect(emulator.violations()).toEqual([]);
    expect(next.outputs["failure-reason"]).toBe("conflict");
    expect(writesIn(emulator.journal())).toEqual(["PUT computes/name-a"]);
  });

  it("keeps no lease, not even one whose grant it never saw", async () => {
    // The blob is not there, it is made, and then the lease is granted.
    emulator.faults.add({ method: "PUT", path: "/leases/", kind: "no-reply", carriedOut: true, skip: 2 });
    await emulator.removeBlobs("azureml-targets/leases/");
    const cancelled = await act(emulator, "apply", machine("untold", "vm1"), {
      cancelAt: /Provisioning/,
      cancelDelayMs: 2000,
    });
    expect(cancelled.outputs["failure-reason"]).toBe("cancelled");
    const leases = await emulator.blobs("azureml-targets/leases/");
    expect(leases.map(({ leased }) => leased)).toEqual([false]);
  });
});

describe("a storage that cannot be used", () => {
  it("costs the lease but not the work, and the summary says so", async () => {
    emulator.faults.add({ path: "/datastores/workspaceblobstore$", kind: "status", status: 403, times: 100 });
    const step = await act(emulator, "apply", machine("unleased", "vm3"));
    expect(step.exitCode).toBe(0);
    expect(step.summary).toContain("without a lease");
    const result = JSON.parse(step.outputs["targets"] ?? "[]") as readonly Target[];
    expect(result.map(({ name }) => name)).toEqual(["unleased"]);
  });
});

describe("two runs at the same moment without a storage", () => {
  it("end with the machine attached by the earlier run, though the other broke its attachment in flight", async () => {
    emulator.faults.add({ path: "/datastores/workspaceblobstore$", kind: "status", status: 403, times: 100 });
    const [firstIsAsked, secondIsAsked, firstIsIn] = [moment(), moment(), moment()];
    const isPut = ({ method, path }: { readonly method: string; readonly path: string }) =>
      method === "PUT" && /\/computes\/[^/]+$/.test(path);
    await using first = await emulator.openEndpoint({
      onRequest: async (request) => {
        if (isPut(request)) await (firstIsAsked.comes(), secondIsAsked.come);
        return "continue";
      },
      onResponse: async (request) => {
        if (isPut(request)) firstIsIn.comes();
        return "continue";
      },
    });
    await using second = await emulator.openEndpoint({
      onRequest: async (request) => {
        if (isPut(request)) await (secondIsAsked.comes(), firstIsIn.come);
        return "continue";
      },
    });
    // The second one is still coming when the first one sees what became of its own.
    emulator.faults.add({ method: "PUT", path: "/computes/first$", kind: "operation-takes", seconds: 1 });
    emulator.faults.add({ method: "PUT", path: "/computes/second$", kind: "operation-takes", seconds: 3 });
    const [a, b] = await Promise.all([
      act(emulator, "apply", machine("first", "vm2"), { environment: first.environment }),
      act(emulator, "apply", machine("second", "vm2"), { runId: "1002", environment: second.environment }),
    ]);
    expect(b.outputs["failure-reason"]).toBe("conflict");
    expect(a.exitCode).toBe(0);
    expect(a.summary).toContain("without a lease");
    expect(standing()).toEqual(["first Succeeded"]);
  });

  it("leave at worst a broken attachment, and both say how to repair it", async () => {
    await act(emulator, "apply", machine("broken", "vm2"));
    for (const { properties, ...found } of emulator.computes())
      emulator.putCompute({ ...found, properties: { ...properties, provisioningState: "Failed" } });
    emulator.clearJournal();
    const other = await act(emulator, "apply", machine("other", "vm2"));
    expect(other.outputs["failure-reason"]).toBe("conflict");
    const text = other.annotations.map(({ message }) => message).join("\n");
    expect(text).toContain("'broken', and that attachment is Failed");
    expect(text).toContain("on-drift: reattach");
    expect(writesIn(emulator.journal())).toEqual([]);
    const repaired = await act(emulator, "apply", machine("broken", "vm2"), { inputs: { "on-drift": "reattach" } });
    expect(repaired.exitCode).toBe(0);
    expect(standing()).toEqual(["broken Succeeded"]);
  });
});

describe("a storage that is busy", () => {
  const waits = { "Retry-After": "1" };
  it.each([
    { what: "429 with Retry-After", fault: { status: 429, headers: waits, times: 2 } },
    {
      what: "503 with Retry-After, more often than the library asks",
      fault: { status: 503, headers: waits, times: 4 },
    },
    { what: "429 without a word of when", fault: { status: 429, times: 1 } },
  ])("is retried, and nothing is written without the lease ($what)", async ({ fault }) => {
    emulator.faults.add({ path: "/azureml-blobstore/", kind: "status", body: {}, skip: 1, ...fault });
    const step = await act(emulator, "apply", machine("patient", "vm3"));
    expect(step.exitCode).toBe(0);
    expect(step.summary).toContain("serialised with other runs by a lease");
    expect(step.summary).not.toContain("without a lease");
  });
});

describe("a storage that stops working", () => {
  it("keeps a run from writing that has seen another holder of the lease", async () => {
    emulator.faults.add({ method: "PUT", path: "/computes/first$", kind: "delay", seconds: 4 });
    const first = act(emulator, "apply", machine("first", "vm2"));
    // Once when it plans, and once under the lease, before it writes.
    const lists = () => emulator.journal().filter(({ path }) => path.endsWith("/computes")).length;
    while (lists() < 2) await new Promise((resolve) => setTimeout(resolve, 50));
    await using endpoint = await emulator.openEndpoint();
    // From the second look on the storage refuses, for less time than a lease lasts.
    endpoint.faults.add({ path: "/leases/", method: "PUT", kind: "status", status: 403, skip: 1, times: 4 });
    const second = await act(emulator, "apply", machine("second", "vm2"), {
      runId: "1002",
      environment: endpoint.environment,
    });
    expect((await first).exitCode).toBe(0);
    expect(second.outputs["failure-reason"]).toBe("conflict");
    expect(writesIn(emulator.journal())).toEqual(["PUT computes/first"]);
    expect(emulator.violations()).toEqual([]);
  });
});

describe("the lease, and the upload of code", () => {
  afterEach(() => emulator.accessStorageBy("AccountKey"));
  const job = {
    "azureml.yml": `${workspaceLine}targets: [{ name: cpu, type: amlcompute }]\nrun: job.yml\n`,
    "job.yml": "command: python train.py\ncode: src\nenvironment: azureml:known@latest\ncompute: azureml:cpu\n",
  };
  it.each(["AccountKey", "Sas", "None"] as const)("take the datastore's own way in: %s", async (access) => {
    emulator.accessStorageBy(access);
    emulator.putAsset("environments", "known", "1");
    const files = { ...job, "src/train.py": `print(${JSON.stringify(access)})\n` };
    const step = await act(emulator, "up", files, { inputs: { wait: "false" } });
    expect(step.annotations.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(step.exitCode).toBe(0);
    expect(step.summary).toContain("serialised with other runs by a lease");
    const uploads = emulator.journal().filter(({ method, path }) => method === "PUT" && path.endsWith("/train.py"));
    expect(uploads.map(({ status, query }) => [status, query["comp"]])).toEqual([
      [201, undefined],
      [200, "metadata"],
    ]);
  });
});

describe("a compute in use", () => {
  beforeEach(async () => {
    expect((await act(emulator, "apply", machine("busy", "vm1"))).exitCode).toBe(0);
    emulator.clearJournal();
  });

  it.each([
    { command: "apply", inputs: { "on-drift": "reattach" }, port: 2222 },
    { command: "detach", inputs: { only: "busy" }, port: 22 },
  ])(
    "is not removed by $command while a run uses it, and the failure names the run; force removes it",
    async (given) => {
      emulator.putJob(job("Running"));
      const files = machine("busy", "vm1", given.port);
      const refused = await act(emulator, given.command, files, { inputs: given.inputs });
      expect(refused.exitCode).toBe(1);
      expect(refused.outputs["failure-reason"]).toBe("in-use");
      expect(refused.annotations.map(({ message }) => message).join("\n")).toContain("'job-Running' (Running)");
      expect(writesIn(emulator.journal())).toEqual([]);
      const forced = await act(emulator, given.command, files, { inputs: { ...given.inputs, force: "true" } });
      expect(forced.exitCode).toBe(0);
      expect(writesIn(emulator.journal())[0]).toBe("DELETE computes/busy");
    },
  );

  it("counts only runs that have not ended", async () => {
    emulator.putJob(job("Completed"));
    expect((await act(emulator, "detach", machine("busy", "vm1"), { inputs: { only: "busy" } })).exitCode).toBe(0);
  });
});

describe("a service-created cluster", () => {
  const made = (ssl = "") => ({
    "azureml.yml": `${workspaceLine}targets:\n  - { name: scoring, type: aks, agent_count: 3, agent_vm_size: Standard_D3_v2${ssl} }\n`,
  });
  const tls = ", ssl: { leaf_domain_label: scoring }";
  it("is detached and attached by its own id for a change, even when the process dies in between", async () => {
    expect((await act(emulator, "apply", made())).exitCode).toBe(0);
    emulator.clearJournal();
    const inputs = { "on-drift": "reattach" };
    const killed = await act(emulator, "apply", made(tls), { inputs, killAt: /scoring: attaching/ });
    expect(killed.exitCode).toBeNull();
    expect(writesIn(emulator.journal())[0]).toBe("DELETE computes/scoring");
    await emulator.expireLeases();
    const next = await act(emulator, "apply", made(tls), { inputs, runId: "1009" });
    expect(next.log.join("\n")).toContain("apply succeeded.");
    const attached = emulator
      .journal()
      .filter(({ method, path }) => method === "PUT" && path.endsWith("/computes/scoring"));
    for (const { body } of attached)
      expect((body as { properties: { resourceId?: string } }).properties.resourceId).toMatch(/managedClusters/i);
    expect(emulator.violations()).toEqual([]);
    expect(next.outputs["targets"]).toMatch(/managedClusters/i);
  });

  it("is attached by its own id by the next run, where the service refused the attachment after the detachment", async () => {
    await act(emulator, "apply", made());
    emulator.clearJournal();
    const inputs = { "on-drift": "reattach" };
    emulator.faults.add({ method: "PUT", path: "/computes/scoring$", kind: "status", status: 403, times: 2 });
    for (const runId of ["1010", "1011"])
      expect((await act(emulator, "apply", made(tls), { inputs, runId })).outputs["failure-reason"]).toBe(
        "not-authorized",
      );
    expect((await act(emulator, "apply", made(tls), { inputs, runId: "1012" })).exitCode).toBe(0);
    expect(writesIn(emulator.journal())).toEqual([
      "DELETE computes/scoring",
      ...Array<string>(3).fill("PUT computes/scoring"),
    ]);
    expect(emulator.violations()).toEqual([]);
  });

  it("is not deleted after a failed detachment, though deleting is allowed, but attached by its own id", async () => {
    await act(emulator, "apply", made());
    emulator.clearJournal();
    const inputs = { "on-drift": "reattach", "allow-delete": "true" };
    emulator.faults.add({ method: "DELETE", path: "/computes/scoring$", kind: "operation-canceled" });
    expect((await act(emulator, "apply", made(tls), { inputs, runId: "1013" })).exitCode).toBe(1);
    expect((await act(emulator, "apply", made(tls), { inputs, runId: "1014" })).exitCode).toBe(0);
    expect(removals()).toEqual(["Detach", "Detach"]);
    expect(emulator.violations()).toEqual([]);
  });

  it("is not created a second time when its detachment takes effect although it was reported as failed", async () => {
    await act(emulator, "apply", made());
    emulator.clearJournal();
    const inputs = { "on-drift": "reattach" };
    const error = { code: "InternalServerError", message: "It could not be reached." };
    emulator.faults.add({
      method: "GET",
      path: "/computeOperationsStatus/",
      kind: "status",
      status: 200,
      body: { status: "Failed", error },
    });
    expect((await act(emulator, "apply", made(tls), { inputs, runId: "1015" })).exitCode).toBe(1);
    emulator.endOperations();
    expect((await act(emulator, "apply", made(tls), { inputs, runId: "1016" })).exitCode).toBe(0);
    expect(removals()).toEqual(["Detach"]);
    expect(emulator.violations()).toEqual([]);
  });

  /** As somebody does with another tool: this action has no intent of it. */
  const removeElsewhere = (action: "Detach" | "Delete") =>
    askArm(emulator, {
      method: "DELETE",
      path: `${emulator.computes()[0]?.id ?? ""}?api-version=2023-08-01-preview&underlyingResourceAction=${action}`,
    });

  it.each([
    { when: "stays, when somebody is detaching it", action: "Detach", expected: /managedClusters/i },
    { when: "is created again, when somebody is deleting it", action: "Delete", expected: /^undefined$/ },
  ] as const)("$when", async ({ action, expected }) => {
    await act(emulator, "apply", made());
    // Longer than the plan takes on a busy machine.
    emulator.faults.add({ method: "DELETE", path: "/computes/scoring$", kind: "operation-takes", seconds: 8 });
    expect(await removeElsewhere(action)).toBe(202);
    emulator.clearJournal();
    const planned = await act(emulator, "plan", made());
    expect(planned.outputs["has-changes"]).toBe("true");
    expect((await act(emulator, "apply", made(), { runId: "1017" })).exitCode).toBe(0);
    const [put, ...more] = emulator
      .journal()
      .filter(({ method, path }) => method === "PUT" && /\/computes\//.test(path));
    expect(more).toEqual([]);
    expect(String((put?.body as { properties: { resourceId?: string } }).properties.resourceId)).toMatch(expected);
    expect(emulator.violations()).toEqual([]);
  });

  it("stays when the process dies during the wait for somebody else's detachment", async () => {
    await act(emulator, "apply", made());
    emulator.faults.add({ method: "DELETE", path: "/computes/scoring$", kind: "operation-takes", seconds: 3 });
    await removeElsewhere("Detach");
    const killed = await act(emulator, "apply", made(), { runId: "1018", killAt: /scoring: Deleting/ });
    expect(killed.exitCode).toBeNull();
    emulator.endOperations();
    await emulator.expireLeases();
    expect((await act(emulator, "apply", made(), { runId: "1019" })).exitCode).toBe(0);
    expect(emulator.violations()).toEqual([]);
  });

  const removals = () =>
    emulator
      .journal()
      .filter(({ method, path }) => method === "DELETE" && path.endsWith("/computes/scoring"))
      .map(({ query }) => query?.["underlyingResourceAction"]);
});
