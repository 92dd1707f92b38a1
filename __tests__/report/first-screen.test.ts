import { describe, expect, it } from "@jest/globals";
import { draftComment } from "../../src/publish/draft-comment.ts";
import { plainText } from "../../src/report/document.ts";
import { firstScreen } from "../../src/report/first-screen.ts";
import { renderHtml } from "../../src/report/render/html.ts";
import { markdownSections } from "../../src/report/render/markdown.ts";
import { reportOf } from "../../src/report/report.ts";
import type {
  AllowedBy,
  Command,
  DeploymentReport,
  PlannedStep,
  Result,
  RunReport,
  TargetReport,
} from "../../src/report/result.ts";
import { bare as bareResult, everyResult } from "../support/results.ts";

const { command: _, workspace: __, ...bare }: Result = bareResult;

const failed = (failureReason: NonNullable<Result["failureReason"]>, ...failures: readonly string[]) =>
  ({ conclusion: "failure", failureReason, failures: failures.length > 0 ? failures : ["It failed."] }) as const;
const problem = (severity: "error" | "warning" | "notice") =>
  ({ code: "unknown-key", severity, message: "m", fix: "f" }) as const;
const target = (name: string, change: Partial<TargetReport> = {}): TargetReport => ({
  ...{ name, type: "amlcompute", action: "none", outcome: "succeeded", provisioningErrors: [], durationSeconds: 1 },
  ...change,
});
const step = (name: string, action: PlannedStep["action"], allowedBy?: AllowedBy): PlannedStep => ({
  ...{ target: name, type: "amlcompute", action, reason: "Why.", changes: [], findings: [] },
  ...(allowedBy === undefined ? {} : { allowedBy }),
});
const run = (change: Partial<RunReport> = {}): RunReport => ({
  ...{ name: "run-1", status: "Completed", conclusion: "success", reused: false, compute: "cpu" },
  ...{ metrics: [], gates: [] },
  ...change,
});
const gate = (passed: boolean) => ({ metric: "loss", condition: "at most 1", passed });
const release = (change: Partial<DeploymentReport> = {}): DeploymentReport => ({
  ...{ endpoint: "clf", deployment: "green", type: "managed", state: "Succeeded", action: "created" },
  ...{ traffic: 100, tests: [], notes: [], durationSeconds: 1 },
  ...change,
});
const reattach: AllowedBy = [[{ input: "on-drift", value: "reattach" }]];
const recreate: AllowedBy = [
  [
    { input: "on-drift", value: "reattach" },
    { input: "allow-delete", value: "true" },
  ],
];
const conflict: AllowedBy = [[{ input: "on-conflict", value: "adopt" }], [{ input: "on-conflict", value: "replace" }]];
const resume = {
  what: "The run 'run-1' is still running in Azure",
  next: "To resume: command: train with run-name: run-1. To cancel: az ml job cancel --name run-1.",
  runName: "run-1",
};

type Case = {
  readonly when: string;
  readonly command: Command;
  readonly result: Partial<Result>;
  readonly says: string;
  readonly next: string | RegExp;
};

const cases: readonly Case[] = [
  {
    when: "validate finds nothing",
    command: "validate",
    result: {},
    says: "The declarations have no problems.",
    next: "Run command: plan to see what would change in the workspace.",
  },
  {
    when: "validate finds warnings alone",
    command: "validate",
    result: { problems: [problem("warning"), problem("notice"), problem("notice")] },
    says: "The declarations are valid, with 1 warning and 2 notices.",
    next: "Look at what is listed below: none of it stops a command.",
  },
  {
    when: "validate finds errors",
    command: "validate",
    result: {
      ...failed("invalid-declaration"),
      problems: [problem("error"), problem("error"), problem("warning"), problem("notice")],
    },
    says: "The declarations have 2 errors, 1 warning and 1 notice.",
    next: "Fix the errors listed below, each at its place.",
  },
  {
    when: "an input is wrong",
    command: "validate",
    result: failed("invalid-input"),
    says: "An input of the action is not valid.",
    next: "Fix the input that the message names.",
  },
  {
    when: "a plan has changes",
    command: "plan",
    result: {
      plan: {
        hasChanges: true,
        hourly: { minimum: 0, maximum: 0.5, unpriced: [] },
        steps: [step("a", "create"), step("b", "attach"), step("c", "update"), step("d", "none")],
      },
    },
    says: "4 targets: 1 to update, 1 to create, 1 to attach, 1 unchanged; costs per hour change by ±0 with all computes at minimum size, by +0.5 at maximum.",
    next: "Run command: apply to carry the plan out.",
  },
  {
    when: "a plan of a pull request has changes and a deployment",
    command: "plan",
    result: {
      links: { pullRequest: "https://github.com/o/r/pull/7" },
      plan: {
        hasChanges: true,
        steps: [step("a", "none")],
        deployments: [
          { endpoint: "clf", type: "managed", steps: [{ action: "create", what: "the endpoint clf", reason: "r" }] },
        ],
      },
      assets: [{ kind: "data", name: "d", version: "1", action: "create", reason: "r" }],
    },
    says: "1 target, 1 asset and 1 deployment: 2 to create, 1 unchanged.",
    next: "Merge the pull request, then run command: up to carry the plan out.",
  },
  {
    when: "a plan has no changes",
    command: "plan",
    result: { plan: { hasChanges: false, steps: [step("a", "none")] } },
    says: "The targets are as declared. None has to change.",
    next: "Nothing to do.",
  },
  {
    when: "a drift check finds changes",
    command: "plan",
    result: { ...failed("changes-pending"), plan: { hasChanges: true, steps: [step("a", "create")] } },
    says: "1 target: 1 to create; the workspace is not as declared.",
    next: "Run apply, or change the declaration.",
  },
  {
    when: "a plan refuses one target",
    command: "plan",
    result: { ...failed("drift"), plan: { hasChanges: false, steps: [step("a", "refuse", recreate)] } },
    says: "Nothing would be changed: 1 refused.",
    next: "Change the declaration, or set on-drift: reattach and allow-delete: true to allow it.",
  },
  {
    when: "a plan refuses targets for the same reason",
    command: "plan",
    result: {
      ...failed("conflict"),
      plan: {
        hasChanges: true,
        steps: ["a", "b"].map((name) => step(name, "refuse", conflict)).concat(step("c", "create")),
      },
    },
    says: "3 targets: 2 refused, 1 to create.",
    next: "Change the declaration, or set on-conflict: adopt, or on-conflict: replace to allow them.",
  },
  {
    when: "a plan refuses targets for several reasons",
    command: "plan",
    result: {
      ...failed("drift"),
      plan: {
        hasChanges: false,
        steps: [step("a", "refuse", recreate), step("b", "refuse", reattach), step("c", "refuse")],
      },
    },
    says: "Nothing would be changed: 3 refused.",
    next: "Change the declaration, or set the inputs that are named beside each refused target.",
  },
  {
    when: "a plan refuses what no input allows",
    command: "plan",
    result: { ...failed("preflight-failed"), plan: { hasChanges: false, steps: [step("a", "refuse")] } },
    says: "Nothing would be changed: 1 refused.",
    next: "Fix the resource as the finding says.",
  },
  {
    when: "a plan stops at its declarations",
    command: "plan",
    result: { ...failed("invalid-declaration"), problems: [problem("error")] },
    says: "Nothing was planned: 1 error in what is declared.",
    next: "Fix the problems at the lines that they name.",
  },
  {
    when: "nobody is signed in",
    command: "apply",
    result: failed("authentication-failed"),
    says: "Nothing was changed; the sign-in failed.",
    next: /^Run the command doctor/,
  },
  {
    when: "apply does everything",
    command: "apply",
    result: {
      plan: { hasChanges: true, hourly: { minimum: 0.1, maximum: 0.4, unpriced: ["X"] }, steps: [] },
      targets: [
        target("a", { action: "create" }),
        target("b", { action: "reattach" }),
        target("c"),
        target("d"),
        target("e", { action: "recreate" }),
      ],
      assets: [
        { kind: "data", name: "d", version: "1", action: "create", reason: "r", id: "/data/d" },
        { kind: "data", name: "e", version: "1", action: "none", reason: "r", id: "/data/e" },
      ],
    },
    says: "5 targets: 1 created, 1 re-attached, 1 deleted and created again, 2 unchanged; 1 asset registered; costs per hour change by +0.1 with all computes at minimum size, by +0.4 at maximum (no price is declared for X).",
    next: "Name a target as the compute: of a job to use it.",
  },
  {
    when: "apply has nothing to do",
    command: "apply",
    result: { targets: [target("a")] },
    says: "1 target: 1 unchanged.",
    next: "Nothing to do.",
  },
  {
    when: "apply fails for one target and refuses another",
    command: "apply",
    result: {
      ...failed("provisioning-failed"),
      targets: [
        target("a", { action: "create", outcome: "failed" }),
        target("b", { action: "refuse", outcome: "failed" }),
        target("c", { action: "attach" }),
      ],
      plan: { hasChanges: true, steps: [step("b", "refuse", reattach)] },
    },
    says: "3 targets: 1 failed, 1 refused, 1 attached.",
    next: /^Fix the cause and run the command again/,
  },
  {
    when: "a target is left going",
    command: "apply",
    result: {
      ...failed("timeout"),
      targets: [target("a", { action: "create", outcome: "in-progress" })],
      leftGoing: [{ what: "a is still being provisioned", next: "Run the same command again." }],
    },
    says: "1 target: 1 still in progress; the time limit passed.",
    next: "Run the same command again.",
  },
  {
    when: "one target fails and another is left going",
    command: "apply",
    result: {
      ...failed("provisioning-failed"),
      targets: [
        target("a", { action: "create", outcome: "failed" }),
        target("b", { action: "create", outcome: "in-progress" }),
      ],
      leftGoing: [{ what: "b is still being provisioned", next: "Run the same command again." }],
    },
    says: "2 targets: 1 failed, 1 still in progress.",
    next: "Fix what failed, as it says below. Run the same command again.",
  },
  {
    when: "two things are left going",
    command: "deploy",
    result: {
      deployments: [release({ action: "submitted" })],
      leftGoing: [
        { what: "w", next: "n" },
        { what: "v", next: "m" },
      ],
    },
    says: "The deployment 'green' of 'clf' was submitted, and is not tested yet; 2 operations are still in progress.",
    next: "Resume or undo each thing that is still in progress, as the list below says.",
  },
  {
    when: "a run completes and passes its gates",
    command: "train",
    result: { run: run({ gates: [gate(true), gate(true)] }) },
    says: "The run 'run-1' completed and passed all 2 gates.",
    next: "Deploy what it made with command: deploy.",
  },
  {
    when: "a run that was joined misses a gate",
    command: "train",
    result: { ...failed("gate-missed"), run: run({ reused: true, gates: [gate(true), gate(false)] }) },
    says: "The joined run 'run-1' completed and missed 1 of 2 gates.",
    next: "Improve the run, or change the gate.",
  },
  {
    when: "a run fails on a target that was created",
    command: "train",
    result: {
      ...failed("run-failed"),
      targets: [target("cpu", { action: "create" })],
      run: run({ status: "Failed", conclusion: "failure" }),
    },
    says: "1 target: 1 created; the run 'run-1' failed.",
    next: /^Read the end of the log/,
  },
  {
    when: "somebody cancels the run",
    command: "train",
    result: { ...failed("run-canceled"), run: run({ status: "Canceled", conclusion: "cancelled" }) },
    says: "The run 'run-1' was cancelled.",
    next: /submits the run again/,
  },
  {
    when: "a run is submitted and left",
    command: "train",
    result: { run: run({ status: "Queued", conclusion: "in-progress" }), leftGoing: [resume] },
    says: "The run 'run-1' is still running.",
    next: "To resume: command: train with run-name: run-1. To cancel: az ml job cancel --name run-1.",
  },
  {
    when: "the workflow is cancelled",
    command: "train",
    result: { conclusion: "cancelled", failureReason: "cancelled", failures: ["The workflow was cancelled."] },
    says: "The workflow was cancelled.",
    next: "Run the same command again: it continues from what is there by then.",
  },
  {
    when: "a release is live",
    command: "deploy",
    result: { deployments: [release({ scoringUri: "https://clf.example/score" })] },
    says: "The deployment 'green' of 'clf' was created, with 100 % of the traffic.",
    next: "Send a request: the one to try is below, with the deployment.",
  },
  {
    when: "one release of two is rolled back",
    command: "deploy",
    result: {
      ...failed("smoke-test-failed"),
      deployments: [release({ action: "unchanged" }), release({ endpoint: "b", action: "rolled-back" })],
    },
    says: "2 deployments: 1 rolled back, 1 unchanged.",
    next: /^Look at the answer in the report/,
  },
  {
    when: "up does all of it",
    command: "up",
    result: {
      targets: [target("cpu", { action: "create" })],
      run: run(),
      deployments: [release({ action: "updated", endpoint: "clf-aci", deployment: "clf-aci", traffic: 100 })],
    },
    says: "1 target: 1 created; the run 'run-1' completed; the deployment 'clf-aci' was updated, with 100 % of the traffic.",
    next: "Name a target as the compute: of a job to use it.",
  },
  {
    when: "nothing is declared",
    command: "up",
    result: {},
    says: "Nothing had to be done.",
    next: "Nothing to do.",
  },
  {
    when: "targets are detached",
    command: "detach",
    result: { targets: [target("a", { action: "detach" }), target("b", { action: "delete" }), target("c")] },
    says: "3 targets: 1 detached, 1 deleted, 1 unchanged.",
    next: "Delete the resources that you no longer need: detaching leaves them as they are, and billed.",
  },
  {
    when: "somebody else has changed what is released",
    command: "deploy",
    result: { ...failed("conflict"), deployments: [release({ action: "failed" })] },
    says: "The deployment 'green' of 'clf' failed.",
    next: "Run the same command again: it starts from what is there by then.",
  },
  {
    when: "detach may not delete",
    command: "detach",
    result: {
      ...failed("conflict"),
      targets: [
        target("a", { action: "refuse", outcome: "failed", allowedBy: [[{ input: "allow-delete", value: "true" }]] }),
      ],
    },
    says: "1 target: 1 refused.",
    next: "Change the declaration, or set allow-delete: true to allow it.",
  },
  {
    when: "doctor finds everything in order",
    command: "doctor",
    result: {
      doctor: {
        sections: [{ title: "Identity", checks: [{ state: "ok", code: "a", message: "m" }] }],
        ...{ permissions: [], missingActions: [], roles: [] },
      },
    },
    says: "1 check: 1 passed.",
    next: "Run command: plan to see what would change in the workspace.",
  },
  {
    when: "doctor finds something",
    command: "doctor",
    result: {
      ...failed("not-authorized"),
      doctor: {
        sections: [
          {
            title: "Identity",
            checks: (["ok", "error", "warning", "not-checked", "ok"] as const).map((state) => ({
              state,
              code: "a",
              message: "m",
            })),
          },
        ],
        ...{ permissions: [], missingActions: [], roles: [] },
      },
    },
    says: "5 checks: 1 failed, 1 passed with a warning, 1 could not be made, 2 passed.",
    next: /^Run the command doctor/,
  },
];

describe("the first screen", () => {
  it("is tried here for every command, where it succeeds and where it fails", () => {
    const tried = new Set(cases.map(({ command, result }) => `${command} ${result.conclusion ?? "success"}`));
    for (const command of ["validate", "plan", "apply", "train", "deploy", "detach", "doctor"])
      for (const conclusion of ["success", "failure"]) expect([...tried]).toContain(`${command} ${conclusion}`);
  });

  it.each(cases)("says '$says' when $when", ({ command, result, says, next }) => {
    const { sentence, nextStep } = firstScreen({ ...bare, ...result, command });
    expect(sentence).toBe(says);
    expect(plainText(nextStep)).toEqual(typeof next === "string" ? next : expect.stringMatching(next));
  });

  it("stands right under the heading, in the summary and in the page", () => {
    const result: Result = { ...bare, command: "plan", plan: { hasChanges: false, steps: [step("a", "none")] } };
    const report = reportOf(result);
    const summary = markdownSections(report)
      .map(({ text }) => text)
      .join("\n");
    expect(
      summary
        .split("\n")
        .filter((line) => line !== "")
        .slice(0, 3),
    ).toEqual([
      "## Azure ML plan succeeded",
      "The targets are as declared. None has to change.",
      "<strong>Next&#58;</strong> Nothing to do.",
    ]);
    expect(renderHtml(report)).toMatch(
      /<\/h1><p>The targets are as declared\. None has to change\.<\/p><p><strong>Next:/,
    );
  });

  it("is never without a sentence and a next step", () => {
    for (const { result } of everyResult()) {
      const { sentence, nextStep } = firstScreen(result);
      expect(sentence).toMatch(/^[A-Z0-9].+\.$/s);
      expect(plainText(nextStep)).toMatch(/^[A-Z].+\.$/s);
    }
  });
});

describe("its links", () => {
  const id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/mlw";
  const workspace = {
    ...{ subscriptionId: "s", resourceGroup: "g", name: "mlw" },
    url: `https://ml.azure.us/home?wsid=${id}`,
    portalUrl: `https://portal.azure.us/#resource${id}/overview`,
  };
  const links = { workflowRun: "https://github.com/o/r/actions/runs/1", commit: "https://github.com/o/r/commit/abc" };
  const vm = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/dsvm";
  const addresses = (result: Partial<Result>) =>
    firstScreen({ ...bare, command: "up", ...result }).links.map(({ text, address }) => `${text}: ${address}`);

  it.each<[string, Partial<Result>, readonly string[]]>([
    ["nothing is known", {}, []],
    [
      "a workspace is",
      { workspace, links },
      [
        `Workspace in Azure ML studio: https://ml.azure.us/home?wsid=${id}`,
        `Workspace in the Azure portal: https://portal.azure.us/#resource${id}/overview`,
        "Workflow run: https://github.com/o/r/actions/runs/1",
        "Commit: https://github.com/o/r/commit/abc",
      ],
    ],
    [
      "there is a run",
      { workspace, run: run({ url: "https://ml.azure.us/runs/run-1" }) },
      [
        "Run in Azure ML studio: https://ml.azure.us/runs/run-1",
        `Workspace in the Azure portal: https://portal.azure.us/#resource${id}/overview`,
      ],
    ],
    [
      "there is one deployment",
      { deployments: [release({ url: "https://ml.azure.us/endpoints/clf" })] },
      ["Deployment in Azure ML studio: https://ml.azure.us/endpoints/clf"],
    ],
    [
      "it is about one resource",
      { workspace: { ...workspace, url: "" }, targets: [target("dsvm", { resourceId: vm })] },
      [`Workspace in Azure ML studio: `, `dsvm in the Azure portal: https://portal.azure.us/#resource${vm}`],
    ],
    [
      "a plan is about one resource",
      { workspace, plan: { hasChanges: true, steps: [{ ...step("dsvm", "attach"), resourceId: vm }] } },
      [
        `Workspace in Azure ML studio: https://ml.azure.us/home?wsid=${id}`,
        `dsvm in the Azure portal: https://portal.azure.us/#resource${vm}`,
      ],
    ],
  ])("are these when %s", (_, result, expected) => {
    expect(addresses(result)).toEqual(expected);
  });

  it("of a comment leave out what its foot and its first sentence have", () => {
    const result: Result = { ...bare, command: "up", workspace, links };
    const { body } = draftComment(result, {
      identity: "0123456789abcdef",
      commit: "a".repeat(40),
      runUrl: links.workflowRun,
    });
    expect(body).toContain("Workspace in Azure ML studio</a> · <a");
    expect(body.split(links.workflowRun)).toHaveLength(2);
    expect(body).not.toContain(links.commit);
  });
});
