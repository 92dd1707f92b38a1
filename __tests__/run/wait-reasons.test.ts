import { describe, expect, it } from "@jest/globals";
import { liveCompute } from "../../src/azure/computes.ts";
import { succeeded } from "../../src/azure/outcome.ts";
import { createWaitReasons } from "../../src/run/wait-reasons.ts";
import { run } from "../faults/run.ts";
import { loadSource } from "../faults/source.ts";
import { computeDocument, cpuCluster } from "../faults/stand.ts";
import { failing } from "../support/jobs.ts";
import { checkoutOf } from "../support/step.ts";
import { useStand } from "../support/use-stand.ts";

const source = await loadSource();
const stand = useStand([cpuCluster]);

const compute = (computeType: string, properties: object, provisioningState = "Succeeded") =>
  liveCompute({ id: "/computes/cpu", name: "cpu", properties: { computeType, provisioningState, properties } });

const nodes = (counts: object, rest: object = {}) => ({
  ...{ scaleSettings: { minNodeCount: 0, maxNodeCount: 4 }, allocationState: "Steady", errors: null },
  ...{ currentNodeCount: 0, targetNodeCount: 0, nodeStateCounts: counts, ...rest },
});

describe("what a run that is queued waits for", () => {
  it.each<[string, ReturnType<typeof compute>, string | undefined]>([
    [
      "nodes that are coming",
      compute(
        "AmlCompute",
        nodes({ preparingNodeCount: 1 }, { currentNodeCount: 1, targetNodeCount: 2, allocationState: "Resizing" }),
      ),
      "The compute 'cpu' is getting nodes: 1 of 2 nodes (1 preparing), Resizing.",
    ],
    [
      "nodes that cannot be had, by the cluster's own error",
      compute(
        "AmlCompute",
        nodes({}, { errors: [{ error: { code: "ClusterCoreQuotaReached", message: "The quota is used up." } }] }),
      ),
      "The compute 'cpu' could not get nodes: The quota is used up. [ClusterCoreQuotaReached].",
    ],
    [
      "nodes that others use",
      compute("AmlCompute", nodes({ runningNodeCount: 4 }, { currentNodeCount: 4, targetNodeCount: 4 })),
      "The compute 'cpu' has no free node: 4 of 4 run other jobs.",
    ],
    [
      "a cluster that may have none",
      compute("AmlCompute", nodes({}, { scaleSettings: { minNodeCount: 0, maxNodeCount: 0 } })),
      "The compute 'cpu' may have no nodes: max_instances is 0.",
    ],
    ["a cluster that has not begun", compute("AmlCompute", nodes({})), "The compute 'cpu' has 0 of at most 4 nodes."],
    [
      "an instance that is stopped",
      compute("ComputeInstance", { state: "Stopped" }),
      "The compute 'cpu' is Stopped: start it, or the run waits on.",
    ],
    [
      "an instance that another job uses",
      compute("ComputeInstance", { state: "JobRunning" }),
      "The compute 'cpu' runs another job.",
    ],
    ["an instance that runs", compute("ComputeInstance", { state: "Running" }), undefined],
    ["a compute that is being made", compute("AmlCompute", {}, "Creating"), "The compute 'cpu' is Creating."],
    ["an attached machine", compute("VirtualMachine", {}), undefined],
    ["a kind that nobody knows", compute("constructor", {}), undefined],
  ])("is %s", async (_, live, expected) => {
    const reasons = createWaitReasons({ get: async () => succeeded(live) }, { now: () => 0 });
    expect(await reasons.of("cpu")).toBe(expected);
  });

  it("is read again after a while, not in every look", async () => {
    let reads = 0;
    let now = 0;
    const get = async () => {
      reads += 1;
      return succeeded(compute("ComputeInstance", { state: "Stopped" }));
    };
    const reasons = createWaitReasons({ get }, { now: () => now });
    for (now = 0; now < 60_000; now += 5000) await reasons.of("CPU");
    expect(reads).toBe(3);
  });

  it("is not known where the compute cannot be read, and is that it is gone where there is none", async () => {
    const clock = { now: () => 0 };
    expect(await createWaitReasons({ get: async () => failing("refused") }, clock).of("cpu")).toBeUndefined();
    expect(await createWaitReasons({ get: async () => succeeded(undefined) }, clock).of("cpu")).toBe(
      "The compute 'cpu' no longer exists.",
    );
  });
});

describe("a run that waits for nodes", () => {
  const files = {
    "azureml.yml": "run: job.yml\nlimits: { queue: 2m }\n",
    "job.yml": "command: echo hello\nenvironment: { image: ubuntu }\ncompute: azureml:cpu-cluster\n",
  };
  const train = () =>
    run(source, { command: "train", checkout: checkoutOf(files), environment: stand.environment, seconds: 100_000 });
  /** The run history shows the run as queued in its first looks, with what the service says of it. */
  const queueing = (looks: number) => {
    let look = 0;
    stand.alter(({ path }, reply) => {
      if (!path.endsWith("/details")) return reply;
      look += 1;
      const warnings = [{ source: "Compute", message: "::error::The cluster is low on quota." }];
      if (look > looks) return reply;
      return { status: 200, body: { ...(reply.body as object), status: "Queued", warnings, error: null } };
    });
  };

  it("says why, whenever that changes, and what the service says besides, each once", async () => {
    stand.emulator.putCompute(
      computeDocument("cpu-cluster", {
        ...{ computeType: "AmlCompute", isAttachedCompute: false },
        properties: nodes({ preparingNodeCount: 2 }, { targetNodeCount: 2, allocationState: "Resizing" }),
      }),
    );
    queueing(17);
    const { result, text } = await train();
    expect(result.failures).toEqual([]);
    const shown = text.split("\n").filter((line) => line.startsWith("Run: "));
    expect(shown.filter((line) => line.includes("waits"))).toEqual([
      expect.stringMatching(
        /^Run: waits \(after .*\)\. The compute 'cpu-cluster' is getting nodes: 0 of 2 nodes \(2 preparing\), Resizing\.$/,
      ),
    ]);
    expect(shown.filter((line) => line.includes("low on quota"))).toHaveLength(1);
    expect(shown.join("\n")).toMatch(/Run: still Queued after /);
  });

  it("for longer than it may is cancelled, and the failure says what it waited for", async () => {
    stand.emulator.putCompute(
      computeDocument("cpu-cluster", {
        ...{ computeType: "AmlCompute", isAttachedCompute: false },
        properties: nodes({}, { errors: [{ error: { code: "ClusterCoreQuotaReached", message: "No quota." } }] }),
      }),
    );
    queueing(1e6);
    const { result } = await train();
    expect(result.failureReason).toBe("queue-limit");
    expect(result.failures.join("\n")).toContain(
      "The compute 'cpu-cluster' could not get nodes: No quota. [ClusterCoreQuotaReached].",
    );
  });
});
