import { beforeEach, describe, expect, it } from "@jest/globals";
import { readFileSync } from "node:fs";
import type { PlanReport } from "../../src/report/result.ts";
import { act, writesIn } from "../support/step.ts";
import { useEmulator } from "../support/use-emulator.ts";

/** What the service makes by itself: its sizes, its quota, its names, and what stands there afterwards. */
const emulator = useEmulator({
  durations: { default: 0.1, node: 0.8 },
});

const files = (targets: string, rest = "") => ({
  "azureml.yml": `workspace: { resource_group: rg-ml, name: mlw-main }\n${rest}targets:\n${targets}`,
});
const cluster = (name: string, rest: string) => `  - { name: ${name}, type: amlcompute, ${rest} }\n`;
const instance = (rest: string) =>
  `  - { name: ann-instance, type: computeinstance, size: Standard_DS3_v2, ${rest} }\n`;
const planOf = (outputs: Readonly<Record<string, string>>) => JSON.parse(outputs["plan"] ?? "{}") as PlanReport;
/** The text that a Markdown report shows where it has character references. */
const shown = (markdown: string) =>
  markdown.replaceAll(/&#(\d+);/g, (_, point: string) => String.fromCodePoint(Number(point)));
const readsOf = (end: string) => emulator.journal().filter(({ path }) => path.toLowerCase().endsWith(end)).length;

describe("before anything is created,", () => {
  it("a quota that is too small stops only the target that exceeds it, and each list is read once for all", async () => {
    const targets =
      cluster("large", "size: Standard_NC6s_v3, min_instances: 2, max_instances: 2") +
      cluster("small", "size: Standard_DS3_v2, max_instances: 2");
    const step = await act(emulator, "apply", files(targets));
    expect(step.exitCode).toBe(1);
    expect(step.outputs["failure-reason"]).toBe("preflight-failed");
    expect(step.log.join("\n")).toContain("needs 12, and 6 are left");
    expect(writesIn(emulator.journal())).toEqual(["PUT computes/small"]);
    expect([readsOf("/eastus/vmsizes"), readsOf("/eastus/usages")]).toEqual([1, 1]);
  });

  it("a cluster and an instance that fit alone but not together are one finding of plan and of doctor", async () => {
    const declared = files(
      cluster("gpu", "size: Standard_NC6s_v3, min_instances: 1, max_instances: 1") +
        instance("idle_time_before_shutdown_minutes: 30").replace("Standard_DS3_v2", "Standard_NC6s_v3") +
        cluster("small", "size: Standard_DS3_v2, max_instances: 2"),
    );
    const message =
      "At their minimum 'gpu' (1 × Standard_NC6s_v3: 6) and 'ann-instance' (1 × Standard_NC6s_v3: 6) need 12 together, and 6 are left.";
    const planned = await act(emulator, "plan", declared);
    expect([planned.exitCode, planned.outputs["failure-reason"]]).toEqual([1, "preflight-failed"]);
    const { steps } = planOf(planned.outputs);
    expect(steps).toMatchObject([{ action: "refuse" }, { action: "refuse" }, { action: "create" }]);
    expect(steps[0]?.findings).toEqual(steps[1]?.findings);
    expect(steps[0]?.findings[0]?.message).toContain(message);
    const doctor = await act(emulator, "doctor", declared);
    expect(doctor.outputs["failure-reason"]).toBe("preflight-failed");
    expect(doctor.log.filter((line) => line.startsWith("error  ") && line.includes(message))).toEqual([
      expect.stringContaining(
        "gpu, ann-instance: Standard NCSv3 Family Cluster Dedicated vCPUs in eastus: 6 vCPUs, 0 in use.",
      ),
    ]);
    expect(writesIn(emulator.journal())).toEqual([]);
  });

  it("the findings of plan are in the summaries of apply and up as well, with the warnings of the declaration", async () => {
    const declared = files(
      cluster("growing", "size: Standard_NC4as_T4_v3, max_instances: 3") +
        cluster("too", "size: Standard_NC4as_T4_v3, max_instances: 3, min_instances: 1"),
    );
    const found =
      /^- <code>growing<\/code>, <code>too<\/code>, warning: .*need 24 together, and 16 are left\. They will not all grow/m;
    for (const command of ["plan", "apply", "up"]) {
      emulator.empty();
      const { exitCode, summary, outputs } = await act(emulator, command, declared);
      expect([exitCode, shown(summary)]).toEqual([0, expect.stringMatching(found)]);
      expect(shown(summary)).toContain("billed-while-idle");
      const html = readFileSync(outputs["report-html-path"] ?? "", "utf8");
      expect(html).toContain("need 24 together, and 16 are left. They will not all grow");
      expect(html).toContain("billed-while-idle");
    }
  });

  it("a size that the region does not offer stops it; one whose quota it may outgrow does not", async () => {
    const targets =
      cluster("unknown", "size: Standard_DS3_v9") +
      cluster("growing", "size: Standard_NC4as_T4_v3, max_instances: 10") +
      instance("idle_time_before_shutdown_minutes: 30").replace("Standard_DS3_v2", "Standard_ND40rs_v2");
    const { outputs } = await act(emulator, "plan", files(targets));
    expect(planOf(outputs).steps).toMatchObject([
      { target: "unknown", action: "refuse" },
      { target: "growing", action: "create", findings: [{ severity: "warning", code: "quota-below-maximum" }] },
      { target: "ann-instance", action: "refuse" },
    ]);
    expect(writesIn(emulator.journal())).toEqual([]);
  });

  it("an identity that may not read sizes and usages creates all the same", async () => {
    emulator.faults.add({ path: "/(vmSizes|usages)$", kind: "status", status: 403, times: 10 });
    const step = await act(emulator, "apply", files(cluster("unseen", "size: Standard_DS3_v2")));
    expect(step.log.join("\n")).toContain("was not checked");
    expect(step.log.join("\n")).toContain("apply succeeded.");
  });

  it("a refusal that only the service can give is shown in its words, with advice", async () => {
    emulator.takeName("taken");
    const taken = await act(emulator, "apply", files(cluster("taken", "size: Standard_DS3_v2")));
    expect(taken.exitCode).toBe(1);
    expect(taken.summary).toContain("AlreadyExists");
    expect(taken.summary).toContain("Choose another name");

    emulator.faults.add({ path: "/(vmSizes|usages)$", kind: "status", status: 403, times: 10 });
    const small = await act(
      emulator,
      "apply",
      files(cluster("large", "size: Standard_NC6s_v3, min_instances: 2, max_instances: 2")),
    );
    expect(small.summary).toContain("ClusterMinNodesExceedCoreQuota");
    expect(small.summary).toContain("vCPU quota of 6 and cannot accomodate for at least 2");
  });
});

describe("a cluster that is to grow in place", () => {
  const scaled = (minimum: number, maximum: number) =>
    files(cluster("warm-gpu", `size: Standard_NC4as_T4_v3, min_instances: ${minimum}, max_instances: ${maximum}`));
  const update = { inputs: { "on-drift": "update" } };
  const capacityReads = () => [readsOf("/eastus/vmsizes"), readsOf("/eastus/usages")];
  beforeEach(async () => {
    expect((await act(emulator, "apply", scaled(2, 3))).exitCode).toBe(0);
    emulator.clearJournal();
  });

  it.each([
    { to: [2, 2], expected: [], reads: 0 },
    { to: [1, 3], expected: [], reads: 0 },
    { to: [3, 3], expected: [], reads: 1 },
    { to: [3, 4], expected: [], reads: 1 },
    { to: [2, 5], expected: ["warning quota-below-maximum"], reads: 1 },
    { to: [4, 5], expected: ["warning quota-below-maximum"], reads: 1 },
  ])("from 2 to 3 nodes to $to: $expected", async ({ to: [minimum = 0, maximum = 0], expected, reads }) => {
    const { exitCode, outputs } = await act(emulator, "plan", scaled(minimum, maximum), update);
    const [step] = planOf(outputs).steps;
    expect([exitCode, step?.action]).toEqual([0, "update"]);
    expect(step?.findings.map(({ severity, code }) => `${severity} ${code}`)).toEqual(expected);
    expect(capacityReads()).toEqual([reads, reads]);
  });

  it("by more nodes at once than the quota has is refused with the nodes it already holds, and doctor says so too", async () => {
    const message =
      "The minimum of 5 × Standard_NC4as_T4_v3 (4 vCPUs each) needs 20, of which it holds 8, and 8 are left.";
    for (const command of ["plan", "apply"]) {
      const step = await act(emulator, command, scaled(5, 5), update);
      expect([step.exitCode, step.outputs["failure-reason"]]).toEqual([1, "preflight-failed"]);
      expect(step.log.join("\n")).toContain(message);
      expect(planOf(step.outputs).steps).toMatchObject([{ action: "refuse", means: "in-place" }]);
    }
    expect(writesIn(emulator.journal())).toEqual([]);
    const doctor = await act(emulator, "doctor", scaled(5, 5), update);
    expect([doctor.outputs["failure-reason"], doctor.log.join("\n")]).toEqual([
      "preflight-failed",
      expect.stringContaining(message),
    ]);
  });

  it("is counted together with what is created", async () => {
    const more = files(
      cluster("warm-gpu", "size: Standard_NC4as_T4_v3, min_instances: 3, max_instances: 3") +
        cluster("other", "size: Standard_NC4as_T4_v3, min_instances: 2, max_instances: 2"),
    );
    const { log } = await act(emulator, "plan", more, update);
    expect(log.join("\n")).toContain(
      "At their minimum 'warm-gpu' (3 × Standard_NC4as_T4_v3: 12, of which it holds 8) and 'other' (2 × Standard_NC4as_T4_v3: 8) need 12 together, and 8 are left.",
    );
  });

  it("grows all the same where the identity may not read the quota", async () => {
    emulator.faults.add({ path: "/(vmSizes|usages)$", kind: "status", status: 403, times: 10 });
    const step = await act(emulator, "apply", scaled(3, 3), update);
    expect([step.exitCode, shown(step.summary)]).toEqual([0, expect.stringContaining("was not checked")]);
    expect(writesIn(emulator.journal())).toEqual(["PATCH computes/warm-gpu"]);
  });

  it("needs no quota where it stays as it is", async () => {
    expect((await act(emulator, "plan", scaled(2, 3), update)).outputs["has-changes"]).toBe("false");
    expect(capacityReads()).toEqual([0, 0]);
  });
});

describe("a compute instance", () => {
  it("gets another idle time in place, by the service's own request for it", async () => {
    const declared = (minutes: number) => files(instance(`idle_time_before_shutdown_minutes: ${minutes}`));
    expect((await act(emulator, "apply", declared(60))).log.join("\n")).toContain("apply succeeded.");
    emulator.clearJournal();
    const updated = await act(emulator, "apply", declared(30), { inputs: { "on-drift": "update" } });
    expect(updated.log.join("\n")).toContain("apply succeeded.");
    const posts = emulator.journal().filter(({ method, path }) => method === "POST" && path.includes("/computes/"));
    expect(posts).toMatchObject([
      {
        path: expect.stringMatching(/\/computes\/ann-instance\/updateIdleShutdownSetting$/) as unknown,
        body: { idleTimeBeforeShutdown: "PT30M" },
      },
    ]);
    expect((await act(emulator, "plan", declared(30), { inputs: { "expect-no-changes": "true" } })).exitCode).toBe(0);
  });

  it("whose setup failed is a failure, though its provisioning succeeded", async () => {
    emulator.faults.add({
      method: "PUT",
      path: "/computes/ann-instance$",
      kind: "ends-as",
      properties: {
        state: "SetupFailed",
        errors: [{ error: { code: "SetupScriptError", message: "create.sh ended with exit code 1" } }],
      },
    });
    const declared = files(instance("idle_time_before_shutdown_minutes: 30"));
    const applied = await act(emulator, "apply", declared);
    expect(applied.exitCode).toBe(1);
    expect(applied.outputs["failure-reason"]).toBe("provisioning-failed");
    expect(applied.summary).toContain("create.sh ended with exit code 1");
    const planned = await act(emulator, "plan", declared);
    expect(planned.exitCode).toBe(1);
    expect(planned.outputs["failure-reason"]).toBe("provisioning-failed");
    expect(planned.log.join("\n")).toContain("The compute instance is SetupFailed.");

    const again = await act(emulator, "apply", declared, { inputs: { "allow-delete": "true" } });
    expect(again.log.join("\n")).toContain("apply succeeded.");
    expect(emulator.violations()).toEqual([]);
  });
});

it("waits until a cluster has its minimum of nodes, and shows how many there are", async () => {
  const warm = files(cluster("warm", "size: Standard_DS3_v2, min_instances: 2, max_instances: 2"));
  const { exitCode, log } = await act(emulator, "apply", warm);
  expect(exitCode).toBe(0);
  expect(log.join("\n")).toMatch(/warm: [01] of 2 nodes/);
  const { log: hasty } = await act(
    emulator,
    "apply",
    files(cluster("hasty", "size: Standard_DS3_v2, min_instances: 2, max_instances: 2")),
    { inputs: { wait: "false" } },
  );
  expect(hasty.join("\n")).not.toContain("of 2 nodes");
});

it("shows what the plan changes about the hourly cost", async () => {
  const prices = "prices: { standard_ds3_v2: 0.25 }\n";
  const before = files(cluster("priced", "size: Standard_DS3_v2, max_instances: 2"));
  await act(emulator, "apply", before);
  const after = files(
    cluster("priced", "size: Standard_DS3_v2, min_instances: 1, max_instances: 4") +
      cluster("other", "size: Standard_E4s_v3, max_instances: 2"),
    prices,
  );
  const { outputs, summary, log } = await act(emulator, "plan", after, { inputs: { "on-drift": "update" } });
  expect(planOf(outputs)).toMatchObject({
    hourly: { minimum: 0.25, maximum: 0.5, unpriced: ["Standard_E4s_v3"] },
    steps: [
      { target: "priced", action: "update", hourly: { minimum: 0.25, maximum: 0.5 } },
      { target: "other", action: "create", hourly: { minimum: 0, maximum: 0, unpriced: ["Standard_E4s_v3"] } },
    ],
  });
  expect(summary).toContain("&#43;0.25 to &#43;0.5");
  expect(log.join("\n")).toContain("No price is declared for Standard_E4s_v3.");
});
