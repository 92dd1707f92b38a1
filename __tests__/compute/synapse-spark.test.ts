import { beforeAll, describe, expect, it } from "@jest/globals";
import { sparkPool } from "../../emulator/resources/spark-pools.ts";
import type { LiveCompute } from "../../src/azure/computes.ts";
import { differencesFrom } from "../../src/compute/target.ts";
import type { PlannedStep } from "../../src/report/result.ts";
import { bodyOf, placesOf, readYaml, recordedWorkspace, targetOf } from "../support/declared.ts";
import { planCases, wordsOf, type FindingCase } from "../support/findings.ts";

const pool = `/subscriptions/${recordedWorkspace.subscriptionId}/resourceGroups/rg-data/providers/Microsoft.Synapse/workspaces/syn1/bigDataPools/pool1`;
const yaml = (settings = "") => `name: my-spark\ntype: synapsespark\nresource_id: ${pool}\n${settings}`;

describe("the request of a Synapse Spark pool", () => {
  it("is the official client's", async () => {
    expect(await bodyOf(yaml("identity: { type: SystemAssigned }\n"))).toEqual({
      location: "eastus",
      identity: { type: "SystemAssigned" },
      properties: { computeType: "SynapseSpark", resourceId: pool },
    });
  });

  it("names the pool by its parts", async () => {
    const parts = "name: s01\ntype: synapsespark\nresource_group: rg-data\nworkspace_name: syn1\npool_name: pool1\n";
    expect(await bodyOf(parts.replace("s01", "spark"))).toMatchObject({ properties: { resourceId: pool } });
  });

  it("says how the pool scales and pauses where that is declared", async () => {
    const settings =
      "scale_settings: { min_node_count: 3, max_node_count: 10 }\nauto_pause_settings: { auto_pause_enabled: false }\n";
    expect(await bodyOf(yaml(settings))).toMatchObject({
      properties: {
        properties: {
          autoScaleProperties: { enabled: true, minNodeCount: 3, maxNodeCount: 10 },
          autoPauseProperties: { enabled: false },
        },
      },
    });
  });
});

describe("the declaration of a Synapse Spark pool", () => {
  it.each([
    { text: "name: spark\ntype: synapsespark\n", problems: ["error missing-key 1:1"] },
    {
      text: "name: spark\ntype: synapsespark\nresource_group: r\npool_name: p\n",
      problems: ["error missing-key 1:1"],
    },
    { text: yaml("pool_name: p\n"), problems: ["error id-and-parts 4:12"] },
    { text: yaml("identity: { type: user_assigned }\n"), problems: ["error missing-identity 4:11"] },
    { text: yaml("spark_version: '3.4'\nnode_count: 3\nnode_family: x\n"), problems: [] },
    {
      text: yaml("scale_settings: { min_node_count: 4, max_node_count: 3 }\n"),
      problems: ["error min-above-max 4:35"],
    },
    { text: yaml("scale_settings: { min_node_count: -1 }\n"), problems: ["error out-of-range 4:35"] },
    { text: yaml("auto_pause_settings: { delay_in_minutes: soon }\n"), problems: ["error wrong-value 4:42"] },
  ])("$#: has $problems", ({ text, problems }) => {
    expect(placesOf(readYaml(text).problems)).toEqual(problems);
  });
});

function live(own: object = {}, fields: Partial<LiveCompute> = {}): LiveCompute {
  return {
    id: `${recordedWorkspace.id}/computes/my-spark`,
    name: "my-spark",
    computeType: "SynapseSpark",
    resourceId: pool.toUpperCase(),
    tags: {},
    provisioningState: "Succeeded",
    provisioningErrors: [],
    isAttachedCompute: true,
    properties: { sparkVersion: "3.4", nodeCount: 0, poolName: "pool1", ...own },
    ...fields,
  };
}

describe("a live Synapse Spark pool", () => {
  const scale = { autoScaleProperties: { enabled: true, minNodeCount: 3, maxNodeCount: 10 } };
  it.each([
    { declared: "", compute: live(scale), expected: [] },
    { declared: "scale_settings: { min_node_count: 3 }\n", compute: live(scale), expected: [] },
    {
      declared: "scale_settings: { max_node_count: 5 }\n",
      compute: live(scale),
      expected: ["scale_settings.max_node_count reattach"],
    },
    {
      declared: "scale_settings: { auto_scale_enabled: false, max_node_count: 5 }\n",
      compute: live(scale),
      expected: ["scale_settings.auto_scale_enabled reattach"],
    },
    {
      declared: "auto_pause_settings: { delay_in_minutes: 15 }\n",
      compute: live({ autoPauseProperties: { enabled: true, delayInMinutes: 30 } }),
      expected: ["auto_pause_settings.delay_in_minutes reattach"],
    },
    {
      declared: "tags: { a: b }\ndescription: x\n",
      compute: live(),
      expected: ["tags.a in-place", "description in-place"],
    },
    { declared: "identity: { type: system_assigned }\n", compute: live(), expected: ["identity in-place"] },
    { declared: "", compute: live({}, { resourceId: `${pool}9` }), expected: ["resource_id reattach"] },
  ])("$#: differs in $expected", ({ declared, compute, expected }) => {
    const differences = differencesFrom(targetOf(yaml(declared)), compute, recordedWorkspace);
    expect(differences.map(({ field, means }) => `${field} ${means}`)).toEqual(expected);
  });
});

type Case = Omit<FindingCase, "target" | "resources"> & {
  readonly pool: string;
  readonly properties?: object;
  readonly settings?: string;
};
const cases: readonly Case[] = [
  { pool: "good", when: "it is as the service wants it", properties: {}, expected: [] },
  { pool: "absent", when: "it does not exist", expected: ["error resource-not-found"] },
  {
    pool: "secret",
    when: "the identity may not read it",
    properties: {},
    hidden: ["/bigDataPools/secret$"],
    expected: ["not-checked resource-not-readable"],
  },
  {
    pool: "failed",
    when: "it failed",
    properties: { provisioningState: "Failed" },
    expected: ["error spark-pool-not-ready"],
  },
  {
    pool: "coming",
    when: "it is still being made",
    properties: { provisioningState: "Provisioning" },
    expected: ["warning spark-pool-not-ready"],
  },
  { pool: "old", when: "it runs Spark 3.2", properties: { sparkVersion: "3.2" }, expected: ["error spark-retired"] },
  { pool: "older", when: "it runs Spark 2.4", properties: { sparkVersion: "2.4" }, expected: ["error spark-retired"] },
  { pool: "newer", when: "it runs Spark 3.3", properties: { sparkVersion: "3.3" }, expected: [] },
  {
    pool: "kept",
    when: "it runs Spark 3.1, which is allowed",
    properties: { sparkVersion: "3.1" },
    settings: ", allow_retired: true",
    expected: ["warning spark-retired"],
  },
  {
    pool: "scaled",
    when: "it scales and pauses otherwise than declared",
    properties: {},
    settings: ", scale_settings: { max_node_count: 5 }, auto_pause_settings: { delay_in_minutes: 5 }",
    expected: ["warning spark-pool-differs", "warning spark-pool-differs"],
  },
];

describe("before a Synapse Spark pool is attached, the plan", () => {
  let steps: readonly PlannedStep[];
  beforeAll(async () => {
    steps = await planCases(
      cases.map(({ pool: name, properties, settings = "", ...one }) => ({
        ...one,
        resources: properties === undefined ? [] : [sparkPool("syn1", name, properties)],
        target: `type: synapsespark, resource_group: rg-data, workspace_name: syn1, pool_name: ${name}${settings}`,
      })),
    );
  });

  it.each(cases.map((one, index) => ({ ...one, index })))("finds $expected when $when", ({ index, expected }) => {
    expect(wordsOf(steps[index])).toEqual(expected);
    const refused = expected.some((word) => word.startsWith("error"));
    expect(steps[index]?.action).toBe(refused ? "refuse" : "attach");
  });
});
