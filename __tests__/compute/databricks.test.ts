import { beforeAll, describe, expect, it } from "@jest/globals";
import { databricksWorkspace } from "../../emulator/resources/databricks.ts";
import { kindOf } from "../../src/compute/target.ts";
import type { PlannedStep } from "../../src/report/result.ts";
import { bodyOf, dataId, placesOf, readYaml, recordedWorkspace, targetOf } from "../support/declared.ts";
import { planCases, wordsOf, type FindingCase } from "../support/findings.ts";

const yaml = (rest: string) => `name: v1-dbx\ntype: databricks\n${rest}`;
const byParts = "resource_group: rg-data\nworkspace_name: dbx1\n";
const token = "access_token: { env: T }\n";
const elsewhere = dataId("Microsoft.Databricks/workspaces", "dbx1").replaceAll("3", "4");

it("a Databricks workspace's request is the first SDK's to the letter", async () => {
  expect(await bodyOf(yaml(byParts + token))).toEqual({
    location: "eastus",
    properties: {
      computeType: "Databricks",
      resourceId: dataId("Microsoft.Databricks/workspaces", "dbx1"),
      properties: { databricksAccessToken: "***" },
    },
  });
});

describe("a Databricks declaration", () => {
  it.each([
    { rest: byParts, problem: "error missing-key 1:1" },
    { rest: `${byParts}access_token: dapi0123\n`, problem: "error literal-secret 5:15" },
    { rest: `${byParts}databricks_token: { env: T }\n`, problem: "error unknown-key 5:1" },
    { rest: `resource_id: ${elsewhere}\n${token}`, problem: "error other-subscription 3:14" },
    { rest: `subscription_id: "4"\n${byParts}${token}`, problem: "error other-subscription 3:18" },
  ])("is wrong at its place: $problem", ({ rest, problem }) => {
    const { problems } = readYaml(yaml(rest));
    expect(placesOf(problems)).toContain(problem);
    expect(JSON.stringify(problems)).not.toContain("dapi0123");
  });

  it("may name another subscription when that is allowed", () => {
    const { problems } = readYaml(yaml(`resource_id: ${elsewhere}\n${token}allow_other_subscription: true\n`));
    expect(problems).toEqual([]);
  });

  it("is refused by the plan where its file could not know the workspace's subscription", () => {
    const target = targetOf(yaml(byParts + token));
    const { refusal } = kindOf(target);
    expect(refusal?.(target, recordedWorkspace)).toBeUndefined();
    expect(refusal?.(target, { ...recordedWorkspace, subscriptionId: "another" })).toMatchObject({
      because: "other-subscription",
    });
  });
});

const workspaceWith = (name: string, properties: object, sku = "premium") => {
  const workspace = databricksWorkspace(name);
  return [{ ...workspace, sku: { name: sku }, properties: { ...(workspace["properties"] as object), ...properties } }];
};
const parts = (name: string) => `resource_group: rg-data, workspace_name: ${name}`;
const cases: readonly FindingCase[] = [
  {
    keys: parts("good"),
    when: "it is as the service wants it",
    resources: [databricksWorkspace("good")],
    expected: [],
  },
  { keys: parts("absent"), when: "it does not exist", resources: [], expected: ["error resource-not-found"] },
  {
    keys: parts("hidden"),
    when: "the identity may not read it",
    resources: [databricksWorkspace("hidden")],
    hidden: ["/workspaces/hidden$"],
    expected: ["not-checked resource-not-readable"],
  },
  {
    keys: parts("failed"),
    when: "its provisioning failed",
    resources: workspaceWith("failed", { provisioningState: "Failed" }),
    expected: ["error databricks-not-ready"],
  },
  {
    keys: parts("serverless"),
    when: "it is serverless",
    resources: workspaceWith("serverless", { computeMode: "Serverless" }),
    expected: ["warning databricks-serverless"],
  },
  {
    keys: parts("shut"),
    when: "it takes no public calls",
    resources: workspaceWith("shut", { publicNetworkAccess: "Disabled" }),
    expected: ["warning databricks-no-public-access"],
  },
  {
    keys: parts("old"),
    when: "it is of the standard tier",
    resources: workspaceWith("old", {}, "standard"),
    expected: ["warning databricks-standard-tier"],
  },
  {
    keys: `resource_id: ${elsewhere}, allow_other_subscription: true`,
    when: "it lies in another subscription, which is allowed, and may not be read",
    resources: [],
    hidden: ["/subscriptions/44444444"],
    expected: ["not-checked resource-not-readable", "note databricks-other-subscription"],
  },
].map(({ keys, ...one }) => ({ ...one, target: `type: databricks, ${keys}, access_token: { env: T }` }));

describe("before a Databricks workspace is attached, the plan", () => {
  let steps: readonly PlannedStep[];
  beforeAll(async () => {
    steps = await planCases(cases);
  });

  it.each(cases.map((one, index) => ({ ...one, index })))("finds $expected when $when", ({ index, expected }) => {
    expect(wordsOf(steps[index])).toEqual(expected);
    const refused = expected.some((word) => word.startsWith("error"));
    expect(steps[index]?.action).toBe(refused ? "refuse" : "attach");
  });
});
