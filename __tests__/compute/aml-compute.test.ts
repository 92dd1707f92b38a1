import { describe, expect, it } from "@jest/globals";
import { readiness } from "../../src/compute/aml-compute/aml-compute.ts";
import { readTarget } from "../../src/compute/read.ts";
import { formatProblem } from "../../src/yaml/problem.ts";
import { nodeOf } from "../support/documents.ts";
import { liveCluster } from "../support/targets.ts";

describe("the nodes of a cluster", () => {
  const live = (minimum: number, properties: object) =>
    liveCluster({ properties: { scaleSettings: { minNodeCount: minimum, maxNodeCount: 4 }, ...properties } });
  const quota = { error: { code: "QuotaExceeded", message: "No cores are left." } };
  const capacity = { code: "AllocationFailed", message: "No machines are left." };

  it.each([
    { when: "none has to be there", cluster: live(0, {}), expected: { state: "ready" } },
    {
      when: "errors stay of an earlier resize, and none has to be there",
      cluster: live(0, { errors: [quota] }),
      expected: { state: "ready" },
    },
    { when: "all are there", cluster: live(2, { currentNodeCount: 2, errors: null }), expected: { state: "ready" } },
    { when: "more are there", cluster: live(2, { currentNodeCount: 3 }), expected: { state: "ready" } },
    {
      when: "one is missing",
      cluster: live(2, { currentNodeCount: 1, allocationState: "Resizing", errors: [] }),
      expected: { state: "waiting", progress: "1 of 2 nodes" },
    },
    {
      when: "the service says nothing of nodes yet",
      cluster: live(1, {}),
      expected: { state: "waiting", progress: "0 of 1 node" },
    },
    {
      when: "the service gave up",
      cluster: live(2, { currentNodeCount: 0, errors: [quota, capacity] }),
      expected: {
        state: "failed",
        error: { code: "QuotaExceeded", message: "No cores are left.", details: [{ code: "AllocationFailed" }] },
      },
    },
    {
      when: "the service gave up without a word",
      cluster: live(2, { currentNodeCount: 1, errors: [{}] }),
      expected: { state: "failed", error: { code: "NodesNotAllocated", message: "1 of 2 nodes were created." } },
    },
  ])("are $expected.state when $when", ({ cluster, expected }) => {
    expect(readiness(cluster)).toMatchObject(expected);
  });
});

describe("what a cluster costs, and what was retired", () => {
  const read = (yaml: string) => {
    const { node } = nodeOf(`name: cpu-cluster\ntype: amlcompute\n${yaml}\n`);
    return node === undefined ? [] : readTarget(node, { checkout: "/checkout" }).problems.map(formatProblem);
  };

  it.each([
    ["min_instances: 0\nmax_instances: 4", []],
    [
      "min_instances: 2",
      [
        "file.yml:3:16: min_instances is 2: those nodes are kept running, and billed, while nothing runs on them. Set it to 0, unless runs cannot wait the minutes that a node takes to start. [billed-while-idle]",
      ],
    ],
    [
      "tier: LOW_PRIORITY",
      [
        "file.yml:3:7: Azure Machine Learning retired low-priority machines on 2026-03-31. Use tier: dedicated; min_instances: 0 and a short idle_time_before_scale_down keep its cost down. [retired-tier]",
      ],
    ],
    [
      "size: STANDARD_NC6",
      [
        'file.yml:3:7: The size "STANDARD_NC6" is of the series NC, which was retired on 2023-08-31. Choose a current size, for example Standard_NC4as_T4_v3. [retired-size]',
      ],
    ],
  ])("is a warning at its place: %j", (yaml, expected) => {
    expect(read(yaml)).toEqual(expected);
  });

  it.each([
    ["Standard_NC24r", "NC"],
    ["Standard_NC12_Promo", "NC"],
    ["Standard_NC6s_v2", "NCv2"],
    ["Standard_ND24rs", "ND"],
    ["Standard_NV12", "NV"],
    ["Standard_A2", "Av1"],
    ["Basic_A1", "Av1"],
    ["Standard_HB60rs", "HB"],
  ])("%s is of the series %s", (size, series) => {
    expect(read(`size: ${size}`).join()).toContain(`is of the series ${series},`);
  });

  it.each([
    "Standard_NC6s_v3",
    "Standard_NC24ads_A100_v4",
    "Standard_NC4as_T4_v3",
    "Standard_ND40rs_v2",
    "Standard_ND96asr_v4",
    "Standard_NV6ads_A10_v5",
    "Standard_A2_v2",
    "Standard_A8m_v2",
    "Standard_HB120rs_v3",
    "Standard_DS3_v2",
  ])("%s is not", (size) => {
    expect(read(`size: ${size}`)).toEqual([]);
  });
});
