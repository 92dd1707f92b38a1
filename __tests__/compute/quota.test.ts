import { describe, expect, it } from "@jest/globals";
import { failed, succeeded } from "../../src/azure/outcome.ts";
import type { ResourceReads } from "../../src/azure/resource-reads.ts";
import { machinesHeld } from "../../src/compute/aml-compute/aml-compute.ts";
import { capacityFindings, type Demand, type Held } from "../../src/compute/managed/quota.ts";
import type { LiveCompute } from "../../src/azure/computes.ts";
import { liveCluster, workspace } from "../support/targets.ts";

type Document = Readonly<Record<string, unknown>>;
const sizes: Document = {
  value: [
    { name: "Standard_DS3_v2", family: "standardDSv2Family", vCPUs: 4, supportedComputeTypes: ["AmlCompute", "MIR"] },
    { name: "Standard_DS4_v2", family: "standardDSv2Family", vCPUs: 8 },
    { name: "Standard_D3_v2", family: "standardDv2Family", vCPUs: 4, lowPriorityCapable: false },
    { name: "Standard_E4s_v3", family: "standardESv3Family", vCPUs: 4, supportedComputeTypes: [] },
  ],
};
const usage = (kind: string, name: string, currentValue: number, limit: number) => ({
  type: `Microsoft.MachineLearningServices/${kind}/usages`,
  currentValue,
  limit,
  name: { value: name, localizedValue: name },
});
const dsv2 = "Standard DSv2 Family Cluster Dedicated vCPUs";

function readsOf(documents: Readonly<Record<string, Document | number>>): ResourceReads {
  const get: ResourceReads["get"] = (id) => {
    const found = Object.entries(documents).find(([end]) => id.endsWith(end))?.[1] ?? 404;
    if (typeof found === "object") return Promise.resolve(succeeded(found));
    const error = { code: "AuthorizationFailed", message: "You may not read it.", details: [] };
    return Promise.resolve(failed({ reason: found === 404 ? "not-found" : "refused", status: found, error }));
  };
  const list: ResourceReads["list"] = async (id, apiVersion) => {
    const answer = await get(id, apiVersion);
    return answer.ok ? succeeded(answer.value["value"] as readonly unknown[]) : answer;
  };
  return { workspace, cloud: {}, get, list };
}

const wanted = (fields: Partial<Demand> = {}): Demand => ({
  name: "cpu-cluster",
  size: "STANDARD_DS3_V2",
  minimum: 1,
  maximum: 4,
  computeType: "AmlCompute",
  holds: [],
  isMade: true,
  ...fields,
});
const one = async (fields: Partial<Demand>, reads: ResourceReads) =>
  (await capacityFindings([wanted(fields)], reads)).get("cpu-cluster") ?? [];
/** A live cluster with so many nodes of four cores. */
const having = (
  nodes: number,
  properties: Readonly<Record<string, unknown>> = {},
  fields: Partial<LiveCompute> = {},
): Held => {
  const live = liveCluster({
    properties: { vmSize: "Standard_DS3_v2", currentNodeCount: nodes, ...properties },
    ...fields,
  });
  return { live, machines: machinesHeld(live) };
};

type Case = {
  readonly when: string;
  readonly capacity?: Partial<Demand>;
  readonly usages: readonly Document[];
  readonly expected: readonly string[];
};

describe("the quota that is left", () => {
  it.each<Case>([
    { when: "it covers the maximum", usages: [usage("vmFamily/dedicatedCores", dsv2, 4, 20)], expected: [] },
    {
      when: "it covers the minimum only",
      usages: [usage("vmFamily/dedicatedCores", dsv2, 4, 19)],
      expected: ["warning quota-below-maximum"],
    },
    {
      when: "it does not cover the minimum",
      usages: [usage("vmFamily/dedicatedCores", dsv2, 4, 6)],
      expected: ["error quota-too-small"],
    },
    {
      when: "nothing is left, and nothing is needed at first",
      capacity: { minimum: 0 },
      usages: [usage("vmFamily/dedicatedCores", dsv2, 0, 0)],
      expected: ["warning quota-below-maximum"],
    },
    {
      when: "another family is used up, and the region is not",
      usages: [
        usage("vmFamily/dedicatedCores", "Standard FSv2 Family Cluster Dedicated vCPUs", 16, 16),
        usage("vmFamily/lowPriorityCores", "Standard DSv2 Family Cluster Low-priority vCPUs", 16, 16),
        usage("vmFamily/dedicatedCores", dsv2, 0, 16),
        usage("totalDedicatedCores", "Total Cluster Dedicated Regional vCPUs", 16, 350),
      ],
      expected: [],
    },
    {
      when: "the family has no limit of its own",
      usages: [usage("vmFamily/dedicatedCores", dsv2, 400, -1)],
      expected: [],
    },
    {
      when: "the family has none, and the region's is used up",
      usages: [usage("vmFamily/dedicatedCores", dsv2, 0, -1), usage("totalDedicatedCores", "Total", 100, 102)],
      expected: ["warning quota-too-small"],
    },
    {
      when: "another family of a similar name is used up",
      usages: [
        usage("vmFamily/dedicatedCores", "Standard Dv2 Family Cluster Dedicated vCPUs", 0, 0),
        usage("vmFamily/dedicatedCores", dsv2, 0, 16),
      ],
      expected: [],
    },
    {
      when: "low-priority machines have a quota of their own",
      capacity: { lowPriority: true },
      usages: [usage("vmFamily/dedicatedCores", dsv2, 0, 0), usage("totalLowPriorityCores", "Low", 0, 100)],
      expected: [],
    },
    {
      when: "what goes before it gives enough back",
      capacity: { holds: [having(4)] },
      usages: [usage("vmFamily/dedicatedCores", dsv2, 16, 16)],
      expected: [],
    },
    {
      when: "what goes before it draws on another quota",
      capacity: { holds: [having(4, { vmPriority: "LowPriority" }), having(4, { vmSize: "Standard_E4s_v3" })] },
      usages: [usage("vmFamily/dedicatedCores", dsv2, 16, 16)],
      expected: ["error quota-too-small"],
    },
    {
      when: "what goes before it stands in another region",
      capacity: { holds: [having(4, {}, { computeLocation: "West US 2" })] },
      usages: [usage("vmFamily/dedicatedCores", dsv2, 16, 16)],
      expected: ["error quota-too-small"],
    },
    {
      when: "it stands in another region than it would be made in, and grows there",
      capacity: { holds: [having(1, {}, { location: "westus2" })], isMade: false },
      usages: [usage("vmFamily/dedicatedCores", dsv2, 16, 16)],
      expected: ["not-checked quota-not-checked"],
    },
    {
      when: "it stands, and has what it is to have at least",
      capacity: { holds: [having(1)], isMade: false },
      usages: [usage("vmFamily/dedicatedCores", dsv2, 16, 16)],
      expected: ["warning quota-below-maximum"],
    },
    {
      when: "it stands, with more than it may have at most",
      capacity: { holds: [having(5)], isMade: false },
      usages: [usage("vmFamily/dedicatedCores", dsv2, 20, 16)],
      expected: [],
    },
    {
      when: "it stands, and its nodes are still coming",
      capacity: { holds: [having(0, { targetNodeCount: 4 })], isMade: false, minimum: 4 },
      usages: [usage("vmFamily/dedicatedCores", dsv2, 16, 16)],
      expected: [],
    },
    { when: "the family is not counted", usages: [], expected: [] },
  ])("$when: $expected", async ({ capacity = {}, usages, expected }) => {
    const findings = await one(capacity, readsOf({ "eastus/vmSizes": sizes, "eastus/usages": { value: usages } }));
    expect(findings.map(({ severity, code }) => `${severity} ${code}`)).toEqual(expected);
  });

  it.each([
    { isMade: true, says: "Not even one node fits: the service may refuse to create it." },
    { isMade: false, says: "It will not grow beyond 0." },
  ])("that has no room for one node says what comes of it (made: $isMade)", async ({ isMade, says }) => {
    const reads = readsOf({
      "eastus/vmSizes": sizes,
      "eastus/usages": { value: [usage("vmFamily/dedicatedCores", dsv2, 0, 0)] },
    });
    const holds = isMade ? [] : [having(0)];
    const [finding] = await one({ minimum: 0, isMade, holds }, reads);
    expect([finding?.code, finding?.advice]).toEqual(["quota-below-maximum", expect.stringContaining(says)]);
  });

  it("is reported with its numbers and with what to do", async () => {
    const reads = readsOf({
      "eastus/vmSizes": sizes,
      "eastus/usages": { value: [usage("vmFamily/dedicatedCores", dsv2, 2, 6)] },
    });
    const [finding] = await one({ minimum: 2 }, reads);
    expect(finding).toEqual({
      severity: "error",
      code: "quota-too-small",
      field: "min_instances",
      message: `${dsv2} in eastus: 6 vCPUs, 2 in use. The minimum of 2 × STANDARD_DS3_V2 (4 vCPUs each) needs 8, and 4 are left.`,
      advice:
        "Ask for more of this quota in the Azure portal (Quotas, Machine learning), lower the minimum to 1, or choose a smaller size or another region.",
    });
  });
});

describe("several targets", () => {
  const instance = { computeType: "ComputeInstance", minimum: 1, maximum: 1, size: "Standard_E4s_v3" };
  type Together = {
    readonly when: string;
    readonly demands: readonly Partial<Demand>[];
    readonly usages: readonly Document[];
    /** By target: `a error quota-too-small`. */
    readonly expected: readonly string[];
  };
  it.each<Together>([
    {
      when: "each fits alone and all of them together",
      demands: [
        { name: "a", maximum: 1 },
        { name: "b", maximum: 1 },
      ],
      usages: [usage("vmFamily/dedicatedCores", dsv2, 0, 8)],
      expected: [],
    },
    {
      when: "each fits alone and not together",
      demands: [
        { name: "a", maximum: 1 },
        { name: "b", size: "Standard_DS4_v2", maximum: 1 },
      ],
      usages: [usage("vmFamily/dedicatedCores", dsv2, 0, 11)],
      expected: ["a error quota-too-small", "b error quota-too-small"],
    },
    {
      when: "one fits by no means, and is in nobody's way",
      demands: [
        { name: "a", minimum: 4 },
        { name: "b", maximum: 1 },
      ],
      usages: [usage("vmFamily/dedicatedCores", dsv2, 0, 8)],
      expected: ["a error quota-too-small"],
    },
    {
      when: "the least fits, and the most does not",
      demands: [
        { name: "a", maximum: 2 },
        { name: "b", maximum: 2 },
      ],
      usages: [usage("vmFamily/dedicatedCores", dsv2, 0, 15)],
      expected: ["a warning quota-below-maximum", "b warning quota-below-maximum"],
    },
    {
      when: "they are of two families, and the region has too little for both",
      demands: [
        { name: "a", maximum: 1 },
        { name: "b", ...instance },
      ],
      usages: [
        usage("vmFamily/dedicatedCores", dsv2, 0, 4),
        usage("vmFamily/dedicatedCores", "Standard ESv3 Family Cluster Dedicated vCPUs", 0, 4),
        usage("totalDedicatedCores", "Total", 0, 7),
      ],
      expected: ["a warning quota-too-small", "b warning quota-too-small"],
    },
    {
      when: "dedicated and low-priority machines have a quota each",
      demands: [
        { name: "a", maximum: 1 },
        { name: "b", maximum: 1, lowPriority: true },
      ],
      usages: [
        usage("vmFamily/dedicatedCores", dsv2, 0, 4),
        usage("totalDedicatedCores", "Total", 0, 4),
        usage("totalLowPriorityCores", "Low", 0, 4),
      ],
      expected: [],
    },
    {
      when: "low-priority machines of all families share one",
      demands: [
        { name: "a", maximum: 1, lowPriority: true },
        { name: "b", maximum: 1, lowPriority: true, size: "Standard_E4s_v3" },
      ],
      usages: [usage("totalLowPriorityCores", "Low", 0, 7)],
      expected: ["a warning quota-too-small", "b warning quota-too-small"],
    },
    {
      when: "they are in two regions",
      demands: [
        { name: "a", maximum: 1 },
        { name: "b", maximum: 1, location: "West Europe" },
      ],
      usages: [usage("vmFamily/dedicatedCores", dsv2, 0, 4)],
      expected: [],
    },
    {
      when: "one gives back what another one needs",
      demands: [
        { name: "a", maximum: 1, holds: [having(2)] },
        { name: "b", maximum: 1 },
      ],
      usages: [usage("vmFamily/dedicatedCores", dsv2, 8, 8)],
      expected: [],
    },
    {
      when: "one that moves to another family gives its cores back",
      demands: [
        { name: "a", ...instance, holds: [having(1)] },
        { name: "b", maximum: 1 },
      ],
      usages: [usage("vmFamily/dedicatedCores", dsv2, 4, 4)],
      expected: [],
    },
    {
      when: "what is refused draws on the region's quota no more",
      demands: [
        { name: "a", size: "Standard_DS3_v9" },
        { name: "b", minimum: 3, maximum: 3 },
        { name: "c", ...instance },
      ],
      usages: [usage("vmFamily/dedicatedCores", dsv2, 0, 4), usage("totalDedicatedCores", "Total", 0, 8)],
      expected: ["a error size-not-offered", "b error quota-too-small"],
    },
  ])("$when: $expected", async ({ demands, usages, expected }) => {
    const lists = { value: usages };
    const documents = {
      "eastus/vmSizes": sizes,
      "eastus/usages": lists,
      "westeurope/vmSizes": sizes,
      "westeurope/usages": lists,
    };
    const findings = await capacityFindings(demands.map(wanted), readsOf(documents));
    const words = [...findings].flatMap(([name, found]) =>
      found.map(({ severity, code }) => `${name} ${severity} ${code}`),
    );
    expect(words).toEqual(expected);
  });

  const read = (limit: number) =>
    readsOf({
      "eastus/vmSizes": sizes,
      "eastus/usages": { value: [usage("vmFamily/dedicatedCores", dsv2, 2, limit)] },
    });

  it("are reported in one finding: which of them, what they need together, what is used, what the limit is", async () => {
    const found = await capacityFindings(
      [
        wanted({ name: "a", minimum: 2, maximum: 2 }),
        wanted({ name: "b", size: "Standard_DS4_v2", maximum: 1, holds: [having(1)] }),
        wanted({ name: "c", size: "Standard_DS4_v2", minimum: 0, maximum: 0 }),
      ],
      read(12),
    );
    const finding = {
      severity: "error",
      code: "quota-too-small",
      message: `${dsv2} in eastus: 12 vCPUs, 2 in use. At their minimum 'a' (2 × STANDARD_DS3_V2: 8) and 'b' (1 × Standard_DS4_v2: 8, of which it gives back 4) need 12 together, and 10 are left.`,
      advice:
        "Ask for 2 more vCPUs of this quota in the Azure portal (Quotas, Machine learning), declare fewer nodes, or choose smaller sizes or another region.",
    };
    expect([...found]).toEqual([
      ["a", [finding]],
      ["b", [finding]],
    ]);
  });

  it.each([
    { what: "a cluster is reported", isFixed: {}, expected: true },
    {
      what: "machines whose number is not declared are not reported",
      isFixed: { isFixed: true } as const,
      expected: false,
    },
  ])("$what to ask for fewer", async ({ isFixed, expected }) => {
    const [finding] = await one({ minimum: 2, maximum: 2, ...isFixed }, read(6));
    expect(finding?.code).toBe("quota-too-small");
    expect(finding?.advice.includes("lower the minimum to 1")).toBe(expected);
  });

  it("are named up to ten, however many they are, and each list is read once", async () => {
    const asked: string[] = [];
    const reads = read(12);
    const counted = { ...reads, list: (id: string, version: string) => (asked.push(id), reads.list(id, version)) };
    const demands = Array.from({ length: 1000 }, (_, index) => wanted({ name: `c${index}`, maximum: 1 }));
    const found = await capacityFindings(demands, counted);
    expect([found.size, asked.length]).toEqual([1000, 2]);
    expect(found.get("c999")?.[0]?.message).toContain("'c9' (1 × STANDARD_DS3_V2: 4) and 990 more need 4000 together");
  });
});

describe("the size", () => {
  const usages = { value: [] };
  it.each<[string, Partial<Demand>, string | undefined]>([
    ["is offered in another region's spelling", { location: "East US" }, undefined],
    ["is not offered to this kind", { computeType: "ComputeInstance" }, "for ComputeInstance"],
    ["is not offered at all", { size: "Standard_DS3_v9" }, "does not offer the size Standard_DS3_v9."],
    ["says nothing of kinds", { size: "Standard_E4s_v3" }, undefined],
    ["is not offered at low priority", { size: "Standard_D3_v2", lowPriority: true }, "at low priority"],
  ])("%s", async (_, capacity, message) => {
    const findings = await one(capacity, readsOf({ "eastus/vmSizes": sizes, "eastus/usages": usages }));
    if (message === undefined) expect(findings).toEqual([]);
    else expect(findings).toMatchObject([{ severity: "error", code: "size-not-offered" }]);
    expect(findings.map((finding) => finding.message).join()).toContain(message ?? "");
  });
});

describe("what may not be read", () => {
  it.each([
    ["sizes", { "eastus/vmSizes": 403 }],
    ["usages", { "eastus/vmSizes": sizes, "eastus/usages": 403 }],
    ["a region without lists", {}],
    ["a region that names no size", { "eastus/vmSizes": { value: [] }, "eastus/usages": { value: [] } }],
  ])("is not checked, never an error: %s", async (_, documents) => {
    const findings = await one({}, readsOf(documents));
    expect(findings).toMatchObject([{ severity: "not-checked", code: "quota-not-checked" }]);
  });
});
