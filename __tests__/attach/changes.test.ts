import { describe, expect, it } from "@jest/globals";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Fault } from "../../emulator/faults.ts";
import { machineId } from "../../emulator/resources/machines.ts";
import type { Result } from "../../src/report/result.ts";
import { run, type RunOptions } from "../faults/run.ts";
import { useStand } from "../support/use-stand.ts";
import { loadSource } from "../faults/source.ts";
import { computeDocument } from "../faults/stand.ts";

/** The output `changed`, which a workflow may decide by what it does next. */
const source = await loadSource();
const attached = (name: string, machine: string) =>
  computeDocument(name, {
    ...{ computeType: "VirtualMachine", resourceId: machineId(machine), isAttachedCompute: true },
    properties: { sshPort: 22, administratorAccount: { username: "azureuser" }, address: "20.0.0.4" },
  });
const stand = useStand([
  computeDocument("cluster", {
    ...{ computeType: "AmlCompute", resourceId: null, isAttachedCompute: false },
    properties: {
      vmSize: "Standard_DS3_v2",
      vmPriority: "Dedicated",
      scaleSettings: { minNodeCount: 0, maxNodeCount: 4, nodeIdleTimeBeforeScaleDown: "PT2M" },
    },
  }),
  attached("old", "vm1"),
]);

const size = "Standard_DS3_v2";
const cluster = (name: string, max_instances = 4) => ({ name, type: "amlcompute", size, max_instances });
const machine = (name: string) => ({
  name,
  ...{ type: "virtualmachine", resource_id: machineId("vm1") },
  ssh_settings: { admin_username: "azureuser", admin_password: { env: "DSVM_PASSWORD" } },
});

const error = (code: string) => ({ error: { code, message: "It said so." } });
const put = { method: "PUT", path: "/computes/(new|fresh)$" };
const refused: Fault = { ...put, kind: "status", status: 400, body: error("BadRequest") };

async function carryOut(target: object, options: Partial<RunOptions> = {}) {
  const checkout = mkdtempSync(join(tmpdir(), "changes-"));
  writeFileSync(join(checkout, "azureml.yml"), JSON.stringify({ targets: [target] }));
  const inputs = { "on-drift": "update", "on-conflict": "replace" };
  const { result } = await run(source, {
    ...{ command: "apply", checkout, environment: stand.environment, inputs },
    ...options,
  });
  const { changed } = source.outputsOf(result as Result);
  return { changed, failureReason: result.failureReason, of: result.targets.map((one) => one.changed ?? false) };
}

type Case = {
  readonly when: string;
  readonly target: object;
  readonly faults?: readonly Fault[];
  readonly options?: Partial<RunOptions>;
  readonly failureReason?: string;
  readonly changed: boolean;
};
const cases: readonly Case[] = [
  { when: "a compute is created", target: cluster("new"), changed: true },
  {
    when: "a compute is created that nobody waits for",
    target: cluster("new"),
    options: { inputs: { wait: "false" } },
    changed: true,
  },
  {
    when: "an accepted creation fails",
    target: cluster("new"),
    faults: [{ ...put, kind: "operation-fails", code: "QuotaExceeded", message: "Too many cores." }],
    failureReason: "provisioning-failed",
    changed: true,
  },
  {
    when: "an accepted update is never shown",
    target: cluster("cluster", 6),
    faults: [{ method: "GET", path: "/computes/cluster$", kind: "lagging", times: 1000 }],
    failureReason: "target-not-verified",
    changed: true,
  },
  {
    when: "the time is over before an accepted creation ends",
    target: cluster("new"),
    faults: [{ ...put, kind: "operation-never-ends" }],
    options: { seconds: 60 },
    failureReason: "timeout",
    changed: true,
  },
  {
    when: "the reply is lost and nothing can be read afterwards",
    target: cluster("new"),
    faults: [
      { ...put, kind: "lost-reply" },
      { ...put, method: "GET", kind: "status", status: 503, times: 1000 },
    ],
    failureReason: "service-unreachable",
    changed: true,
  },
  {
    when: "another attachment was detached before the new one is refused",
    target: machine("fresh"),
    faults: [refused],
    failureReason: "provisioning-failed",
    changed: true,
  },
  {
    when: "the write is refused",
    target: cluster("new"),
    faults: [refused],
    failureReason: "provisioning-failed",
    changed: false,
  },
  { when: "nothing differs", target: cluster("cluster"), changed: false },
  {
    when: "the plan refuses the target",
    target: cluster("cluster", 6),
    options: { inputs: { "on-drift": "fail" } },
    failureReason: "drift",
    changed: false,
  },
  {
    when: "a detachment is accepted",
    target: machine("old"),
    options: { command: "detach", inputs: { only: "old" } },
    changed: true,
  },
  {
    when: "an accepted detachment fails",
    target: machine("old"),
    faults: [
      { method: "DELETE", path: "/computes/old$", kind: "operation-fails", code: "Busy", message: "It is busy." },
    ],
    options: { command: "detach", inputs: { only: "old" } },
    failureReason: "provisioning-failed",
    changed: true,
  },
  {
    when: "a detachment is refused",
    target: machine("old"),
    faults: [{ method: "DELETE", path: "/computes/old$", kind: "status", status: 403, body: error("Forbidden") }],
    options: { command: "detach", inputs: { only: "old" } },
    failureReason: "not-authorized",
    changed: false,
  },
];

describe("the output changed", () => {
  it.each(cases)("is $changed where $when", async ({ target, faults = [], options, failureReason, changed }) => {
    for (const fault of faults) stand.endpoint.faults.add(fault);
    expect(await carryOut(target, options)).toEqual({ changed: String(changed), failureReason, of: [changed] });
  });
});
