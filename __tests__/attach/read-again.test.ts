import { describe, expect, it } from "@jest/globals";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { aksId } from "../../emulator/resources/clusters.ts";
import { run, type RunOptions } from "../faults/run.ts";
import { useStand } from "../support/use-stand.ts";
import { loadSource } from "../faults/source.ts";
import { computeDocument } from "../faults/stand.ts";

/** Updates in place, each by another request, of computes that a read may show as they were before it. */
const source = await loadSource();
const made = { resourceId: null, isAttachedCompute: false };
const stand = useStand(
  [
    computeDocument("cluster", {
      ...{ computeType: "AmlCompute", ...made },
      properties: {
        vmSize: "Standard_DS3_v2",
        vmPriority: "Dedicated",
        scaleSettings: { minNodeCount: 0, maxNodeCount: 4, nodeIdleTimeBeforeScaleDown: "PT2M" },
      },
    }),
    computeDocument("instance", {
      ...{ computeType: "ComputeInstance", ...made },
      properties: { vmSize: "Standard_DS3_v2", idleTimeBeforeShutdown: "PT60M", state: "Running" },
    }),
    computeDocument("k8s", {
      ...{ computeType: "Kubernetes", resourceId: aksId("aks2"), isAttachedCompute: true },
      properties: { namespace: "default" },
    }),
  ],
  { seconds: 0 },
);

const size = "Standard_DS3_v2";
const updates = [
  {
    target: { name: "cluster", type: "amlcompute", size, max_instances: 6 },
    write: "PATCH cluster",
    differs: "max_instances is 4, not 6",
  },
  {
    target: { name: "instance", type: "computeinstance", size, idle_time_before_shutdown_minutes: 30 },
    write: "POST instance/updateIdleShutdownSetting",
    differs: "idle_time_before_shutdown_minutes is 60, not 30",
  },
  {
    target: { name: "k8s", type: "kubernetes", resource_id: aksId("aks2"), tags: { team: "speech" } },
    write: "PUT k8s",
    differs: "tags.team is not set, not speech",
  },
] as const;

const isOf = (path: string) => /\/computes\/(cluster|instance|k8s)(\/|$)/i.test(path);
const reads = () => stand.requests().filter(({ method, path }) => method === "GET" && isOf(path)).length;
const writes = () =>
  stand
    .requests()
    .filter(({ method, path }) => method !== "GET" && isOf(path))
    .map(({ method, path }) => `${method} ${path.replace(/.*\/computes\//, "")}`);
const lag = (times: number) =>
  stand.endpoint.faults.add({ method: "GET", path: "/computes/[^/]+$", kind: "lagging", times });

async function update(target: object, options: Partial<RunOptions> = {}) {
  const checkout = mkdtempSync(join(tmpdir(), "read-again-"));
  writeFileSync(join(checkout, "azureml.yml"), JSON.stringify({ targets: [target] }));
  const inputs = { "on-drift": "update" };
  const { result } = await run(source, {
    ...{ command: "apply", checkout, environment: stand.environment, inputs },
    ...options,
  });
  return result;
}

describe.each(updates)("after $write", ({ target, write, differs }) => {
  it("a compute that shows the update is read no second time", async () => {
    const { failures } = await update(target);
    expect(failures).toEqual([]);
    expect(writes()).toEqual([write]);
    expect(reads()).toBe(1);
  });

  it("one that does not show it yet is read again until it does", async () => {
    lag(3);
    const { failures } = await update(target);
    expect(failures).toEqual([]);
    expect(writes()).toEqual([write]);
    expect(reads()).toBe(4);
  });

  it("one that never shows it is not as declared, after reads for some ten seconds", async () => {
    lag(1000);
    const { failureReason, failures } = await update(target);
    expect(failureReason).toBe("target-not-verified");
    expect(failures.join(" ")).toContain(differs);
    expect(writes()).toEqual([write]);
    expect(reads()).toBe(8);
  });
});

describe("an update whose reply is lost", () => {
  it("is not sent again for a read that does not show it yet", async () => {
    stand.endpoint.faults.add({ method: "PATCH", path: "/computes/cluster$", kind: "lost-reply" });
    lag(3);
    const { failures } = await update(updates[0].target);
    expect(failures).toEqual([]);
    expect(writes()).toEqual(["PATCH cluster"]);
  });
});
