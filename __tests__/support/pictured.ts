import { PNG } from "pngjs";
import type { LiveCompute } from "../../src/azure/computes.ts";
import { allowances } from "../../src/plan/allowed-by.ts";
import { plan } from "../../src/plan/plan.ts";
import { planReport } from "../../src/plan/plan-report.ts";
import type {
  ChildReport,
  DeploymentReport,
  MetricSeries,
  Result,
  RunReport,
  TargetReport,
} from "../../src/report/result.ts";
import { declare } from "./declare.ts";
import { bare as nothingToSay } from "./results.ts";
import { amlCompute, liveCluster, liveMachine, machineId, virtualMachine, workspace } from "./targets.ts";

/** Results as they come of real workflows, for the pictures that people look at. */

const start = Date.parse("2026-03-02T08:00:00.000Z");
const at = (seconds: number) => new Date(start + seconds * 1000).toISOString();
const studio = (path: string) => `https://ml.azure.com/${path}?wsid=/subscriptions/s/workspaces/vision`;

const bare: Result = {
  ...nothingToSay,
  workspace: {
    subscriptionId: "00000000-0000-0000-0000-000000000000",
    resourceGroup: "ml",
    name: "vision",
    location: "westeurope",
    url: studio(""),
    portalUrl: "https://portal.azure.com/#resource/subscriptions/s/resourceGroups/ml/overview",
  },
  links: {
    workflowRun: "https://github.com/octo-org/vision/actions/runs/1001",
    commit: "https://github.com/octo-org/vision/commit/4f2c9a1e7d3b5c8f0a2d4e6b8c1f3a5d7e9b0c2d",
  },
  files: ["azureml.yml", "jobs/train.yml"],
  startedAt: at(0),
  durationSeconds: 1_934,
};

const wave = (index: number) => Math.sin(index * 1.7) * 0.5 + Math.sin(index * 0.63) * 0.5;

function series(name: string, count: number, value: (x: number, index: number) => number): MetricSeries {
  const points = Array.from({ length: count }, (_, step) => ({
    step,
    value: Number(value(step / (count - 1), step).toFixed(4)),
  }));
  return { name, last: points.at(-1)?.value ?? 0, points };
}

const learned = (top: number, speed: number) => (x: number, index: number) =>
  top * (1 - Math.exp(-speed * (x + 0.05))) + wave(index) * 0.006;
const fallen = (from: number, to: number, speed: number) => (x: number, index: number) =>
  to + (from - to) * Math.exp(-speed * x) + wave(index) * 0.015;

/** A matrix of squares, as a training script would log it. */
function confusionMatrix(): string {
  const [cells, size] = [8, 24];
  const picture = new PNG({ width: cells * size, height: cells * size });
  for (let y = 0; y < picture.height; y += 1) {
    for (let x = 0; x < picture.width; x += 1) {
      const [row, column] = [Math.floor(y / size), Math.floor(x / size)];
      const shade = row === column ? 40 + row * 6 : 235 - ((row * 5 + column * 11) % 5) * 9;
      picture.data.set(
        [shade, Math.min(255, shade + 20), 255 - Math.floor(shade / 9), 255],
        (y * picture.width + x) * 4,
      );
    }
  }
  return PNG.sync.write(picture).toString("base64");
}

const target = (name: string, type: string, change: Partial<TargetReport>): TargetReport => ({
  name,
  type,
  action: "none",
  outcome: "succeeded",
  provisioningState: "Succeeded",
  provisioningErrors: [],
  durationSeconds: 0,
  ...change,
});

const trained: RunReport = {
  name: "train-4f2c9a1-7d3e5b",
  displayName: "digits",
  url: studio("runs/train-4f2c9a1-7d3e5b"),
  status: "Completed",
  conclusion: "success",
  reused: false,
  compute: "gpu-cluster",
  environment: "mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:latest",
  experiment: "digits",
  commit: "4f2c9a1e7d3b5c8f0a2d4e6b8c1f3a5d7e9b0c2d",
  startedAt: at(560),
  durationSeconds: 872,
  phases: [
    { phase: "queued", startedAt: at(250), durationSeconds: 190 },
    { phase: "preparing", startedAt: at(440), durationSeconds: 120 },
    { phase: "running", startedAt: at(560), durationSeconds: 872 },
  ],
  metrics: [
    series("accuracy", 40, learned(0.944, 6)),
    series("learning_rate", 40, (x) => 0.01 * (1 - x)),
    series("loss", 40, fallen(1.72, 0.21, 5)),
  ],
  baselines: [
    { run: "train-a81d203-11f09c", name: "accuracy", points: series("accuracy", 30, learned(0.921, 4.4)).points },
  ],
  gates: [
    { metric: "accuracy", condition: "at least 0.9", bounds: { low: 0.9 }, value: 0.9397, passed: true },
    {
      metric: "accuracy",
      condition: "no lower than the newest run of main, tolerance 1 %",
      bounds: { low: 0.9005 },
      value: 0.9397,
      baseline: { run: "train-a81d203-11f09c", value: 0.9096, url: studio("runs/train-a81d203-11f09c") },
      passed: true,
    },
    { metric: "loss", condition: "at most 0.3", bounds: { high: 0.3 }, value: 0.2138, passed: true },
  ],
  images: [
    {
      path: "plots/confusion_matrix.png",
      url: studio("runs/train-4f2c9a1-7d3e5b"),
      content: { type: "image/png", base64: confusionMatrix() },
    },
    { path: "plots/roc.svg", url: studio("runs/train-4f2c9a1-7d3e5b") },
  ],
  artifactsPath: "/home/runner/work/vision/outputs",
};

const released: DeploymentReport = {
  endpoint: "digits",
  deployment: "green",
  type: "managed",
  strategy: "canary",
  state: "Succeeded",
  action: "created",
  traffic: 20,
  trafficBefore: { blue: 100 },
  trafficAfter: { blue: 80, green: 20 },
  modelId: "/subscriptions/s/resourceGroups/ml/providers/M/workspaces/vision/models/digits/versions/12",
  tests: [
    {
      name: "tests/one-digit.json",
      passed: true,
      calls: 20,
      status: "200",
      latency: { median: 18, p95: 34, max: 51 },
    },
    {
      name: "tests/batch-of-100.json",
      passed: true,
      calls: 5,
      status: "200",
      latency: { median: 143, p95: 207, max: 231 },
    },
  ],
  scoringUri: "https://digits.westeurope.inference.ml.azure.com/score",
  swaggerUri: "https://digits.westeurope.inference.ml.azure.com/swagger.json",
  url: studio("endpoints/realtime/digits"),
  notes: ["The rest of the traffic is moved by the next deploy, or by raising strategy.percent."],
  startedAt: at(1_440),
  durationSeconds: 480,
};

const training: Result = {
  ...bare,
  targets: [
    target("gpu-cluster", "amlcompute", {
      action: "create",
      guarantee: "serialised",
      startedAt: at(8),
      durationSeconds: 236,
    }),
    target("dsvm", "virtualmachine", {
      action: "attach",
      guarantee: "serialised",
      startedAt: at(8),
      durationSeconds: 84,
    }),
    target("aks-inference", "kubernetes", {}),
  ],
  run: trained,
  deployments: [released],
};

const failedApply: Result = {
  ...bare,
  command: "apply",
  conclusion: "failure",
  failureReason: "provisioning-failed",
  failures: [
    "azureml.yml:12:21: gpu-cluster (managed cluster): The specified subscription has a total vCPU quota of 6 and is unable to accomodate for at least 1 requested managed compute node which maps to 24 vCPUs. [ClusterMinNodesExceedCoreQuota] Ask for more quota at https://ml.azure.com/quota, or choose a smaller size. (correlation id 3f0a6a2e-2a7c-4a0c-9b55-0d4e2f7c1a11)",
  ],
  targets: [
    target("cpu-cluster", "amlcompute", {
      action: "update",
      guarantee: "serialised",
      startedAt: at(6),
      durationSeconds: 31,
    }),
    target("gpu-cluster", "amlcompute", {
      action: "create",
      outcome: "failed",
      provisioningState: "Failed",
      where: { file: "azureml.yml", line: 12, column: 21 },
      provisioningErrors: [
        {
          code: "BadRequest",
          message: "The provisioning of the compute failed.",
          details: [
            {
              code: "ClusterMinNodesExceedCoreQuota",
              message:
                "The specified subscription has a total vCPU quota of 6 and is unable to accomodate for at least 1 requested managed compute node which maps to 24 vCPUs.",
              details: [],
            },
          ],
          correlationId: "3f0a6a2e-2a7c-4a0c-9b55-0d4e2f7c1a11",
        },
      ],
      guarantee: "serialised",
      startedAt: at(6),
      durationSeconds: 142,
    }),
    target("dsvm", "virtualmachine", {
      action: "attach",
      guarantee: "serialised",
      startedAt: at(6),
      durationSeconds: 88,
    }),
  ],
  durationSeconds: 151,
};

const sizes = ["adam", "sgd", "rmsprop"];

function trial(number: number): ChildReport {
  const rate = Number((1e-4 * 10 ** (((number * 7) % 24) / 8)).toPrecision(3));
  const optimizer = sizes[number % 3] ?? "adam";
  const layers = 2 + ((number * 5) % 4);
  const fit = 1 - Math.abs(Math.log10(rate) + 2.6) * 0.09 - Math.abs(layers - 4) * 0.02 - (number % 3) * 0.012;
  const failed = number === 9;
  return {
    name: `sweep-4f2c9a1_${number}`,
    trial: number,
    status: failed ? "Failed" : "Completed",
    conclusion: failed ? "failure" : "success",
    parameters: {
      learning_rate: rate,
      optimizer,
      layers,
      dropout: Number((0.1 + ((number * 3) % 5) * 0.1).toFixed(1)),
    },
    metrics: failed ? {} : { accuracy: Number((fit * 0.95).toFixed(4)) },
    durationSeconds: 180 + ((number * 37) % 160),
    url: studio(`runs/sweep-4f2c9a1_${number}`),
  };
}

const trials = Array.from({ length: 24 }, (_, number) => trial(number));
const best = trials.reduce((one, other) =>
  (other.metrics["accuracy"] ?? 0) > (one.metrics["accuracy"] ?? 0) ? other : one,
);

const sweep: Result = {
  ...bare,
  command: "train",
  run: {
    ...trained,
    name: "sweep-4f2c9a1",
    displayName: "digits-sweep",
    url: studio("runs/sweep-4f2c9a1"),
    metrics: [],
    gates: [],
    images: [],
    children: trials,
    best: {
      name: best.name,
      metric: "accuracy",
      goal: "maximize",
      ...(best.metrics["accuracy"] === undefined ? {} : { value: best.metrics["accuracy"] }),
      parameters: best.parameters,
    },
  },
};

const stepRun = (step: string, from: number, seconds: number, change: Partial<ChildReport> = {}): ChildReport => ({
  name: `run-of-${step}`,
  step,
  status: "Completed",
  conclusion: "success",
  parameters: {},
  metrics: {},
  startedAt: at(from),
  durationSeconds: seconds,
  url: studio(`runs/run-of-${step}`),
  ...change,
});

const pipeline: Result = {
  ...bare,
  command: "train",
  conclusion: "failure",
  failureReason: "run-failed",
  failures: [
    "azureml.yml:31:3: The run 'pipeline-4f2c9a1' ended as Failed. Its step 'train_deep' failed: CUDA out of memory. Tried to allocate 2.20 GiB. [UserError]",
  ],
  run: {
    ...trained,
    name: "pipeline-4f2c9a1",
    displayName: "digits-pipeline",
    url: studio("runs/pipeline-4f2c9a1"),
    status: "Failed",
    conclusion: "failure",
    metrics: [],
    gates: [],
    images: [],
    error: { code: "UserError", message: "CUDA out of memory. Tried to allocate 2.20 GiB.", details: [] },
    logTail: [
      "epoch 3/40  loss 0.911",
      "Traceback (most recent call last):",
      '  File "train.py", line 88, in <module>',
      "    loss.backward()",
      "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.20 GiB.",
    ].join("\n"),
    steps: [
      { name: "fetch", after: [] },
      { name: "clean", after: ["fetch"] },
      { name: "split", after: ["clean"] },
      { name: "train_deep", after: ["split"] },
      { name: "train_trees", after: ["split"] },
      { name: "compare", after: ["train_deep", "train_trees"] },
      { name: "register", after: ["compare"] },
    ],
    children: [
      stepRun("fetch", 570, 44),
      stepRun("clean", 620, 130),
      stepRun("split", 755, 21),
      stepRun("train_deep", 780, 260, {
        status: "Failed",
        conclusion: "failure",
        error: { code: "UserError", message: "CUDA out of memory. Tried to allocate 2.20 GiB.", details: [] },
      }),
      stepRun("train_trees", 782, 190),
    ],
  },
};

const deployment: Result = {
  ...bare,
  command: "deploy",
  conclusion: "failure",
  failureReason: "smoke-test-failed",
  failures: [
    "deploy/aci.yml:3:1: The release of 'digits-aci': a smoke test did not pass. tests/one-digit.json: status 200 wanted, 502 got. ModuleNotFoundError: No module named 'joblib' [MissingPackage]. Add joblib to the environment.",
  ],
  deployments: [
    { ...released, trafficAfter: { blue: 60, green: 30, shadow: 10 }, trafficBefore: { blue: 90, shadow: 10 } },
    {
      endpoint: "digits-aci",
      type: "aci",
      state: "Unhealthy",
      action: "rolled-back",
      tests: [
        {
          name: "tests/one-digit.json",
          passed: false,
          calls: 3,
          status: "502",
          latency: { median: 2_105, p95: 2_981, max: 3_004 },
          message: "status 200 wanted, 502 got",
        },
      ],
      scoringUri: "http://digits-aci.westeurope.azurecontainer.io/score",
      notes: ["The earlier version answers again."],
      error: { code: "MissingPackage", message: "ModuleNotFoundError: No module named 'joblib'", details: [] },
      logTail:
        "Traceback (most recent call last):\n  File \"score.py\", line 3\nModuleNotFoundError: No module named 'joblib'",
      startedAt: at(1_440),
      durationSeconds: 95,
    },
  ],
  durationSeconds: 492,
};

/** The plan of sixty targets, by the code that makes plans. */
function manyTargets(): Result {
  const name = (index: number) =>
    `${["team-a", "team-b", "research", "nightly"][index % 4] ?? ""}-${String(index).padStart(2, "0")}`;
  const declared = Array.from({ length: 60 }, (_, index) =>
    index % 5 === 4
      ? virtualMachine({ name: name(index), resourceId: machineId(name(index)) })
      : amlCompute({ name: name(index), maxInstances: index % 7 === 0 ? 8 : 4 }),
  );
  const live = declared.flatMap((one, index): readonly LiveCompute[] => {
    if (index % 11 === 3) return [];
    if (one.type === "virtualmachine")
      return [
        liveMachine({
          name: one.name,
          resourceId: machineId(index === 14 ? "another" : one.name),
        }),
      ];
    const properties = liveCluster().properties;
    return [
      liveCluster({
        name: one.name,
        properties: index === 22 ? { ...properties, vmSize: "Standard_D2_v3" } : properties,
      }),
    ];
  });
  const options = { onDrift: "update", onConflict: "fail", allowDelete: false } as const;
  const planned = plan(declared, live, workspace, options);
  const allowed = allowances(planned, declared, live, workspace, options);
  const refused = planned.steps.flatMap((step) => (step.do === "refuse" ? [step] : []));
  return {
    ...bare,
    command: "plan",
    conclusion: "failure",
    ...(refused[0] === undefined ? {} : { failureReason: refused[0].because }),
    failures: refused.map(({ target, reason }) => `${target.name}: ${reason}`),
    plan: planReport(planned, undefined, undefined, allowed),
    durationSeconds: 3.4,
  };
}

/** What a declaration with mistakes comes to, by the code that reads declarations. */
async function problems(): Promise<Result> {
  const { problems: found } = await declare({
    "azureml.yml": `targets:
  - name: gpu
    type: amlcompute
    size: Standard_NC6s_v3
    max_instance: 4
  - name: gpu
    type: amlcompute
    size: Standard_DS3_v2
    min_instances: 9
    max_instances: 4
  - name: dsvm
    type: virtualmachin
    resource_id: /subscriptions/x
run: jobs/train.yml
gates:
  - { metric: accuracy, atleast: 0.9 }
`,
    "jobs/train.yml": "command: python train.py\ncode: src\ncompute: azureml:gpu\nenvironmen: azureml:env:1\n",
  });
  return {
    ...bare,
    command: "validate",
    conclusion: "failure",
    failureReason: "invalid-declaration",
    failures: [`The declarations have ${found.length} problems.`],
    problems: found,
    durationSeconds: 0.2,
  };
}

const workspaceScope =
  "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/ml/providers/Microsoft.MachineLearningServices/workspaces/vision";

const role = {
  Name: "azureml-targets for vision",
  IsCustom: true,
  Description: "What azureml-targets needs for what is declared.",
  Actions: [
    "Microsoft.MachineLearningServices/workspaces/computes/read",
    "Microsoft.MachineLearningServices/workspaces/computes/write",
    "Microsoft.MachineLearningServices/workspaces/jobs/write",
  ],
  NotActions: [],
  DataActions: [],
  NotDataActions: [],
  AssignableScopes: [workspaceScope.replace(/\/providers.*/, "")],
} as const;

const doctor: Result = {
  ...bare,
  command: "doctor",
  conclusion: "failure",
  failureReason: "not-authorized",
  failures: [
    "The identity lacks Microsoft.MachineLearningServices/workspaces/computes/write at the workspace. Assign the role below.",
  ],
  doctor: {
    sections: [
      {
        title: "Identity",
        checks: [
          { state: "ok", code: "signed-in", message: "Signed in by OIDC as the application 1d2c…9f." },
          {
            state: "ok",
            code: "federated-subject",
            message: "The subject is repo:octo-org/vision:ref:refs/heads/main.",
          },
        ],
      },
      {
        title: "Workspace",
        checks: [
          { state: "ok", code: "workspace-found", message: "vision is in westeurope, and provisioned." },
          {
            state: "warning",
            code: "quota-short",
            message: "The quota of the NCv3 family is 6 vCPUs; gpu-cluster at its largest takes 24.",
            advice: "Ask for more quota at https://ml.azure.com/quota, or lower max_instances.",
          },
          {
            state: "not-checked",
            code: "lease-support",
            message: "The workspace's storage answers from its own network only.",
            advice: "Run doctor on a runner in that network.",
          },
        ],
      },
      {
        title: "Permissions",
        checks: [
          {
            state: "error",
            code: "actions-missing",
            message: "1 of 3 actions is not granted.",
            advice: "Create the role below and assign it.",
          },
        ],
      },
    ],
    claims: {
      issuer: "https://token.actions.githubusercontent.com",
      subject: "repo:octo-org/vision:ref:refs/heads/main",
      audience: "api://AzureADTokenExchange",
    },
    principal: { objectId: "5a1d7e0c-0000-4000-8000-2f9b3c4d5e6f" },
    permissions: role.Actions.map((action, index) => ({
      action,
      plane: "control",
      scope: workspaceScope,
      level: "required",
      purpose: ["read computes", "create and attach computes", "submit runs"][index] ?? "",
      state: index === 1 ? "missing" : "granted",
    })),
    missingActions: [role.Actions[1]],
    roles: [{ role, scopes: [workspaceScope] }],
  },
  durationSeconds: 4,
};

export async function picturedResults() {
  return {
    training,
    "failed-apply": failedApply,
    sweep,
    pipeline,
    deployment,
    plan: manyTargets(),
    problems: await problems(),
    doctor,
  } as const satisfies Readonly<Record<string, Result>>;
}

export type Pictured = keyof Awaited<ReturnType<typeof picturedResults>>;
