import { describe, expect, it } from "@jest/globals";
import { failed, succeeded } from "../../src/azure/outcome.ts";
import type { ResourceReads } from "../../src/compute/kind.ts";
import { capacityFindings, type Capacity } from "../../src/compute/quota.ts";
import { workspace } from "../support/targets.ts";

type Document = Readonly<Record<string, unknown>>;
const sizes: Document = {
  value: [
    { name: "Standard_DS3_v2", family: "standardDSv2Family", vCPUs: 4, supportedComputeTypes: ["AmlCompute", "MIR"] },
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
  return {
    workspace,
    cloud: {},
    get: (id) => {
      const found = Object.entries(documents).find(([end]) => id.endsWith(end))?.[1] ?? 404;
      if (typeof found === "object") return Promise.resolve(succeeded(found));
      const error = { code: "AuthorizationFailed", message: "You may not read it.", details: [] };
      return Promise.resolve(failed({ reason: found === 404 ? "not-found" : "refused", status: found, error }));
    },
  };
}

const wanted = (fields: Partial<Capacity> = {}): Capacity => ({
  name: "cpu-cluster",
  size: "STANDARD_DS3_V2",
  minimum: 1,
  maximum: 4,
  computeType: "AmlCompute",
  ...fields,
});

type Case = {
  readonly when: string;
  readonly capacity?: Partial<Capacity>;
  readonly usages: readonly Document[];
  readonly live?: Document;
  readonly expected: readonly string[];
};

describe("the quota that is left", () => {
  it.each<Case>([
    { when: "it covers the maximum", usages: [usage("vmFamily", dsv2, 4, 20)], expected: [] },
    {
      when: "it covers the minimum only",
      usages: [usage("vmFamily", dsv2, 4, 19)],
      expected: ["warning quota-below-maximum"],
    },
    {
      when: "it does not cover the minimum",
      usages: [usage("vmFamily", dsv2, 4, 6)],
      expected: ["error quota-too-small"],
    },
    {
      when: "nothing is left, and nothing is needed at first",
      capacity: { minimum: 0 },
      usages: [usage("vmFamily", dsv2, 0, 0)],
      expected: ["warning quota-below-maximum"],
    },
    { when: "the family has no limit of its own", usages: [usage("vmFamily", dsv2, 400, -1)], expected: [] },
    {
      when: "the family has none, and the region's is used up",
      usages: [usage("vmFamily", dsv2, 0, -1), usage("totalCores", "Total", 100, 102)],
      expected: ["warning quota-too-small"],
    },
    {
      when: "another family of a similar name is used up",
      usages: [usage("vmFamily", "Standard Dv2 Family Cluster Dedicated vCPUs", 0, 0), usage("vmFamily", dsv2, 0, 16)],
      expected: [],
    },
    {
      when: "low-priority machines have a quota of their own",
      capacity: { lowPriority: true },
      usages: [usage("vmFamily", dsv2, 0, 0), usage("lowPriorityCores", "Low", 0, 100)],
      expected: [],
    },
    {
      when: "a compute of the same name gives enough back",
      usages: [usage("vmFamily", dsv2, 16, 16)],
      live: {
        name: "cpu-cluster",
        properties: { computeType: "AmlCompute", properties: { vmSize: "Standard_DS3_v2", currentNodeCount: 4 } },
      },
      expected: [],
    },
    { when: "the family is not counted", usages: [], expected: [] },
  ])("$when: $expected", async ({ capacity, usages, live, expected }) => {
    const reads = readsOf({
      "eastus/vmSizes": sizes,
      "eastus/usages": { value: usages },
      ...(live === undefined ? {} : { "computes/cpu-cluster": live }),
    });
    const findings = await capacityFindings(wanted(capacity), reads);
    expect(findings.map(({ severity, code }) => `${severity} ${code}`)).toEqual(expected);
  });

  it("is told with its numbers and with what to do", async () => {
    const reads = readsOf({ "eastus/vmSizes": sizes, "eastus/usages": { value: [usage("vmFamily", dsv2, 2, 6)] } });
    const [finding] = await capacityFindings(wanted({ minimum: 2 }), reads);
    expect(finding).toEqual({
      severity: "error",
      code: "quota-too-small",
      message: `${dsv2} in eastus: 6 vCPUs, 2 in use. The minimum of 2 × STANDARD_DS3_V2 (4 vCPUs each) needs 8, and 4 are left.`,
      advice: "Ask for more quota in the portal, or lower the minimum to 1, or choose another size or region.",
    });
  });
});

describe("the size", () => {
  const usages = { value: [] };
  it.each<[string, Partial<Capacity>, string | undefined]>([
    ["is offered in another region's spelling", { location: "East US" }, undefined],
    ["is not offered to this kind", { computeType: "ComputeInstance" }, "for ComputeInstance"],
    ["is not offered at all", { size: "Standard_DS3_v9" }, "does not offer the size Standard_DS3_v9."],
    ["says nothing of kinds", { size: "Standard_E4s_v3" }, undefined],
    ["is not offered at low priority", { size: "Standard_D3_v2", lowPriority: true }, "at low priority"],
  ])("%s", async (_, capacity, message) => {
    const findings = await capacityFindings(
      wanted(capacity),
      readsOf({ "eastus/vmSizes": sizes, "eastus/usages": usages }),
    );
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
  ])("is not checked, never an error: %s", async (_, documents) => {
    const findings = await capacityFindings(wanted(), readsOf(documents));
    expect(findings).toMatchObject([{ severity: "not-checked", code: "quota-not-checked" }]);
  });
});
