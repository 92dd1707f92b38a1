import type { ServiceError } from "../../src/azure/outcome.ts";
import type { ChildReport, PlannedStep, Result } from "../../src/report/result.ts";

/** A result of which there is nothing to say. */
export const bare: Result = {
  schemaVersion: 1,
  command: "up",
  conclusion: "success",
  failures: [],
  workspace: { subscriptionId: "s", resourceGroup: "g", name: "mlw" },
  files: ["azureml.yml"],
  skipped: [],
  problems: [],
  assets: [],
  environments: [],
  deployments: [],
  targets: [],
  leftGoing: [],
  startedAt: "2026-01-01T00:00:00.000Z",
  durationSeconds: 5,
};

const error: ServiceError = {
  code: "BadRequest",
  message: "The cluster <b>failed</b>; see https://aka.ms/quota?a=1&b=2.",
  details: [{ code: "ClusterMinNodesExceedCoreQuota", message: "The quota of 6 is exceeded | @team #12", details: [] }],
  correlationId: "correlation-1",
  requestId: "request-1",
};

const failedRun: Result = {
  ...bare,
  conclusion: "failure",
  failureReason: "run-failed",
  failures: ["The run 'run-1' failed. See https://ml.azure.com/runs/run-1.", "The gate on loss was missed."],
  leftGoing: [{ what: "cpu is still being provisioned", next: "Run the same command again." }],
  files: ["azureml.yml", "jobs/train.yml"],
  skipped: [{ file: "README.md", reason: "it declares nothing." }],
  run: {
    name: "run-1",
    url: "https://ml.azure.com/runs/run-1?wsid=/a/b&tid=c",
    status: "Failed",
    conclusion: "failure",
    reused: true,
    compute: "cpu",
    environment: "env:1",
    experiment: "experiment *one*",
    commit: "a".repeat(40),
    durationSeconds: 61,
    artifactsPath: "/runner/temp/out_put",
    metrics: [],
    gates: [
      { metric: "loss", condition: "at most 1", value: 1.5, passed: false },
      { metric: "auc", condition: "at least 0.9", value: 0.95, passed: true },
      { metric: "f1", condition: "at least 0.9", passed: false },
    ],
    error,
    logTail: `${"epoch\n".repeat(6)}Traceback:\n  File x\n| a |\n| --- |\n\`\`\` ::error:: @octocat`,
  },
};

const deployed: Result = {
  ...bare,
  command: "deploy",
  conclusion: "failure",
  failureReason: "smoke-test-failed",
  failures: ["deploy/blue.yml:3:1: The test tests/one.json failed."],
  deployments: [
    {
      endpoint: "clf",
      deployment: "green",
      type: "managed",
      strategy: "canary",
      state: "Succeeded",
      action: "created",
      traffic: 100,
      trafficBefore: { blue: 100 },
      trafficAfter: { green: 100, blue: 0 },
      modelId: "/subscriptions/s/resourceGroups/g/providers/M/workspaces/w/models/clf/versions/3",
      tests: [
        { name: "tests/one.json", passed: true, calls: 20, status: "200", latency: { median: 12.4, p95: 30, max: 41 } },
      ],
      scoringUri: "https://clf.eastus.inference.ml.azure.com/score",
      swaggerUri: "https://clf.eastus.inference.ml.azure.com/swagger.json",
      url: "https://ml.azure.com/endpoints/realtime/clf?wsid=/a/b",
      notes: [],
      durationSeconds: 300,
    },
    {
      endpoint: "clf-aci",
      type: "aci",
      state: "Failed | ::error::",
      action: "rolled-back",
      tests: [
        {
          name: "tests[0]",
          passed: false,
          calls: 1,
          status: "502",
          message: "The answer is | <b>no JSON</b> @octocat.",
        },
      ],
      scoringUri: "http://clf-aci.eastus.azurecontainer.io/score",
      notes: ["An update of a web service is not atomic: for a moment it may have answered with the new model."],
      error,
      logTail: "Traceback:\n  ModuleNotFoundError: No module named 'joblib'\n``` ::error:: @octocat",
      durationSeconds: 61,
    },
  ],
};

/** More parameters than a table has columns for. */
const wide = { a: 1, b: 0.123456789, c: "<b>", d: { e: [1] }, f: null, g: "::error::" };

const trialOf = (trial: number): ChildReport => ({
  name: `sweep-1_${trial}`,
  trial,
  status: trial === 3 ? "Canceled" : "Completed",
  conclusion: trial === 3 ? "cancelled" : "success",
  parameters: { lr: trial, how: "a|b" },
  metrics: { loss: trial === 5 ? Number.NaN : Math.abs(trial - 7) + 0.07 },
  durationSeconds: 61,
  url: `https://ml.azure.com/runs/sweep-1_${trial}?wsid=/a/b`,
});

const stepOf = (name: string, more: Partial<ChildReport>): ChildReport => ({
  name: `id-of-${name}`,
  step: name,
  status: "Completed",
  conclusion: "success",
  parameters: {},
  metrics: {},
  ...more,
});

const step = (change: Partial<PlannedStep>): PlannedStep => ({
  target: "cpu",
  type: "amlcompute",
  action: "none",
  reason: "It is as declared.",
  changes: [],
  findings: [],
  ...change,
});
const shared = {
  severity: "warning" as const,
  code: "billed-while-idle",
  message: "Both cost money.",
  advice: "Look at https://prices.example/x.",
};
const hourly = { minimum: 0, maximum: 0.916, unpriced: ["Standard_X1"] };

const course = (name: string) => ({
  name,
  last: 0.25,
  points: [4, 2, Number.NaN, 1, 0.25].map((value, index) => ({ step: index, value })),
});

/** Results that together have everything that a report can say. */
export function everyResult(): readonly { readonly name: string; readonly result: Result }[] {
  return [
    {
      name: "nothing",
      result: { ...bare, workspace: { subscriptionId: "s", resourceGroup: "g", name: "" }, files: [] },
    },
    { name: "a failed run", result: failedRun },
    { name: "deployments", result: deployed },
    {
      name: "planned deployments",
      result: {
        ...bare,
        command: "plan",
        plan: {
          hasChanges: true,
          steps: [],
          deployments: [
            {
              endpoint: "clf|<b>",
              deployment: "green",
              type: "managed",
              where: { file: "deploy/blue.yml", line: 3, column: 1 },
              strategy: "blue-green",
              steps: [
                {
                  action: "register",
                  what: "the model clf, version 4",
                  reason: "None of its versions has these bytes.",
                },
                { action: "create", what: "the deployment green", reason: "It has another definition than blue." },
                { action: "move-traffic", what: "100 % to green", reason: "| ::error:: @octocat" },
              ],
              trafficBefore: { blue: 100 },
              trafficAfter: { green: 100 },
            },
            {
              endpoint: "clf-aci",
              type: "aci",
              steps: [{ action: "none", what: "clf-aci", reason: "It is as declared." }],
            },
          ],
        },
      },
    },
    {
      name: "targets",
      result: {
        ...bare,
        conclusion: "cancelled",
        failures: ["The workflow was cancelled."],
        plan: {
          hasChanges: true,
          steps: [step({ action: "create", findings: [shared] }), step({ target: "vm", findings: [shared] })],
        },
        targets: [
          {
            name: "cpu",
            type: "amlcompute",
            action: "create",
            outcome: "failed",
            provisioningState: "Failed",
            provisioningErrors: [error],
            guarantee: "serialised",
            durationSeconds: 62,
          },
          {
            name: "vm",
            type: "virtualmachine",
            action: "attach",
            outcome: "in-progress",
            provisioningState: "Creating",
            provisioningErrors: [],
            note: "The time limit passed.",
            guarantee: "verified",
            durationSeconds: 0.5,
          },
          {
            name: "no",
            type: "unheard-of",
            action: "refuse",
            outcome: "failed",
            provisioningErrors: [],
            durationSeconds: 0,
          },
        ],
        assets: [
          {
            kind: "environment",
            name: "env",
            version: "1",
            action: "create",
            reason: "There is no version 1 of it yet.",
          },
          { kind: "data", name: "titanic", version: "3", action: "create", reason: "There is no version 3 of it yet." },
        ],
        environments: [{ name: "env", version: "1", action: "create", reason: "There is no version 1 of it yet." }],
      },
    },
    {
      name: "problems",
      result: {
        ...bare,
        command: "validate",
        conclusion: "failure",
        failures: ["The declarations have 12 problems."],
        problems: Array.from({ length: 12 }, (_, index) => ({
          code: "duplicate-name" as const,
          severity: "error" as const,
          ...(index === 0 ? {} : { where: { file: "b_c.yml", line: index, column: 3 } }),
          ...(index === 5 ? { related: { file: "a.yml", line: 1, column: 1 } } : {}),
          message: `The name "x${index}" is taken.`,
          fix: "Rename one of them.",
        })),
      },
    },
    {
      name: "a plan with costs",
      result: {
        ...bare,
        command: "plan",
        plan: {
          hasChanges: true,
          hourly,
          steps: [
            step({
              action: "update",
              means: "in-place",
              reason: "max_instances and tags.team differ.",
              changes: [
                { field: "max_instances", from: "2", to: "4", means: "in-place" },
                { field: "tags.team", from: "a", to: "b", means: "in-place" },
              ],
              findings: [shared],
              hourly,
            }),
            step({
              target: "vm",
              type: "virtualmachine",
              action: "refuse",
              means: "reattach",
              reason: "The run 'long' uses it.",
              findings: [{ ...shared, severity: "error", code: "in-use", message: "Said in the reason." }, shared],
            }),
          ],
        },
      },
    },
    { name: "an unchanged plan", result: { ...bare, command: "plan", plan: { hasChanges: false, steps: [step({})] } } },
    { name: "a plan of nothing", result: { ...bare, command: "plan", plan: { hasChanges: false, steps: [] } } },
    {
      name: "metrics",
      result: {
        ...bare,
        command: "train",
        run: {
          name: "run-2",
          status: "Completed",
          conclusion: "success",
          reused: false,
          compute: "local",
          gates: [],
          metrics: [
            ...Array.from({ length: 10 }, (_, index) => course(`loss_${index}`)),
            { name: "once", last: Number.NaN, points: [{ step: 0, value: Number.NaN }] },
          ],
        },
      },
    },
    {
      name: "a run with a baseline, from the provisioning to the deployment",
      result: {
        ...bare,
        command: "up",
        targets: [
          {
            name: "cpu",
            type: "amlcompute",
            action: "create",
            outcome: "succeeded",
            provisioningState: "Succeeded",
            provisioningErrors: [],
            startedAt: "2026-01-01T00:00:05.000Z",
            durationSeconds: 62,
          },
        ],
        run: {
          name: "run-3",
          status: "Completed",
          conclusion: "success",
          reused: false,
          compute: "cpu",
          startedAt: "2026-01-01T00:03:00.000Z",
          durationSeconds: 600,
          phases: [
            { phase: "queued", startedAt: "2026-01-01T00:01:10.000Z", durationSeconds: 50 },
            { phase: "preparing", startedAt: "2026-01-01T00:02:00.000Z", durationSeconds: 60 },
            { phase: "running", startedAt: "2026-01-01T00:03:00.000Z", durationSeconds: 600 },
          ],
          metrics: [course("loss"), course("accuracy")],
          gates: [
            {
              metric: "loss",
              condition: "no higher than the newest run of main",
              bounds: { high: 0.5 },
              value: 0.25,
              baseline: { run: "main|<b>", value: 0.5 },
              passed: true,
            },
            {
              metric: "accuracy",
              condition: "between 0 and 1000",
              bounds: { low: 0, high: 1000 },
              value: 0.25,
              passed: true,
            },
          ],
          baselines: [
            {
              run: "main|<b>",
              name: "loss",
              points: [
                { step: 0, value: 3 },
                { step: 2, value: 0.5 },
              ],
            },
          ],
          images: [
            { path: "plots/[a](<b>)|::error::.png", content: { type: "image/png", base64: "iVBORw0KGgo=" } },
            { path: "plots/b.gif", url: "https://ml.azure.com/runs/run-3?wsid=/a/b#outputsAndLogs" },
          ],
        },
        deployments: [
          {
            endpoint: "clf",
            deployment: "green",
            type: "managed",
            state: "Succeeded",
            action: "updated",
            tests: [],
            notes: [],
            startedAt: "2026-01-01T00:13:30.000Z",
            durationSeconds: 300,
          },
        ],
      },
    },
    {
      name: "trials",
      result: {
        ...bare,
        command: "train",
        run: {
          name: "sweep-1",
          url: "https://ml.azure.com/runs/sweep-1?wsid=/a/b",
          status: "Completed",
          conclusion: "success",
          reused: false,
          compute: "cpu",
          gates: [],
          metrics: [course("loss")],
          children: Array.from({ length: 30 }, (_, trial) => trialOf(trial)),
          best: { name: "sweep-1_7", metric: "loss", goal: "minimize", value: 0.07, parameters: { lr: 7, how: "a|b" } },
        },
      },
    },
    {
      name: "steps",
      result: {
        ...bare,
        command: "train",
        run: {
          name: "pipeline-1",
          url: "https://ml.azure.com/runs/pipeline-1?wsid=/a/b",
          status: "Failed",
          conclusion: "failure",
          reused: false,
          compute: "cpu",
          gates: [],
          metrics: [],
          stepMetrics: [{ ...course("loss"), step: "prep" }],
          images: [
            { path: "outputs/roc.png", url: "https://ml.azure.com/runs/pipeline-1?wsid=/a/b#outputsAndLogs" },
            ...Array.from({ length: 21 }, (_, index) => ({
              path: `plots/[${index}](<b>)|::error::.png`,
              step: "prep",
            })),
          ],
          steps: [
            { name: "prep", after: [] },
            { name: "train", after: ["prep"] },
            { name: "check", after: ["prep", "train"] },
          ],
          children: [
            stepOf("prep", { url: "https://ml.azure.com/runs/id-1?wsid=/a/b", durationSeconds: 61 }),
            stepOf("train", {
              status: "Failed",
              conclusion: "failure",
              error: { code: "UserError", message: "Its script ended with 3.", details: [] },
            }),
          ],
        },
      },
    },
    {
      name: "trials without the metric",
      result: {
        ...bare,
        command: "train",
        run: {
          name: "sweep-2",
          status: "Failed",
          conclusion: "failure",
          reused: false,
          compute: "cpu",
          gates: [],
          metrics: [],
          children: [{ ...trialOf(0), status: "Failed", conclusion: "failure", metrics: {}, parameters: wide }],
        },
      },
    },
    {
      name: "doctor",
      result: {
        ...bare,
        command: "doctor",
        doctor: {
          sections: [
            {
              title: "Identity",
              checks: [
                { state: "ok", code: "a", message: "Signed in." },
                { state: "warning", code: "b", message: "The token is short-lived." },
                { state: "error", code: "c", message: "no <i>credential</i> | @octocat", advice: "add ``` one" },
                { state: "not-checked", code: "d", message: "Not looked at." },
              ],
            },
            { title: "Storage", checks: [{ state: "ok", code: "e", message: "Reachable." }] },
          ],
          federatedCredential: {
            name: "n",
            issuer: "https://token.actions.githubusercontent.com",
            subject: "repo:o/r:ref:refs/heads/main",
            audiences: ["api://AzureADTokenExchange"],
            description: "d",
          },
          principal: { objectId: "object" },
          permissions: [
            { action: "a/*/read", plane: "control", scope: "/s", level: "required", purpose: "read", state: "missing" },
            { action: "b/read", plane: "control", scope: "/s", level: "required", purpose: "read", state: "granted" },
            {
              action: "c/read",
              plane: "data",
              scope: "/s",
              level: "recommended",
              purpose: "read",
              state: "not-checked",
            },
          ],
          missingActions: ["a/*/read"],
          roles: [
            {
              role: {
                Name: "azureml-targets for mlw",
                IsCustom: true,
                Description: "d",
                Actions: ["a/*/read"],
                NotActions: [],
                DataActions: [],
                NotDataActions: [],
                AssignableScopes: ["/s"],
              },
              scopes: ["/s", "/t"],
            },
          ],
        },
      },
    },
  ];
}
