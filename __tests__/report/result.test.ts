import { expect, it } from "@jest/globals";
import { Ajv } from "ajv";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ServiceError } from "../../src/azure/outcome.ts";
import { renderHtml } from "../../src/report/render/html.ts";
import { logGroups } from "../../src/report/render/log.ts";
import { markdownSections } from "../../src/report/render/markdown.ts";
import { outputsOf } from "../../src/report/outputs.ts";
import { reportOf } from "../../src/report/report.ts";
import type { Result } from "../../src/report/result.ts";
import { planBlocks } from "../../src/report/sections/plan.ts";
import { niceTicks } from "../../src/report/render/svg-chart.ts";

const leaf: ServiceError = { code: "ClusterMinNodesExceedCoreQuota", message: "quota of 6", details: [] };
const result: Result = {
  schemaVersion: 1,
  command: "up",
  conclusion: "failure",
  failureReason: "provisioning-failed",
  failures: ["cpu-cluster: quota <b>"],
  workspace: { subscriptionId: "s", resourceGroup: "g", name: "w" },
  files: ["azureml.yml"],
  skipped: [],
  problems: [
    { code: "syntax", severity: "warning", where: { file: "a.yml", line: 1, column: 2 }, message: "m", fix: "f" },
  ],
  plan: {
    hasChanges: true,
    steps: [{ target: "cpu", type: "amlcompute", action: "create", reason: "r", changes: [], findings: [] }],
  },
  assets: [
    { kind: "environment", name: "env", version: "1", action: "create", reason: "There is no version 1 of it yet." },
  ],
  deployments: [
    {
      endpoint: "clf",
      deployment: "green",
      type: "managed",
      strategy: "blue-green",
      state: "Succeeded",
      action: "created",
      traffic: 100,
      trafficBefore: { blue: 100 },
      trafficAfter: { green: 100 },
      modelId:
        "/subscriptions/1/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w/models/clf/versions/3",
      tests: [{ name: "tests[0]", passed: true, calls: 5, status: "200", latency: { median: 12, p95: 20, max: 21 } }],
      scoringUri: "https://clf.eastus.inference.ml.azure.com/score",
      notes: [],
      durationSeconds: 61,
    },
  ],
  environments: [{ name: "env", version: "1", action: "create", reason: "There is no version 1 of it yet." }],
  targets: [
    {
      name: "cpu",
      type: "amlcompute",
      action: "create",
      outcome: "failed",
      provisioningState: "Failed",
      provisioningErrors: [{ code: "BadRequest", message: "it failed", details: [leaf], correlationId: "corr-1" }],
      durationSeconds: 3.2,
    },
  ],
  run: {
    name: "run-1",
    url: "https://ml.azure.com/runs/run-1",
    status: "Completed",
    conclusion: "success",
    reused: false,
    compute: "cpu",
    metrics: [
      {
        name: "loss",
        last: Number.NaN,
        points: [
          { step: 0, value: 2 },
          { step: 1, value: Number.NaN },
          { step: 2, value: 1 },
        ],
      },
    ],
    gates: [{ metric: "loss", condition: "at most 1", passed: false }],
  },
  doctor: {
    sections: [
      {
        title: "Identity",
        checks: [
          { state: "error", code: "sign-in", message: "no <i>credential</i> | @octocat", advice: "add ``` one" },
        ],
      },
    ],
    claims: { issuer: "i", subject: "s", audience: "a" },
    federatedCredential: { name: "n", issuer: "i", subject: "```<i>s</i>", audiences: ["a"], description: "d" },
    principal: { objectId: "object" },
    permissions: [
      { action: "a/read", plane: "control", scope: "/s", level: "required", purpose: "read", state: "missing" },
    ],
    missingActions: ["a/read"],
    roles: [
      {
        role: {
          Name: "role",
          IsCustom: true,
          Description: "d",
          Actions: ["a/read"],
          NotActions: [],
          DataActions: [],
          NotDataActions: [],
          AssignableScopes: ["/s"],
        },
        scopes: ["/s"],
      },
    ],
  },
  leftGoing: [],
  startedAt: "2026-01-01T00:00:00.000Z",
  durationSeconds: 5,
};

const markdown = (of: Result) =>
  markdownSections(reportOf(of))
    .map(({ text }) => text)
    .join("\n");

it("is published: the result file is of the schema", () => {
  const schema = JSON.parse(
    readFileSync(join(import.meta.dirname, "../../schema/result.schema.json"), "utf8"),
  ) as object;
  const validate = new Ajv({ strict: false }).compile(schema);
  expect([validate(JSON.parse(JSON.stringify(result))), validate.errors]).toEqual([true, null]);
});

it("tells the leaf cause before what it was wrapped in, with hint and correlation id", () => {
  const text = markdown(result);
  expect(text.indexOf("quota of 6")).toBeLessThan(text.indexOf("it failed"));
  expect(text).toContain("ask for more quota");
  expect(text).toContain("corr-1");
  expect(text).not.toContain("<b>");
});

it("shows what the plan changes about the hourly cost, where prices are declared", () => {
  const hourly = { minimum: 0, maximum: 0.916, unpriced: ["Standard_<b>"] };
  const step = { target: "cpu", type: "amlcompute", reason: "r", changes: [], findings: [] };
  const steps = [
    { ...step, action: "create" as const, hourly: { ...hourly, unpriced: [] } },
    { ...step, target: "kept", action: "none" as const },
  ];
  const priced: Result = { ...result, targets: [], plan: { hasChanges: true, hourly, steps } };
  const text = markdown(priced);
  expect(text).toContain("| Per hour |");
  expect(text).toContain("±0 to &#43;0.916");
  expect(text).toContain("by &#43;0.916 at maximum");
  expect(text).not.toContain("<b>");
  expect(renderHtml(reportOf(priced))).toContain("±0 to +0.916");
  expect(logGroups(planBlocks({ hasChanges: true, hourly, steps }))[0]?.lines.join("\n")).toContain(
    "Per hour: ±0 to +0.916",
  );
  expect(outputsOf(priced)["plan"]).toContain('"maximum":0.916');
  const schema = JSON.parse(
    readFileSync(join(import.meta.dirname, "../../schema/result.schema.json"), "utf8"),
  ) as object;
  expect(new Ajv({ strict: false }).compile(schema)(JSON.parse(JSON.stringify(priced)))).toBe(true);
});

it("shows what doctor found with what is to be pasted, and lets no text out of its place", () => {
  const text = markdown(result);
  expect(text).toContain('"Actions": [');
  expect(text).toContain("az role assignment create --assignee-object-id 'object' --role 'role' --scope '/s'");
  // A block that the text inside it cannot close.
  expect(text).toContain("````json");
  expect(text).not.toContain("| no <i>");
  expect(text).not.toContain("@octocat");
  expect(renderHtml(reportOf(result))).not.toContain("<i>");
});

it("draws a metric without the values that are no numbers", () => {
  const text = markdown(result);
  expect(text).toContain('x-axis "step" 0 --> 2');
  expect(text).toContain("line [2, 1]");
  expect(renderHtml(reportOf(result))).toContain("<polyline");
});

it("has no script and loads nothing", () => {
  const page = renderHtml(reportOf(result));
  expect(page).not.toMatch(/<script|<img|<link|src=|@import|url\(/i);
  expect(page).toContain("default-src 'none'");
});

it("gives the outputs of the interface", () => {
  expect(outputsOf(result)).toMatchObject({
    "has-changes": "true",
    "to-create": "1",
    "to-attach": "0",
    "run-name": "run-1",
    "failure-reason": "provisioning-failed",
    "run-metrics": '{"loss":"NaN"}',
  });
});

it.each([
  [0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]],
  [0.866, 0.927, [0.88, 0.9, 0.92]],
  [3, 3, [3]],
])("puts round numbers on the axis from %d to %d", (low, high, ticks) => {
  expect(niceTicks(low, high, 5)).toEqual(ticks);
});
